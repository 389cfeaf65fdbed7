"""A mapped circuit whose parts stay modules: each one's netlist once, and what stands around them.

An array of 64 by 64 has millions of cells, and those of a module are the same wherever it stands.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count, islice
from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.synth.gates.breakdown import register_names
from lmul.synth.gates.netlist import Module, cell_types
from lmul.synth.mapping.cell_netlist import CellNetlist
from lmul.synth.mapping.mapping import Mapped
from lmul.tools import yosys
from lmul.tools.errors import ToolFailed

__all__ = ["Part", "PartNetlist", "part_netlist"]


_FLATTEN = """\
read_json mapped.json
hierarchy -top {top}
setattr -mod -unset keep_hierarchy {inner}
flatten
opt_clean
write_json netlist.json
"""


@dataclass(frozen=True, eq=False)
class Part:
    """A module that stands in a circuit more than once, perhaps.

    Attributes
    ----------
    name : str
        The module's.
    netlist : CellNetlist
        With all modules inside it put in place.
    count : int
        How often it stands there.
    inputs, outputs : tuple of int
        Nets at its ports, without the clock's.
    sources, sinks : int arrays, shapes (inputs, count) and (outputs, count)
        The nets of the surrounding netlist that these are, in each place.
    """

    name: str
    netlist: CellNetlist
    count: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    sources: npt.NDArray[np.int64]
    sinks: npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PartNetlist:
    """A circuit cut into its parts and a rest that is in none.

    Attributes
    ----------
    rest : CellNetlist
        What is in no part; its ports are the circuit's and, facing it, those of each part.
    inputs, outputs : mapping of str to tuple of int
        The circuit's own ports among them.
    parts : tuple of Part
        Combinational ones first.
    registers : mapping of str to set of str
        Of each flip-flop in ``rest``, by its name, the names of the register that it is a bit of.
    """

    rest: CellNetlist
    inputs: Mapping[str, tuple[int, ...]]
    outputs: Mapping[str, tuple[int, ...]]
    parts: tuple[Part, ...]
    registers: Mapping[str, set[str]]

    @property
    def netlists(self) -> list[CellNetlist]:
        """The rest's and each part's."""
        return [self.rest, *(part.netlist for part in self.parts)]


def part_netlist(mapped: Mapped) -> PartNetlist:
    """The parts of a mapped circuit: those modules of ``circuit.parts`` that stand in its top.

    Raises
    ------
    ToolNotFound, ToolFailed
        When Yosys is missing or can't put modules in place; as
        :func:`lmul.synth.mapping.cell_netlist.netlist_of`.
    """
    circuit, text = mapped.circuit, mapped.netlist
    modules = json.loads(text)["modules"]
    outer = {kind for kind in cell_types(modules[circuit.top]) if kind in circuit.parts}
    if inner := [part for part in circuit.parts if part in modules and part not in outer]:
        script = _FLATTEN.format(top=circuit.top, inner=" ".join(inner))
        found = yosys.run(script, {"mapped.json": text}, outputs=("netlist.json",))
        text = found.outputs["netlist.json"]
        modules = json.loads(text)["modules"]
    try:
        netlists = {kind: CellNetlist.read(text, kind, mapped.library) for kind in sorted(outer)}
        return _joined(modules, netlists, mapped)
    except ValueError as error:
        raise ToolFailed(f"Circuit {circuit.name!r} can't be analysed: {error}") from None


def _joined(
    modules: Mapping[str, Module], netlists: Mapping[str, CellNetlist], mapped: Mapped
) -> PartNetlist:
    top = dict(modules[mapped.circuit.top])
    places: dict[str, list[str]] = {kind: [] for kind in netlists}
    ports: dict[str, Any] = dict(top["ports"])
    known = (bit for net in top["netnames"].values() for bit in net["bits"])
    unused = count(1 + max(bit for bit in known if isinstance(bit, int)))
    cells = {}
    for name, cell in top["cells"].items():
        netlist = netlists.get(cell["type"])
        if netlist is None:
            cells[name] = cell
            continue
        places[cell["type"]].append(name)
        for mine, way in ((netlist.inputs, "output"), (netlist.outputs, "input")):
            for port, nets in mine.items():
                if nets != (netlist.clock,):
                    # What is connected nowhere has nets of its own: every place has all ports.
                    bits = cell["connections"].get(port) or list(islice(unused, len(nets)))
                    ports[f"{name}.{port}"] = {"direction": way, "bits": bits}
    names, registers = register_names(top), {}
    for name, cell in cells.items():
        if cell["type"] in mapped.library and mapped.library[cell["type"]].is_flipflop:
            pins = [pin.name for pin in mapped.library[cell["type"]].outputs]
            bits = [bit for pin in pins for bit in cell["connections"].get(pin, ())]
            registers[name] = {register for bit in bits for register in names.get(bit, ())}
    alone = json.dumps({"modules": {"rest": top | {"ports": ports, "cells": cells}}})
    rest = CellNetlist.read(alone, "rest", mapped.library)
    parts = [_part(kind, netlist, places[kind], rest) for kind, netlist in netlists.items()]
    own = top["ports"]
    return PartNetlist(
        rest,
        {name: nets for name, nets in rest.inputs.items() if name in own},
        {name: nets for name, nets in rest.outputs.items() if name in own},
        tuple(sorted(parts, key=lambda part: len(part.netlist.flipflops) > 0)),
        registers,
    )


def _part(kind: str, netlist: CellNetlist, places: list[str], rest: CellNetlist) -> Part:
    inputs = {p: nets for p, nets in netlist.inputs.items() if nets != (netlist.clock,)}
    sources, sinks = (
        np.array(
            [[net for port in ports for net in side[f"{place}.{port}"]] for place in places],
            np.int64,
        ).T
        for ports, side in ((inputs, rest.outputs), (netlist.outputs, rest.inputs))
    )
    return Part(
        kind,
        netlist,
        len(places),
        tuple(net for nets in inputs.values() for net in nets),
        tuple(net for nets in netlist.outputs.values() for net in nets),
        sources,
        sinks,
    )
