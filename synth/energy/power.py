"""Energy of the cells of a netlist, from how often their pins change and in what states.

As a power tool has it that reads activities from a VCD (OpenSTA is what figures are compared
with), by cell:

- switching: C V² / 2 for each change of an output, C being the input pins that it drives;
- internal, of outputs: the power tables at the related input's transition and the output's load,
  mean of rise and fall, for each change; where there are several arcs, weighted by how often each
  one's input changed together with the output while the output depended on it and its ``when``
  held;
- internal, of inputs: the input pin's own tables for each of its changes, by how often ``when``
  held as it changed; a table without ``when`` holds where no other does;
- clock: the clock pins' tables, one rise and one fall a cycle, by the states that ``when`` names;
- leakage: by state, over the time of a cycle.

Where a library tells supplies apart (``related_pg_pin``), all this holds for each of them, and what
they give adds up. What it states for ground pins is left out: it is the same charge once more.

The mean of rise and fall is right because nets rise as often as they fall, and needed because
libraries may put the load's energy, with its sign, into either (see
:class:`lmul.synth.liberty.cells.PowerArc`).

Limits: no wires; transitions as :mod:`lmul.synth.timing.arrivals` has them; two inputs that change
together count as two halves of one cause; a clock pin named in a ``when`` is high half the time.
What charges the pins on a port's net, the clock's among them, whoever drives the port spends: it
is given apart, as power tools leave it out for want of a driver.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from lmul.synth.energy.cell_states import Alike, Floats, cell_groups, mean_energy
from lmul.synth.gatesim.bit_parallel import ONES, Ints, Words
from lmul.synth.gatesim.simulation import Toggles
from lmul.synth.liberty.cells import Leakage, Pin, PowerArc
from lmul.synth.mapping.cell_netlist import CellNetlist
from lmul.synth.timing.arrivals import Electrical

__all__ = ["CellCosts", "CellPower", "cell_costs", "port_energy"]


_Drawn = TypeVar("_Drawn", PowerArc, Leakage)


@dataclass(frozen=True)
class CellPower:
    """Energy a cycle of each cell, in the order of ``netlist.instances``.

    Attributes
    ----------
    switching, internal, clock : float arrays, shape (instances,)
        fJ a cycle.
    leakage : float array, shape (instances,)
        nW.
    """

    switching: Floats
    internal: Floats
    clock: Floats
    leakage: Floats

    @property
    def dynamic(self) -> float:
        """fJ a cycle of all cells, without leakage."""
        return float(self.switching.sum() + self.internal.sum() + self.clock.sum())


@dataclass(frozen=True)
class CellCosts:
    """What a change of each pin costs, in the states that a netlist was seen in.

    Attributes
    ----------
    instances, nets : int arrays, shape (pins,)
        Of each pin that is connected: the cell's place in ``netlist.instances``, and the net.
    switching, internal : float arrays, shape (pins,)
        fJ a change.
    clock : float array, shape (instances,)
        fJ a cycle.
    leakage : float array, shape (instances,)
        nW.
    """

    instances: Ints
    nets: Ints
    switching: Floats
    internal: Floats
    clock: Floats
    leakage: Floats

    def power(self, toggles: Toggles) -> CellPower:
        """The cells' energy when nets change so often."""
        rate = (toggles.nets / toggles.steps)[self.nets]
        switching, internal = (
            np.bincount(self.instances, rate * each, len(self.clock)).astype(np.float64)
            for each in (self.switching, self.internal)
        )
        return CellPower(switching, internal, self.clock, self.leakage)


def cell_costs(
    netlist: CellNetlist, sample: Words, conditions: Electrical, voltage: float
) -> CellCosts:
    """What each pin's changes cost.

    Parameters
    ----------
    netlist : CellNetlist
    sample : uint64 array, shape (nets, cycles, words)
        Settled values, at least two cycles, from which shares of states are taken.
    conditions : Electrical
    voltage : float
        V.

    Raises
    ------
    ValueError
        When a condition names what is no pin.
    """
    count = len(netlist.instances)
    clock, leakage = np.zeros(count), np.zeros(count)
    rows: list[tuple[Ints, Ints, Floats, Floats]] = []
    for alike in cell_groups(netlist, sample):
        leakage[alike.members] = _leakage(alike)
        for pin in alike.cell.pins.values():
            nets = alike.nets.get(pin.name)
            if nets is None:
                continue
            if pin.direction == "output":
                loads = conditions.loads[nets]
                each = _of_output(alike, pin, loads, conditions)
                rows.append((alike.members, nets, loads * voltage**2 / 2, each))
            elif pin.name in alike.clocks:
                clock[alike.members] += _of_clock(alike, pin, conditions)
            elif pin.name not in alike.tied:
                each = _of_input(alike, pin, conditions)
                rows.append((alike.members, nets, np.zeros(len(nets)), each))
    none = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
    places, nets, switching, internal = zip(none, *rows, strict=True)
    return CellCosts(
        np.concatenate(places),
        np.concatenate(nets),
        np.concatenate(switching),
        np.concatenate(internal),
        clock,
        leakage,
    )


def port_energy(
    netlist: CellNetlist, toggles: Toggles, conditions: Electrical, voltage: float
) -> Mapping[str, float]:
    """What whoever drives the ports spends a cycle on the pins behind them, fJ by port."""
    rate = toggles.nets / toggles.steps
    if netlist.clock is not None:
        rate[netlist.clock] = 2.0
    return {
        name: sum(float(rate[net] * conditions.loads[net]) * voltage**2 / 2 for net in nets)
        for name, nets in netlist.inputs.items()
    }


def _by_supply(entries: Iterable[_Drawn]) -> list[list[_Drawn]]:
    found: dict[str | None, list[_Drawn]] = {}
    for entry in entries:
        found.setdefault(entry.supply, []).append(entry)
    return list(found.values())


def _of_output(alike: Alike, pin: Pin, loads: Floats, conditions: Electrical) -> Floats:
    """fJ a change of an output."""
    each = (_from_supply(alike, pin, a, loads, conditions) for a in _by_supply(pin.power))
    return sum(each, np.zeros(len(loads)))


def _from_supply(
    alike: Alike, pin: Pin, arcs: Sequence[PowerArc], loads: Floats, conditions: Electrical
) -> Floats:
    """fJ that one supply gives for a change of an output."""
    costs = []
    for arc in arcs:
        source = alike.source(arc)
        slews = conditions.slews(alike.nets[source]) if source else np.zeros(len(loads))
        costs.append(mean_energy(arc, slews, loads))
    if len(arcs) == 1:
        return costs[0]
    causes = {arc.related_pin: _cause(alike, pin, arc) for arc in arcs}
    weights = np.zeros((len(arcs), len(loads)))
    for related, cause in causes.items():
        group = [i for i, arc in enumerate(arcs) if arc.related_pin == related]
        weights[group] = alike.shares([arcs[i].when for i in group], [cause] * len(group))
    # No change in the sample: all inputs that can change alike.
    possible = np.array([alike.source(arc) is not None for arc in arcs], float)
    weights[:, ~weights.any(axis=0)] = possible[:, None]
    total = weights.sum(axis=0)
    return np.where(total > 0, (weights * costs).sum(axis=0) / np.where(total > 0, total, 1), 0)


def _cause(alike: Alike, pin: Pin, arc: PowerArc) -> Words:
    """Where an output's change may come from the arc's input."""
    function, changed = pin.function, alike.changes(pin.name)
    if arc.related_pin in alike.clocks:
        return changed
    if arc.related_pin is None or function is None or arc.related_pin not in function.inputs:
        return np.zeros_like(changed)
    moved = changed & alike.changes(arc.related_pin)
    if alike.cell.state is not None:
        return moved
    now = {name: alike.values[name][:, 1:] for name in function.inputs}
    low = function(now | {arc.related_pin: np.zeros_like(changed)}, ONES)
    high = function(now | {arc.related_pin: np.full_like(changed, ONES)}, ONES)
    return moved & (low ^ high)


def _of_input(alike: Alike, pin: Pin, conditions: Electrical) -> Floats:
    """fJ a change of an input, whatever follows."""
    changed = alike.changes(pin.name)
    often = alike.share(changed)

    def shares(arcs: Sequence[PowerArc]) -> Floats:
        whens = [arc.when for arc in arcs]
        found = alike.shares(whens, [changed] * len(whens)) / np.where(often > 0, often, 1)
        if often.all():
            return found
        # Where the pin stayed as it was in all of the sample, any state is as good as another.
        return np.where(often > 0, found, alike.shares(whens))

    return _summed(pin, shares, conditions.slews(alike.nets[pin.name]))


def _of_clock(alike: Alike, pin: Pin, conditions: Electrical) -> Floats:
    """fJ a cycle: a rise and a fall."""

    def shares(arcs: Sequence[PowerArc]) -> Floats:
        return alike.shares([arc.when for arc in arcs])

    return 2 * _summed(pin, shares, conditions.slews(alike.nets[pin.name]))


def _summed(pin: Pin, shares: Callable[[Sequence[PowerArc]], Floats], slews: Floats) -> Floats:
    """fJ a change, from the shares of the changes for which the arcs of a supply hold."""
    still = np.zeros(len(slews))
    return sum(
        (
            share * mean_energy(arc, slews, still)
            for arcs in _by_supply(pin.power)
            for share, arc in zip(shares(arcs), arcs, strict=True)
        ),
        still,
    )


def _leakage(alike: Alike) -> Floats:
    """nW, by state."""
    entries = alike.cell.leakage_states
    if not entries or all(entry.when is None for entry in entries):
        return np.full(len(alike.members), alike.cell.leakage)
    return sum(
        (
            np.array([entry.power for entry in drawn]) @ alike.shares([e.when for e in drawn])
            for drawn in _by_supply(entries)
        ),
        np.zeros(len(alike.members)),
    )
