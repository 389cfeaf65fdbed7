"""How long cells take, for the simulation of how nets settle.

Real delays: those of each cell where it stands, by edge of the input and of the output, from
:mod:`lmul.synth.timing.pin_delays`. Delays are inertial: a change is called off when the inputs
take it back before it is due, so that a pulse which is shorter than the cell's delay dies. Where
several inputs change at once, the quickest cause counts. Ports change at time 0, flip-flops as long
after it as they take from their clock.

Unit delay: every gate takes one unit, flip-flops change at time 0 as ports do. Pulses are never
too short, all being a whole unit or longer: in every circuit tried there were more than with real
delays.
"""

import ctypes
from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from lmul.synth.gatesim import kernel
from lmul.synth.gatesim.program import GateProgram
from lmul.synth.liberty.cells import RISE
from lmul.synth.mapping.cell_netlist import ZERO
from lmul.synth.timing.pin_delays import Cause, NetDelays
from lmul.tools.compiled import pointer

__all__ = ["DelayModel", "delay_models", "delay_structures"]


_STEPS = 10  # of time, in a picosecond
_Causes = tuple[Sequence[Cause], Sequence[Cause]]


class DelayModel:
    """Delays of a netlist as the kernel takes them.

    Parameters
    ----------
    by_driven : sequence of (causes of a rise, causes of a fall)
        Of each net of :attr:`GateProgram.driven`, the quickest cause first.
    steps : int
        Of time, in a unit of the delays. A gate takes one at least.

    Attributes
    ----------
    structure : lmul.synth.gatesim.kernel.Delays
        For the kernel; valid as long as the model is there.
    """

    def __init__(self, by_driven: Sequence[_Causes], steps: int) -> None:
        lists = [causes for both in by_driven for causes in both]
        flat = [cause for causes in lists for cause in causes]
        times = [max(round(cause.ps * steps), 1 if cause.ps else 0) for cause in flat]
        self._arrays = [
            np.array(values, np.int32)
            for values in (
                list(accumulate(map(len, lists), initial=0)),
                [cause.net for cause in flat],
                [cause.edge == RISE for cause in flat],
                times,
            )
        ]
        self.structure = kernel.Delays(*map(pointer, self._arrays))


def delay_models(program: GateProgram, delays: NetDelays | None) -> list[DelayModel]:
    """Unit delay, and real delays where they are given."""
    flipflops = program.structure.outputs
    at_once, later = ((Cause(time, ZERO, RISE),) for time in (0, 1))
    unit = [(at_once, at_once)] * flipflops
    unit += [(later, later)] * (len(program.driven) - flipflops)
    models = [DelayModel(unit, 1)]
    if delays is not None:
        models.append(DelayModel([delays[net] for net in program.driven], _STEPS))
    return models


def delay_structures(models: Sequence[DelayModel]) -> "ctypes.Array[kernel.Delays]":
    """All of them for the kernel, in a row."""
    return (kernel.Delays * len(models))(*(one.structure for one in models))
