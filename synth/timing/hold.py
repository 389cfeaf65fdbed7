"""Hold: whether what a register gives reaches the next one too soon after the same clock edge.

As for setup the clock is ideal: it comes to all registers at once. What a clock tree adds to the
time between two registers (skew) eats up what is left here.
"""

import math
from dataclasses import dataclass

from lmul.synth.layout.wires import NONE
from lmul.synth.liberty.cells import FALL, RISE
from lmul.synth.liberty.conditions import Conditions
from lmul.synth.mapping.mapping import Mapped
from lmul.synth.timing.arrivals import electrical
from lmul.synth.timing.opensta import opensta_hold_slack
from lmul.synth.timing.timing import constraint_ps, placed, register_pins, timed

__all__ = ["Hold", "hold"]


@dataclass(frozen=True)
class Hold:
    """Whether a circuit meets the hold times of its registers.

    Attributes
    ----------
    slack_ps : float or None
        By how much the shortest path between two registers is longer than the hold time at its
        end: below 0 hold is not met. Paths from ports are none of the circuit's own. None where no
        path leads from a register to a register, or the library tells no hold times.
    opensta_ps : float or None
        The same by OpenSTA, where ``sta`` is on PATH.
    """

    slack_ps: float | None
    opensta_ps: float | None


def hold(mapped: Mapped, conditions: Conditions | None = None, wires: str = NONE) -> Hold:
    """The tightest hold between two registers of a mapped circuit.

    Parameters
    ----------
    mapped, conditions, wires
        As for :func:`lmul.synth.timing.timing.analyse`.

    Raises
    ------
    ValueError, ToolFailed
        As :func:`lmul.synth.timing.timing.analyse` and
        :func:`lmul.synth.timing.opensta.opensta_delay`.
    """
    conditions = conditions or Conditions.of(mapped.library)
    slew = conditions.input_slew_ps
    netlist = timed(mapped, conditions).netlist
    lines = placed(mapped, netlist, wires)
    found = electrical(netlist, slew, conditions.output_load_ff, wires=lines, earliest=True)
    slacks = [
        found.edges[net, edge].arrival - time
        for one, pin, net in register_pins(netlist)
        for check in pin.hold
        for edge in (RISE, FALL)
        if (time := constraint_ps(one, check, net, edge, found, slew)) is not None
    ]
    tightest = min(slacks, default=math.inf)
    if tightest == math.inf:
        return Hold(None, None)
    return Hold(tightest, opensta_hold_slack(mapped, conditions, wires))
