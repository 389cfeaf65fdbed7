"""Sums on their way out: exact sums rounded once, to nearest even.

A float64 that is *rounded to odd* (cut, with the last bit set where anything was lost) rounds to
any format of at most 51 significant bits as the exact number would: nothing is rounded twice.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.policy import Overflow
from lmul.sim.golden.codec import code_dtype, encode
from lmul.sim.golden.round_floats import round_magnitude

__all__ = ["add_to_odd", "drain", "integers_to_odd"]


Float64s = npt.NDArray[np.float64]


def add_to_odd(a: Float64s, b: Float64s) -> Float64s:
    """a + b, rounded to odd. Both finite, their sum well inside float64's range."""
    total = a + b
    # Knuth's two-sum: what the addition lost, exactly.
    part = total - a
    lost = (a - (total - part)) + (b - part)
    bits = total.view(np.int64)
    # An even last bit: the odd neighbour on the side of what was lost.
    step = np.where((lost > 0) == (total > 0), 1, -1)
    return (bits + np.where((lost != 0) & (bits & 1 == 0), step, 0)).view(np.float64)


def integers_to_odd(values: npt.NDArray[np.int64], lsb: int) -> Float64s:
    """``values * 2**lsb``, rounded to odd."""
    high = np.ldexp((values >> 32).astype(np.float64), lsb + 32)
    low = np.ldexp((values & 0xFFFFFFFF).astype(np.float64), lsb)
    return add_to_odd(high, low)


def drain(
    sums: Float64s, out: FloatFormat, overflow: Overflow
) -> npt.NDArray[np.unsignedinteger[Any]]:
    """Codes of ``out``: nearest even, gradual underflow, overflow as the policy says.

    ``wrap`` keeps the magnitude code modulo ``2**(e + m)``, as ARITHMETIC has it for ``bare``;
    NaN and Inf, which a floating-point sum can wrap to, stay so. A sum of 0 is +0; NaN is the
    canonical one.
    """
    sums = sums + 0.0  # -0 becomes +0
    infinite = np.isinf(sums)
    if out.name == "fp32" and overflow != "wrap":
        # What numpy rounds by itself, and quicker.
        with np.errstate(over="ignore", invalid="ignore"):
            single = sums.astype(np.float32)
        codes = single.view(np.uint32)
        if overflow == "saturate":
            largest = np.copysign(np.float32(out.max), single).view(np.uint32)
            codes = np.where(np.isinf(single) & ~infinite, largest, codes)
        return np.where(np.isnan(single), np.uint32(out.nan_code or 0), codes)
    if overflow == "wrap":
        finite = np.isfinite(sums)
        magnitude = round_magnitude(np.where(finite, sums, 0), out).astype(np.int64)
        codes = np.signbit(sums).astype(np.int64) << out.magnitude_bits
        codes = (codes | magnitude & out.magnitude_mask).astype(code_dtype(out))
        return codes if finite.all() else np.where(finite, codes, encode(sums, out))
    codes = np.asarray(encode(sums, out, overflow=overflow))
    if overflow == "saturate" and out.has_inf and infinite.any():
        # Only finite sums saturate; an infinite one stays so.
        codes = np.where(infinite, encode(np.where(infinite, sums, 0), out), codes)
    return codes
