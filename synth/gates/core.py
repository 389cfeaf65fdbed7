"""The part of a dot-product unit that grows with its terms, as a circuit of its own."""

from dataclasses import replace

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.dot import DotDesign
from lmul.hdl.numbers.formats import INT8
from lmul.hdl.verilog.ports import read_ports
from lmul.synth.gates.circuit import Circuit

__all__ = ["core_circuit"]


_INT8_CORE = """
module {core} (input [{lanes}:0] x, input [{lanes}:0] y, output [{high}:0] p);
  wire [{sum_high}:0] total;
  {unit} unit (.x(x), .y(y), .acc({sum_bits}'d0), .p(total));
  assign p = total[{high}:0];
endmodule
"""


def core_circuit(design: Design | str) -> Circuit:
    """Products, their alignment and their exact sum: no edge, no normalising, no accumulator.

    Of a design with registers, that of the same one without. Of integers, which have none of
    these, the unit with nothing to add to, its sum as wide as N products need.

    Raises
    ------
    TypeError, ValueError
        When it is no dot-product unit.
    """
    design = replace(DotDesign.parse(design), stages=0)
    whole = Circuit.of(design)
    text, core = whole.verilog, f"{whole.top}_core"
    if design.kind == "int8":
        total = read_ports(text, whole.top)["p"].width
        bits = 2 * INT8.width + (design.terms - 1).bit_length()
        text += _INT8_CORE.format(
            core=core,
            unit=whole.top,
            lanes=design.terms * INT8.width - 1,
            high=bits - 1,
            sum_high=total - 1,
            sum_bits=total,
        )
    return Circuit(core, text, "core", f"core of {design.name}")
