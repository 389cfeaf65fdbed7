"""The integer PE that sums in no more bits than it needs; it has no design's name."""

from lmul.hdl.designs.design import Design
from lmul.hdl.numbers.accumulator import DEFAULT_K_MAX
from lmul.hdl.numbers.sum_parts import SUM_BITS
from lmul.synth.comparison.designs import INT8_PE
from lmul.synth.energy.run import streams
from lmul.synth.gates.circuit import Circuit
from lmul.synth.gatesim.simulation import simulate
from lmul.synth.liberty.default import EMBEDDED
from lmul.synth.liberty.library import load
from lmul.synth.mapping.cell_netlist import map_to_cells
from lmul.synth.stimuli.stimulus import stimuli
from lmul.tools.errors import ToolFailed

__all__ = ["check_narrow_int8", "int8_own_width"]


_PAIRS = 1 << 14


def int8_own_width() -> tuple[Circuit, int]:
    """The integer PE whose sum is as narrow as its longest one allows, and its bits.

    Designs sum integers in 32 bits, as their arrays give them out; exact sums of floating-point
    kinds are sized for the same number of products, and this one is sized as they are.
    """
    # Imported here: the circuit pulls in Amaranth.
    from lmul.hdl.mac.int8 import IntDatapath, int_sum_bits
    from lmul.hdl.mac.pe import PE
    from lmul.hdl.verilog.convert import convert
    from lmul.hdl.verilog.wrappers import FlatPorts

    bits = int_sum_bits(DEFAULT_K_MAX)
    top = f"pe_int8_{bits}_bits"
    return Circuit(top, convert(FlatPorts(PE(IntDatapath(sum_bits=bits))), top), "pe"), bits


def check_narrow_int8(circuit: Circuit, bits: int) -> None:
    """Compare an integer PE that sums in ``bits`` bits with the golden model, as a mapped netlist.

    Raises
    ------
    ToolFailed
        When a sum of up to 64 products is another.
    ToolNotFound
        When Yosys or g++ is missing.
    """
    design = Design.parse(INT8_PE)
    [given] = stimuli("uniform", design, _PAIRS)
    drive = streams(design, given, sequential=True).drive
    outputs = dict(simulate(map_to_cells(circuit, load(EMBEDDED)), drive.inputs).outputs)
    low = outputs["total_sum"]
    outputs["total_sum"] = [*low, *[low[-1]] * (SUM_BITS - bits)]  # the sign goes on
    if wrong := drive.wrong(outputs):
        raise ToolFailed(f"{wrong} sums of the {bits}-bit integer PE are not the golden model's")
