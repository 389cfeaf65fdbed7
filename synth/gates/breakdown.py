"""Where a PE's, an array's or a dot-product unit's gates and flip-flops are, part by part."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from lmul.hdl.designs.design import Design
from lmul.hdl.verilog.parts import CONTROL, part_modules, part_of_module, part_of_register
from lmul.synth.gates.circuit import Circuit
from lmul.synth.gates.count import GateCount, count, mapped
from lmul.synth.gates.netlist import Module, is_flipflop, is_gate

__all__ = [
    "ARRAY_PARTS",
    "DOT_PARTS",
    "PE_PARTS",
    "SPLIT_LEVELS",
    "PartCount",
    "Split",
    "parts",
    "register_names",
    "split",
]


PE_PARTS = ("product", "align", "accumulate", "operand registers", CONTROL)
ARRAY_PARTS = (
    *("PEs", "drain registers", "edges", "skew registers", "rounders", "stream ports"),
    CONTROL,
)
DOT_PARTS = (
    *("edges", "product", "align", "sum", "normalise", "accumulate", "registers"),
    CONTROL,
)
_PARTS = {"pe": PE_PARTS, "array": ARRAY_PARTS, "dot": DOT_PARTS}
SPLIT_LEVELS = tuple(_PARTS)


@dataclass(frozen=True)
class PartCount:
    """Gates and flip-flops of one part."""

    part: str
    gates: int
    flipflops: int


@dataclass(frozen=True)
class Split:
    """A design's gates by part.

    Attributes
    ----------
    whole : GateCount
        The design as it is counted everywhere: a PE flattened, an array by its parts.
    parts : tuple of PartCount
        Each part synthesised apart, in the order of :data:`PE_PARTS`, :data:`ARRAY_PARTS` or
        :data:`DOT_PARTS`. The aligner of a floating-point accumulator can't be told from it: its
        ``align`` is 0. Integers have no edge, align nothing, and their sum is the accumulator's;
        so is that of the pairs that a PE takes at once.
    """

    whole: GateCount
    parts: tuple[PartCount, ...]

    def part(self, name: str) -> PartCount:
        """The count of one part."""
        return next(part for part in self.parts if part.part == name)

    @property
    def across(self) -> int:
        """Gates of the whole less those of its parts.

        Below zero, Yosys saved so many by looking across the parts' boundaries; that it may also
        be above zero shows how much of a count is luck.
        """
        return self.whole.gates - sum(part.gates for part in self.parts)

    def section(self) -> dict[str, Any]:
        """For a report's JSON."""
        found: dict[str, Any] = {
            part.part: {"gates": part.gates, "flipflops": part.flipflops} for part in self.parts
        }
        return found | {"across parts": {"gates": self.across, "flipflops": 0}}


def split(design: Design | str | Circuit) -> Split:
    """Count a PE, an array or a dot-product unit, whole and by part.

    Raises
    ------
    TypeError, ValueError, ToolNotFound, ToolFailed
        As :func:`parts` and :func:`lmul.synth.gates.count.count`.
    """
    circuit = Circuit.of(design)
    found = parts(circuit)
    return Split(count(circuit), found)


def parts(design: Design | str | Circuit) -> tuple[PartCount, ...]:
    """Count a circuit's parts, each synthesised apart.

    Returns
    -------
    tuple of PartCount
        In the order of :data:`PE_PARTS`, :data:`ARRAY_PARTS` or :data:`DOT_PARTS`.

    Raises
    ------
    TypeError, ValueError
        When it is no PE, no array and no dot-product unit.
    ToolNotFound, ToolFailed
        When Yosys is missing or rejects the circuit.
    """
    circuit = Circuit.of(design)
    if circuit.level not in SPLIT_LEVELS:
        raise ValueError(
            f"Design {circuit.name!r} has no parts; a PE, an array or a dot-product unit has"
        )
    apart = replace(circuit, parts=part_modules(circuit.verilog, circuit.level))
    netlist, _ = mapped(apart)
    gates: Counter[str] = Counter()
    flipflops: Counter[str] = Counter()
    for name, times in netlist.times.items():
        module = netlist.modules[name]
        own = part_of_module(name, circuit.level)
        names = register_names(module)
        for cell in module["cells"].values():
            if is_gate(cell["type"]):
                gates[own or CONTROL] += times
            elif is_flipflop(cell["type"]):
                bit = cell["connections"]["Q"][0]
                # A dot-product unit's registers are none of its parts', though some stand in them.
                around = not own or circuit.level == "dot"
                part = part_of_register(names[bit], circuit.level) if around else own
                flipflops[part] += times
    return tuple(PartCount(part, gates[part], flipflops[part]) for part in _PARTS[circuit.level])


def register_names(module: Module) -> dict[int, set[str]]:
    """The names that each net has in the modules that were flattened into this one."""
    found: dict[int, set[str]] = {}
    for name, net in module["netnames"].items():
        for bit in net["bits"]:
            if isinstance(bit, int):
                found.setdefault(bit, set()).add(name.rpartition(".")[2])
    return found
