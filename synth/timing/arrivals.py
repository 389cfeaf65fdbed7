"""Edges at a netlist's nets: when they come, how steep they are, and what load drives them.

Graph based, as timing tools begin: each net keeps the latest arrival and the slowest transition
of its rising and of its falling edge, whichever paths they come from; or the earliest and the
fastest. A net's load is the input pins on it, what stands behind outputs, and its wire where wires
are estimated: an edge then comes to all pins of the net as late as it does through a wire with half
its own capacitance at the far end (Elmore). Ports drive with a stated transition; the clock is
ideal and has that transition too.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lmul.synth.layout.wires import Wires
from lmul.synth.liberty.cells import COMBINATIONAL, FALL, RISE, Pin, TimingArc
from lmul.synth.mapping.cell_netlist import ONE, CellNetlist, Instance

__all__ = ["Edge", "Electrical", "Stages", "causes", "electrical", "port_bits"]


_CLOCKED = {"rising_edge": RISE, "falling_edge": FALL}

Floats = npt.NDArray[np.float64]


class Edge(NamedTuple):
    """An edge at a net: when, how steep, and from where.

    Attributes
    ----------
    arrival, slew : float
        ps.
    cause : (int, int) or None
        Net and edge that it comes from; None at a port.
    pin, cell : str
        What drives the net: ``"instance/pin"`` and the cell's type, or a port's name and nothing.
    """

    arrival: float
    slew: float
    cause: tuple[int, int] | None
    pin: str
    cell: str


@dataclass(frozen=True)
class Electrical:
    """Loads and edges.

    Attributes
    ----------
    loads : float array, shape (nets,)
        fF; of the constants 0.
    edge_loads : float array, shape (2, nets)
        The same for either edge, where the library tells a difference.
    wire_delays : float array, shape (2, nets)
        From a net's driver to the pins on it, ps, either edge; 0 without wires.
    rise, fall : float array, shape (nets,)
        Transition times of either edge, ps. Where a cell has no tables, its inputs' slowest.
    edges : mapping of (int, int) to Edge
        By net, and :data:`RISE` or :data:`FALL`, as they are at the net's pins; none where no path
        comes.
    overloaded : int
        Outputs that drive more than their ``max_capacitance``.
    """

    loads: Floats
    edge_loads: Floats
    wire_delays: Floats
    rise: Floats
    fall: Floats
    edges: Mapping[tuple[int, int], Edge]
    overloaded: int

    def slew(self, net: int) -> float:
        """The mean of both edges' transition, ps."""
        return float(self.rise[net] + self.fall[net]) / 2

    def slews(self, nets: npt.NDArray[np.int64]) -> Floats:
        """The same of several nets."""
        return (self.rise[nets] + self.fall[nets]) / 2


class Stages:
    """Delays and transitions of arcs, each looked up once: an array's PEs are alike."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, int, float, float], tuple[float, float] | None] = {}

    def at(self, arc: TimingArc, edge: int, slew: float, load: float) -> tuple[float, float] | None:
        """As :meth:`lmul.synth.liberty.cells.TimingArc.at`, of a library that stays in memory."""
        key = id(arc), edge, slew, load
        if key not in self._found:
            self._found[key] = arc.at(edge, slew, load)
        return self._found[key]


def electrical(
    netlist: CellNetlist,
    transition: float,
    output_load: float = 0.0,
    wires: Wires | None = None,
    earliest: bool = False,
) -> Electrical:
    """Loads and edges of all nets.

    Parameters
    ----------
    netlist : CellNetlist
    transition : float
        Of ports, the clock's among them, ps.
    output_load : float
        Behind each output, fF.
    wires : Wires, optional
        None without wires.
    earliest : bool
        The first edges and the fastest, in place of the last and the slowest. They start at
        flip-flops alone: an edge that comes from a port never arrives.
    """
    outside = np.zeros(netlist.nets)
    if wires:
        outside += wires.capacitances
    for net in port_bits(netlist.outputs).values():
        outside[net] += output_load
    loads, rising, falling = (outside.copy() for _ in range(3))
    for one in netlist.instances:
        for pin in one.cell.inputs:
            if pin.name in one.pins:
                net = one.pins[pin.name]
                loads[net] += pin.capacitance
                rising[net] += pin.rise_capacitance
                falling[net] += pin.fall_capacitance
    loads[: ONE + 1] = 0.0
    delays = np.zeros((2, netlist.nets))
    if wires:  # half of the wire's own capacitance is at its far end
        ends = np.array([rising, falling]) - wires.capacitances / 2
        delays = wires.resistances * ends * 1e-3  # Ω fF in ps
    net_delays: list[list[float]] = delays.tolist()
    slews = ([transition] * netlist.nets, [transition] * netlist.nets)
    stages = Stages()
    edges: dict[tuple[int, int], Edge] = {}
    for name, net in port_bits(netlist.inputs).items():
        for edge in (RISE, FALL):
            arrival = math.inf if earliest and net != netlist.clock else 0.0
            edges[net, edge] = Edge(arrival, transition, None, name, "")
    overloaded = 0
    for one in (*netlist.flipflops, *netlist.gates):
        for pin in one.cell.outputs:
            if pin.name not in one.pins:
                continue
            net = one.pins[pin.name]
            load = float(rising[net]), float(falling[net])
            overloaded += pin.max_capacitance is not None and max(load) > pin.max_capacitance
            late = net_delays[RISE][net], net_delays[FALL][net]
            _drive(one, pin, load, late, edges, stages, earliest)
            before = [max(slews[RISE][n], slews[FALL][n]) for n in one.pins.values() if n > ONE]
            for edge in (RISE, FALL):
                at = edges.get((net, edge))
                slews[edge][net] = at.slew if at else max(before, default=0.0)
    rise, fall = (np.array(each) for each in slews)
    edge_loads = np.array([rising, falling])
    return Electrical(loads, edge_loads, delays, rise, fall, edges, overloaded)


def port_bits(ports: Mapping[str, tuple[int, ...]]) -> dict[str, int]:
    """The nets of ports by name, constants left out."""
    return {
        f"{name}[{i}]" if len(nets) > 1 else name: net
        for name, nets in ports.items()
        for i, net in enumerate(nets)
        if net > ONE
    }


def _drive(
    one: Instance,
    pin: Pin,
    loads: tuple[float, float],
    late: tuple[float, float],
    edges: dict[tuple[int, int], Edge],
    stages: Stages,
    earliest: bool,
) -> None:
    """Put an output's edges, as late as its wire makes them, beside those that its net has."""
    net, name = one.pins[pin.name], f"{one.name}/{pin.name}"
    for arc in pin.timing:
        source = one.pins.get(arc.related_pin)
        if source is None:
            continue
        for edge in (RISE, FALL):
            for before in causes(arc, edge):
                at = edges.get((source, before))
                if not at or not (stage := stages.at(arc, edge, at.slew, loads[edge])):
                    continue
                arrival, slew = at.arrival + stage[0] + late[edge], stage[1]
                old = edges.get((net, edge))
                if old:
                    slew = min(slew, old.slew) if earliest else max(slew, old.slew)
                if not old or (arrival < old.arrival if earliest else arrival > old.arrival):
                    edges[net, edge] = Edge(arrival, slew, (source, before), name, one.cell.name)
                elif slew != old.slew:
                    edges[net, edge] = old._replace(slew=slew)


def causes(arc: TimingArc, edge: int) -> tuple[int, ...]:
    """Which edges of the related pin cause this edge."""
    if arc.kind in _CLOCKED:
        return (_CLOCKED[arc.kind],)
    if arc.kind not in COMBINATIONAL:
        return ()
    if arc.sense == "positive_unate":
        return (edge,)
    if arc.sense == "negative_unate":
        return (1 - edge,)
    return (RISE, FALL)
