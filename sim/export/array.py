"""The package of an array."""

from types import ModuleType
from typing import Any

from lmul.hdl.arithmetic.form import Form
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.mac.datapath import datapath_of
from lmul.hdl.verilog.cache import verilog_of
from lmul.hdl.verilog.ports import module_names
from lmul.sim.export import array_os as array_words_os
from lmul.sim.export import array_ws as array_words_ws
from lmul.sim.export.array_streams import stream_facts, stream_ports
from lmul.sim.export.bench.array import bench_text
from lmul.sim.export.bench.array_vectors import array_vectors
from lmul.sim.export.bench.layouts import array_layouts, result_format
from lmul.sim.export.description import Bench, Contents, PortText, Section
from lmul.sim.export.parameters import mac_parameters, mac_product_words, policy_section
from lmul.sim.export.wording import accumulator_words

__all__ = ["array_contents", "module_words"]


_WORDS = {
    "core": "the array with plain streams; the top module only names ports",
    "core_entry": "joins the streams of operands; counts K",
    "core_nan_marks": "remembers which rows and columns of a tile had a NaN",
    "core_marks": "what belongs to a beat and passes beside the grid",
    "row": "a row of cells",
    "cell": "a PE, and the register that takes its result away",
    "pe": "the processing element: product, aligned addition, accumulator",
    "row_edge": "unpacks an operand of a, once for a row",
    "column_edge": "unpacks an operand of b, once for a column",
    "whole": "makes a column's sums whole: adds the carries that PEs have kept",
    "round": "rounds a column's results",
    "a_slice": "the port of a: two registers",
    "b_slice": "the port of b: two registers",
    "sums_slice": "the port of sums: two registers",
    "partials_slice": "the port of partials: two registers",
    "out_slice": "the port of out: two registers, the rounders' among them",
    "a_fifo": "beats of a that wait for those of other streams",
    "b_fifo": "beats of b that wait for those of other streams",
    "sums_fifo": "beats of sums that wait for those of a",
}


def module_words(design: MacDesign, verilog: str) -> dict[str, str]:
    """The modules that a person looks for, by name; each is described once and instantiated."""
    prefix = f"{design.module_name}_"
    found = sorted(name.removeprefix(prefix) for name in module_names(verilog))
    return {prefix + name: _WORDS[name] for name in found if name in _WORDS}


_EXAMPLE = 256  # M, K and N, unless K_max is smaller
_WHAT = {
    "a": "operands of the left matrix",
    "b": "operands of the right matrix",
    "sums": "partial sums, back again",
    "partials": "partial sums, to be stored",
    "out": "results",
}


def array_contents(design: MacDesign, form: Form) -> Contents:
    """The package of an array, before it becomes files."""
    verilog = verilog_of(design, form=form)
    vectors = array_vectors(design)
    flow = array_words_os if design.flow == "os" else array_words_ws
    layouts = array_layouts(design)
    streams = flow.streams(design)
    return Contents(
        verilog,
        _computes(design),
        _ports(design),
        (
            Section(
                "streams",
                "Streams (AXI4-Stream: a beat is taken at a rising edge with tvalid and tready)",
                {
                    layouts[name].prefix: words.words(layouts[name])
                    for name, words in streams.items()
                },
                {name: stream_facts(layouts[name], words) for name, words in streams.items()},
            ),
            Section("driving", "Driving it", flow.driving(design)),
            _timing(design, flow),
            Section("control", "Control", _control(design)),
            *policy_section(design),
            Section("modules", "Modules", module_words(design, verilog)),
        ),
        _parameters(design),
        Bench(
            bench_text(design, vectors),
            {f"{design.module_name}_{stream}.hex": vectors.hex(stream) for stream in vectors.beats},
            {
                "products": [
                    {"M": job.m, "K": job.k, "N": job.n, "cycles": job.cycles}
                    for job in vectors.jobs
                ],
                "beats": {stream: len(words) for stream, words in vectors.beats.items()},
            },
        ),
    )


def _computes(design: MacDesign) -> str:
    keeps = "results" if design.flow == "os" else "weights"
    flow = "output-stationary" if design.flow == "os" else "weight-stationary"
    return (
        f"C = A * B for matrices of any size M x K and K x N, on {design.rows} rows by "
        f"{design.columns} columns of PEs, {flow}: {keeps} stay in the PEs. c[i][j] is the sum "
        f"over k of a[i][k] times b[k][j]. A product is {mac_product_words(design)}. It is not "
        f"rounded. Sums are {accumulator_words(datapath_of(design))}."
    )


def _ports(design: MacDesign) -> tuple[PortText, ...]:
    ports = [
        PortText("clk", "input", 1, "clock; registers take over at its rising edge"),
        PortText("rst", "input", 1, "synchronous reset, active high"),
    ]
    for name, layout in array_layouts(design).items():
        ports += stream_ports(layout, _WHAT[name])
    limited = datapath_of(design).limits_k
    return (
        *ports,
        PortText("held", "output", 1, "for counting: the grid is held in this cycle"),
        PortText("bubble", "output", 1, "for counting: the grid moves on without operands"),
        PortText("waits", "output", 1, "for counting: the cycle before, what came was not taken"),
        PortText(
            "too_long",
            "output",
            1,
            "sticky until reset: a sum had more than K_max products"
            if limited
            else "always 0: these sums take any K",
        ),
        PortText("bad_last", "output", 1, "sticky until reset: a tile was marked wrongly"),
    )


def _timing(design: MacDesign, flow: ModuleType) -> Section:
    formula = flow.cycles_formula(design)
    latency = design.latency
    k = min(_EXAMPLE, design.k_max) if datapath_of(design).limits_k else _EXAMPLE
    cycles = design.cycles(_EXAMPLE, k, _EXAMPLE)
    used = design.utilisation(_EXAMPLE, k, _EXAMPLE)
    where = {"R": design.rows, "C": design.columns, "P": latency}
    values = ", ".join(f"{name} = {value}" for name, value in where.items())
    words = flow.timing(design) | {
        "cycles": f"{formula}, with {values}: from the first beat taken to the last result "
        "delivered, counting both, while no stream waits",
        "example": f"M = {_EXAMPLE}, K = {k}, N = {_EXAMPLE}: {cycles} cycles, "
        f"{100 * used:.1f} % of all PE cycles used",
        "stalls": "each cycle with held = 1 adds one; after the last result has left the grid, "
        "each with waits = 1 does",
        "ports": "tready of what comes in and tvalid and payload of what goes out are registers, "
        "and no path without a register leads from any input to any output; a beat a cycle "
        "passes; an input needs setup to one register or multiplexer",
    }
    example = {"M": _EXAMPLE, "K": k, "N": _EXAMPLE, "cycles": cycles, "utilisation": used}
    facts: dict[str, Any] = {"formula": formula, "where": where, "example": example}
    return Section("cycles", "Timing", words, facts | {"meaning": words})


def _control(design: MacDesign) -> dict[str, str]:
    path = datapath_of(design)
    words = {
        "rst": "synchronous, active high, one cycle is enough: tiles that have begun are "
        "forgotten, no result of them comes, too_long and bad_last are 0. From its first edge to "
        "the cycle after its last one every tready and tvalid is 0: nothing is taken and lost. "
        "What comes in meanwhile may be unknown, tvalid too, and no register needs an initial "
        "value: those without a reset are seen only with a beat that has set them",
        "clk": "one clock; every register takes over at its rising edge",
    }
    if path.limits_k:
        words["too_long"] = (
            f"a sum of more than K_max = {path.k_max} products may have wrapped: its results may "
            "be wrong. It stops nothing and hangs nothing, and the next sums are right; the flag "
            "stays until reset. A design's name with -kK has another K_max"
        )
    flow = array_words_os if design.flow == "os" else array_words_ws
    return words | {"bad_last": flow.bad_last(design)}


def _parameters(design: MacDesign) -> dict[str, Any]:
    out = result_format(design)
    return mac_parameters(design) | {
        "rows": design.rows,
        "columns": design.columns,
        "flow": design.flow,
        "pipeline_latency": design.latency,
        "fifo_beats": design.fifo,
        "rounder_registers": design.rounder,
        "result_format": "int32" if out is None else out.name,
    }
