"""The scoreboard: what a pipeline must show in every cycle, and whether it did."""

import numpy as np

from lmul.sim.benches.ports import Beat, Observation
from lmul.sim.benches.verdict import Mismatch, note_compared, require_no_mismatch
from lmul.sim.reference.circuit import Circuit
from lmul.sim.reference.units import Stimulus, compare

__all__ = ["Results", "Scoreboard"]

_SHOWN = 5


class Results:
    """Result words beside the operands that they answer, compared with golden all at once."""

    def __init__(self, circuit: Circuit) -> None:
        self._circuit = circuit
        self._operands: list[tuple[int, ...]] = []
        self._words: list[int] = []
        self._unknown: list[str] = []

    def __len__(self) -> int:
        return len(self._words) + len(self._unknown)

    def add(self, words: tuple[int, ...], p: int | None) -> None:
        """Record the answer to operand words; None is an answer with x or z bits."""
        if p is None:
            self._unknown.append(f"{', '.join(map(hex, words))} got x or z bits")
        else:
            self._operands.append(words)
            self._words.append(p)

    def check(self) -> None:
        """Raise :class:`Mismatch` unless every word was right, AssertionError without any."""
        kept_as = object if self._circuit.acc else np.uint64  # N codes may need more than 64 bits
        operands = np.array(self._operands, kept_as)
        given = Stimulus(*operands.reshape(-1, len(self._circuit.operands)).T)
        comparison = compare(self._circuit, given, np.array(self._words, np.uint64))
        require_no_mismatch(
            len(self),
            comparison.mismatches + len(self._unknown),
            [*self._unknown[:_SHOWN], *comparison.examples],
        )
        note_compared(self._circuit.design, len(self))


class Scoreboard:
    """A model of the pipeline's contract, cycle by cycle.

    ``p`` and ``o_valid`` answer the inputs of ``stages`` enabled cycles ago; while ``en`` is 0
    every output holds; reset empties the pipeline of valid results, whether enabled or not.
    """

    def __init__(self, circuit: Circuit) -> None:
        self.results = Results(circuit)
        self._slots: list[Beat | None] = [None] * circuit.design.stages  # newest first
        self._errors: list[str] = []
        self._cycle = 0
        self._held: Observation | None = None
        self._last: Observation | None = None

    def observe(self, seen: Observation) -> None:
        """Check the outputs before a clock edge, with the next beat already at the inputs."""
        expected = self._slots[-1]
        valid = int(expected is not None)
        if seen.o_valid != valid:
            self._error(f"o_valid is {seen.o_valid}, not {valid}")
        if self._held is not None and seen != self._held:
            self._error(f"outputs went from {self._held} to {seen} while en was 0")
        if expected is not None:
            self.results.add(expected.words, seen.p)
        self._last = seen

    def clock(self, beat: Beat) -> None:
        """Take the clock edge at which ``beat`` stood at the inputs."""
        self._cycle += 1
        self._held = None
        if beat.rst:
            self._slots = [None] * len(self._slots)
        elif beat.en:
            self._slots = [beat if beat.i_valid else None, *self._slots[:-1]]
        else:
            self._held = self._last

    def check(self) -> None:
        """Raise :class:`Mismatch` unless every cycle and every result was right."""
        if self._errors:
            shown = "; ".join(self._errors[:_SHOWN])
            raise Mismatch(f"{len(self._errors)} protocol errors in {self._cycle} cycles: {shown}")
        self.results.check()

    def _error(self, text: str) -> None:
        self._errors.append(f"cycle {self._cycle}: {text}")
