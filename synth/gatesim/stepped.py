"""A netlist simulated cycle by cycle, where the next inputs depend on the outputs."""

import ctypes
import weakref
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.synth.gatesim.bit_parallel import LANES, Words
from lmul.synth.gatesim.delays import delay_models, delay_structures
from lmul.synth.gatesim.kernel import Cycle, kernel
from lmul.synth.gatesim.program import GateProgram
from lmul.synth.mapping.cell_netlist import CellNetlist
from lmul.synth.mapping.part_netlist import Part, PartNetlist
from lmul.synth.timing.pin_delays import NetDelays
from lmul.tools.compiled import pointer

__all__ = ["PartSimulation", "SteppedSimulation"]


class SteppedSimulation:
    """One netlist, 64 streams in each of some words.

    Parameters
    ----------
    netlist : CellNetlist
    words : int
    driven, kept : sequence of int
        Nets that are given, and that are wanted.
    delays : NetDelays, optional
        The cells' own.

    Attributes
    ----------
    driven, kept : uint64 arrays, shape (nets given or wanted, words)
        ``driven`` is to be written before :meth:`settle`, which fills ``kept``.
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

    def __init__(
        self,
        netlist: CellNetlist,
        words: int,
        driven: Sequence[int],
        kept: Sequence[int],
        delays: NetDelays | None = None,
    ) -> None:
        self.netlist = netlist
        self.words = words
        self.driven = np.zeros((len(driven), words), np.uint64)
        self.kept = np.zeros((len(kept), words), np.uint64)
        self.toggles, self.settled = np.zeros((2, netlist.nets), np.int64)
        self._delayed = np.zeros((2, netlist.nets), np.int64)
        self.unit_delay, self.real_delays = self._delayed
        self.settling = 0
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
        self._models = delay_models(self._program, delays)
        self._one = library.simulation_new(
            ctypes.byref(self._program.structure),
            len(self._models),
            delay_structures(self._models),
            words,
        )
        weakref.finalize(self, library.simulation_delete, self._one)

    def settle(self) -> None:
        """Let nets settle with what is driven; may be called again before the cycle ends."""
        self._library.simulation_settle(self._one, ctypes.byref(self._cycle))

    def step(self, counts: bool, chosen: npt.NDArray[np.uint8] | None = None) -> None:
        """End the cycle: flip-flops take their next state.

        Parameters
        ----------
        counts : bool
            Count what changed since the cycle before.
        chosen : uint8 array, shape (words,), optional
            Of which words to simulate that change with delays too.
        """
        toggles = pointer(self.toggles) if counts else None
        delayed: tuple[Any, Any, Any] = (None, None, None)
        if chosen is not None:
            delayed = tuple(map(pointer, (chosen, self.settled, self._delayed)))
            self.settling += int(chosen.sum()) * LANES
        unsettled = self._library.simulation_step(self._one, toggles, *delayed)
        assert not unsettled, f"{unsettled} nets did not settle"

    def values(self, word: int) -> Words:
        """All nets of one word, shape (nets,)."""
        found = np.zeros(self.netlist.nets, np.uint64)
        self._library.simulation_values(self._one, word, pointer(found))
        return found


_MOST_ROUNDS = 8  # through parts that drive each other without registers


class PartSimulation:
    """A circuit of parts, from cycle to cycle.

    Parameters
    ----------
    circuit : PartNetlist
    delays : sequence of NetDelays, optional
        The cells' own, of each of ``circuit.netlists``. Parts hand on no glitches: the ports of
        each change once, at time 0.

    Attributes
    ----------
    circuit : PartNetlist
    rest : SteppedSimulation
        Of what is in no part, one word.
    parts : list of SteppedSimulation
        Of each of ``circuit.parts``, a word for each place.

    Raises
    ------
    ToolNotFound, ToolFailed
        As :func:`lmul.synth.gatesim.kernel.kernel`.
    """

    def __init__(
        self, circuit: PartNetlist, delays: Sequence[NetDelays | None] | None = None
    ) -> None:
        self.circuit = circuit
        of_rest, *of_parts = delays or [None] * len(circuit.netlists)
        sinks = [part.sinks.ravel() for part in circuit.parts]
        sources = [part.sources.ravel() for part in circuit.parts]
        self._inputs = {
            name: nets for name, nets in circuit.inputs.items() if nets != (circuit.rest.clock,)
        }
        own = [net for nets in self._inputs.values() for net in nets]
        driven = np.concatenate([np.array(own, np.int64), *sinks])
        wanted = [net for nets in circuit.outputs.values() for net in nets]
        kept = np.unique(np.concatenate([np.array(wanted, np.int64), *sources]))
        self.rest = SteppedSimulation(circuit.rest, 1, driven.tolist(), kept.tolist(), of_rest)
        self.parts = [
            SteppedSimulation(part.netlist, part.count, part.inputs, part.outputs, its)
            for part, its in zip(circuit.parts, of_parts, strict=True)
        ]
        ends = np.cumsum([len(own), *(len(each) for each in sinks)])
        self._sinks = [slice(a, b) for a, b in pairwise(ends)]
        self._sources = [np.searchsorted(kept, part.sources) for part in circuit.parts]
        self._outputs = {
            name: np.searchsorted(kept, nets) for name, nets in circuit.outputs.items()
        }

    def settle(self, inputs: Mapping[str, Words]) -> dict[str, Words]:
        """Let all nets settle; the outputs' bits by port.

        Parameters
        ----------
        inputs : mapping of str to uint64 array, shape (bits,)
            64 streams of each bit of each port but the clock.
        """
        start = 0
        for name, nets in self._inputs.items():
            self.rest.driven[start : start + len(nets), 0] = inputs[name]
            start += len(nets)
        for index in range(len(self.parts)):  # registers show what they took
            self._settle_part(index)
        for _ in range(_MOST_ROUNDS):
            moved = False
            for index, part in enumerate(self.parts):
                self.rest.settle()
                given = self.rest.kept[self._sources[index], 0]
                if not np.array_equal(given, part.driven):
                    part.driven[:] = given
                    self._settle_part(index)
                    moved = True
            if not moved:
                return {name: self.rest.kept[at, 0] for name, at in self._outputs.items()}
        raise AssertionError("parts drive each other in a loop")

    def _settle_part(self, index: int) -> None:
        self.parts[index].settle()
        self.rest.driven[self._sinks[index], 0] = self.parts[index].kept.ravel()

    def step(self, counts: bool, chosen: Sequence[npt.NDArray[np.uint8]] | None = None) -> None:
        """End the cycle; as :meth:`SteppedSimulation.step`, with a sample of each netlist."""
        for index, one in enumerate((self.rest, *self.parts)):
            one.step(counts, None if chosen is None else chosen[index])

    def sample(self, places: Sequence[Sequence[int]]) -> list[Words]:
        """All nets of some places of each part, and of the rest, first; shapes (nets, places)."""
        values = [self.rest.values(0)[:, None]]
        for one, these in zip(self.parts, places, strict=True):
            values.append(np.stack([one.values(place) for place in these], axis=1))
        return values

    def simulations(self) -> list[tuple[Part | None, SteppedSimulation]]:
        """The rest, and each part, with its counts."""
        return [(None, self.rest), *zip(self.circuit.parts, self.parts, strict=True)]
