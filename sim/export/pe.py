"""The package of a PE: with it go the edges that make its operands, and a rounder of its sums."""

from lmul.hdl.arithmetic.form import Form
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.mac.datapath import Datapath, FloatDatapath, datapath_of
from lmul.hdl.verilog.cache import verilog_of
from lmul.hdl.verilog.ports import read_ports
from lmul.sim.export.bench.pe import bench_text, companions
from lmul.sim.export.bench.pe_vectors import bench_vectors
from lmul.sim.export.description import Bench, Contents, PortText, Section, Words
from lmul.sim.export.parameters import mac_parameters, mac_product_words, policy_section
from lmul.sim.export.wording import accumulator_words, sum_lsb
from lmul.sim.reference.matrices import OUT

__all__ = ["companion_words", "computes", "pe_contents", "pe_ports", "timing"]


def computes(design: MacDesign) -> str:
    """What stands at ``total``, in a few sentences."""
    return (
        "dot products, one after the other: the sum over k of a[k] times b[k]. A product is "
        f"{mac_product_words(design)}. It is not rounded. Sums are "
        f"{accumulator_words(datapath_of(design))}."
    )


def timing(design: MacDesign) -> dict[str, str]:
    """When a pair is taken, and when its sum is there."""
    path = datapath_of(design)
    edges, pair = design.pe_latency, _taken(design)
    after = "that edge" if edges == 1 else f"{edges} such edges, counting the one that takes it"
    words = {
        "operands": "a, b and last are taken at every rising edge of clk at which en is 1; a pair "
        "with a zero operand changes no sum, so it serves as a bubble"
        + ("" if design.terms == 1 else ", and fills up a last group that K leaves smaller"),
        "latency": f"after {after}, {pair} is part of total; if last came with it, captures is 1. "
        "Both stay until the next edge with en, from which on total is the next dot product's",
        "stall": "while en is 0 every register holds, but for a reset",
        "reset": "rst is synchronous, active high: afterwards the sum is 0, operands are zeros, "
        "and a dot product that had begun is forgotten. One rising edge of clk with rst = 1 is "
        "enough, whatever en and the operands are at it, unknown ones among them; no register "
        "needs an initial value",
    }
    if path.limits_k:
        words["limit"] = (
            f"of a dot product with more than K_max = {path.k_max} pairs the sum may overflow, "
            "unseen; an array has a flag for that"
        )
    return words


def _taken(design: MacDesign) -> str:
    """What a PE takes in a cycle."""
    return "a pair" if design.terms == 1 else f"a group of {design.terms} pairs"


def companion_words(design: MacDesign) -> dict[str, Words]:
    """The modules that go out with a PE, and what they do. All are combinational."""
    name = design.module_name
    path = datapath_of(design)
    each = "one serves" if design.terms == 1 else f"{design.terms} of them, one a lane, serve"
    words: dict[str, Words] = {
        f"{name}_edge_a": f"makes operand a of a code, or a zero while keep is 0; {each} a "
        "whole row of PEs",
        f"{name}_edge_b": f"the same for operand b; {each} a whole column of PEs",
    }
    if isinstance(path, FloatDatapath):
        if path.has_nan:
            words["nan of both"] = "a kept code is NaN: its user makes that dot product NaN"
        words[f"{name}_round"] = (
            f"makes an {OUT} code of total: rounded once, to nearest even, underflow gradual, "
            "overflow as the policy says; a sum of 0 is +0"
        )
        if "overflow" in path.result_layout.members:
            words["overflowed of it"] = "total_overflow, or 0 where the sum is Inf or NaN"
    return words


def pe_ports(design: MacDesign, verilog: str) -> tuple[PortText, ...]:
    """The ports, in the Verilog's order but for the results, which come last."""
    meanings = _meanings(design)
    ports = read_ports(verilog, design.module_name)
    return tuple(
        PortText(name, ports[name].direction, ports[name].width, meaning)
        for name, meaning in meanings.items()
        if name in ports
    )


def _meanings(design: MacDesign) -> dict[str, str]:
    path = datapath_of(design)
    taken = _taken(design).removeprefix("a ")
    meanings = {
        "clk": "clock; registers take over at its rising edge",
        "rst": "synchronous reset, active high",
        "en": "clock enable; while 0, all registers hold",
    }
    for side in "ab":
        meanings |= {f"{side}_{name}": text for name, text in _operand(path, side).items()}
    meanings["last"] = f"this {taken} is the last of its dot product"
    for side in "ab":
        for name in _operand(path, side):
            meanings[f"{side}_next_{name}"] = (
                f"{side}_{name} as taken at the latest enabled edge, for the next PE"
            )
    lsb = sum_lsb(path)
    total = "a code of the accumulator's format" if lsb is None else "signed"
    if lsb:
        total += f", in units of 2**{lsb}"
    return meanings | {
        "last_next": "last as taken at the latest enabled edge, for the next PE",
        "captures": "total is a whole dot product",
        "total_sum": f"the sum up to the latest {taken} behind the registers, {total}",
        "total_overflow": "the sum has left its window since its dot product began; beside "
        "total_pos or total_neg it means nothing, and the rounder makes it 0"
        if path.has_inf
        else "the sum has left its window since its dot product began",
        "total_pos": "a product was Inf, whatever total_sum; with total_neg: the sum is NaN",
        "total_neg": "a product was -Inf, whatever total_sum",
    }


def _operand(path: Datapath, side: str) -> dict[str, str]:
    meanings = _member(path, side)
    if path.terms == 1:
        return meanings
    each = "of each pair, the first one in the lowest bits"
    return {name: f"{each}: {text}" for name, text in meanings.items()}


def _member(path: Datapath, side: str) -> dict[str, str]:
    if not isinstance(path, FloatDatapath):
        return {"value": f"operand {side}, signed"}
    layout = path.edge_layout
    exponent = f"its exponent plus {layout.exp_bias}"
    if side == "b" and path.folded:
        exponent += f"; to exp and man, read as one integer, edge_b has added {path.folded}"
    return {
        "neg": f"operand {side} is negative",
        "zero": "it is zero; exp and man then mean nothing",
        "exp": exponent,
        "man": "its fraction, without the leading one",
        "inf": "it is infinite; exp and man then mean nothing",
    }


def pe_contents(design: MacDesign, form: Form) -> Contents:
    """The package of a PE, before it becomes files."""
    verilog = verilog_of(design, form=form)
    around = companions(design, form)
    vectors = bench_vectors(design)
    words = timing(design)
    return Contents(
        "\n".join([verilog, *around.values()]),
        computes(design),
        pe_ports(design, verilog),
        (
            Section(
                "timing",
                "Timing",
                words,
                {"latency_cycles": design.pe_latency, "initiation_interval": 1, **words},
            ),
            *policy_section(design),
            Section("companions", "Modules beside it", companion_words(design)),
        ),
        mac_parameters(design),
        Bench(
            bench_text(design, vectors, around),
            {f"{design.module_name}.hex": vectors.hex()},
            {
                "pairs" if design.terms == 1 else "groups": len(vectors),
                "dot_products": int(vectors.columns["last"].sum()),
            },
        ),
    )
