"""Static timing of a mapped netlist: the longest path, from the library's own tables (NLDM).

Loads and edges are those of :mod:`lmul.synth.timing.arrivals`, all of :class:`Conditions`; wires
where they are asked for.

On one netlist it gives what OpenSTA gives, to 1e-4, and where the library has one capacitance a pin
what ABC's ``stime`` gives, to 0.01 ps.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from lmul.synth.layout.wires import NONE, Wires, check_wires, wires_of
from lmul.synth.liberty.cells import FALL, RISE, Constraint, Pin
from lmul.synth.liberty.conditions import Conditions
from lmul.synth.mapping.cell_netlist import CellNetlist, Instance, netlist_of
from lmul.synth.mapping.mapping import Mapped
from lmul.synth.timing.arcs import check_arcs
from lmul.synth.timing.arrivals import Electrical, electrical, port_bits
from lmul.synth.timing.buffers import Buffered, buffered
from lmul.tools.garbage import uncollected

__all__ = [
    "Step",
    "Timing",
    "analyse",
    "constraint_ps",
    "latest",
    "placed",
    "register_pins",
    "timed",
]


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
    buffers : int
    buffers_um2 : float
        Buffers that were put in for this, and their area, which is not in ``Mapped``'s: only into
        circuits of parts (:func:`timed`).
    wires : str
        One of :data:`lmul.synth.layout.wires.SETTINGS`.
    """

    library: str
    conditions: Conditions
    delay_ps: float
    path: tuple[Step, ...]
    setup_ps: float
    overloaded: int
    buffers: int = 0
    buffers_um2: float = 0.0
    wires: str = NONE


def timed(mapped: Mapped, conditions: Conditions) -> Buffered:
    """The netlist whose delay, and whose energy, is a circuit's.

    A circuit of parts, which is an array, has nets that reach all of them, such as the enable of
    its cells. Parts are mapped apart, so no mapping has seen such a net as a whole, and without
    buffers its delay grows with the number of cells: they are put in here. All else is timed as it
    was mapped.

    Raises
    ------
    ToolFailed
        As :func:`lmul.synth.mapping.cell_netlist.netlist_of`.
    """
    netlist = netlist_of(mapped)
    if not mapped.circuit.parts:
        return Buffered(netlist, ())
    return buffered(netlist, mapped.library, conditions.output_load_ff)


@uncollected()
def analyse(mapped: Mapped, conditions: Conditions | None = None, wires: str = NONE) -> Timing:
    """The longest path of a mapped circuit.

    Parameters
    ----------
    mapped : Mapped
        From :func:`lmul.synth.mapping.mapping.map_cells`.
    conditions : Conditions, optional
        :meth:`Conditions.of` the library when left out.
    wires : str
        One of :data:`lmul.synth.layout.wires.SETTINGS`.

    Raises
    ------
    ValueError
        When the library has no delay tables, or lacks some that a cell in use needs; for wires, as
        :func:`placed`.
    ToolFailed
        As :func:`lmul.synth.mapping.cell_netlist.netlist_of`.
    """
    conditions = conditions or Conditions.of(mapped.library)
    chosen = timed(mapped, conditions)
    netlist = chosen.netlist
    check_arcs(netlist, mapped.library)
    lines = placed(mapped, netlist, wires)
    slew, load = conditions.input_slew_ps, conditions.output_load_ff
    found = electrical(netlist, slew, load, wires=lines)
    name = mapped.library.name
    end = latest(netlist, found, conditions)
    delay, setup, path = (*end[:2], _path(found, *end[2:])) if end else (0.0, 0.0, ())
    return Timing(
        library=name,
        conditions=conditions,
        delay_ps=delay,
        path=path,
        setup_ps=setup,
        overloaded=found.overloaded,
        buffers=len(chosen.added),
        buffers_um2=chosen.area_um2,
        wires=wires,
    )


def placed(mapped: Mapped, netlist: CellNetlist, wires: str) -> Wires | None:
    """The wires of a circuit's netlist, estimated; None without.

    Raises
    ------
    ValueError
        As :func:`lmul.synth.layout.wires.check_wires`.
    """
    check_wires(wires, mapped.library, mapped.circuit)
    return wires_of(netlist, mapped.library, wires)


def latest(
    netlist: CellNetlist, found: Electrical, conditions: Conditions
) -> tuple[float, float, int, int] | None:
    """The end of the longest path: the whole delay, the setup time in it, net and edge.

    None without any path.
    """
    return max(_ends(netlist, found, conditions.input_slew_ps), default=None)


def _ends(
    netlist: CellNetlist, found: Electrical, clock_slew: float
) -> list[tuple[float, float, int, int]]:
    """Of each path's end: the whole delay, the setup time in it, net and edge."""
    ends = [
        (at.arrival, 0.0, net, edge)
        for net in port_bits(netlist.outputs).values()
        for edge in (RISE, FALL)
        if (at := found.edges.get((net, edge)))
    ]
    for one, pin, net in register_pins(netlist):
        for check in pin.setup:
            for edge in (RISE, FALL):
                setup = constraint_ps(one, check, net, edge, found, clock_slew)
                if setup is not None:
                    ends.append((found.edges[net, edge].arrival + setup, setup, net, edge))
    return ends


def register_pins(netlist: CellNetlist) -> Iterator[tuple[Instance, Pin, int]]:
    """The flip-flops' inputs that are connected, each with its net."""
    for one in netlist.flipflops:
        for pin in one.cell.inputs:
            if pin.name in one.pins:
                yield one, pin, one.pins[pin.name]


def constraint_ps(
    one: Instance, check: Constraint, net: int, edge: int, found: Electrical, clock_slew: float
) -> float | None:
    """A setup or hold time, ps; None where the pin has no such edge, or the library no table."""
    layers = check.rise if edge == RISE else check.fall
    at = found.edges.get((net, edge))
    if at is None or layers is None:
        return None
    output = one.pins.get(check.related_output)
    load = 0.0 if output is None else float(found.loads[output])
    return layers.at(load)(clock_slew, at.slew)


def _path(found: Electrical, net: int, edge: int) -> tuple[Step, ...]:
    steps = []
    cause: tuple[int, int] | None = (net, edge)
    while cause is not None:
        (net, edge), at = cause, found.edges[cause]
        name, load = ("rise", "fall")[edge], float(found.edge_loads[edge, net])
        steps.append(Step(at.pin, at.cell, name, at.arrival, at.slew, load))
        cause = at.cause
    return tuple(reversed(steps))
