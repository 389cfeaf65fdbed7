"""Dot products summed exactly and rounded to odd, as matrix products wherever those are exact.

In float64 a matrix product is exact while every partial sum fits 53 bits. When the operands'
exponents spread too far for that, they are cut into slices that do fit, and the slices' sums are
added as integers in limbs. What is left (fp32, and L-Mul of wide formats) is added up product by
product with Python's exact ``fsum``.
"""

import math

import numpy as np
import numpy.typing as npt

from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.kinds import Kind
from lmul.sim.golden.outer_products import Factors, Side, factors_of, outer_products
from lmul.sim.golden.sums.rounding import add_to_odd

__all__ = ["exact_sums"]


_FLOAT64_BITS = 53
_LIMB_BITS = 32
_LIMB_MASK = (1 << _LIMB_BITS) - 1
_COLUMNS = 1 << 13  # of U and V multiplied at a time
_SLICES = 16  # of both operands together; beyond, fsum is quicker

Float64s = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]


def exact_sums(left: Side, right: Side, fmt: FloatFormat, kind: Kind, offset: int) -> Float64s:
    """The sums over k of left[i, k] ⊗ right[k, j], rounded to odd.

    Parameters
    ----------
    left, right : Side
        Shapes (M, K) and (K, N).
    fmt, kind, offset
        As for :func:`lmul.sim.golden.multiply.multiply`, resolved.

    Returns
    -------
    float64 array, shape (M, N)
    """
    factors = factors_of(kind, fmt, offset)
    if factors is not None:
        width = _slice_width(left, right, factors, left.exp.shape[1])
        spread = left.high - left.low + right.high - right.low
        if width and spread // width <= _SLICES:
            return _sliced(left, right, factors, width)
    return _one_by_one(left, right, fmt, kind, offset)


def _slice_width(left: Side, right: Side, factors: Factors, k: int) -> int:
    """Octaves to a slice of each operand; 0 where not even one is exact."""
    room = _FLOAT64_BITS - factors.bits - max(0, k - 1).bit_length()
    spread = left.high - left.low, right.high - right.low
    if sum(spread) <= room:
        return max(spread) + 1
    return max(0, room // 2 + 1)


def _sliced(left: Side, right: Side, factors: Factors, width: int) -> Float64s:
    rights = [right.scales(low, width) for low in range(right.low, right.high + 1, width)]
    sums = [
        _matrix_product(x, left, y, right, factors)
        for low in range(left.low, left.high + 1, width)
        if (x := left.scales(low, width)) is not None
        for y in rights
        if y is not None
    ]
    if not sums:
        return np.zeros((left.exp.shape[0], right.exp.shape[1]))
    if len(sums) == 1:
        return sums[0]
    return _add_slices(sums, left.low + right.low - factors.low)


def _matrix_product(
    x: Float64s, left: Side, y: Float64s, right: Side, factors: Factors
) -> Float64s:
    """Σ over k and r of x u[mx, r] · y v[my, r], for scales x and y, in blocks of k."""
    rows, depth = x.shape
    rank = factors.u.shape[1]
    total = np.zeros((rows, y.shape[1]))
    step = max(1, _COLUMNS // rank)
    for k in range(0, depth, step):
        block = slice(k, k + step)
        u = factors.u[left.mantissa[:, block]]
        u *= x[:, block, None]
        v = np.empty((len(y[block]), rank, y.shape[1]))
        for r in range(rank):
            np.multiply(factors.v[right.mantissa[block], r], y[block], out=v[:, r])
        total += u.reshape(rows, -1) @ v.reshape(-1, y.shape[1])
    return total


def _add_slices(sums: list[Float64s], lsb: int) -> Float64s:
    """The sum of arrays of multiples of ``2**lsb``, rounded to odd."""
    largest = max(float(np.abs(part).max()) for part in sums)
    bits = max(1, int(np.frexp(largest)[1]) - lsb) + len(sums).bit_length() + 1
    limbs = [np.zeros(sums[0].shape, np.int64) for _ in range(-(-bits // _LIMB_BITS))]
    for part in sums:
        rest = np.ldexp(part, -lsb)
        for place in range(len(limbs) - 1, -1, -1):
            # Not floor: a small negative rest would leave one of more bits than a float64 has.
            digit = np.trunc(np.ldexp(rest, -_LIMB_BITS * place))
            rest = rest - np.ldexp(digit, _LIMB_BITS * place)
            limbs[place] += digit.astype(np.int64)
    _carry(limbs)
    negative = limbs[-1] < 0
    for limb in limbs:
        np.negative(limb, out=limb, where=negative)
    _carry(limbs)
    # From below, where nothing cancels: a limb put in front only coarsens what is kept.
    total = np.zeros(limbs[0].shape)
    for place, limb in enumerate(limbs):
        total = add_to_odd(np.ldexp(limb.astype(np.float64), lsb + _LIMB_BITS * place), total)
    return np.where(negative, -total, total)


def _carry(limbs: list[Int64s]) -> None:
    """Leave 0 to 2**32 - 1 in every limb but the last, which keeps the sign."""
    for place in range(len(limbs) - 1):
        limbs[place + 1] += limbs[place] >> _LIMB_BITS
        limbs[place] &= _LIMB_MASK


def _one_by_one(left: Side, right: Side, fmt: FloatFormat, kind: Kind, offset: int) -> Float64s:
    rows, depth = left.exp.shape
    columns = right.exp.shape[1]
    products = outer_products(left, right, fmt, kind, offset)
    terms = np.empty((rows, columns, depth))
    for k in range(depth):
        terms[:, :, k] = products(k)
    nearest = np.empty((rows, columns))
    for i in range(rows):
        nearest[i] = [math.fsum(line) for line in terms[i].tolist()]
    rest = np.empty((rows, columns))
    for i in range(rows):
        lines = np.concatenate([terms[i], -nearest[i][:, None]], axis=1).tolist()
        rest[i] = [math.fsum(line) for line in lines]
    return add_to_odd(nearest, rest)
