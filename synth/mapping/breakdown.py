"""Which part of a multiplier, PE or dot-product unit a mapped cell belongs to."""

from collections.abc import Iterable
from dataclasses import replace

from lmul.hdl.verilog.parts import CONTROL, MODULES, part_modules, part_of_module
from lmul.synth.gates.circuit import Circuit
from lmul.synth.liberty.file import Paths
from lmul.synth.liberty.library import load
from lmul.synth.mapping.cell_netlist import CellNetlist, Instance, map_to_cells

__all__ = ["PARTED_LEVELS", "apart_by_part", "area_by_part", "by_part"]


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


def _part(one: Instance, level: str) -> str:
    if one.cell.is_flipflop:
        return "registers"
    # The innermost that has a name here.
    return next(filter(None, (part_of_module(name, level) for name in reversed(one.path))), CONTROL)
