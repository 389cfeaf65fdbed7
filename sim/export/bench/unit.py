"""The self-checking bench of a multiplier or product unit, in plain Verilog."""

from lmul.hdl.designs.design import Design
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

__all__ = ["bench_text"]


_MODULE = """\
module @MODULE@_tb;
  parameter VECTORS = "@MODULE@.hex";
  localparam COUNT = @COUNT@;
  localparam SHOWN = 10;  // wrong results printed, at most

  reg [@WORD@:0] vectors[0:COUNT-1];
  integer sent, checked, errors;

@DECLARATIONS@

  @MODULE@ dut (
@CONNECTIONS@
  );

  // Loads the operands of a vector, and what must come out.
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
        $display("@MODULE@: @FORMAT@", @SHOWN_VALUES@);
    end
  endtask

"""

_COMBINATIONAL = """
  initial begin
@LOAD_FILE@
    while (sent < COUNT) begin
      load(vectors[sent]);
      sent = sent + 1;
      #1;
      checked = checked + 1;
      if (@WRONG@) report;
    end
    finish_with_verdict;
  end
endmodule
"""

_PIPELINED = """
  // What must stand at the output: a delay line of the same length, moving when en is 1.
  localparam STAGES = @STAGES@;
  reg [STAGES-1:0] valid_line;
  reg [@RESULT@:0] line[0:STAGES-1];
  reg [15:0] noise;  // decides on stalls and gaps
  integer stage, cut;

  task clock;
    begin
      #5 clk = 1;
      #5 clk = 0;
    end
  endtask

  // One edge with rst is enough, whatever is in the registers and at the inputs.
  task reset(input enabled, input valid);
    begin
      rst = 1;
      en = enabled;
      i_valid = valid;
      clock;
      rst = 0;
      en = 1;
      i_valid = 0;
      for (stage = 0; stage < STAGES; stage = stage + 1) begin
        if (o_valid !== 1'b0) begin
          errors = errors + 1;
          $display("@MODULE@: o_valid=%b %0d edges after reset with en=%b i_valid=%b", o_valid,
                   stage, enabled, valid);
        end
        clock;
      end
    end
  endtask

  initial begin
@LOAD_FILE@
    clk = 0;
    noise = 16'hace1;
    // Every register may hold anything, as after power-up.
    rst = 1'bx;
    en = 1;
    i_valid = 1'bx;
    repeat (STAGES) clock;
    reset(1'bx, 1'bx);
    // What is valid before and during reset must not come out after it.
    load(vectors[0]);
    for (cut = 0; cut < 4; cut = cut + 1) begin
      en = 1;
      i_valid = 1;
      repeat (STAGES) clock;
      reset(cut[1], cut[0]);
    end
    valid_line = 0;
    while (checked < COUNT) begin
      @STEP_NOISE@
      en = noise[1:0] != 0;
      i_valid = sent < COUNT && noise[4:2] != 0;
      if (sent < COUNT) load(vectors[sent]);
      if (en) begin
        for (stage = STAGES - 1; stage > 0; stage = stage - 1) begin
          valid_line[stage] = valid_line[stage-1];
          line[stage] = line[stage-1];
        end
        valid_line[0] = i_valid;
        line[0] = @EXPECTED_ALL@;
        if (i_valid) sent = sent + 1;
      end
      clock;
      // A stalled cycle must leave the output as it was.
      @EXPECTED_ALL@ = line[STAGES-1];
      if (o_valid !== valid_line[STAGES-1] || (valid_line[STAGES-1] && (@WRONG@))) report;
      if (en && valid_line[STAGES-1]) checked = checked + 1;
    end
    finish_with_verdict;
  end
endmodule
"""


def bench_text(design: Design, vectors: Vectors) -> str:
    """The bench of a design; it reads ``vectors.hex()`` from the file ``MODULE.hex``."""
    pipelined = design.stages > 0
    inputs = {port.name: port.width for port in vectors.inputs}
    outputs = {port.name: port.width for port in vectors.outputs}
    control = ["clk", "rst", "en", "i_valid"] if pipelined else []
    declarations = [f"reg {name};" for name in control]
    declarations += [f"reg {vector_range(width)}{name};" for name, width in inputs.items()]
    declarations += [f"wire {vector_range(width)}{name};" for name, width in outputs.items()]
    declarations += ["wire o_valid;"] if pipelined else []
    declarations += [
        f"reg {vector_range(width)}expected_{name};" for name, width in outputs.items()
    ]
    connected = [*control, *inputs, *outputs, *(["o_valid"] if pipelined else [])]
    loads = [
        f"{name if name in inputs else f'expected_{name}'} = vector[{low + width - 1}:{low}];"
        for name, (low, width) in vectors.fields.items()
    ]
    shown = [*inputs, *outputs, *(f"expected_{name}" for name in outputs)]
    if pipelined:
        # The operands of the result that is compared have left long ago.
        shown = [*outputs, *(f"expected_{name}" for name in outputs), "o_valid"]
    everything = "all pairs of codes" if vectors.exhaustive else "corners and seeded pairs"
    text = HEAD + _MODULE + VERDICT + (_PIPELINED if pipelined else _COMBINATIONAL)
    replacements = {
        "LOAD_FILE": LOAD_FILE,
        "STEP_NOISE": STEP_NOISE,
        "UNITS": "vectors",
        "ABOUT": f"{len(vectors)} vectors, {everything}" + (", with stalls" if pipelined else ""),
        "DECLARATIONS": indent(declarations, 2),
        "CONNECTIONS": connections({name: name for name in connected}),
        "LOADS": indent(loads, 6),
        "FORMAT": " ".join(f"{name}=%h" for name in shown),
        "SHOWN_VALUES": ", ".join(shown),
        "WRONG": _wrong(list(outputs)),
        "EXPECTED_ALL": f"{{{', '.join(f'expected_{name}' for name in outputs)}}}",
        "RESULT": str(sum(outputs.values()) - 1),
        "WORD": str(vectors.word_bits - 1),
        "COUNT": str(len(vectors)),
        "STAGES": str(design.stages),
        "MODULE": design.module_name,
    }
    return fill(text, replacements)


def _wrong(outputs: list[str]) -> str:
    """The condition under which the outputs differ from what must come out."""
    conditions = [
        # The exponent of a product that is zero means nothing.
        f"(expected_p_sig != 0 && {name} !== expected_{name})"
        if name == "p_exp"
        else f"{name} !== expected_{name}"
        for name in outputs
    ]
    return " || ".join(conditions)
