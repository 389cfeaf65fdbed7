"""Sums that are rounded to fp32 after each product, by the processor's own float32 additions.

Where every product is a float32 and no sum can overflow, an IEEE addition is the accumulator's
step: one rounding to nearest even of the exact sum.
"""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.hdl.numbers.kinds import Kind
from lmul.sim.golden.arithmetic import CODE_SUMS
from lmul.sim.golden.outer_products import Factors, Side, factors_of

__all__ = ["single_sums"]


Float32s = npt.NDArray[np.float32]
Products = Callable[[slice, int, Float32s], None]
"""Writes the products of some rows of the left matrix, at one k, with row k of the right one."""

_BITS, _MIN_EXP, _MAX_EXP, _BIAS = 24, -126, 127, 127
_BLOCK = 1 << 15  # products that stay in a core's own cache with their sums
_DEPTH = 64  # steps of k whose factors are made at a time


def single_sums(
    left: Side, right: Side, fmt: FloatFormat, kind: Kind, offset: int
) -> Float32s | None:
    """acc = float32(acc + product) from +0, k ascending, shape (M, N).

    None where a product may be no float32, or a sum may overflow.
    """
    (m, depth), n = left.exp.shape, right.exp.shape[1]
    low, high = left.low + right.low, left.high + right.high
    by_code = kind in CODE_SUMS
    factors = None if by_code else factors_of(kind, fmt, offset)
    if not by_code and factors is None:
        return None
    bits, below = (fmt.mantissa_bits + 1, 0) if factors is None else (factors.bits, factors.low)
    # A product is less than 4 times 2**high, and a sum less than K times that.
    if bits > _BITS or low - below < _MIN_EXP or high + 2 + depth.bit_length() > _MAX_EXP:
        return None
    total = np.zeros((m, n), np.float32)
    side = max(1, _BLOCK // n)
    product = np.empty((min(side, m), n), np.float32)
    for start in range(0, depth, _DEPTH):
        ks = slice(start, min(start + _DEPTH, depth))
        if factors is None:
            write = _added_codes(left, right, fmt, offset, ks)
        else:
            write = _multiplied(left, right, factors, ks)
        for rows in _blocks(m, side):
            sums, given = total[rows], product[: rows.stop - rows.start]
            for k in range(ks.stop - ks.start):
                write(rows, k, given)
                sums += given
    return total


def _blocks(total: int, side: int) -> Iterator[slice]:
    for start in range(0, total, side):
        yield slice(start, min(start + side, total))


def _added_codes(left: Side, right: Side, fmt: FloatFormat, offset: int, ks: slice) -> Products:
    """L-Mul as it is defined: the bits of a float32 product are one sum of both codes' bits."""
    shift = FORMATS["fp32"].mantissa_bits - fmt.mantissa_bits
    # X + Y - (b << m) + offset, its bias changed from b to float32's.
    constant = offset + ((_BIAS - 2 * fmt.bias) << fmt.mantissa_bits)
    x = _words(left.code[:, ks].T + constant, left.scale[:, ks].T, shift)
    y = _words(right.code[ks], right.scale[ks], shift)
    x_zero = left.scale[:, ks].T == 0
    y_zeros = [np.flatnonzero(row) for row in right.scale[ks] == 0]

    def write(rows: slice, k: int, out: Float32s) -> None:
        np.add(x[k, rows, None], y[k], out=out.view(np.uint32))
        if (zero := x_zero[k, rows]).any():
            out[zero] = 0
        if y_zeros[k].size:
            out[:, y_zeros[k]] = 0

    return write


def _words(
    codes: npt.NDArray[np.int64], scale: npt.NDArray[np.float64], shift: int
) -> npt.NDArray[np.uint32]:
    """Codes at the place of float32's, modulo 2**32; two signs add up to their exclusive or."""
    signs = np.signbit(scale).astype(np.uint32) << np.uint32(31)
    return (codes << shift).astype(np.uint32) + signs


def _multiplied(left: Side, right: Side, factors: Factors, ks: slice) -> Products:
    """A product's few terms, of which at most two differ from zero; they add up exactly."""
    x, y = (np.ldexp(side.scale, side.exp) for side in (left, right))
    u = (x[:, ks, None] * factors.u[left.mantissa[:, ks]]).swapaxes(0, 1).astype(np.float32)
    v = (y[ks, :, None] * factors.v[right.mantissa[ks]]).swapaxes(1, 2).astype(np.float32)

    def write(rows: slice, k: int, out: Float32s) -> None:
        np.matmul(u[k, rows], v[k], out=out)

    return write
