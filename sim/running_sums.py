"""What a PE's accumulator holds, pair by pair: the running sums of many dot products at once."""

import numpy as np
import numpy.typing as npt

from lmul.hdl.accumulator import Accumulator
from lmul.hdl.policy import Overflow
from lmul.sim.codec import decode
from lmul.sim.drain import add_to_odd, drain

__all__ = ["running_sums"]

_LIMB_BITS = 32
_LIMB_MASK = (1 << _LIMB_BITS) - 1

Bits = npt.NDArray[np.bool_]
Float64s = npt.NDArray[np.float64]


def running_sums(
    products: Float64s, accumulator: Accumulator, lsb: int, width: int, overflow: Overflow
) -> Bits:
    """The bits of the sum after each product, as they stand in the register.

    Parameters
    ----------
    products : float64 array, shape (K, N)
        N dot products, each K unrounded products, exact and finite.
    accumulator : Accumulator
    lsb : int
        An exact sum counts in units of ``2**lsb``; a window has its own.
    width : int
        Bits of the register.
    overflow : str
        The policy's knob, for sums that are rounded.

    Returns
    -------
    bool array, shape (width, K, N)
        Two's complement, or a floating-point accumulator's code; bit 0 first.
    """
    if accumulator.window is not None:
        limbs = [_window(products, *accumulator.window)]
    elif accumulator.format is not None:
        limbs = [_rounded(products, accumulator, overflow)]
    else:
        limbs = _exact(np.ldexp(products, -lsb), width)
    wide = len(limbs) > 1
    return np.array(
        [
            limbs[bit // _LIMB_BITS] >> bit % _LIMB_BITS & 1 if wide else limbs[0] >> bit & 1
            for bit in range(width)
        ],
        np.bool_,
    )


def _exact(units: Float64s, width: int) -> list[npt.NDArray[np.int64]]:
    """Running sums in limbs of 32 bits, lowest first."""
    count = max(2, -(-width // _LIMB_BITS))
    limbs = [np.zeros(units.shape, np.int64)] * count
    # By magnitude: below a negative number's floor there may be more bits than float64 has.
    sign = np.where(units < 0, -1, 1)
    rest = np.abs(units)
    for place in range(count - 1, -1, -1):
        digit = np.floor(np.ldexp(rest, -_LIMB_BITS * place))
        rest = rest - np.ldexp(digit, _LIMB_BITS * place)
        limbs[place] = np.cumsum(sign * digit.astype(np.int64), axis=0)
    for place in range(count - 1):
        limbs[place + 1] += limbs[place] >> _LIMB_BITS
        limbs[place] &= _LIMB_MASK
    return limbs


def _window(products: Float64s, width: int, lsb: int) -> npt.NDArray[np.int64]:
    top = (1 << (width - 1)) - 1
    limit = float(1 << width)
    units = np.clip(np.floor(np.ldexp(products, -lsb)), -limit, limit).astype(np.int64)
    for k in range(1, len(units)):
        np.clip(units[k - 1], -top - 1, top, out=units[k - 1])
        units[k] += units[k - 1]
    return np.clip(units, -top - 1, top)


def _rounded(
    products: Float64s, accumulator: Accumulator, overflow: Overflow
) -> npt.NDArray[np.int64]:
    assert accumulator.format is not None
    total = np.zeros(products.shape[1:])
    codes = np.empty(products.shape, np.int64)
    for k, product in enumerate(products):
        # Once infinite (or NaN, where the format has no Inf), a sum stays so.
        stuck = ~np.isfinite(total)
        exact = add_to_odd(np.where(stuck, 0, total), product)
        codes[k] = np.where(stuck, codes[k - 1], drain(exact, accumulator.format, overflow))
        total = decode(codes[k].astype(np.uint32), accumulator.format).astype(np.float64)
    return codes
