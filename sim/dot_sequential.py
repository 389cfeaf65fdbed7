"""Dot products whose every addition matters: windows that saturate, floating-point sums."""

import numpy as np
import numpy.typing as npt

from lmul.hdl.formats import FloatFormat
from lmul.hdl.kinds import Kind
from lmul.hdl.policy import Overflow
from lmul.sim.codec import decode
from lmul.sim.drain import add_to_odd, drain, integers_to_odd
from lmul.sim.factors import Side, outer_products

__all__ = ["float_sums", "window_sums"]

Float64s = npt.NDArray[np.float64]


def window_sums(
    left: Side,
    right: Side,
    fmt: FloatFormat,
    kind: Kind,
    offset: int,
    window: tuple[int, int],
) -> tuple[Float64s, npt.NDArray[np.bool_]]:
    """Sums in ``width`` bits of two's complement with lsb ``2**lsb``, k ascending.

    Each product is cut toward minus infinity; a sum that leaves the window stays at its end and
    sets a sticky flag.

    Returns
    -------
    float64 array rounded to odd, and bool array of flags; shape (M, N)
    """
    width, lsb = window
    top = (1 << (width - 1)) - 1
    bottom = -top - 1
    products = outer_products(left, right, fmt, kind, offset)
    total = np.zeros((left.exp.shape[0], right.exp.shape[1]), np.int64)
    overflowed = np.zeros(total.shape, np.bool_)
    # Twice the window, so that a product that is too large still overflows once it is an integer.
    limit = float(1 << width)
    for k in range(left.exp.shape[1]):
        units = np.clip(np.floor(np.ldexp(products(k), -lsb)), -limit, limit)
        total += units.astype(np.int64)
        outside = (total > top) | (total < bottom)
        if outside.any():
            overflowed |= outside
            np.clip(total, bottom, top, out=total)
    return integers_to_odd(total, lsb), overflowed


def float_sums(
    left: Side,
    right: Side,
    fmt: FloatFormat,
    kind: Kind,
    offset: int,
    accumulator: FloatFormat,
    overflow: Overflow,
) -> Float64s:
    """acc = round(acc + product) in the accumulator's format, from +0, k ascending.

    Nearest even, gradual underflow, overflow as the policy says. Shape (M, N), exact float64.
    """
    products = outer_products(left, right, fmt, kind, offset)
    total = np.zeros((left.exp.shape[0], right.exp.shape[1]))
    single = accumulator.name == "fp32" and overflow == "nonsaturating"
    with np.errstate(invalid="ignore", over="ignore"):
        for k in range(left.exp.shape[1]):
            product = products(k)
            stuck = ~np.isfinite(total)
            exact = add_to_odd(np.where(stuck, 0, total), product)
            if single:
                rounded = exact.astype(np.float32).astype(np.float64)
            else:
                rounded = decode(drain(exact, accumulator, overflow), accumulator, np.float64)
            # Once infinite (or NaN, where the format has no Inf), a sum stays so.
            total = np.where(stuck, total, rounded)
    return total
