"""The delay of every arc of a mapped netlist, in the place where its cell stands."""

from collections.abc import Mapping
from typing import NamedTuple

from lmul.synth.liberty.cells import FALL, RISE, Pin
from lmul.synth.mapping.cell_netlist import CellNetlist, Instance
from lmul.synth.timing.arrivals import Electrical, Stages, causes

__all__ = ["Cause", "NetDelays", "pin_delays"]


class Cause(NamedTuple):
    """What makes a cell's output change.

    Attributes
    ----------
    ps : float
        From the input's edge to the output's.
    net : int
        The input's.
    edge : int
        Of the input: :data:`RISE` or :data:`FALL`.
    """

    ps: float
    net: int
    edge: int


NetDelays = Mapping[int, tuple[tuple[Cause, ...], tuple[Cause, ...]]]
"""By net that a cell drives: what makes it rise and what makes it fall, the quickest first."""


def pin_delays(netlist: CellNetlist, found: Electrical) -> NetDelays:
    """Delays by the library's tables, at the loads and transitions that timing has, and of wires.

    Where the library has several arcs from one pin's edge to one of the output, for states of the
    other pins (``when``), their mean is taken.
    """
    stages = Stages()
    return {
        one.pins[pin.name]: (
            _causes(one, pin, RISE, found, stages),
            _causes(one, pin, FALL, found, stages),
        )
        for one in (*netlist.flipflops, *netlist.gates)
        for pin in one.cell.outputs
        if pin.name in one.pins and pin.function is not None
    }


def _causes(
    one: Instance, pin: Pin, edge: int, found: Electrical, stages: Stages
) -> tuple[Cause, ...]:
    driven = one.pins[pin.name]
    load, wire = float(found.edge_loads[edge, driven]), float(found.wire_delays[edge, driven])
    delays: dict[tuple[int, int], list[float]] = {}
    for arc in pin.timing:
        net = one.pins.get(arc.related_pin)
        if net is None:
            continue
        for before in causes(arc, edge):
            at = found.edges.get((net, before))
            if at and (stage := stages.at(arc, edge, at.slew, load)):
                delays.setdefault((net, before), []).append(stage[0] + wire)
    return tuple(sorted(Cause(sum(ps) / len(ps), *key) for key, ps in delays.items()))
