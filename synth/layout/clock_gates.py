"""Clock gates, estimated: registers whose clock stands still while they are not written.

Circuits are mapped without clock gates, so that each flip-flop's clock pin takes its energy in each
cycle. Here registers get the clock from a gate, which is open in some of the cycles.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from lmul.hdl.designs.mac import MacDesign
from lmul.synth.liberty.cells import Cell, Pin
from lmul.synth.liberty.conditions import Conditions
from lmul.synth.liberty.library import Library
from lmul.synth.liberty.search import cell_of

__all__ = ["ClockGates", "clock_gates", "gates_of"]


@dataclass(frozen=True)
class ClockGates:
    """The gates of some registers.

    Attributes
    ----------
    cell : str
        What a gate is made of.
    count : int
        How many there are.
    area_um2 : float
        Of all of them.
    saved : float
        fJ a cycle that clock pins take less.
    taken : float
        fJ a cycle that the gates take, with what charges the clock pins behind them.
    """

    cell: str
    count: int
    area_um2: float
    saved: float
    taken: float


def gates_of(
    design: MacDesign,
    library: Library,
    registers: Iterable[tuple[str, float]],
    writes: Mapping[str, float],
    cycles: float,
) -> ClockGates | None:
    """The clock gates of a PE's or an array's sums, saving and taking fJ an operation.

    Parameters
    ----------
    design : MacDesign
        With a ``dualW`` accumulator.
    library, registers
        As for :func:`clock_gates`.
    writes : mapping of str to float
        Of each part the share of additions in which it is written.
    cycles : float
        Of an operation: 1 of a PE, of an array a share of one.
    """
    parts = [
        (part.stop - part.start, writes[name] / (cycles * design.multipliers))
        for name, part in design.sum_parts.rare.items()
    ]
    found = clock_gates(library, registers, parts, design.multipliers)
    return found and replace(found, saved=found.saved * cycles, taken=found.taken * cycles)


def clock_gates(
    library: Library,
    registers: Iterable[tuple[str, float]],
    parts: Iterable[tuple[int, float]],
    count: int,
) -> ClockGates | None:
    """The clock gates of a circuit, one a part or more; None where they can't be made.

    The smallest clock gate of the library is taken: a latch that is open while the clock is low,
    and an AND. Where the library has none, a flip-flop's clock pin stands for the latch's, which
    has no more transistors, and its smallest AND does the rest.

    Parameters
    ----------
    library : Library
    registers : iterable of (str, float)
        Of each flip-flop of the circuit the cell, and the fJ a cycle that its clock pin takes. The
        most frequent one is taken for all behind gates.
    parts : iterable of (int, float)
        Of each part behind a gate its bits, and the share of cycles in which they are written.
    count : int
        How often the circuit has these parts.

    Raises
    ------
    ValueError
        When the library states no voltage.
    """
    voltage = library.voltage
    if not voltage:
        raise ValueError(f"{library.label} states no voltage")
    pins: dict[str, list[float]] = {}
    for name, energy in registers:
        pins.setdefault(name, []).append(energy)
    usual = max(pins, key=lambda name: len(pins[name]))
    each = sum(pins[usual]) / len(pins[usual])
    pin = _clock_pin(library[usual])
    slew = Conditions.of(library).input_slew_ps
    gate = min(library.clock_gates, key=lambda name: library[name].area, default=None)
    if gate is not None:
        made, area = gate, library[gate].area
        [held] = [one for one in library[gate].pins.values() if one.clock]
        drives = library[gate]
    else:
        both = cell_of(library, "a b")
        if both is None:
            return None
        made, area = f"{usual} (as a latch) and {both}", library[usual].area + library[both].area
        held, drives = pin, library[both]
    [out] = drives.outputs
    gates, saved, taken = 0, 0.0, 0.0
    for bits, share in parts:
        load = bits * pin.capacitance
        most = out.max_capacitance
        number = math.ceil(load / most) if most else 1
        opens = _inside(out, slew, load / number) * share
        gates += number
        saved += bits * each * (1 - share)
        taken += number * (_inside(held, slew, 0.0) + opens) + share * load * voltage**2
    return ClockGates(made, count * gates, count * gates * area, count * saved, count * taken)


def _clock_pin(flipflop: Cell) -> Pin:
    assert flipflop.state is not None and flipflop.state.clocked_on is not None
    [name] = flipflop.state.clocked_on.inputs
    return flipflop.pins[name]


def _inside(pin: Pin, slew: float, load: float) -> float:
    """fJ inside a cell for a rise and a fall of a pin, in the mean of its causes and states."""
    tables = [[t for t in (arc.rise, arc.fall) if t is not None] for arc in pin.power]
    each = [sum(table(slew, load) for table in both) for both in tables]
    return float(np.mean(each)) if each else 0.0
