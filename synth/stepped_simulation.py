"""A netlist simulated a cycle at a time, for who must see outputs before giving the next inputs."""

import ctypes
import weakref
from collections.abc import Sequence

import numpy as np

from lmul.synth.bit_words import Ints, Words
from lmul.synth.cell_netlist import CellNetlist
from lmul.synth.gate_kernel import Cycle, kernel, pointer
from lmul.synth.gate_program import GateProgram

__all__ = ["SteppedSimulation"]


class SteppedSimulation:
    """One netlist, 64 streams in each of some words.

    Parameters
    ----------
    netlist : CellNetlist
    words : int
    driven, kept : sequence of int
        Nets that are given, and that are wanted.

    Attributes
    ----------
    driven, kept : uint64 arrays, shape (nets given or wanted, words)
        ``driven`` is to be written before :meth:`settle`, which fills ``kept``.
    toggles, settled, glitching : int64 arrays, shape (nets,)
        As in :class:`lmul.synth.gate_simulation.Simulated`, over all streams.

    Raises
    ------
    ToolNotFound, ToolFailed
        As :func:`lmul.synth.gate_kernel.kernel`.
    """

    def __init__(
        self, netlist: CellNetlist, words: int, driven: Sequence[int], kept: Sequence[int]
    ) -> None:
        self.netlist = netlist
        self.words = words
        self.driven = np.zeros((len(driven), words), np.uint64)
        self.kept = np.zeros((len(kept), words), np.uint64)
        self.toggles, self.settled, self.glitching = np.zeros((3, netlist.nets), np.int64)
        self._program = GateProgram(netlist)
        self._nets = [np.array(nets, np.int32) for nets in (driven, kept)]
        self._cycle = Cycle(
            driven=len(driven),
            kept=len(kept),
            driven_nets=pointer(self._nets[0]),
            driven_words=pointer(self.driven),
            kept_nets=pointer(self._nets[1]),
            kept_words=pointer(self.kept),
        )
        library = kernel()
        self._library = library
        self._one = library.simulation_new(ctypes.byref(self._program.structure), words)
        weakref.finalize(self, library.simulation_delete, self._one)

    def settle(self) -> None:
        """Let nets settle with what is driven; may be called again before the cycle ends."""
        self._library.simulation_settle(self._one, ctypes.byref(self._cycle))

    def step(self, counts: bool, glitches: bool) -> None:
        """End the cycle: flip-flops take their next state.

        Parameters
        ----------
        counts : bool
            Count what changed since the cycle before.
        glitches : bool
            Simulate that change with unit delays too; ports and flip-flops change at time 0.
        """
        arrays: tuple[Ints | None, ...] = (
            self.toggles if counts else None,
            self.settled if glitches else None,
            self.glitching if glitches else None,
        )
        given = (None if array is None else pointer(array) for array in arrays)
        unsettled = self._library.simulation_step(self._one, *given)
        assert not unsettled, f"{unsettled} nets did not settle"

    def values(self, word: int) -> Words:
        """All nets of one word, shape (nets,)."""
        found = np.zeros(self.netlist.nets, np.uint64)
        self._library.simulation_values(self._one, word, pointer(found))
        return found
