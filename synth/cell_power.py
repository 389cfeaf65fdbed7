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

The mean of rise and fall is right because nets rise as often as they fall, and needed because
libraries may put the load's energy, with its sign, into either (see
:class:`lmul.synth.cells.PowerArc`).

Limits: no wires; transitions as :mod:`lmul.synth.electrical` has them; two inputs that change
together count as two halves of one cause; a clock pin named in a ``when`` is high half the time.
What charges the pins on a port's net, the clock's among them, whoever drives the port spends: it
is given apart, as power tools leave it out for want of a driver.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lmul.synth.bit_words import ONES, Words, ones_in
from lmul.synth.cell_function import CellFunction
from lmul.synth.cell_netlist import ONE, ZERO, CellNetlist, Instance
from lmul.synth.cells import Pin, PowerArc
from lmul.synth.electrical import Electrical
from lmul.synth.gate_simulation import Toggles

__all__ = ["CellPower", "cell_power", "port_energy"]

Floats = npt.NDArray[np.float64]


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


class _States:
    """The states of one cell in a sample: which part of it a condition holds for."""

    def __init__(self, one: Instance, values: Sequence[Words], clock: int | None) -> None:
        self.one = one
        self.values = {pin: values[net] for pin, net in one.pins.items()}
        self.like = values[ZERO]
        self.clocks = [pin for pin, net in one.pins.items() if net == clock]
        for pin in one.cell.pins.values():
            if pin.name not in self.values:
                self.values[pin.name] = self._unconnected(pin)

    def _unconnected(self, pin: Pin) -> Words:
        """An open output, such as the complement of a flip-flop."""
        state = self.one.cell.state
        if pin.direction != "output" or pin.function is None:
            return self.like
        known: dict[str, Words] = dict(self.values)
        if state is not None:
            # The other output tells the state: what a flip-flop gives is it or its complement.
            for other in self.one.cell.outputs:
                if other.name in self.one.pins and other.function and other.function.inputs:
                    own = other.function.inputs[0] == state.names[0]
                    true = self.values[other.name] if own else ONES ^ self.values[other.name]
                    known |= dict(zip(state.names, (true, ONES ^ true), strict=False))
                    break
        if any(name not in known for name in pin.function.inputs):
            return self.like
        return self._full(pin.function(known, ONES))

    def _full(self, words: Words) -> Words:
        return words if words.shape == self.like.shape else np.full_like(self.like, words)

    def holds(self, when: CellFunction | None, clock: int) -> Words:
        """Where the condition holds while the clock is 0 or 1."""
        if when is None:
            return np.full_like(self.like, ONES)
        values = dict(self.values)
        for pin in self.clocks:
            values[pin] = np.full_like(self.like, ONES if clock else np.uint64(0))
        if missing := [name for name in when.inputs if name not in values]:
            raise ValueError(
                f"cell {self.one.cell.name!r} has a condition on {missing[0]!r}, which is no pin"
            )
        return self._full(when(values, ONES))

    def shares(
        self, whens: Sequence[CellFunction | None], where: Sequence[Words] | None = None
    ) -> Floats:
        """How much of the time each condition holds, where a word given with it is 1.

        A missing condition holds where no other one does.
        """
        words = self.like[1:].size * 64
        totals = np.zeros(len(whens))
        for clock in (0, 1) if self.clocks else (0,):
            found = [None if when is None else self.holds(when, clock)[1:] for when in whens]
            named = [f for f in found if f is not None]
            rest = ONES ^ np.bitwise_or.reduce(named) if named else self.holds(None, clock)[1:]
            for index, f in enumerate(found):
                held = rest if f is None else f
                totals[index] += ones_in(held if where is None else held & where[index])
        return totals / (words * (2 if self.clocks else 1))


def cell_power(
    netlist: CellNetlist,
    sample: Sequence[Words],
    toggles: Toggles,
    conditions: Electrical,
    voltage: float,
) -> CellPower:
    """Energy of each cell.

    Parameters
    ----------
    netlist : CellNetlist
    sample : sequence of uint64 arrays, shape (cycles, words)
        Settled values by net, at least two cycles, from which shares of states are taken.
    toggles : Toggles
        Of all nets.
    conditions : Electrical
    voltage : float
        V.

    Raises
    ------
    ValueError
        When a condition names what is no pin.
    """
    rate = toggles.nets / toggles.steps
    rows = []
    for one in netlist.instances:
        states = _States(one, sample, netlist.clock)
        switching = internal = clock = 0.0
        for pin in one.cell.pins.values():
            net = one.pins.get(pin.name)
            if net is None:
                continue
            if pin.direction == "output":
                load = float(conditions.loads[net])
                switching += rate[net] * load * voltage**2 / 2
                if rate[net]:
                    internal += rate[net] * _of_output(states, pin, load, conditions)
            elif net == netlist.clock:
                clock += _of_clock(states, pin, conditions)
            elif net > ONE and rate[net]:
                internal += rate[net] * _of_input(states, pin, conditions)
        rows.append((switching, internal, clock, _leakage(states)))
    return CellPower(*np.array(rows).reshape(-1, 4).T)


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


def _mean(arc: PowerArc, slew: float, load: float) -> float:
    found = [table(slew, load) for table in (arc.rise, arc.fall) if table]
    return sum(found) / 2 if found else 0.0


def _of_output(states: _States, pin: Pin, load: float, conditions: Electrical) -> float:
    """fJ a change of an output."""
    arcs = pin.power
    if not arcs:
        return 0.0
    one = states.one
    costs = []
    for arc in arcs:
        source = one.pins.get(arc.related_pin or "", ZERO)
        costs.append(_mean(arc, conditions.slew(source) if source > ONE else 0.0, load))
    if len(arcs) == 1:
        return costs[0]
    changed = states.values[pin.name][1:] ^ states.values[pin.name][:-1]
    causes = [_cause(states, pin, arc, changed) for arc in arcs]
    weights = np.zeros(len(arcs))
    for related in {arc.related_pin for arc in arcs}:
        group = [i for i, arc in enumerate(arcs) if arc.related_pin == related]
        weights[group] = states.shares([arcs[i].when for i in group], [causes[i] for i in group])
    if not weights.any():  # no change in the sample: all inputs that can change alike
        weights = np.array([one.pins.get(arc.related_pin or "", ZERO) > ONE for arc in arcs], float)
    return float(weights @ costs / weights.sum()) if weights.any() else 0.0


def _cause(states: _States, pin: Pin, arc: PowerArc, changed: Words) -> Words:
    """Where an output's change may come from the arc's input."""
    one, function = states.one, pin.function
    if arc.related_pin in states.clocks:
        return changed
    if arc.related_pin is None or function is None or arc.related_pin not in function.inputs:
        return np.zeros_like(changed)
    source = states.values[arc.related_pin]
    moved = changed & (source[1:] ^ source[:-1])
    if one.cell.state is not None:
        return moved
    now = {name: states.values[name][1:] for name in function.inputs}
    low = function(now | {arc.related_pin: np.zeros_like(changed)}, ONES)
    high = function(now | {arc.related_pin: np.full_like(changed, ONES)}, ONES)
    return moved & (low ^ high)


def _of_input(states: _States, pin: Pin, conditions: Electrical) -> float:
    """fJ a change of an input, whatever follows."""
    if not pin.power:
        return 0.0
    source = states.values[pin.name]
    changed = source[1:] ^ source[:-1]
    whens = [arc.when for arc in pin.power]
    often = ones_in(changed) / (changed.size * 64)
    # Where the pin stayed as it was in all of the sample, any state is as good as another.
    shares = states.shares(whens, [changed] * len(whens)) / often if often else states.shares(whens)
    slew = conditions.slew(states.one.pins[pin.name])
    return float(sum(s * _mean(arc, slew, 0.0) for s, arc in zip(shares, pin.power, strict=True)))


def _of_clock(states: _States, pin: Pin, conditions: Electrical) -> float:
    """fJ a cycle: a rise and a fall."""
    if not pin.power:
        return 0.0
    shares = states.shares([arc.when for arc in pin.power])
    slew = conditions.slew(states.one.pins[pin.name])
    return float(
        sum(2 * s * _mean(arc, slew, 0.0) for s, arc in zip(shares, pin.power, strict=True))
    )


def _leakage(states: _States) -> float:
    """nW, by state."""
    entries = states.one.cell.leakage_states
    if not entries or all(entry.when is None for entry in entries):
        return states.one.cell.leakage
    shares = states.shares([entry.when for entry in entries])
    return float(sum(s * e.power for s, e in zip(shares, entries, strict=True)))
