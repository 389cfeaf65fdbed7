"""Simulates a circuit by its parts: each place where a part stands is a word of 64 streams.

Each net of each place has the value that it has in the flat netlist, and toggles as often; what is
looked up once a module instead of once a place is only what a toggle costs. Unit delays begin anew
at a part's ports, which change at time 0: where a combinational part drives another, glitches at
its outputs are not passed on.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from lmul.synth.bit_words import Words
from lmul.synth.part_netlist import Part, PartNetlist
from lmul.synth.stepped_simulation import SteppedSimulation

__all__ = ["PartSimulation"]

_MOST_ROUNDS = 8  # through parts that drive each other without registers


class PartSimulation:
    """A circuit of parts, from cycle to cycle.

    Parameters
    ----------
    circuit : PartNetlist

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
        As :func:`lmul.synth.gate_kernel.kernel`.
    """

    def __init__(self, circuit: PartNetlist) -> None:
        self.circuit = circuit
        sinks = [part.sinks.ravel() for part in circuit.parts]
        sources = [part.sources.ravel() for part in circuit.parts]
        self._inputs = {
            name: nets for name, nets in circuit.inputs.items() if nets != (circuit.rest.clock,)
        }
        own = [net for nets in self._inputs.values() for net in nets]
        driven = np.concatenate([np.array(own, np.int64), *sinks])
        wanted = [net for nets in circuit.outputs.values() for net in nets]
        kept = np.unique(np.concatenate([np.array(wanted, np.int64), *sources]))
        self.rest = SteppedSimulation(circuit.rest, 1, driven.tolist(), kept.tolist())
        self.parts = [
            SteppedSimulation(part.netlist, part.count, part.inputs, part.outputs)
            for part in circuit.parts
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

    def step(self, counts: bool, glitches: bool) -> None:
        """End the cycle; as :meth:`SteppedSimulation.step`."""
        for one in (self.rest, *self.parts):
            one.step(counts, glitches)

    def sample(self, places: Sequence[Sequence[int]]) -> list[Words]:
        """All nets of some places of each part, and of the rest, first; shapes (nets, places)."""
        values = [self.rest.values(0)[:, None]]
        for one, these in zip(self.parts, places, strict=True):
            values.append(np.stack([one.values(place) for place in these], axis=1))
        return values

    def simulations(self) -> list[tuple[Part | None, SteppedSimulation]]:
        """The rest, and each part, with its counts."""
        return [(None, self.rest), *zip(self.circuit.parts, self.parts, strict=True)]
