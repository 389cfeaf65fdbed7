"""Products of a whole column of codes with a whole row: L-Mul as a sum of ordinary products.

A table over mantissa pairs is a matrix T[mx, my], so x ⊗ y is the sum over r of U_r(x) V_r(y) with
U_r(x) = ±2^ex [mx = r] and V_r(y) = ±2^ey T[r, my] (ARITHMETIC section 5). ``exact`` needs one
term, ``lmul_formula`` two, the others one for each mantissa. Where those are too many, products
are worked out one by one, sums of codes in the quickest way.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.kinds import Kind
from lmul.hdl.numbers.policy import Subnormals
from lmul.sim.golden.arithmetic import CODE_SUMS, Operands, product_significands, unpack

__all__ = ["Factors", "Side", "factors_of", "outer_products"]


Codes = npt.NDArray[np.unsignedinteger]
Float64s = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]

_MAX_RANK = 16
_FLOAT64_MANTISSA = 52
_FLOAT64_BIAS = 1023


@dataclass(frozen=True)
class Factors:
    """Tables over mantissas: x ⊗ y = Σ_r u[mx, r] v[my, r] times both powers of two.

    Attributes
    ----------
    u, v : float64 arrays, shape (2**m, rank)
    low : int
        Products of exponent 0 are multiples of ``2**-low`` …
    bits : int
        … and less than ``2**bits`` of them.
    """

    u: Float64s
    v: Float64s
    low: int
    bits: int


@dataclass(frozen=True)
class Side:
    """One operand matrix taken apart; all arrays have its shape."""

    code: Int64s  # (E << m) + M, normalised
    mantissa: Int64s
    exp: Int64s  # of a significand in [1, 2), bias taken off
    scale: Float64s  # ±1, or 0 for a zero
    low: int  # the exponents of what is not zero lie in [low, high]
    high: int

    @classmethod
    def of(cls, codes: Codes, fmt: FloatFormat, subnormals: Subnormals) -> "Side":
        """Take codes apart; NaN and Inf codes are read as the numbers that their fields spell."""
        operand = unpack(codes.astype(np.int64), fmt, subnormals, specials=False)
        scale = np.where(operand.negative, -1.0, 1.0)
        if operand.zero is not None:
            scale[operand.zero] = 0
        exp = (operand.code >> fmt.mantissa_bits) - fmt.bias
        kept = exp[scale != 0]
        low, high = (int(kept.min()), int(kept.max())) if kept.size else (0, 0)
        return cls(operand.code, operand.code & fmt.mantissa_mask, exp, scale, low, high)

    def scales(self, low: int, width: int) -> Float64s | None:
        """±2**exp where the exponent is in [low, low + width), else 0; None if all are 0."""
        inside = (self.exp >= low) & (self.exp < low + width) & (self.scale != 0)
        if not inside.any():
            return None
        return np.where(inside, np.ldexp(self.scale, self.exp), 0)


def factors_of(kind: Kind, fmt: FloatFormat, offset: int) -> Factors | None:
    """The tables of a kind, or None where their rank would be too large."""
    if kind in _LOW_RANK:
        return _LOW_RANK[kind](fmt, offset)
    m = fmt.mantissa_bits
    if (1 << m) > _MAX_RANK:
        return None
    # All mantissa pairs at exponent 0, in the golden model's own arithmetic.
    codes = np.arange(1 << m, dtype=np.int64) + (fmt.bias << m)
    x, y = (side.ravel() for side in np.broadcast_arrays(codes[:, None], codes[None, :]))
    xs, ys = (unpack(side, fmt, "raw", specials=False) for side in (x, y))
    value = product_significands(xs, ys, fmt, kind, offset)
    table = np.ldexp(value.sig.astype(np.float64), value.exp - fmt.bias - value.fraction)
    return Factors(np.eye(1 << m), table.reshape(1 << m, -1).T, m, m + 2)


def _numbers(code: Int64s) -> Operands:
    """Codes as operands of which none is special."""
    return Operands(np.zeros_like(code), code, None, None, None)


def _one_term(fmt: FloatFormat, offset: int) -> Factors:
    m = fmt.mantissa_bits
    significand = 1 + np.arange(1 << m)[:, None] / (1 << m)
    return Factors(significand, significand, 2 * m, 2 * m + 2)


def _two_terms(fmt: FloatFormat, offset: int) -> Factors:
    m = fmt.mantissa_bits
    mantissa, one = np.arange(1 << m) / (1 << m), np.ones(1 << m)
    left = np.stack([one, mantissa + offset / (1 << m)], axis=1)
    return Factors(left, np.stack([1 + mantissa, one], axis=1), m, m + 2)


_LOW_RANK: Mapping[Kind, Callable[[FloatFormat, int], Factors]] = {
    "lmul_formula": _two_terms,
    "exact": _one_term,
}
"""Kinds that need few terms for every format; the others need one for each mantissa."""


def outer_products(
    left: Side, right: Side, fmt: FloatFormat, kind: Kind, offset: int
) -> Callable[[int], Float64s]:
    """A function of k: the unrounded products of column k of ``left`` and row k of ``right``.

    Its results are exact float64 arrays of shape (M, N), +0 where an operand is zero.

    """
    factors = factors_of(kind, fmt, offset)
    if factors is not None:
        x, y = (np.ldexp(side.scale, side.exp) for side in (left, right))

        def multiplied(k: int) -> Float64s:
            u = x[:, k, None] * factors.u[left.mantissa[:, k]]
            v = y[k] * factors.v.T[:, right.mantissa[k]]
            # At most two terms of a sum differ from zero, and they add up exactly.
            return u @ v + 0.0

        return multiplied
    if kind not in CODE_SUMS:

        def worked_out(k: int) -> Float64s:
            x, y = _numbers(left.code[:, k, None]), _numbers(right.code[k])
            value = product_significands(x, y, fmt, kind, offset)
            exp = value.exp - fmt.bias - value.fraction
            size = np.ldexp(value.sig.astype(np.float64), exp)
            return size * (left.scale[:, k, None] * right.scale[k]) + 0.0

        return worked_out
    shift = _FLOAT64_MANTISSA - fmt.mantissa_bits
    # X + Y - (b << m) + offset, its bias changed from b to float64's.
    constant = offset + ((_FLOAT64_BIAS - 2 * fmt.bias) << fmt.mantissa_bits)

    def added(k: int) -> Float64s:
        value = ((left.code[:, k, None] + right.code[k] + constant) << shift).view(np.float64)
        return value * (left.scale[:, k, None] * right.scale[k]) + 0.0

    return added
