"""An array in Amaranth's simulator, its streams sent in any order, with any marks."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from amaranth import ClockDomain, Module
from amaranth.sim import Simulator

from lmul.hdl.array.systolic import SystolicArray

Beat = tuple[str, dict[str, Any]]
"""A stream's name and a payload."""


@dataclass
class Played:
    """What an array did.

    ``rows`` are the lanes of each beat of results, ``lasts`` their marks; ``taken`` counts the
    beats of each stream that were taken; ``flags`` are ``bad_last`` and ``too_long`` at the end.
    """

    rows: list[list[int]] = field(default_factory=list)
    lasts: list[int] = field(default_factory=list)
    taken: dict[str, int] = field(default_factory=lambda: {"a": 0, "b": 0, "sums": 0})
    flags: tuple[int, int] = (0, 0)


def play(
    dut: SystolicArray,
    *threads: Sequence[Beat],
    stalled: int = 0,
    chance: float = 0.0,
    cycles: int = 120,
    seed: int = 0,
    returned: Callable[[Any], Any] | None = None,
) -> list[Played]:
    """Send beats, in each thread one behind the other, and again after a reset.

    The array takes each one before the next of its thread is offered. Nothing is ready for results
    for ``stalled`` cycles, nor later with that chance; a beat waits with that chance before it is
    offered. Partial sums go through ``returned`` and come back in their order.
    """
    found = [Played(), Played()]
    rng = random.Random(seed)

    async def bench(ctx):
        for one in found:
            ctx.set(dut.out.ready, 0)
            for name in one.taken:
                if hasattr(dut, name):
                    ctx.set(getattr(dut, name).valid, 0)
            waiting, sums = [list(thread) for thread in threads], []
            offered = [False] * len(waiting)
            for cycle in range(cycles):
                for place, beats in enumerate(waiting):
                    if beats and not offered[place] and rng.random() >= chance:
                        name, payload = beats[0]
                        offered[place] = True
                        ctx.set(getattr(dut, name).payload, payload)
                        ctx.set(getattr(dut, name).valid, 1)
                ctx.set(dut.out.ready, cycle >= stalled and rng.random() >= chance)
                if hasattr(dut, "sums"):
                    ctx.set(dut.partials.ready, rng.random() >= chance)
                    if sums:
                        ctx.set(dut.sums.payload, sums[0])
                    ctx.set(dut.sums.valid, bool(sums))
                gone = []
                for place, beats in enumerate(waiting):
                    if offered[place] and ctx.get(getattr(dut, beats[0][0]).ready):
                        gone.append(place)
                        one.taken[beats[0][0]] += 1
                if ctx.get(dut.out.valid) and ctx.get(dut.out.ready):
                    lanes = ctx.get(dut.out.payload).lanes
                    one.rows.append([x if isinstance(x, int) else x.sum for x in lanes])
                    one.lasts.append(ctx.get(dut.out.payload).last)
                if hasattr(dut, "sums"):
                    if sums and ctx.get(dut.sums.ready):
                        sums.pop(0)
                        one.taken["sums"] += 1
                    if ctx.get(dut.partials.valid) and ctx.get(dut.partials.ready):
                        back = ctx.get(dut.partials.payload)
                        sums.append(returned(back) if returned else back)
                await ctx.tick()
                for place in gone:
                    name, _ = waiting[place].pop(0)
                    offered[place] = False
                    ctx.set(getattr(dut, name).valid, 0)
            one.flags = ctx.get(dut.bad_last), ctx.get(dut.too_long)
            ctx.set(domain.rst, 1)
            await ctx.tick()
            ctx.set(domain.rst, 0)

    top = Module()
    top.domains.sync = domain = ClockDomain("sync")
    top.submodules.dut = dut
    simulator = Simulator(top)
    simulator.add_clock(1e-6)
    simulator.add_testbench(bench)
    simulator.run()
    return found


def os_beats(a, b, marks=None) -> tuple[list[Beat], list[Beat]]:
    """Beats of a tile's streams; ``marks`` of each pair, in place of the right ones."""
    depth = a.shape[1]
    marks = marks or [(k == depth - 1, k == depth - 1) for k in range(depth)]
    keep = (1 << len(a)) - 1, (1 << b.shape[1]) - 1
    return (
        [
            ("a", {"lanes": a[:, k].tolist(), "keep": keep[0], "last": int(marks[k][0])})
            for k in range(depth)
        ],
        [
            ("b", {"lanes": b[k].tolist(), "keep": keep[1], "last": int(marks[k][1])})
            for k in range(depth)
        ],
    )


def ws_beats(a, b, marks=None, first=True, final=True) -> tuple[list[Beat], list[Beat]]:
    """The same of a tile of weights; ``marks`` are (start, last) of each beat of activations."""
    m, rows = a.shape
    marks = marks or [(i == 0, i == m - 1) for i in range(m)]
    keep = (1 << b.shape[1]) - 1
    kind = {"first": int(first), "final": int(final), "keep": (1 << rows) - 1}
    return (
        [
            ("a", {"lanes": a[i].tolist(), "start": int(s), "last": int(last)} | kind)
            for i, (s, last) in enumerate(marks)
        ],
        [
            ("b", {"lanes": b[k].tolist(), "keep": keep, "last": int(k == rows - 1)})
            for k in range(rows)
        ],
    )


def matrices(rng, *shape):
    """Two matrices of int8, (M, K) and (K, N)."""
    m, k, n = shape
    return rng.integers(-128, 128, (m, k)), rng.integers(-128, 128, (k, n))
