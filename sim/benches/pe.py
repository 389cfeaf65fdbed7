"""The bench of a PE: sums of all lengths, corners, holds, resets; operands passed on in each cycle.

NaN operands are not for a PE: the edge of an array keeps them.
"""

from typing import Any

import cocotb
import numpy as np
import numpy.typing as npt

from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.numbers.formats import IntegerFormat
from lmul.sim.benches.pe_driver import PEDriver
from lmul.sim.benches.verdict import note_compared
from lmul.sim.golden.arithmetic import unpack
from lmul.sim.reference.operands import draw_codes, largest_operands, operand_corners
from lmul.sim.runner.plan import Plan

_PAIRS = 2000
_SUMS = 60
_LONGEST = 2048

Codes = npt.NDArray[np.unsignedinteger[Any]]


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def corners(dut) -> None:
    """Corners against corners, the pairs of each cycle a sum of their own."""
    pe = await _started(dut)
    codes = _without_nan(pe.design, operand_corners(pe.design.format))
    x, y = (np.repeat(codes, len(codes)), np.tile(codes, len(codes)))
    chosen = pe.rng.permutation(len(x))[:_PAIRS]
    for low in range(0, len(chosen), pe.design.terms):
        ks = chosen[low : low + pe.design.terms]
        await pe.dot_product(x[ks], y[ks])
    await pe.flush()
    _check(pe)


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def sums(dut) -> None:
    """Sums of one to many products, special ones among them, one after the other."""
    pe = await _started(dut)
    for _ in range(_SUMS):
        await pe.dot_product(*_operands(pe, special=float(pe.rng.choice([0.0, 0.05]))))
    await pe.flush()
    _check(pe)


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def holds(dut) -> None:
    """Zeros and disabled cycles at random: every register holds, no sum changes."""
    pe = await _started(dut)
    for _ in range(_SUMS):
        await pe.dot_product(*_operands(pe), idle=0.2, hold=0.3)
    await pe.flush()
    _check(pe)


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def reset(dut) -> None:
    """A reset at any moment, enabled or not, forgets the sum; the next one is right."""
    pe = await _started(dut)
    for _ in range(_SUMS):
        x, y = _operands(pe, special=0.1)
        await pe.dot_product(x, y, hold=0.1)
        await pe.reset(en=int(pe.rng.integers(0, 2)))
        await pe.dot_product(*_operands(pe))
    await pe.flush()
    _check(pe)


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def largest(dut) -> None:
    """As many of the largest products as a sum must hold, of either sign."""
    pe = await _started(dut)
    for negative in (False, True):
        a, b = largest_operands(pe.design, min(pe.design.k_max, _LONGEST), negative)
        await pe.dot_product(a[0], b[:, 0])
    await pe.flush()
    _check(pe)


async def _started(dut) -> PEDriver:
    plan = Plan.load()
    assert plan.mac is not None
    pe = PEDriver(dut, plan.mac.design, seed=plan.seed)
    await pe.start()
    return pe


def _check(pe: PEDriver) -> None:
    pe.check()
    note_compared(pe.design, pe.compared)


def _operands(pe: PEDriver, special: float = 0.0) -> tuple[Codes, Codes]:
    """A dot product's two sides."""
    length = int(pe.rng.integers(1, min(pe.design.k_max, 40) + 1))
    while True:
        sides = (draw_codes(pe.rng, pe.design.format, (2 * length,), special) for _ in range(2))
        x, y = (_without_nan(pe.design, side)[:length] for side in sides)
        if shortest := min(len(x), len(y)):  # all codes of a short side may be NaN
            return x[:shortest], y[:shortest]


def _without_nan(design: MacDesign, codes: Codes) -> Codes:
    if isinstance(design.format, IntegerFormat) or design.policy.specials == "ignore":
        return codes
    nan = unpack(codes.astype(np.int64), design.format, design.policy.subnormals, True).nan
    return codes if nan is None else codes[~nan]
