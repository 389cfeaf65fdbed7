"""Loads and transition times of a netlist's nets: where on a cell's tables it works.

Without wires: a net's load is the input pins on it. Ports drive with a stated transition and load
nothing; the clock is ideal and has that transition too. A net's transition is the slowest of its
driver's arcs, rising and falling apart, as timing tools merge them.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lmul.synth.cell_netlist import ONE, CellNetlist, Instance
from lmul.synth.cells import Pin

__all__ = ["Electrical", "electrical"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Electrical:
    """Loads and transitions.

    Attributes
    ----------
    loads : float array, shape (nets,)
        fF.
    rise, fall : float array, shape (nets,)
        Transition times of either edge, ps.
    """

    loads: Floats
    rise: Floats
    fall: Floats

    def slew(self, net: int) -> float:
        """The mean of both edges' transition, ps."""
        return float(self.rise[net] + self.fall[net]) / 2

    def slews(self, nets: npt.NDArray[np.int64]) -> Floats:
        """The same of several nets."""
        return (self.rise[nets] + self.fall[nets]) / 2


def electrical(netlist: CellNetlist, transition: float) -> Electrical:
    """Loads and transitions of all nets.

    Parameters
    ----------
    netlist : CellNetlist
    transition : float
        Of ports, the clock's among them, ps.
    """
    loads = np.zeros(netlist.nets)
    for one in netlist.instances:
        for pin in one.cell.inputs:
            if pin.name in one.pins:
                loads[one.pins[pin.name]] += pin.capacitance
    loads[: ONE + 1] = 0.0
    rise, fall = np.full(netlist.nets, transition), np.full(netlist.nets, transition)
    found = Electrical(loads, rise, fall)
    for one in (*netlist.flipflops, *netlist.gates):
        for pin in one.cell.outputs:
            if pin.name in one.pins:
                net = one.pins[pin.name]
                rise[net], fall[net] = _transitions(one, pin, float(loads[net]), found)
    return found


def _transitions(one: Instance, pin: Pin, load: float, found: Electrical) -> tuple[float, float]:
    """Of one output, from those of the cell's inputs."""
    rise, fall = [], []
    for arc in pin.timing:
        source = one.pins.get(arc.related_pin)
        if source is None or source <= ONE or arc.kind not in ("combinational", "rising_edge"):
            continue
        up, down = float(found.rise[source]), float(found.fall[source])
        if arc.kind == "rising_edge":
            ways = [(up, up)]
        elif arc.sense == "positive_unate":
            ways = [(up, down)]
        elif arc.sense == "negative_unate":
            ways = [(down, up)]
        else:
            ways = [(up, down), (down, up)]
        for for_rise, for_fall in ways:
            if arc.transition_rise:
                rise.append(arc.transition_rise(for_rise, load))
            if arc.transition_fall:
                fall.append(arc.transition_fall(for_fall, load))
    # A library without such tables gives nothing better than the stated transition.
    before = max((found.slew(n) for n in one.pins.values() if n > ONE), default=0.0)
    return max(rise, default=before), max(fall, default=before)
