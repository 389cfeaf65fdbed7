"""A netlist simulated cycle by cycle, where the next inputs depend on the outputs."""

import ctypes
import weakref
from collections.abc import Mapping

import numpy as np

from lmul.synth.gatesim.bit_parallel import LANES, Words
from lmul.synth.gatesim.delays import delay_models, delay_structures
from lmul.synth.gatesim.kernel import Cycle, kernel
from lmul.synth.gatesim.program import GateProgram
from lmul.synth.mapping.cell_netlist import CellNetlist
from lmul.synth.timing.pin_delays import NetDelays
from lmul.tools.compiled import pointer

__all__ = ["SteppedSimulation"]


class SteppedSimulation:
    """One netlist, 64 streams.

    Parameters
    ----------
    netlist : CellNetlist
    delays : NetDelays, optional
        The cells' own.

    Attributes
    ----------
    toggles, settled, unit_delay, real_delays : int64 arrays, shape (nets,)
        As in :class:`lmul.synth.gatesim.simulation.Simulated`, over all streams.
    settling : int
        Steps, over all streams, that were simulated with delays: those of ``settled`` and of the
        two behind it.

    Raises
    ------
    ToolNotFound, ToolFailed
        As :func:`lmul.synth.gatesim.kernel.kernel`.
    """

    def __init__(self, netlist: CellNetlist, delays: NetDelays | None = None) -> None:
        self.netlist = netlist
        self.toggles, self.settled = np.zeros((2, netlist.nets), np.int64)
        self._delayed = np.zeros((2, netlist.nets), np.int64)
        self.unit_delay, self.real_delays = self._delayed
        self.settling = 0
        self._inputs = [name for name, nets in netlist.inputs.items() if nets != (netlist.clock,)]
        driven = [net for name in self._inputs for net in netlist.inputs[name]]
        kept = [net for nets in netlist.outputs.values() for net in nets]
        self._nets = [np.array(nets, np.int32) for nets in (driven, kept)]
        self._driven, self._kept = (np.zeros(len(nets), np.uint64) for nets in self._nets)
        self._cycle = Cycle(
            driven=len(driven),
            kept=len(kept),
            driven_nets=pointer(self._nets[0]),
            driven_words=pointer(self._driven),
            kept_nets=pointer(self._nets[1]),
            kept_words=pointer(self._kept),
        )
        self._program = GateProgram(netlist)
        self._models = delay_models(self._program, delays)
        self._library = library = kernel()
        self._one = library.simulation_new(
            ctypes.byref(self._program.structure),
            len(self._models),
            delay_structures(self._models),
        )
        weakref.finalize(self, library.simulation_delete, self._one)

    def settle(self, inputs: Mapping[str, Words]) -> dict[str, Words]:
        """Let all nets settle; the outputs' bits by port. Inputs may change again in a cycle.

        Parameters
        ----------
        inputs : mapping of str to uint64 array, shape (bits,)
            64 streams of each bit of each port but the clock.
        """
        self._driven[:] = np.concatenate([inputs[name] for name in self._inputs])
        self._library.simulation_settle(self._one, ctypes.byref(self._cycle))
        ends = np.cumsum([len(nets) for nets in self.netlist.outputs.values()])
        found = np.split(self._kept.copy(), ends[:-1])
        return dict(zip(self.netlist.outputs, found, strict=True))

    def step(self, counts: bool, settles: bool = False) -> None:
        """End the cycle: flip-flops take their next state.

        Parameters
        ----------
        counts : bool
            Count what changed since the cycle before.
        settles : bool
            Simulate that change with delays too.
        """
        toggles = pointer(self.toggles) if counts else None
        settled, delayed = map(pointer, (self.settled, self._delayed)) if settles else (None, None)
        self.settling += LANES * settles
        unsettled = self._library.simulation_step(self._one, toggles, settled, delayed)
        assert not unsettled, f"{unsettled} nets did not settle"

    def values(self) -> Words:
        """All nets as they stand, shape (nets,)."""
        found = np.zeros(self.netlist.nets, np.uint64)
        self._library.simulation_values(self._one, pointer(found))
        return found
