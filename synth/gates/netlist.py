"""One module of a netlist as Yosys's ``write_json`` gives it."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

__all__ = [
    "Cell",
    "Hierarchy",
    "Module",
    "bits_of",
    "cell_types",
    "cells_of_stat",
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
    readers: dict[int, list[int]] = defaultdict(list)
    driven = {bit for gate in gates for bit in bits_of(gate, "output")}
    waiting = []
    for index, gate in enumerate(gates):
        inputs = [bit for bit in bits_of(gate, "input") if bit in driven]
        waiting.append(len(inputs))
        for bit in inputs:
            readers[bit].append(index)
    # Kahn's order: a gate is taken when all gates in front of it have been.
    ready = [index for index, count in enumerate(waiting) if not count]
    order = []
    while ready:
        index = ready.pop()
        order.append(gates[index])
        for bit in bits_of(gates[index], "output"):
            for reader in readers[bit]:
                waiting[reader] -= 1
                if not waiting[reader]:
                    ready.append(reader)
    if len(order) < len(gates):
        raise ValueError(
            f"The netlist has a combinational loop through {len(gates) - len(order)} gates"
        )
    return order


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
    """Cells by type of a module and of all modules inside it, as often as they stand there.

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
        """Cells by type of the whole, those of a module as often as it stands there."""
        found: Counter[str] = Counter()
        for name, times in self.times.items():
            for kind, number in cell_types(self.modules[name]).items():
                if kind not in self.modules:
                    found[kind] += number * times
        return found

    def _top_down(self) -> Iterator[str]:
        """The modules in use, each after all those that it stands in."""
        waiting: Counter[str] = Counter()
        reached, fresh = {self.top}, [self.top]
        while fresh:
            for kind in self._below(fresh.pop()):
                waiting[kind] += 1
                if kind not in reached:
                    reached.add(kind)
                    fresh.append(kind)
        ready = [self.top]
        while ready:
            name = ready.pop()
            yield name
            for kind in self._below(name):
                waiting[kind] -= 1
                if not waiting[kind]:
                    ready.append(kind)

    def _below(self, name: str) -> list[str]:
        return [kind for kind in cell_types(self.modules[name]) if kind in self.modules]
