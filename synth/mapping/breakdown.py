"""Which part of a multiplier, PE, dot-product unit or array a mapped cell belongs to."""

import json
from collections.abc import Iterable
from dataclasses import replace

from lmul.hdl.verilog.parts import (
    CONTROL,
    MODULES,
    part_modules,
    part_of_module,
    part_of_register,
)
from lmul.synth.gates.breakdown import register_names
from lmul.synth.gates.circuit import Circuit
from lmul.synth.liberty.file import Paths
from lmul.synth.liberty.library import load
from lmul.synth.mapping.cell_netlist import CellNetlist, Instance, map_to_cells
from lmul.synth.mapping.mapping import Mapped

__all__ = ["PARTED_LEVELS", "apart_by_part", "area_by_part", "array_parts", "by_part"]


PARTED_LEVELS = ("multiplier", "pe", "dot")


def apart_by_part(circuit: Circuit) -> Circuit:
    """The same circuit, its parts mapped apart before they are joined."""
    return replace(circuit, parts=part_modules(circuit.verilog, circuit.level))


def by_part(netlist: CellNetlist, values: Iterable[float], level: str) -> dict[str, float]:
    """A sum by part; flip-flops are a part of their own, and what is left is control.

    Parameters
    ----------
    netlist : CellNetlist
        Of :func:`apart_by_part`.
    values : iterable of float
        Of each of its instances.
    level : str
        One of :data:`PARTED_LEVELS`.
    """
    names = [*dict.fromkeys(MODULES[level].values()), "registers", CONTROL]
    found = dict.fromkeys(names, 0.0)
    for one, value in zip(netlist.instances, values, strict=True):
        found[_part(one, level)] += float(value)
    return {part: value for part, value in found.items() if value}


def area_by_part(design: str, liberty: Paths) -> dict[str, float]:
    """The area of a design's parts in a library, µm².

    Parts mapped apart share nothing across their boundaries: they add up to a little more or
    less than the circuit mapped as a whole.

    Raises
    ------
    ValueError
        For a design of another level.
    ValueError, ToolNotFound, ToolFailed
        As :func:`lmul.synth.mapping.cell_netlist.map_to_cells`.
    """
    circuit = Circuit.of(design)
    if circuit.level not in PARTED_LEVELS:
        raise ValueError(
            f"Design {circuit.name!r} has no parts here; multipliers, PEs and dot-product units "
            "have"
        )
    netlist = map_to_cells(apart_by_part(circuit), load(liberty))
    return by_part(netlist, (one.cell.area for one in netlist.instances), circuit.level)


def array_parts(netlist: CellNetlist, mapped: Mapped) -> list[str]:
    """Of each instance of an array which of :data:`lmul.synth.gates.breakdown.ARRAY_PARTS` it is.

    Parameters
    ----------
    netlist : CellNetlist
    mapped : Mapped
        What it is the netlist of.
    """
    top = json.loads(mapped.netlist)["modules"][mapped.circuit.top]
    names, around = register_names(top), {}
    for name, cell in top["cells"].items():
        if cell["type"] in mapped.library and mapped.library[cell["type"]].is_flipflop:
            pins = [pin.name for pin in mapped.library[cell["type"]].outputs]
            bits = [bit for pin in pins for bit in cell["connections"].get(pin, ())]
            known = {register for bit in bits for register in names.get(bit, ())}
            around[name] = part_of_register(known, "array")
    return [_innermost(one, "array") or around.get(one.name, CONTROL) for one in netlist.instances]


def _part(one: Instance, level: str) -> str:
    return "registers" if one.cell.is_flipflop else _innermost(one, level) or CONTROL


def _innermost(one: Instance, level: str) -> str:
    """The innermost part that has a name; empty where none has."""
    return next(filter(None, (part_of_module(name, level) for name in reversed(one.path))), "")
