"""One module of a netlist as Yosys's ``write_json`` gives it."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any

__all__ = [
    "Cell",
    "Hierarchy",
    "Module",
    "bits_of",
    "cell_types",
    "cells_of_stat",
    "evaluation_order",
    "gate_order",
    "is_flipflop",
    "is_gate",
    "module_of_stat",
]


Module = Mapping[str, Any]
Cell = Mapping[str, Any]

INVERTER = "$_NOT_"
TWO_INPUT = ("$_AND_", "$_OR_", "$_NAND_", "$_NOR_", "$_XOR_", "$_XNOR_")
_BOOKKEEPING = ("$scopeinfo",)  # says where flattened cells came from; no hardware
_FLIPFLOPS = ("$_DFF", "$_SDFF", "$_ALDFF", "$_FF_")  # $_DFFE_, $_SDFFCE_ … begin so too


def is_gate(cell_type: str) -> bool:
    """Whether it is an inverter or one of the two-input gates."""
    return cell_type == INVERTER or cell_type in TWO_INPUT


def is_flipflop(cell_type: str) -> bool:
    """Whether it is one of Yosys's single-bit flip-flops, of whatever enable and reset."""
    return cell_type.startswith(_FLIPFLOPS)


def cell_types(module: Module) -> Counter[str]:
    """How many cells of each type the module holds, without Yosys's bookkeeping cells."""
    return Counter(
        cell["type"] for cell in module["cells"].values() if cell["type"] not in _BOOKKEEPING
    )


def gate_order(module: Module) -> list[Cell]:
    """The gates, each after all gates in front of it.

    Raises
    ------
    ValueError
        When the gates form a loop, which has no order.
    """
    gates = [cell for cell in module["cells"].values() if is_gate(cell["type"])]
    reads, drives = ([list(bits_of(gate, way)) for gate in gates] for way in ("input", "output"))
    try:
        return [gates[index] for index in evaluation_order(reads, drives)]
    except ValueError as error:
        raise ValueError(f"The netlist has {error} gates") from None


def evaluation_order(
    reads: Sequence[Iterable[int]], drives: Sequence[Iterable[int]]
) -> Iterator[int]:
    """The places of cells, each after all cells whose nets it reads.

    Parameters
    ----------
    reads, drives : sequence of iterable of int
        Of each cell the nets at its inputs, and those at its outputs.

    Raises
    ------
    ValueError
        ``"a combinational loop through N"``: the cells of a loop have no order.
    """
    drivers = {net: place for place, nets in enumerate(drives) for net in nets}
    graph = {
        place: [drivers[net] for net in nets if net in drivers] for place, nets in enumerate(reads)
    }
    try:
        yield from TopologicalSorter(graph).static_order()
    except CycleError as error:
        loop = error.args[1]  # its first cell is named at both ends
        raise ValueError(f"a combinational loop through {len(loop) - 1}") from None


def bits_of(cell: Cell, direction: str) -> Iterable[int]:
    """The nets at a cell's inputs or outputs, without constant bits."""
    # Constant bits are the strings "0", "1", "x", "z"; nets are numbers.
    for port, way in cell["port_directions"].items():
        if way == direction:
            yield from (bit for bit in cell["connections"][port] if isinstance(bit, int))


def module_of_stat(stat: str, top: str) -> dict[str, Any]:
    """The entry of one module, areas of modules inside it included."""
    return json.loads(stat)["modules"][f"\\{top}"]


def cells_of_stat(stat: str, top: str) -> dict[str, int]:
    """Count the cells by type of a module and, once for each instance, of those inside it.

    Yosys counts ``$scopeinfo`` among the cells although it is a note and no hardware: left out.
    """
    modules = json.loads(stat)["modules"]

    def inside(name: str) -> Counter[str]:
        found: Counter[str] = Counter()
        for kind, number in modules[name].get("num_cells_by_type", {}).items():
            cells = inside(f"\\{kind}") if f"\\{kind}" in modules else {kind: 1}
            for cell, times in cells.items():
                found[cell] += number * times
        return found

    cells = inside(f"\\{top}")
    return {kind: number for kind, number in cells.items() if kind != "$scopeinfo"}


@dataclass(frozen=True)
class Hierarchy:
    """The modules of a ``write_json`` text below one top module.

    Parameters
    ----------
    modules : mapping of str to module
    top : str

    Raises
    ------
    ValueError
        When ``top`` is not among the modules.
    """

    modules: Mapping[str, Module]
    top: str

    def __post_init__(self) -> None:
        if self.top not in self.modules:
            raise ValueError(f"Yosys's netlist has no module {self.top!r}")

    @classmethod
    def read(cls, netlist: str, top: str) -> "Hierarchy":
        """The hierarchy of a ``write_json`` text.

        Raises
        ------
        ValueError
            When the text is no such netlist or the module is not in it.
        """
        try:
            modules = json.loads(netlist)["modules"]
        except (KeyError, TypeError, json.JSONDecodeError):
            raise ValueError("Yosys's netlist can't be read") from None
        inside = {
            name: module
            for name, module in modules.items()
            if "blackbox" not in module.get("attributes", {})
        }
        return cls(inside, top)

    @cached_property
    def times(self) -> Counter[str]:
        """How often each module stands in the whole, the top module once."""
        found: Counter[str] = Counter({self.top: 1})
        for name in self._top_down():
            for kind, number in cell_types(self.modules[name]).items():
                if kind in self.modules:
                    found[kind] += number * found[name]
        return found

    @cached_property
    def cells(self) -> Counter[str]:
        """Count the cells by type; those of a module once for each of its instances."""
        found: Counter[str] = Counter()
        for name, times in self.times.items():
            for kind, number in cell_types(self.modules[name]).items():
                if kind not in self.modules:
                    found[kind] += number * times
        return found

    def _top_down(self) -> Iterator[str]:
        """The modules in use, each after all those that it stands in."""
        inside: dict[str, list[str]] = {}
        fresh = [self.top]
        while fresh:
            name = fresh.pop()
            if name not in inside:
                inside[name] = self._below(name)
                fresh += inside[name]
        return reversed(list(TopologicalSorter(inside).static_order()))

    def _below(self, name: str) -> list[str]:
        return [kind for kind in cell_types(self.modules[name]) if kind in self.modules]
