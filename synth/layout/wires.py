"""Wires, estimated: nothing is placed, so lengths are those of an average circuit of its size.

Donath's formula gives the mean length of a connection between two of N cells that are placed well,
in widths of a cell, from Rent's exponent (W. E. Donath, IEEE Transactions on Circuits and Systems
26, 1979, pp. 272-277). Here each input pin and each output port is one connection of its net. The
exponent and the factor in front are fitted to four blocks that OpenROAD has placed and routed, of
400 to 5,000 cells in three nodes (docs/clocks.md): they give 91 to 111 % of their length. A
single net may be far from the mean.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lmul.hdl.designs.design import Design
from lmul.synth.gates.circuit import Circuit
from lmul.synth.liberty.library import Library
from lmul.synth.mapping.cell_netlist import ONE, CellNetlist

__all__ = [
    "METALS",
    "NONE",
    "SETTINGS",
    "Metal",
    "Wires",
    "check_wires",
    "reach_um",
    "wire_capacitance",
    "wires_of",
]


NONE = "none"

SETTINGS: Mapping[str, float] = {NONE: 0.0, "middle": 1.0, "long": 2.0}
"""By name: how long wires are, as a multiple of what the routed blocks have."""

_RENT = 0.7
_FIT = 0.8
_LEAST_CELLS = 4  # Donath's formula needs a few

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Metal:
    """The wires that signals run in.

    Attributes
    ----------
    capacitance : float
        fF/µm.
    resistance : float
        Ω/µm.
    """

    capacitance: float
    resistance: float


METALS: Mapping[str, Metal] = {
    "gf180mcu": Metal(0.135357, 0.385861),
    "sky130": Metal(0.172375, 0.8929),
    "sg13g2": Metal(0.173072, 2.07259),
    "NangateOpenCellLibrary": Metal(0.104578, 3.59251),
    "asap7": Metal(0.173323, 32.3151),
}
"""By what a library's name begins with or holds: signal wires as the OpenROAD flow scripts have
them, which its makers fitted to what they extracted from routed designs (flow/platforms/*/setRC.tcl
at commits 557e6fea, 83021aa8, 6c7e24ac, 257f85b3 and 213c957c)."""


@dataclass(frozen=True)
class Wires:
    """The wires of a netlist.

    Attributes
    ----------
    capacitances : float array, shape (nets,)
        fF.
    resistances : float array, shape (nets,)
        Ω, from the driver to the end.
    """

    capacitances: Floats
    resistances: Floats


def check_wires(setting: str, library: Library, *circuits: Design | Circuit) -> None:
    """Refuse a setting that is none of :data:`SETTINGS`, a library of unknown metal, and arrays.

    Raises
    ------
    ValueError
    """
    if setting not in SETTINGS:
        raise ValueError(f"Wires must be {', '.join(SETTINGS)}, not {setting!r}")
    if setting == NONE:
        return
    for one in circuits:
        if one.level == "array":
            raise ValueError(
                f"Design {one.name!r} is an array; wires are estimated for what stands in one "
                "place: multipliers, PEs, dot-product units"
            )
    _metal(library)


def reach_um(cells: int, area_um2: float, setting: str) -> float:
    """The mean length of a connection in a circuit of so many cells, µm.

    Parameters
    ----------
    cells : int
    area_um2 : float
        Of all of them.
    setting : str
        One of :data:`SETTINGS`.
    """
    if not cells:
        return 0.0
    width = math.sqrt(area_um2 / cells)
    return SETTINGS[setting] * _FIT * _donath(max(cells, _LEAST_CELLS)) * width


def wires_of(netlist: CellNetlist, library: Library, setting: str) -> Wires | None:
    """The wires of all nets but the clock's, which is ideal; None with the setting ``none``.

    Raises
    ------
    ValueError
        As :func:`check_wires`.
    """
    check_wires(setting, library)
    if setting == NONE:
        return None
    cells = netlist.instances
    sinks = np.zeros(netlist.nets)
    for one in cells:
        for pin in one.cell.inputs:
            if pin.name in one.pins:
                sinks[one.pins[pin.name]] += 1
    for nets in netlist.outputs.values():
        np.add.at(sinks, list(nets), 1)
    sinks[: ONE + 1] = 0
    if netlist.clock is not None:
        sinks[netlist.clock] = 0
    metal = _metal(library)
    lengths = sinks * reach_um(len(cells), sum(one.cell.area for one in cells), setting)
    return Wires(lengths * metal.capacitance, lengths * metal.resistance)


def wire_capacitance(library: Library, length_um: float) -> float:
    """fF of a wire in a library's metal.

    Raises
    ------
    ValueError
        When its metal is not known.
    """
    return length_um * _metal(library).capacitance


def _metal(library: Library) -> Metal:
    for name, metal in METALS.items():
        if name in library.name:
            return metal
    raise ValueError(
        f"{library.label} has no estimate of wires: the metal is known of libraries whose names "
        f"hold {', '.join(METALS)}, not of {library.name!r}"
    )


def _donath(cells: int) -> float:
    """The mean length of a connection in widths of a cell."""
    p = _RENT
    sides = 7 * (cells ** (p - 0.5) - 1) / (4 ** (p - 0.5) - 1)
    corners = (1 - cells ** (p - 1.5)) / (1 - 4 ** (p - 1.5))
    return 2 / 9 * (sides - corners) * (1 - 4 ** (p - 1)) / (1 - cells ** (p - 1))
