"""Static timing of a mapped netlist: the longest path, from the library's own tables (NLDM).

Graph based, as timing tools begin: each net keeps the latest arrival and the slowest transition
of its rising and of its falling edge, whichever paths they come from; a net's load is the sum of
its input pins' capacitances for that edge. No wires, an ideal clock, every input of
:class:`Conditions`.

On one netlist it gives what OpenSTA gives, to 1e-4, and where the library has one capacitance a pin
what ABC's ``stime`` gives, to 0.01 ps.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from lmul.synth.cell_netlist import ONE, CellNetlist, Instance, netlist_of
from lmul.synth.cells import TimingArc
from lmul.synth.conditions import Conditions
from lmul.synth.mapping import Mapped

__all__ = ["Step", "Timing", "analyse"]

RISE, FALL = 0, 1
_COMBINATIONAL = ("combinational", "combinational_rise", "combinational_fall")
_CLOCKED = {"rising_edge": RISE, "falling_edge": FALL}
_SETUP = ("setup_rising", "setup_falling")


@dataclass(frozen=True)
class Step:
    """A point on the critical path.

    Attributes
    ----------
    pin : str
        ``"instance/pin"``, or a port's name with its bit.
    cell : str
        The cell's type; empty at a port.
    edge : str
        ``"rise"`` or ``"fall"``.
    arrival_ps, slew_ps, load_ff : float
        When the edge is there, how long it takes, and what load the pin drives.
    """

    pin: str
    cell: str
    edge: str
    arrival_ps: float
    slew_ps: float
    load_ff: float


@dataclass(frozen=True)
class Timing:
    """The longest path of a circuit.

    Attributes
    ----------
    library : str
        The library's name.
    conditions : Conditions
        Inputs' transition and outputs' load.
    delay_ps : float
        Of the longest path from an input or a register's clock to an output or a register; with
        clock-to-output and setup times where it begins or ends in registers: with registers at
        both ends it is the shortest clock period. 0 without any path.
    path : tuple of Step
        That path, from its start; empty without any path.
    setup_ps : float
        The setup time in ``delay_ps``; 0 at an output.
    overloaded : int
        Outputs that drive more than their ``max_capacitance``, where delays are extrapolated: a
        circuit mapped for area alone has no buffers.
    """

    library: str
    conditions: Conditions
    delay_ps: float
    path: tuple[Step, ...]
    setup_ps: float
    overloaded: int


class _Edge(NamedTuple):
    """An edge at a net: when, how steep, and from where (net, edge, instance, pin)."""

    arrival: float
    slew: float
    cause: tuple[int, int] | None
    pin: str
    cell: str


def analyse(mapped: Mapped, conditions: Conditions | None = None) -> Timing:
    """The longest path of a mapped circuit.

    Parameters
    ----------
    mapped : Mapped
        From :func:`lmul.synth.mapping.map_cells`.
    conditions : Conditions, optional
        :meth:`Conditions.of` the library when left out.

    Raises
    ------
    ValueError
        When the library has no delay tables.
    ToolFailed
        As :func:`lmul.synth.cell_netlist.netlist_of`.
    """
    conditions = conditions or Conditions.of(mapped.library)
    return _Analysis(netlist_of(mapped), conditions).result(mapped.library.name)


class _Analysis:
    def __init__(self, netlist: CellNetlist, conditions: Conditions) -> None:
        self.netlist = netlist
        self.conditions = conditions
        self.loads: dict[tuple[int, int], float] = defaultdict(float)
        for net in _bits(netlist.outputs).values():
            for edge in (RISE, FALL):
                self.loads[net, edge] += conditions.output_load_ff
        for one in netlist.instances:
            for pin in one.cell.inputs:
                if pin.name in one.pins:
                    self.loads[one.pins[pin.name], RISE] += pin.rise_capacitance
                    self.loads[one.pins[pin.name], FALL] += pin.fall_capacitance
        self.edges: dict[tuple[int, int], _Edge] = {}
        self.overloaded = 0

    def result(self, library: str) -> Timing:
        slew = self.conditions.input_slew_ps
        for name, net in _bits(self.netlist.inputs).items():
            for edge in (RISE, FALL):
                self.edges[net, edge] = _Edge(0.0, slew, None, name, "")
        for one in (*self.netlist.flipflops, *self.netlist.gates):
            self._through(one)
        ends = self._ends()
        if not ends:
            return Timing(library, self.conditions, 0.0, (), 0.0, self.overloaded)
        delay, setup, net, edge = max(ends, key=lambda end: end[0])
        path = self._path(net, edge)
        return Timing(library, self.conditions, delay, path, setup, self.overloaded)

    def _through(self, one: Instance) -> None:
        for pin in one.cell.outputs:
            if pin.name not in one.pins:
                continue
            net = one.pins[pin.name]
            worst = max(self.loads[net, RISE], self.loads[net, FALL])
            if pin.max_capacitance is not None and worst > pin.max_capacitance:
                self.overloaded += 1
            for arc in pin.timing:
                source = one.pins.get(arc.related_pin)
                if source is None:
                    continue
                for edge, delays, slews in (
                    (RISE, arc.delay_rise, arc.transition_rise),
                    (FALL, arc.delay_fall, arc.transition_fall),
                ):
                    load = self.loads[net, edge]
                    for before in _causes(arc, edge):
                        cause = source, before
                        if (at := self.edges.get(cause)) and delays and slews:
                            arrival = at.arrival + delays(at.slew, load)
                            slew = slews(at.slew, load)
                            name = f"{one.name}/{pin.name}"
                            new = _Edge(arrival, slew, cause, name, one.cell.name)
                            self._arrive((net, edge), new)

    def _arrive(self, key: tuple[int, int], new: _Edge) -> None:
        old = self.edges.get(key)
        if old is None:
            self.edges[key] = new
        else:
            latest = new if new.arrival > old.arrival else old
            self.edges[key] = latest._replace(slew=max(new.slew, old.slew))

    def _ends(self) -> list[tuple[float, float, int, int]]:
        """Of each path's end: the whole delay, the setup time in it, net and edge."""
        found = [
            (at.arrival, 0.0, net, edge)
            for net in _bits(self.netlist.outputs).values()
            for edge in (RISE, FALL)
            if (at := self.edges.get((net, edge)))
        ]
        clock_slew = self.conditions.input_slew_ps
        for one in self.netlist.flipflops:
            for pin in one.cell.inputs:
                for arc in pin.timing:
                    net = one.pins.get(pin.name)
                    if arc.kind not in _SETUP or net is None:
                        continue
                    for edge, table in ((RISE, arc.delay_rise), (FALL, arc.delay_fall)):
                        at = self.edges.get((net, edge))
                        if at and table:
                            setup = table(clock_slew, at.slew)
                            found.append((at.arrival + setup, setup, net, edge))
        return found

    def _path(self, net: int, edge: int) -> tuple[Step, ...]:
        steps = []
        at: tuple[int, int] | None = (net, edge)
        while at is not None:
            found = self.edges[at]
            name = ("rise", "fall")[at[1]]
            load = self.loads[at]
            steps.append(Step(found.pin, found.cell, name, found.arrival, found.slew, load))
            at = found.cause
        return tuple(reversed(steps))


def _causes(arc: TimingArc, edge: int) -> tuple[int, ...]:
    """Which edges of the related pin cause this edge."""
    if arc.kind in _CLOCKED:
        return (_CLOCKED[arc.kind],)
    if arc.kind not in _COMBINATIONAL:
        return ()
    if arc.sense == "positive_unate":
        return (edge,)
    if arc.sense == "negative_unate":
        return (1 - edge,)
    return (RISE, FALL)


def _bits(ports: Mapping[str, tuple[int, ...]]) -> dict[str, int]:
    """The nets of ports by name, constants left out."""
    return {
        f"{name}[{i}]" if len(nets) > 1 else name: net
        for name, nets in ports.items()
        for i, net in enumerate(nets)
        if net > ONE
    }
