"""The self-checking bench of a PE, in plain Verilog: codes in, rounded dot products out."""

from collections.abc import Mapping

from amaranth.lib import wiring

from lmul.hdl.arithmetic.form import Form, written_as
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.mac.datapath import Datapath, FloatDatapath, datapath_of
from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.verilog.convert import convert
from lmul.hdl.verilog.ports import read_ports
from lmul.hdl.verilog.wrappers import FlatPorts
from lmul.sim.export.bench.pieces import (
    HEAD,
    LOAD_FILE,
    STEP_NOISE,
    VERDICT,
    connections,
    fill,
    indent,
    vector_range,
)
from lmul.sim.export.bench.vectors import Vectors
from lmul.sim.reference.matrices import OUT

__all__ = ["bench_text", "companions"]


_MODULE = """\
module @MODULE@_tb;
  parameter VECTORS = "@MODULE@.hex";
  localparam LINES = @LINES@;  // @LINE@
  localparam COUNT = @COUNT@;  // dot products
  localparam LATENCY = @LATENCY@;
  localparam SHOWN = 10;  // wrong results printed, at most

  reg [@WORD@:0] vectors[0:LINES-1];
  integer sent, checked, errors, place, cut;

  reg clk, rst, en, last, offered, expected_overflow;
  reg @LANES@keep_x, keep_y;
  reg [@CODE@:0] x, y;
  reg [31:0] expected_code, garbage;
  wire captures, last_next;
  wire [31:0] code;
@WIRES@

  // Edges make operands of codes; the rounder makes a code of a sum.
@EDGES@
  @MODULE@ dut (
@DUT@
  );
@ROUND@
  // Loads a line, and what its dot product is if it is the last one.
  task load(input [@WORD@:0] vector);
    begin
@LOADS@
    end
  endtask

  // One more wrong result; the first few are printed.
  task report;
    begin
      errors = errors + 1;
      if (errors <= SHOWN)
        $display("@MODULE@: dot product %0d: captures=%b code=%h overflow=%b, expected %b %h %b",
                 checked, captures, code, @OVERFLOW@, line[LATENCY-1][33],
                 line[LATENCY-1][32:1], line[LATENCY-1][0]);
    end
  endtask

  task unknown;
    begin
      {keep_x, keep_y, last} = {@MARKS@{1'bx}};
      x = {@CODE_BITS@{1'bx}};
      y = {@CODE_BITS@{1'bx}};
    end
  endtask

  task clock;
    begin
      #5 clk = 1;
      #5 clk = 0;
    end
  endtask

  // One edge with rst is enough, whatever is in the registers and at the inputs.
  task reset(input enabled);
    begin
      rst = 1;
      en = enabled;
      unknown;
      clock;
      rst = 0;
      if (captures !== 1'b0 || ^{@STATE@} === 1'bx) begin
        errors = errors + 1;
        $display("@MODULE@: after reset with en=%b: captures=%b total=%b, passed on: %b", enabled,
                 captures, @TOTAL@, @NEXT@);
      end
    end
  endtask

  // What must come out: a delay line of marks and results, moving when en is 1.
  reg [33:0] line[0:LATENCY-1];
  reg [@PASSED@:0] passed;  // the operands that were taken last
  reg [15:0] noise;  // decides on stalls and gaps

"""

_SIDES = (("a", "x"), ("b", "y"))
"""Operands, and what the bench calls their codes."""

_RUN = """
  initial begin
@LOAD_FILE@
    clk = 0;
    noise = 16'hace1;
    // Every register may hold anything, as after power-up.
    rst = 1'bx;
    en = 1;
    unknown;
    repeat (LATENCY + 1) clock;
    reset(1'bx);
    // Dot products that a reset cuts off must leave nothing behind.
    for (cut = 0; cut < 2; cut = cut + 1) begin
      en = 1;
      for (place = LINES < 40 ? 0 : LINES - 40; place < LINES - 1; place = place + 1) begin
        load(vectors[place]);
        clock;
      end
      reset(cut[0]);
    end
    for (place = 0; place < LATENCY; place = place + 1) line[place] = 34'd0;
    passed = @NEXT@;
    while (checked < COUNT) begin
      @STEP_NOISE@
      en = noise[1:0] != 0;
      offered = sent < LINES && noise[4:2] != 0;
      if (offered) load(vectors[sent]);
      else begin  // a bubble: codes that are not kept
        {keep_x, keep_y, last} = @MARKS@'d0;
        garbage = {noise, ~noise};
        x = @GARBAGE_X@;
        y = @GARBAGE_Y@;
      end
      #1;
      if (en) begin
        for (place = LATENCY - 1; place > 0; place = place - 1) line[place] = line[place-1];
        line[0] = {last, expected_code, expected_overflow};
        passed = @TAKEN@;
        if (offered) sent = sent + 1;
      end
      clock;
      // A stalled cycle must leave the output as it was.
      if (captures !== line[LATENCY-1][33]) report;
      else if (captures && @WRONG@) report;
      else if (@NEXT@ !== passed) begin
        errors = errors + 1;
        $display("@MODULE@: operands are not passed on: %h, expected %h", @NEXT@, passed);
      end
      if (en && line[LATENCY-1][33]) checked = checked + 1;
    end
    finish_with_verdict;
  end
endmodule
"""


def bench_text(design: MacDesign, vectors: Vectors, around: Mapping[str, str]) -> str:
    """The bench of a PE; it reads ``vectors.hex()`` from the file ``MODULE.hex``.

    Parameters
    ----------
    design : MacDesign
    vectors : Vectors
    around : dict of str to str
        The Verilog of :func:`~lmul.sim.export.bench.pe.companions`.
    """
    module = design.module_name
    path = datapath_of(design)
    terms, code = path.terms, path.code_width
    operand = {name: terms * field.width for name, field in path.edge_layout}
    result = {name: field.width for name, field in path.result_layout}
    wires = {f"{side}_{name}": width for side in "ab" for name, width in operand.items()}
    wires |= {f"{side}_next_{name}": w for side in "ab" for name, w in operand.items()}
    wires |= {f"total_{name}": width for name, width in result.items()}
    if "overflow" in result:
        wires["overflowed"] = 1

    def edge(side: str, codes: str, lane: int) -> str:
        has = read_ports(around[f"edge_{side}"], f"{module}_edge_{side}")
        ports = {"code": _lane(codes, lane, terms, code)}
        ports["keep"] = _lane(f"keep_{codes}", lane, terms, 1)
        ports |= {
            f"operand_{name}": _lane(f"{side}_{name}", lane, terms, field.width)
            for name, field in path.edge_layout
        }
        inner = connections({port: ports.get(port, "") for port in has})
        number = f"_{lane}" if terms > 1 else ""
        return f"  {module}_edge_{side} edge_{side}{number} (\n{inner}\n  );"

    ports = ["clk", "rst", "en", *(f"{side}_{name}" for side in "ab" for name in operand), "last"]
    ports += [f"{side}_next_{name}" for side in "ab" for name in operand]
    ports += ["last_next", "captures", *(f"total_{name}" for name in result)]
    if "round" in around:
        has = read_ports(around["round"], f"{module}_round")
        # Zeros while there is nothing to round, which simulates much quicker.
        totals = {
            f"result_{name}": f"captures ? total_{name} : {width}'d0"
            for name, width in result.items()
        } | {"code": "code", "overflowed": "overflowed"}
        inner = connections({port: totals[port] for port in has})
        rounder = f"  {module}_round rounder (\n{inner}\n  );\n"
    else:
        rounder = "  assign code = total_sum;\n"
    members = [f"{side}_{name}" for side in "ab" for name in operand]
    inputs = {port.name for port in vectors.inputs}
    loads = [
        f"{name if name in inputs else f'expected_{name}'} = vector[{low + width - 1}:{low}];"
        for name, (low, width) in vectors.fields.items()
    ]
    dots = int(vectors.columns["last"].sum())
    passed = 2 * sum(operand.values())
    passed_on = ", ".join([*(m[0] + "_next" + m[1:] for m in members), "last_next"])
    totals = ", ".join(f"total_{name}" for name in result)
    return fill(
        HEAD + _MODULE + VERDICT + _RUN,
        {
            "LOAD_FILE": LOAD_FILE.replace("COUNT", "LINES"),
            "STEP_NOISE": STEP_NOISE,
            "ABOUT": f"{dots} dot products of {len(vectors)} {_lines(terms)}, with stalls",
            "LINE": _lines(terms),
            "UNITS": "dot products",
            "WIRES": indent((f"wire {vector_range(w)}{name};" for name, w in wires.items()), 2),
            "EDGES": "\n".join(edge(*side, lane) for side in _SIDES for lane in range(terms)),
            "DUT": connections({name: name for name in ports}),
            "ROUND": rounder,
            "LOADS": indent(loads, 6),
            "OVERFLOW": "overflowed" if "overflow" in result else "1'b0",
            "WRONG": _wrong(path),
            "TAKEN": f"{{{', '.join([*members, 'last'])}}}",
            "NEXT": f"{{{passed_on}}}",
            "TOTAL": f"{{{totals}}}",
            "STATE": f"{passed_on}, {totals}",
            "PASSED": str(passed),
            "CODE": str(terms * code - 1),
            "CODE_BITS": str(terms * code),
            "LANES": vector_range(terms),
            "MARKS": str(2 * terms + 1),
            "GARBAGE_X": _repeated(f"garbage[{code - 1}:0]", terms),
            "GARBAGE_Y": _repeated(f"garbage[31:{32 - code}]", terms),
            "WORD": str(vectors.word_bits - 1),
            "LINES": str(len(vectors)),
            "COUNT": str(dots),
            "LATENCY": str(design.pe_latency),
            "MODULE": module,
        },
    )


def _lines(terms: int) -> str:
    """What the lines of the file of vectors are."""
    return "pairs of codes" if terms == 1 else f"groups of {terms} pairs of codes"


def _lane(signal: str, lane: int, terms: int, width: int) -> str:
    """What of a signal is of one lane of several."""
    if terms == 1:
        return signal
    low = lane * width
    return f"{signal}[{low}]" if width == 1 else f"{signal}[{low + width - 1}:{low}]"


def _repeated(signal: str, times: int) -> str:
    return signal if times == 1 else f"{{{times}{{{signal}}}}}"


def _wrong(path: Datapath) -> str:
    """The condition under which a dot product differs from what must come out."""
    wrong = "code !== line[LATENCY-1][32:1]"
    if "overflow" not in path.result_layout.members:
        return wrong
    return f"({wrong} || overflowed !== line[LATENCY-1][0])"


def companions(design: MacDesign, form: Form) -> dict[str, str]:
    """The Verilog of the modules that go out with a PE, by their names without the PE's.

    They are those of an array: one edge serves a row or a column of PEs, one rounder a column.
    """
    path = datapath_of(design)
    parts: dict[str, wiring.Component] = {
        "edge_a": path.edge(second=False),
        "edge_b": path.edge(second=True),
    }
    if isinstance(path, FloatDatapath):
        parts["round"] = path.rounder(FORMATS[OUT])
    name = design.module_name
    with written_as(form):
        return {part: convert(FlatPorts(made), f"{name}_{part}") for part, made in parts.items()}
