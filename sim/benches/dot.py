"""The bench of a dot-product unit: corners, cancelling sums, operands of all sizes, one a step."""

import cocotb
import numpy as np
from cocotb.triggers import Timer

from lmul.sim.benches.verdict import note_compared, require_no_mismatch
from lmul.sim.reference.dot import draw_dots, expected_words, lane_words
from lmul.sim.runner.plan import Plan

_GROUPS = 1500
_REPEATED = 100
_SHOWN = 5


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def groups(dut) -> None:
    """Groups of all sorts against the golden model."""
    await _compare(dut, _GROUPS, repeated=False)


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def no_memory(dut) -> None:
    """The answer is the same whatever stood at the inputs before."""
    await _compare(dut, _REPEATED, repeated=True)


async def _compare(dut, count: int, repeated: bool) -> None:
    plan = Plan.load()
    design = plan.dot
    assert design is not None
    rng = plan.generator()
    x, y, acc = draw_dots(design, count, rng)
    want = expected_words(design, x, y, acc).tolist()
    given = list(zip(lane_words(design, x), lane_words(design, y), acc.tolist(), strict=True))
    order = np.arange(count)
    if repeated:
        order = np.concatenate([rng.permutation(count), order[::-1], order])
    wrong = []
    for index in order.tolist():
        dut.x.value, dut.y.value, dut.acc.value = given[index]
        await Timer(1, unit="ns")
        value = dut.p.value
        got = int(value) if value.is_resolvable else None
        if got != want[index]:
            one, other, before = given[index]
            wrong.append(f"x={one:#x} y={other:#x} acc={before:#x} got={got} want={want[index]}")
    require_no_mismatch(len(order), len(wrong), wrong[:_SHOWN])
    note_compared(design, len(order))
