"""Drives an array with matrices, watches every cycle, and compares what comes out with golden."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, Timer

from lmul.hdl.designs.mac import MacDesign
from lmul.sim.benches.streams import Sink, Source, known
from lmul.sim.benches.verdict import Mismatch, require_no_mismatch
from lmul.sim.reference.circuit import MacCircuit
from lmul.sim.reference.matrices import array_design, expected, operands, wrong_results
from lmul.sim.reference.operands import Operands
from lmul.sim.reference.tiles import Beat, beats_of, result_beats, results_of
from lmul.sim.reference.vectors import SEED

__all__ = ["ArrayDriver", "Run"]

_PERIOD_NS = 4
_SETTLE_NS = 1
_PROBE_PS = 50  # for two changes on each sink, before the edge
_SHOWN = 5


@dataclass
class Run:
    """What happened in the cycles from the first beat taken to the last one given.

    Attributes
    ----------
    beats : list of Beat
        The results.
    cycles : int
        Both ends counted.
    stalls : int
        Cycles in which the grid was held, and in which a result waited after it had done all.
    """

    beats: list[Beat]
    cycles: int = 0
    stalls: int = 0


class ArrayDriver:
    """One array, its streams' ends, and how many of its results were compared.

    Parameters
    ----------
    dut : handle
        The module at whose ports the array's streams are: the array itself, or any module around
        it that passes them on.
    design : MacDesign or str
        The array, or its name.
    out : str or None
        Format of its results; None for raw sums.
    seed : int
        Of stalls and of what nothing may depend on.
    prefix : str
        What the ports of ``dut`` have before the array's own names.
    clock, reset : str
        Names of these two ports of ``dut``; no prefix is put before them.
    reset_active : int
        What resets: 0 where ``dut`` has a reset that is active low.
    flags : handle or None
        The module that has ``held``, ``bubble``, ``waits``, ``too_long`` and ``bad_last``, such as
        ``dut.the_array``; None is ``dut``.

    Attributes
    ----------
    rng : Generator
    circuit : MacCircuit
        The design and its streams.
    sources, sinks : dict of str to Source, Sink
        The ends of the streams ``a``, ``b``, ``sums`` and ``out``, ``partials``.
    compared : int
        Results that :meth:`check` has found to be right.
    probing : bool
        Whether every cycle tries each sink both ready and not.
    bad_last : int
        What the flag must be: 1 from the first tile on that was marked wrongly, until reset.
    unmarked : int or None
        The tile whose end stream ``b`` does not mark, in each product that is loaded.
    """

    def __init__(
        self,
        dut: Any,
        design: MacDesign | str,
        out: str | None = "fp32",
        *,
        seed: int = SEED,
        prefix: str = "",
        clock: str = "clk",
        reset: str = "rst",
        reset_active: int = 1,
        flags: Any = None,
    ) -> None:
        self.circuit = MacCircuit.described(array_design(design), out)
        self.rng = np.random.default_rng(seed)
        self.compared = 0
        self.probing = False
        self.bad_last = 0
        self.unmarked: int | None = None
        self._too_long = 0
        self._clock, self._reset = getattr(dut, clock), getattr(dut, reset)
        self._reset_active = reset_active
        self._flags = dut if flags is None else flags
        streams = self.circuit.streams
        self.sources = {s.name: Source(dut, s, self.rng, prefix) for s in streams if s.incoming}
        self.sinks = {s.name: Sink(dut, s, self.rng, prefix) for s in streams if not s.incoming}

    @property
    def design(self) -> MacDesign:
        """What is driven."""
        return self.circuit.design

    async def start(self) -> None:
        """Start the clock, and reset."""
        self._reset.value = self._reset_active
        # Before the first edge all inputs are known, or unknown bits might stay for ever.
        await Timer(_SETTLE_NS, unit="ns")
        Clock(self._clock, _PERIOD_NS, unit="ns").start()
        await FallingEdge(self._clock)
        await self.reset()

    async def reset(self) -> None:
        """Reset for a cycle, as all streams' ends are."""
        self._too_long = self.bad_last = 0
        self._reset.value = self._reset_active
        for end in (*self.sources.values(), *self.sinks.values()):
            end.clear()
        await FallingEdge(self._clock)
        self._reset.value = 1 - self._reset_active

    def load(self, products: Sequence[Operands], stalls: Mapping[str, float]) -> int:
        """Hand the ends all beats of some products; the number of beats that must come out."""
        due = 0
        for a, b in products:
            beats = beats_of(self.design, self.circuit.streams, a, b, self.rng)
            if self.unmarked is not None:
                ends = [beat for beat in beats["b"] if beat["tlast"]]
                ends[self.unmarked]["tlast"] = 0
            for name, source in self.sources.items():
                source.load(beats.get(name, ()), stalls.get(name, 0.0))
            due += result_beats(self.design, a.shape[0], b.shape[1])
        for name, sink in self.sinks.items():
            sink.load(stalls.get(name, 0.0))
        return due

    async def play(
        self, products: Sequence[Operands], stalls: Mapping[str, float] | None = None
    ) -> Run:
        """Multiply, one product after the other without a pause.

        Parameters
        ----------
        products : sequence of (a, b)
        stalls : mapping, optional
            The chance of each stream to wait, by its name.

        Raises
        ------
        Mismatch
            When a rule of the protocol is broken, or results don't come.
        """
        stalls = stalls or {}
        due = self.load(products, stalls)
        run = Run(self.sinks["out"].beats)
        beats = sum(source.remaining for source in self.sources.values())
        limit = int(20 * (beats + due) / (1 - max(stalls.values(), default=0.0))) + 2000
        begun = False
        # Grid cycles from the last operands to the last result that leaves the grid.
        design = self.design
        wave = design.stages + design.rows + design.columns
        wave += design.rounder if design.flow == "ws" else -1  # of os the drain rounds
        grid, entering = 0, self.sources["a"].remaining
        for _ in range(limit):
            held, bubble, waits, taken = await self.cycle()
            begun = begun or taken
            run.cycles += begun
            run.stalls += held
            if not held and not entering:
                grid += 1
            entering -= not held and not bubble
            run.stalls += waits and not held and grid > wave
            if len(run.beats) == due:
                return run
        raise Mismatch(f"{len(run.beats)} beats of results came in {limit} cycles, not {due}")

    async def multiply(
        self, a: npt.ArrayLike, b: npt.ArrayLike, stalls: Mapping[str, float] | None = None
    ) -> Run:
        """Multiply two matrices of codes, and hold every bit of the product against golden.

        Parameters
        ----------
        a, b : arrays of codes, shapes (M, K) and (K, N)
        stalls : mapping, optional
            The chance of each stream to wait, by its name: ``{"a": 0.1, "out": 0.5}``.

        Raises
        ------
        TypeError, ValueError
            For operands that the design does not take.
        Mismatch
            As :meth:`play` and :meth:`check`.
        """
        given = operands(self.design, a, b)
        run = await self.play([given], stalls)
        self.check([given], run)
        return run

    async def cycle(self) -> tuple[int, int, int, bool]:
        """One clock cycle: ``held``, ``bubble`` and ``waits``; whether a beat was taken."""
        ends = (*self.sources.values(), *self.sinks.values())
        for end in ends:
            end.offer()
        await Timer(_SETTLE_NS, unit="ns")
        if self.probing:
            await self._probe()
        returned: list[Beat] = []
        taken = [source for source in self.sources.values() if source.look()]
        for sink in self.sinks.values():
            if sink.look() and sink.stream.name == "partials":
                # Whoever keeps partial sums gives them back in their order.
                returned.append(sink.beats[-1])
        held, bubble, waits = (known(getattr(self._flags, f)) for f in ("held", "bubble", "waits"))
        if self._too_long and not self.too_long():
            raise Mismatch("too_long went without a reset")
        self._too_long = self.too_long()
        await FallingEdge(self._clock)
        for source in taken:
            source.taken()
        if returned:
            self.sources["sums"].append(returned)
        return held, bubble, waits, bool(taken)

    async def _probe(self) -> None:
        """See that what is offered is the same whether or not it can be taken."""
        for sink in self.sinks.values():
            ready, beat = sink.ready, sink.peek()
            for probe in (1 - ready, ready):
                sink.set_ready(probe)
                await Timer(_PROBE_PS, unit="ps")
                if sink.peek() != beat:
                    raise Mismatch(f"{sink.stream.prefix}: what is offered depends on tready")

    async def finish(self) -> None:
        """See that nothing comes out that nobody asked for."""
        for sink in self.sinks.values():
            sink.load(0.0)
        for _ in range(2 * self.design.rows + self.design.columns + 10):
            await self.cycle()
        for name, sink in self.sinks.items():
            if sink.beats:
                raise Mismatch(f"{len(sink.beats)} beats on {name!r} that nobody asked for")

    def too_long(self) -> int:
        """The sticky flag."""
        return known(self._flags.too_long)

    def check(self, products: Sequence[Operands], run: Run) -> None:
        """Hold all results against golden, and ``bad_last`` against what it must be now.

        Raises
        ------
        Mismatch
            With the first that are wrong.
        """
        if known(self._flags.bad_last) != self.bad_last:
            raise Mismatch(f"bad_last is {1 - self.bad_last}, not {self.bad_last}")
        out = self.sinks["out"].stream
        beats = iter(run.beats)
        wrong: list[str] = []
        compared = 0
        for a, b in products:
            m, n = a.shape[0], b.shape[1]
            own = list(islice(beats, result_beats(self.design, m, n)))
            try:
                lanes, marks = results_of(self.design, out, own, m, n)
            except ValueError as error:
                raise Mismatch(str(error)) from None
            wrong += wrong_results(self.circuit, expected(self.circuit, a, b), lanes, marks)
            compared += m * n
        require_no_mismatch(compared, len(wrong), wrong[:_SHOWN])
        self.compared += compared
