"""One netlist through one stimulus: simulated, compared with the golden model, added up."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.dot import DotDesign
from lmul.hdl.designs.mac import MacDesign
from lmul.synth.energy.power import CellPower, cell_costs, port_energy
from lmul.synth.gatesim.bit_parallel import LANES, Ints
from lmul.synth.gatesim.simulation import Simulated, simulate, with_glitches
from lmul.synth.layout.wires import NONE, wires_of
from lmul.synth.liberty.conditions import Conditions
from lmul.synth.liberty.library import Library
from lmul.synth.mapping.cell_netlist import CellNetlist
from lmul.synth.stimuli.dot import Groups
from lmul.synth.stimuli.stimulus import Stimulus
from lmul.synth.stimuli.unit import Drive, drive
from lmul.synth.timing.arcs import check_arcs
from lmul.synth.timing.arrivals import electrical
from lmul.synth.timing.pin_delays import pin_delays
from lmul.tools.errors import ToolFailed

__all__ = [
    "Order",
    "Power",
    "Streams",
    "check_frequency",
    "check_library",
    "in_order",
    "simulated_power",
    "streams",
]


_MOST_WORDS = 16
_LEAST_CYCLES = 8  # of a stream that begins with a reset
_SAMPLE_CYCLES = 65
_SETTLING_CELLS = 30_000  # over all words of steps that are simulated with delays
_LEAST_SETTLING = 1 / 2048  # such words, of all pairs: an error of at most 1 %


@dataclass(frozen=True)
class Streams:
    """A stimulus laid out for simulation.

    Attributes
    ----------
    drive : Drive
    operations : int
        Cycles of it: pairs, or groups of pairs.
    pairs : int
    sequence : bool
        The streams are one sequence cut up, so that ``operations - 1`` steps are all there are.
    """

    drive: Drive
    operations: int
    pairs: int
    sequence: bool

    @property
    def share(self) -> float:
        """Of a cycle's energy, to a pair."""
        return self.operations / self.pairs


@dataclass(frozen=True)
class Power:
    """Energies of a netlist's cells.

    Attributes
    ----------
    without_glitches, unit_delay, real_delays : CellPower
    ports : mapping of str to float
        fJ a cycle, by port: :func:`lmul.synth.energy.power.port_energy`.
    run : Simulated
        What they were added up from.
    """

    without_glitches: CellPower
    unit_delay: CellPower
    real_delays: CellPower
    ports: Mapping[str, float]
    run: Simulated


def streams(design: Design, stimulus: Stimulus, sequential: bool, core: bool = False) -> Streams:
    """Lay out a stimulus as streams, 64 a word.

    Parameters
    ----------
    design : Design
    stimulus : Stimulus
    sequential : bool
        The netlist has flip-flops: each stream begins with a reset, and what fills none is left
        out. Otherwise each begins with the pair before it, and nothing is.
    core : bool
        Of a dot-product unit its core alone.

    Raises
    ------
    ValueError
        As :func:`lmul.synth.stimuli.unit.drive`; when there are too few pairs for flip-flops.
    """
    order = in_order(design, stimulus, core)
    length, operations = order.length, order.cycles
    if not sequential:
        lanes = LANES * min(_MOST_WORDS, max(1, operations // (LANES * 16)))
        cycles = -(-operations // lanes)
        rows = np.arange(-1, cycles)[:, None] + np.arange(lanes) * cycles
        rows = np.clip(rows, 0, operations - 1)  # repeats toggle nothing
        return Streams(order.drive(rows, length), operations, order.pairs, True)
    lanes = LANES * min(_MOST_WORDS, max(1, operations // (LANES * max(_LEAST_CYCLES, 4 * length))))
    length = min(length, operations // lanes)
    cycles = operations // lanes // length * length if length else 0
    if cycles < _LEAST_CYCLES:
        each = -(-order.pairs // operations)
        raise ValueError(
            f"A design with registers needs at least {_LEAST_CYCLES * LANES * each} pairs, not "
            f"{order.pairs}"
        )
    used = lanes * cycles
    rows = np.arange(used).reshape(lanes, cycles).T
    return Streams(order.drive(rows, length), used, order.pairs_of(used), False)


@dataclass(frozen=True)
class Order:
    """A stimulus cycle by cycle.

    Attributes
    ----------
    cycles, pairs : int
        How many there are.
    length : int
        Cycles of a dot product.
    drive : callable
        Drives the design with cycles of chosen numbers, shape (cycles, streams), in dot products
        of a length.
    """

    cycles: int
    pairs: int
    length: int
    drive: Callable[[Ints, int], Drive]

    def pairs_of(self, cycles: int) -> int:
        """The pairs of whole dot products that take so many cycles."""
        return cycles * self.pairs // self.cycles


def in_order(design: Design, stimulus: Stimulus, core: bool = False) -> Order:
    """A pair a cycle, or N at a time, of a dot-product unit with the sum so far."""
    if isinstance(design, DotDesign):
        groups = Groups.of(design, stimulus)
        driven = groups.drive_core if core else groups.drive
        return Order(len(groups), groups.pairs, groups.length, lambda rows, _: driven(rows))
    if isinstance(design, MacDesign) and design.terms > 1:
        stimulus = stimulus.in_groups(design.terms)
    x, y = stimulus.x, stimulus.y
    return Order(
        len(x),
        stimulus.pairs,
        stimulus.length,
        lambda rows, length: drive(design, x[rows], y[rows], length),
    )


def simulated_power(
    name: str,
    netlist: CellNetlist,
    given: Streams,
    library: Library,
    glitches: bool = True,
    cycles: int | None = _SAMPLE_CYCLES,
    wires: str = NONE,
) -> Power:
    """Simulate a netlist, compare its results with the golden model's, and add up.

    Parameters
    ----------
    name : str
        For messages.
    netlist : CellNetlist
    given : Streams
    library : Library
        Its voltage and its :class:`~lmul.synth.liberty.conditions.Conditions` are taken: the
        transition at the ports. Outputs have no load: what they drive takes that energy.
    glitches : bool
        Simulate with delays too; else all three are without glitches.
    cycles : int or None
        How many of each stream the shares of states are taken from; None for all.
    wires : str
        One of :data:`lmul.synth.layout.wires.SETTINGS`.

    Raises
    ------
    ToolFailed
        When a result is not the golden model's.
    ValueError
        When the library has no voltage, no energies, or no delays; for wires, as
        :func:`lmul.synth.layout.wires.wires_of`.
    """
    voltage = check_library(library)
    lines = wires_of(netlist, library, wires)
    conditions = electrical(netlist, Conditions.of(library).input_slew_ps, wires=lines)
    if glitches:
        check_arcs(netlist, library, setup=False)
    settling = max(
        math.ceil(_LEAST_SETTLING * given.operations),
        _SETTLING_CELLS // max(1, len(netlist.instances)),
    )
    found = simulate(
        netlist,
        given.drive.inputs,
        given.drive.first,
        cycles,
        settling if glitches else 0,
        pin_delays(netlist, conditions) if glitches else None,
    )
    if wrong := given.drive.wrong(found.outputs):
        raise ToolFailed(
            f"Netlist of {name!r} gives {wrong} results that are not the golden model's: it has "
            "no energy worth a figure"
        )
    toggles = found.toggles
    if given.sequence:
        toggles = replace(toggles, steps=given.operations - 1)
    costs = cell_costs(netlist, found.values, conditions, voltage)
    ports = port_energy(netlist, toggles, conditions, voltage)
    without = costs.power(toggles)
    if not glitches:
        return Power(without, without, without, ports, found)
    unit, real = (
        costs.power(with_glitches(toggles, found.settled, delayed))
        for delayed in (found.unit_delay, found.real_delays)
    )
    return Power(without, unit, real, ports, found)


def check_frequency(frequency: float) -> None:
    """Raise ValueError for what is no frequency, in Hz."""
    if not 0 < frequency < float("inf"):
        raise ValueError(f"The frequency must be above 0 Hz and finite, not {frequency!r}")


def check_library(library: Library) -> float:
    """The supply voltage of a library that has energies, V.

    Raises
    ------
    ValueError
        When it states no voltage, or no cell has a power table.
    """
    if not library.voltage:
        raise ValueError(
            f"{library.label} can't be used for energy: it states no voltage: nom_voltage, or "
            "default_operating_conditions that state one"
        )
    if not any(pin.power for name in library for pin in library[name].pins.values()):
        raise ValueError(
            f"{library.label} can't be used for energy: no cell has internal_power tables"
        )
    return library.voltage
