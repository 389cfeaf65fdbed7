"""A netlist of standard cells in an order in which it can be evaluated."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any

from lmul.synth.gates.circuit import Circuit
from lmul.synth.gates.netlist import evaluation_order
from lmul.synth.liberty.cells import Cell
from lmul.synth.liberty.library import Library
from lmul.synth.mapping.mapping import Mapped, map_cells
from lmul.tools.errors import ToolFailed

__all__ = [
    "ONE",
    "ZERO",
    "CellNetlist",
    "Instance",
    "map_to_cells",
    "netlist_of",
    "ordered",
    "place_of",
]


ZERO, ONE = 0, 1
"""The nets of the two constants."""

_PATH = re.compile(r"(?:\$flatten)?((?:\\?\w+\.)*)")


@dataclass(frozen=True, eq=False)
class Instance:
    """One cell of a netlist.

    Attributes
    ----------
    name : str
    cell : Cell
    pins : mapping of str to int
        Net by pin name; a pin that is not connected is left out.
    path : tuple of str
        The modules that it stands in, below the top one, where they were kept apart.
    """

    name: str
    cell: Cell
    pins: Mapping[str, int]
    path: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class CellNetlist:
    """A circuit of standard cells.

    Attributes
    ----------
    nets : int
        How many there are; nets are numbered from 0, :data:`ZERO` and :data:`ONE` first.
    inputs, outputs : mapping of str to tuple of int
        Nets of each port, lowest bit first.
    gates : tuple of Instance
        Combinational cells, each after all that it reads from.
    flipflops : tuple of Instance
        All take their next state at the rising edge of ``clock``.
    clock : int or None
        Its net.
    """

    nets: int
    inputs: Mapping[str, tuple[int, ...]]
    outputs: Mapping[str, tuple[int, ...]]
    gates: tuple[Instance, ...]
    flipflops: tuple[Instance, ...]
    clock: int | None

    @cached_property
    def instances(self) -> tuple[Instance, ...]:
        """All cells."""
        return (*self.gates, *self.flipflops)

    @classmethod
    def read(cls, text: str, top: str, library: Library) -> "CellNetlist":
        """The netlist of a flat ``write_json`` text.

        Raises
        ------
        ValueError
            When a cell is not in the library, is a latch or has an asynchronous reset in use; for
            a combinational loop; for more than one clock, or one that is inverted.
        """
        module = json.loads(text)["modules"][top]
        numbers: dict[int | str, int] = {"0": ZERO, "x": ZERO, "z": ZERO, "1": ONE}

        def nets_of(bits: list[Any]) -> tuple[int, ...]:
            for bit in bits:
                if bit not in numbers:
                    numbers[bit] = len(numbers) - 2  # "x" and "z" share the net of "0"
            return tuple(numbers[bit] for bit in bits)

        ports: dict[str, dict[str, tuple[int, ...]]] = {"input": {}, "output": {}}
        for name, port in module["ports"].items():
            ports[port["direction"]][name] = nets_of(port["bits"])
        found = []
        for name, cell in module["cells"].items():
            if cell["type"] == "$scopeinfo":
                continue
            if cell["type"] not in library:
                raise ValueError(f"Library {library.name!r} has no cell {cell['type']!r}")
            pins = {pin: nets_of(bits)[0] for pin, bits in cell["connections"].items() if bits}
            found.append(Instance(name, library[cell["type"]], pins, place_of(name)))
        flipflops = tuple(one for one in found if one.cell.is_flipflop)
        gates = [one for one in found if not one.cell.is_flipflop]
        return cls(
            len(numbers) - 2,
            ports["input"],
            ports["output"],
            ordered(gates),
            flipflops,
            _clock(flipflops),
        )


def place_of(name: str) -> tuple[str, ...]:
    """The modules, kept apart when it was mapped, that a cell of this name stands in."""
    match = _PATH.match(name)
    path = match[1].replace("\\", "") if match else ""
    return tuple(path.split(".")[:-1])


def map_to_cells(
    circuit: Circuit, library: Library, restructuring: str | None = None
) -> CellNetlist:
    """A circuit mapped to a library as areas are measured.

    With ``circuit.parts`` those modules are mapped apart before they are joined.
    ``restructuring`` is as for :func:`lmul.synth.mapping.mapping.map_cells`.

    Raises
    ------
    ValueError
        When the library can't be used.
    ToolNotFound, ToolFailed
        When Yosys is missing or rejects the circuit or the library; as :func:`netlist_of`.
    """
    return netlist_of(map_cells(circuit, library, restructuring=restructuring))


def netlist_of(mapped: Mapped) -> CellNetlist:
    """The netlist of a mapped circuit.

    Raises
    ------
    ToolFailed
        For what :meth:`CellNetlist.read` refuses.
    """
    circuit = mapped.circuit
    try:
        return CellNetlist.read(mapped.flat_netlist, circuit.top, mapped.library)
    except ValueError as error:
        raise ToolFailed(f"Circuit {circuit.name!r} can't be analysed: {error}") from None


def ordered(gates: list[Instance]) -> tuple[Instance, ...]:
    """Gates, each after all that it reads from.

    Raises
    ------
    ValueError
        For a latch, an output without a function, or a combinational loop.
    """
    for one in gates:
        if one.cell.state is not None:
            raise ValueError(f"cell {one.cell.name!r} is a latch")
        for pin in one.cell.outputs:
            if pin.function is None and pin.name in one.pins:
                raise ValueError(f"cell {one.cell.name!r} has no function for {pin.name!r}")
    reads, drives = (
        [[one.pins[p.name] for p in pins(one.cell) if p.name in one.pins] for one in gates]
        for pins in (attrgetter("inputs"), attrgetter("outputs"))
    )
    try:
        return tuple(gates[place] for place in evaluation_order(reads, drives))
    except ValueError as error:
        raise ValueError(f"there is {error} cells") from None


def _clock(flipflops: tuple[Instance, ...]) -> int | None:
    clocks = set()
    for one in flipflops:
        state = one.cell.state
        assert state is not None and state.clocked_on is not None
        if state.clocked_on.truth_table() != (0, 1):
            raise ValueError(f"flip-flop {one.cell.name!r} does not take a plain rising clock")
        clocks.add(one.pins[state.clocked_on.inputs[0]])
        for kind, function in (("clear", state.clear), ("preset", state.preset)):
            if function is None:
                continue
            values = {pin: one.pins.get(pin, ZERO) for pin in function.inputs}
            if any(net > ONE for net in values.values()) or function(values, 1):
                raise ValueError(f"flip-flop {one.cell.name!r} has its asynchronous {kind} in use")
    if len(clocks) > 1:
        raise ValueError(f"its flip-flops have {len(clocks)} clocks")
    return clocks.pop() if clocks else None
