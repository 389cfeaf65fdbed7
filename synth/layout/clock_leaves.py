"""The clock tree's last stage, estimated: the buffers that drive the flip-flops.

All other figures have an ideal clock, which is as steep as the inputs. Here one kind of the
library's buffers drives so many flip-flops each that the clock is still that steep at their pins.
Of all kinds and numbers the one is taken that takes the least energy a flip-flop. What stands above
these buffers is shared with other circuits and not estimated; the pins of the buffers are its load.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lmul.synth.layout.wires import NONE, reach_um, wire_capacitance
from lmul.synth.liberty.cells import FALL, RISE, Cell
from lmul.synth.liberty.conditions import Conditions
from lmul.synth.liberty.library import Library
from lmul.synth.liberty.search import buffers_of

__all__ = ["ClockLeaves", "clock_leaves"]


_MOST = 64
"""Flip-flops of a buffer that are tried."""


@dataclass(frozen=True)
class ClockLeaves:
    """The last stage of a clock tree.

    Attributes
    ----------
    buffer : str
        The cell.
    count : int
        How many there are.
    each : int
        Flip-flops that one may drive: all drive about as many, and none more.
    area_um2 : float
        Of all of them.
    energy : float
        fJ a cycle: what charges the flip-flops' clock pins and the wires to them, and what the
        buffers spend inside.
    leakage : float
        nW.
    """

    buffer: str
    count: int
    each: int
    area_um2: float
    energy: float
    leakage: float


def clock_leaves(cells: Mapping[str, int], library: Library, wires: str) -> ClockLeaves | None:
    """The last stage of a circuit's clock tree; None without flip-flops, or without a buffer.

    Parameters
    ----------
    cells : mapping of str to int
        How many of each there are in the circuit.
    library : Library
    wires : str
        One of :data:`lmul.synth.layout.wires.SETTINGS`.

    Raises
    ------
    ValueError
        When the library states no voltage, or its metal is not known.
    """
    flipflops = {name: count for name, count in cells.items() if library[name].is_flipflop}
    total = sum(flipflops.values())
    voltage = library.voltage
    if not total:
        return None
    if not voltage:
        raise ValueError(f"{library.label} states no voltage")
    pins = sum(count * _clock_pin(library[name]) for name, count in flipflops.items())
    area = sum(count * library[name].area for name, count in cells.items())
    length = reach_um(sum(cells.values()), area, wires)
    wire = 0.0 if wires == NONE else wire_capacitance(library, length)
    load = pins / total + wire  # of a flip-flop, fF
    slew = Conditions.of(library).input_slew_ps
    best: tuple[float, ClockLeaves] | None = None
    for name in buffers_of(library):
        cell = library[name]
        for each in range(1, min(total, _MOST) + 1):
            if not _drives(cell, each * load, slew):
                break
            count = math.ceil(total / each)
            share = total / count  # flip-flops of a buffer, in the mean
            inside = count * _inside(cell, slew, share * load)
            energy = total * load * voltage**2 + inside
            found = ClockLeaves(name, count, each, count * cell.area, energy, count * cell.leakage)
            if best is None or energy < best[0]:
                best = energy, found
    return best[1] if best else None


def _clock_pin(flipflop: Cell) -> float:
    """fF."""
    assert flipflop.state is not None and flipflop.state.clocked_on is not None
    [pin] = flipflop.state.clocked_on.inputs
    return flipflop.pins[pin].capacitance


def _drives(cell: Cell, load: float, slew: float) -> bool:
    """Whether a buffer may drive a load, fF, and hands both edges on no slower than it has them."""
    [output] = cell.outputs
    if output.max_capacitance is not None and load > output.max_capacitance:
        return False
    stages = [arc.at(edge, slew, load) for arc in output.timing for edge in (RISE, FALL)]
    given = [stage[1] for stage in stages if stage]
    return bool(given) and max(given) <= slew


def _inside(cell: Cell, slew: float, load: float) -> float:
    """fJ that a buffer spends inside itself for a rise and a fall."""
    return sum(_edges(cell, slew, load))


def _edges(cell: Cell, slew: float, load: float) -> Iterator[float]:
    for pin in cell.pins.values():
        for arc in pin.power:
            for table in (arc.rise, arc.fall):
                if table:
                    yield table(slew, load if pin.direction == "output" else 0.0)
