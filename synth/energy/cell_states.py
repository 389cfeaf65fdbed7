"""Rows of instances of one cell: how often their pins change, and in which states of the others."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from lmul.synth.gatesim.bit_parallel import LANES, ONES, Ints, Words
from lmul.synth.liberty.cells import Cell, Pin, PowerArc
from lmul.synth.liberty.function import CellFunction
from lmul.synth.mapping.cell_netlist import ONE, CellNetlist, Instance

__all__ = ["Alike", "Floats", "cell_groups", "mean_energy"]


Floats = npt.NDArray[np.float64]


_CHUNK_WORDS = 1 << 15
"""Of a pin's values, looked at together: few enough for a processor's cache."""


class Alike:
    """Instances of one cell with the same pins in use, and their states in a sample."""

    def __init__(
        self, one: Instance, members: Ints, nets: Mapping[str, Ints], sample: Words, clock: int
    ) -> None:
        self.cell: Cell = one.cell
        self.members = members
        self.nets = nets
        self.tied = {pin for pin, net in one.pins.items() if net <= ONE}
        self.clocks = [pin for pin, net in one.pins.items() if net == clock]
        self.values = {pin: sample[at] for pin, at in nets.items()}
        self.like = np.zeros((len(members), *sample.shape[1:]), np.uint64)
        for pin in one.cell.pins.values():
            if pin.name not in self.values:
                self.values[pin.name] = self._unconnected(pin)

    def _unconnected(self, pin: Pin) -> Words:
        """An open output, such as the complement of a flip-flop."""
        state = self.cell.state
        if pin.direction != "output" or pin.function is None:
            return self.like
        known: dict[str, Words] = dict(self.values)
        if state is not None:
            # The other output tells the state: what a flip-flop gives is it or its complement.
            for other in self.cell.outputs:
                if other.name in self.nets and other.function and other.function.inputs:
                    own = other.function.inputs[0] == state.names[0]
                    true = self.values[other.name] if own else ONES ^ self.values[other.name]
                    known |= dict(zip(state.names, (true, ONES ^ true), strict=False))
                    break
        if any(name not in known for name in pin.function.inputs):
            return self.like
        return self._full(pin.function(known, ONES))

    def _full(self, words: Words) -> Words:
        return words if words.shape == self.like.shape else np.full_like(self.like, words)

    def source(self, arc: PowerArc) -> str | None:
        """The pin whose change causes an arc; None where that pin never changes: tied or open."""
        pin = arc.related_pin
        return None if pin is None or pin in self.tied or pin not in self.nets else pin

    def holds(self, when: CellFunction | None, clock: int) -> Words:
        """Where the condition holds while the clock is 0 or 1."""
        if when is None:
            return np.full_like(self.like, ONES)
        values = dict(self.values)
        for pin in self.clocks:
            values[pin] = np.full_like(self.like, ONES if clock else np.uint64(0))
        if missing := [name for name in when.inputs if name not in values]:
            raise ValueError(
                f"cell {self.cell.name!r} has a condition on {missing[0]!r}, which is no pin"
            )
        return self._full(when(values, ONES))

    def share(self, words: Words) -> Floats:
        """Of each instance, how much of the time a word's bits are 1."""
        return np.bitwise_count(words).sum((1, 2), dtype=np.int64) / (words[0].size * LANES)

    def shares(
        self, whens: Sequence[CellFunction | None], where: Sequence[Words] | None = None
    ) -> Floats:
        """How much of the time each condition holds, where a word given with it is 1.

        A missing condition holds where no other one does. Shape (conditions, instances).
        """
        totals = np.zeros((len(whens), len(self.members)))
        halves = (0, 1) if self.clocks else (0,)
        for clock in halves:
            found = [None if when is None else self.holds(when, clock)[:, 1:] for when in whens]
            named = [f for f in found if f is not None]
            rest = ONES ^ np.bitwise_or.reduce(named) if named else self.holds(None, clock)[:, 1:]
            for index, f in enumerate(found):
                held = rest if f is None else f
                totals[index] += self.share(held if where is None else held & where[index])
        return totals / len(halves)

    def changes(self, pin: str) -> Words:
        """Where a pin is not what it was in the cycle before."""
        return self.values[pin][:, 1:] ^ self.values[pin][:, :-1]


def cell_groups(netlist: CellNetlist, sample: Words) -> Iterator[Alike]:
    """A netlist's instances, those of one cell with the same pins in use together."""
    clock = -1 if netlist.clock is None else netlist.clock
    found: dict[object, list[int]] = defaultdict(list)
    for index, one in enumerate(netlist.instances):
        pins = tuple((p, min(n, ONE + 1) if n != clock else -1) for p, n in one.pins.items())
        found[one.cell.name, pins].append(index)
    chunk = max(1, _CHUNK_WORDS // sample[0].size)
    for indices in found.values():
        for start in range(0, len(indices), chunk):
            members = indices[start : start + chunk]
            these = [netlist.instances[index] for index in members]
            nets = {pin: np.array([one.pins[pin] for one in these]) for pin in these[0].pins}
            yield Alike(these[0], np.array(members), nets, sample, clock)


def mean_energy(arc: PowerArc, slews: Floats, loads: Floats) -> Floats:
    """The mean of a rise's energy and a fall's, for each instance."""
    found = [table.at(slews, loads) for table in (arc.rise, arc.fall) if table]
    return sum(found, np.zeros(len(loads))) / 2
