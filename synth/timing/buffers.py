"""Trees of buffers behind what drives more than it may, as a placer would put them in."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lmul.synth.liberty.cells import Cell, Pin
from lmul.synth.liberty.conditions import Chain
from lmul.synth.liberty.library import Library
from lmul.synth.liberty.search import buffers_of
from lmul.synth.mapping.cell_netlist import ONE, CellNetlist, Instance

__all__ = ["Buffered", "Repeater", "buffered", "groups_of", "repeater_of"]


_GROWTHS = (2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0)

Sink = tuple[float, int, str]
"""A load in fF, and what has it: an instance's number and pin, or -1 and a port's name and bit."""


@dataclass(frozen=True, eq=False)
class Buffered:
    """A netlist in which nothing that can be helped drives more than it may.

    Attributes
    ----------
    netlist : CellNetlist
    added : tuple of Instance
        The buffers in it that were not there before.
    """

    netlist: CellNetlist
    added: tuple[Instance, ...]

    @property
    def area_um2(self) -> float:
        """The area of what was added."""
        return sum(one.cell.area for one in self.added)


@dataclass(frozen=True)
class Repeater:
    """The buffer that trees are built of: that with which they are the fastest.

    Attributes
    ----------
    cell : Cell
    input, output : Pin
    load : float
        What one may drive, fF.
    delay_ps : float
        Of one in a chain of its kind, each with that load.
    """

    cell: Cell
    input: Pin
    output: Pin
    load: float
    delay_ps: float


def buffered(netlist: CellNetlist, library: Library, output_load: float = 0.0) -> Buffered:
    """Put buffers behind each output of a cell that drives more than its ``max_capacitance``.

    Trees of one kind of buffer, each driving one load: those that are fastest in a long chain.
    Input ports may drive anything, the clock and a reset among them.

    Parameters
    ----------
    netlist : CellNetlist
    library : Library
        Where buffers come from; without any, or without limits, nothing is added.
    output_load : float
        Behind each output, fF.
    """
    sinks = _sinks(netlist, output_load)
    stage = repeater_of(library)
    if stage is None:
        return Buffered(netlist, ())
    tree = _Tree(netlist, stage)
    for index, one in enumerate(netlist.instances):
        for pin in one.cell.outputs:
            if pin.name in one.pins and pin.max_capacitance is not None:
                tree.grow(index, pin, sinks.get(one.pins[pin.name], []))
    return tree.netlist()


def _sinks(netlist: CellNetlist, output_load: float) -> dict[int, list[Sink]]:
    found: dict[int, list[Sink]] = defaultdict(list)
    for index, one in enumerate(netlist.instances):
        for pin in one.cell.inputs:
            net = one.pins.get(pin.name, 0)
            if net > ONE:
                load = max(pin.rise_capacitance, pin.fall_capacitance)
                found[net].append((load, index, pin.name))
    for name, nets in netlist.outputs.items():
        for bit, net in enumerate(nets):
            if net > ONE:
                found[net].append((output_load, -1, f"{name} {bit}"))
    return found


def repeater_of(library: Library) -> Repeater | None:
    """The buffer and load with the least delay for each time that the load grows e-fold."""
    best: tuple[float, Repeater] | None = None
    for name in buffers_of(library):
        [output], [pin] = library[name].outputs, library[name].inputs
        for growth in _GROWTHS:
            load = growth * pin.capacitance
            chain = Chain.of(output, load)
            if chain is None or output.max_capacitance is None or load > output.max_capacitance:
                continue
            cost = chain.delay_ps / math.log(growth)
            if best is None or cost < best[0]:
                best = cost, Repeater(library[name], pin, output, load, chain.delay_ps)
    return best[1] if best else None


class _Tree:
    """A netlist that is given buffers."""

    def __init__(self, netlist: CellNetlist, stage: Repeater) -> None:
        self._before = netlist
        self._stage = stage
        self._first = len(netlist.instances)  # buffers are numbered after what was there
        self._nets = netlist.nets
        self._inputs: list[int] = []  # of each buffer, its input's net
        self._outputs: list[int] = []
        self._drivers: list[int] = []  # of each buffer, what stands before its tree
        self._moved: dict[int, dict[str, int]] = defaultdict(dict)

    def grow(self, driver: int, pin: Pin, sinks: Sequence[Sink]) -> None:
        """Put buffers between an output and its sinks until it drives no more than it may."""
        assert pin.max_capacitance is not None
        level = list(sinks)
        while sum(load for load, _, _ in level) > pin.max_capacitance:
            groups = groups_of(level, self._stage.load)
            if len(groups) >= len(level):
                break
            level = [self._buffer(group) for group in groups]
            self._drivers += [driver] * len(groups)
        for sink in level:
            self._connect(sink, self._before.instances[driver].pins[pin.name])

    def _buffer(self, group: Sequence[Sink]) -> Sink:
        out = self._nets
        self._nets += 1
        for sink in group:
            self._connect(sink, out)
        self._inputs.append(out)  # until it is connected
        self._outputs.append(out)
        index = self._first + len(self._outputs) - 1
        pin = self._stage.input
        return max(pin.rise_capacitance, pin.fall_capacitance), index, pin.name

    def _connect(self, sink: Sink, net: int) -> None:
        _, index, pin = sink
        number = index - self._first
        if number >= 0:
            self._inputs[number] = net
        else:
            self._moved[index][pin] = net

    def netlist(self) -> Buffered:
        """The netlist with its buffers, in an order in which it can be evaluated."""
        before, count = self._before, len(self._before.gates)
        added = tuple(map(self._instance, range(len(self._drivers))))
        if not added:
            return Buffered(before, ())
        now = [self._now(index, one) for index, one in enumerate(before.instances)]
        # Each tree right behind its driver; its root was made last. Flip-flops come before gates.
        behind: dict[int, list[Instance]] = defaultdict(list)
        for driver, one in zip(reversed(self._drivers), reversed(added), strict=True):
            behind[driver if driver < count else -1].append(one)
        gates = behind.pop(-1, [])
        for index, one in enumerate(now[:count]):
            gates += one, *behind.get(index, ())
        netlist = replace(
            before,
            nets=self._nets,
            outputs={name: self._port(name, nets) for name, nets in before.outputs.items()},
            gates=tuple(gates),
            flipflops=tuple(now[count:]),
        )
        return Buffered(netlist, added)

    def _instance(self, number: int) -> Instance:
        """A buffer; it stands where its tree's driver does."""
        stage = self._stage
        pins = {stage.input.name: self._inputs[number], stage.output.name: self._outputs[number]}
        place = self._before.instances[self._drivers[number]].path
        return Instance(f"buffer {number}", stage.cell, pins, place)

    def _now(self, index: int, one: Instance) -> Instance:
        moved = self._moved.get(index)
        return replace(one, pins={**one.pins, **moved}) if moved else one

    def _port(self, name: str, nets: tuple[int, ...]) -> tuple[int, ...]:
        moved: Mapping[str, int] = self._moved.get(-1, {})
        return tuple(moved.get(f"{name} {bit}", net) for bit, net in enumerate(nets))


def groups_of(level: Sequence[Sink], load: float) -> list[list[Sink]]:
    """Neighbours together, each group with about as much as one buffer drives."""
    total = sum(one for one, _, _ in level)
    share = total / math.ceil(total / load)
    groups: list[list[Sink]] = [[]]
    filled = 0.0
    for sink in level:
        if groups[-1] and filled + sink[0] / 2 > share * len(groups):
            groups.append([])
        groups[-1].append(sink)
        filled += sink[0]
    return groups
