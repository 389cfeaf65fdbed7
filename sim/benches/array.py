"""The bench of an array: many shapes, stalls on every stream, resets, special and real operands.

Every bit of every result is golden's, every rule of AXI4-Stream is watched in every cycle, and
without stalls each product takes exactly the cycles of the closed form.
"""

from collections.abc import Iterator
from itertools import product

import cocotb
import numpy as np

from lmul.sim.benches.array_driver import ArrayDriver
from lmul.sim.benches.verdict import Mismatch, note_compared
from lmul.sim.reference.operands import (
    Operands,
    attention_operands,
    draw_operands,
    largest_operands,
)
from lmul.sim.runner.plan import Plan

_STALLS = (0.0, 0.1, 0.5)
_PRIMES = (2, 3, 5, 7, 11, 13)


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def shapes(dut) -> None:
    """Any M, K and N without stalls: the right bits in exactly the cycles of the closed form."""
    array = await _started(dut)
    spent = 0
    for m, k, n in _shapes(array):
        operands = draw_operands(array.rng, array.design, m, k, n)
        run = await array.play([operands])
        array.check([operands], run)
        wanted = array.design.cycles(m, k, n)
        if (run.cycles, run.stalls) != (wanted, 0):
            raise Mismatch(
                f"M={m} K={k} N={n} took {run.cycles} cycles, {run.stalls} of them stalls, "
                f"not {wanted}"
            )
        spent += run.cycles
        if spent > Plan.load().count:
            break
    await _finish(array)


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def stalls(dut) -> None:
    """Every stream waits never, rarely or often: nothing is lost, repeated or changed."""
    array = await _started(dut)
    names = [*array.sources, *array.sinks]
    combinations = list(product(_STALLS, repeat=len(names)))
    for chosen in array.rng.permutation(len(combinations))[:27]:
        products = _tiles(array, 3, special=0.02)
        run = await array.play(products, dict(zip(names, combinations[chosen], strict=True)))
        array.check(products, run)
    await _finish(array)


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def counted_stalls(dut) -> None:
    """Results that wait cost exactly the cycles in which the grid was held or they waited last."""
    array = await _started(dut)
    rows, columns = array.design.rows, array.design.columns
    for beats in (1, rows, rows + 1, 2 * rows, 3 * rows + columns):
        k = beats * array.design.terms
        for chance in (0.1, 0.5, 0.9):
            m, n = 2 * rows, 2 * columns
            operands = draw_operands(array.rng, array.design, m, k, n)
            run = await array.play([operands], dict.fromkeys(array.sinks, chance))
            array.check([operands], run)
            wanted = array.design.cycles(m, k, n) + run.stalls
            if run.cycles != wanted:
                raise Mismatch(
                    f"K={k} took {run.cycles} cycles with {run.stalls} stalls, not {wanted}"
                )
    await _finish(array)


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def reset(dut) -> None:
    """A reset at any moment forgets what was begun; what comes after it is right, and in time."""
    array = await _started(dut)
    for _ in range(20):
        stall = {name: float(array.rng.choice(_STALLS)) for name in (*array.sources, *array.sinks)}
        array.load(_tiles(array, 3, special=0.1), stall)
        for _ in range(array.rng.integers(1, 4 * array.design.rows + 2 * array.design.columns)):
            await array.cycle()
        await array.reset()
        m, k, n = (int(v) for v in array.rng.integers(1, 2 * array.design.rows + 2, 3))
        operands = draw_operands(array.rng, array.design, m, k, n)
        run = await array.play([operands])
        array.check([operands], run)
        if run.cycles != array.design.cycles(m, k, n):
            raise Mismatch(f"after a reset M={m} K={k} N={n} took {run.cycles} cycles")
    await _finish(array)


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def corners(dut) -> None:
    """NaN, Inf, zeros, subnormals and the largest numbers, a few among others or all of them."""
    array = await _started(dut)
    for special in (0.03, 0.1, 0.3, 1.0):
        products = _tiles(array, 12, special=special)
        array.check(products, await array.play(products))
    await _finish(array)


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def real_operands(dut) -> None:
    """Queries by keys and attention weights by values, ragged at every edge."""
    array = await _started(dut)
    products = attention_operands(array.design)
    array.check(products, await array.play(products, {"a": 0.1, "out": 0.1}))
    await _finish(array)


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def valid_waits_for_nothing(dut) -> None:
    """A beat is offered whether or not it can be taken, and the same whichever of both."""
    array = await _started(dut)
    array.probing = True
    for sink in array.sinks.values():
        sink.patient = True
    products = _tiles(array, 6)
    array.check(products, await array.play(products))
    await _finish(array)


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def too_long(dut) -> None:
    """The longest sum of the largest products fits; a longer one sets the flag, and hangs nothing.

    The flag stays until reset.
    """
    array = await _started(dut)
    design = array.design
    k_max = min(design.k_max, 2048)
    for negative in (False, True):
        operands = largest_operands(design, k_max, negative)
        array.check([operands], await array.play([operands]))
    _require_flag(array, 0)
    await array.play([draw_operands(array.rng, design, 1, k_max + 1, 1)])
    limited = int(design.resolved_accumulator.is_exact and k_max == design.k_max)
    _require_flag(array, limited)
    operands = draw_operands(array.rng, design, design.rows, 3, design.columns)
    array.check([operands], await array.play([operands]))
    _require_flag(array, limited)
    await array.reset()
    await array.cycle()
    _require_flag(array, 0)
    await _finish(array)


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def bad_last(dut) -> None:
    """An end that stream b does not mark is told until reset; it changes no result."""
    array = await _started(dut)
    rows, columns = array.design.rows, array.design.columns
    for _ in range(3):
        operands = draw_operands(array.rng, array.design, 2 * rows, 3, 2 * columns)
        array.check([operands], await array.play([operands]))
        array.unmarked = int(array.rng.integers(2))
        array.bad_last = 1
        for _ in range(2):
            array.check([operands], await array.play([operands]))
            array.unmarked = None
        await array.reset()
    await _finish(array)


async def _started(dut) -> ArrayDriver:
    plan = Plan.load()
    assert plan.mac is not None
    array = ArrayDriver(dut, plan.mac.design, plan.mac.out, seed=plan.seed)
    await array.start()
    return array


async def _finish(array: ArrayDriver) -> None:
    await array.finish()
    note_compared(array.design, array.compared)


def _require_flag(array: ArrayDriver, wanted: int) -> None:
    if array.too_long() != wanted:
        raise Mismatch(f"too_long is {array.too_long()}, not {wanted}")


def _shapes(array: ArrayDriver) -> Iterator[tuple[int, int, int]]:
    """M, K and N: the edges first, then at random."""
    rows, columns, k_max = array.design.rows, array.design.columns, array.design.k_max
    terms = array.design.terms
    beats = {1, rows - 1, rows, rows + 1, 2 * rows - 2, 2 * rows - 1, columns}
    depths = {terms * count for count in beats} | {terms * rows - 1, terms * rows + 1, *_PRIMES}
    depths = sorted(k for k in depths if 1 <= k <= k_max)
    for k in depths:
        yield rows, k, columns
    for k in depths:
        yield 2 * rows + 1, k, columns + 1
    while True:
        m, n = (int(array.rng.integers(1, 3 * side + 1)) for side in (rows, columns))
        yield m, int(array.rng.integers(1, min(k_max, terms * (3 * rows + columns)) + 1)), n


def _tiles(array: ArrayDriver, count: int, special: float = 0.0) -> list[Operands]:
    """Products of a tile or less, of all depths."""
    design = array.design
    depth = min(design.k_max, design.terms * (2 * design.rows + 3))
    limits = np.array([design.rows, depth, design.columns])
    sizes = array.rng.integers(1, limits + 1, (count, 3)).tolist()
    return [draw_operands(array.rng, design, m, k, n, special) for m, k, n in sizes]
