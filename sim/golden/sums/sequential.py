"""Dot products whose every addition matters: windows that saturate, floating-point sums."""

from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
import numpy.typing as npt

from lmul.hdl.numbers.accumulator import Accumulator
from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.hdl.numbers.kinds import Kind
from lmul.hdl.numbers.policy import Overflow
from lmul.sim.golden.codec import decode
from lmul.sim.golden.outer_products import Side, outer_products
from lmul.sim.golden.sums.rounding import add_to_odd, drain, integers_to_odd
from lmul.sim.golden.sums.single import single_sums

__all__ = ["float_sums", "running_sums", "window_sums", "windowed"]


Float64s = npt.NDArray[np.float64]
Bits = npt.NDArray[np.bool_]


def window_sums(
    left: Side,
    right: Side,
    fmt: FloatFormat,
    kind: Kind,
    offset: int,
    window: tuple[int, int],
    terms: int = 1,
) -> tuple[Float64s, Bits]:
    """Sums in ``width`` bits of two's complement with lsb ``2**lsb``, k ascending.

    Each product is cut toward minus infinity; a sum that has left the window after ``terms`` of
    them stays at its end and sets a sticky flag.

    Returns
    -------
    float64 array rounded to odd, and bool array of flags; shape (M, N)
    """
    products = outer_products(left, right, fmt, kind, offset)
    *_, (total, overflowed) = windowed(map(products, range(left.exp.shape[1])), window, terms)
    return integers_to_odd(total, window[1]), overflowed


def windowed(
    products: Iterable[Float64s], window: tuple[int, int], terms: int = 1
) -> Iterator[tuple[npt.NDArray[np.int64], Bits]]:
    """A window's sum after each group, in units of its lsb, and whether it ever left its end.

    Parameters
    ----------
    products : iterable of float64 arrays of one shape
        Exact and finite, k ascending.
    window : tuple of int
        Width and exponent of the lsb.
    terms : int
        Products of a group, which are added to each other first; the last one may be smaller.
    """
    width, lsb = window
    top = (1 << (width - 1)) - 1
    # Twice the window, so that a product that is too large still overflows once it is an integer.
    limit = float(1 << width)
    total, overflowed = np.int64(0), np.False_
    # A group of wide ones may have more bits than 64.
    word = np.int64 if width + terms.bit_length() < 63 else object
    given = iter(products)
    while group := list(islice(given, terms)):
        units = np.ldexp(np.stack(group), -lsb)
        whole = np.clip(np.floor(units), -limit, limit).astype(np.int64)
        total = total + whole.astype(word).sum(axis=0)
        # Too large by itself: another one of the group may bring the sum back.
        beyond = (np.abs(units) >= limit).any(axis=0)
        overflowed = overflowed | beyond | (total > top) | (total < -top - 1)
        total = np.clip(total, -top - 1, top).astype(np.int64)
        yield total, overflowed


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
    if accumulator == FORMATS["fp32"]:
        sums = single_sums(left, right, fmt, kind, offset)
        if sums is not None:
            return sums.astype(np.float64)
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


_LIMB_BITS = 32
_LIMB_MASK = (1 << _LIMB_BITS) - 1


def running_sums(
    products: Float64s,
    accumulator: Accumulator,
    lsb: int,
    width: int,
    overflow: Overflow,
    terms: int = 1,
) -> Bits:
    """The bits of the sum after each product, or group of products, as they stand in the register.

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
    terms : int
        Products of a group, of which K is a multiple; 1 where sums are rounded.

    Returns
    -------
    bool array, shape (width, K / terms, N)
        Two's complement, or a floating-point accumulator's code; bit 0 first.
    """
    if accumulator.window is not None:
        groups = windowed(products, accumulator.window, terms)
        limbs = [np.array([total for total, _ in groups])]
    elif accumulator.format is not None:
        limbs = [_rounded(products, accumulator, overflow)]
    else:
        limbs = [limb[terms - 1 :: terms] for limb in _exact(np.ldexp(products, -lsb), width)]
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
