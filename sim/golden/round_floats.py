"""Floats to the codes that they round to, by integer operations on their bits.

A float that is not tiny in the format has its code in its own bits: they are rounded where the
format's mantissa ends, and the exponent's bias is changed. A tiny one is added to a power of two so
large that the format's subnormal grid is its last place: the addition rounds.
"""

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from lmul.hdl.numbers.formats import FloatFormat
from lmul.sim.golden.arithmetic import Significands, round_to_code

__all__ = ["Rounding", "round_magnitude"]


Rounding = Literal["nearest", "truncate"]

Floats = npt.NDArray[np.floating[Any]]
"""float32 or float64."""
Words = npt.NDArray[np.unsignedinteger[Any]]


def round_magnitude(values: Floats, fmt: FloatFormat, rounding: Rounding = "nearest") -> Words:
    """Magnitude codes of the values' magnitudes, the exponent field unbounded above.

    Subnormals are rounded on their own grid. What exceeds the largest finite number, NaN and Inf
    among it, is left to the caller: the codes of these two mean nothing.

    Returns
    -------
    array of unsigned integers as wide as the floats
    """
    if not _has_range(values.dtype, fmt):
        if values.dtype != np.float64:
            return round_magnitude(values.astype(np.float64), fmt, rounding)
        return _by_parts(values, fmt, rounding)
    info = np.finfo(values.dtype)
    word = np.uint32 if values.dtype == np.float32 else np.uint64
    m, fraction = fmt.mantissa_bits, info.nmant
    bits = values.view(word) & word((1 << (info.bits - 1)) - 1)
    shift = word(fraction - m)
    if rounding == "truncate" or fraction == m:
        magnitude = bits >> shift
    else:
        magnitude = bits >> shift
        magnitude &= word(1)  # a tie goes up where the last bit is odd
        magnitude += bits
        magnitude += word((1 << (fraction - m - 1)) - 1)
        magnitude >>= shift
    # Modulo the word: below the smallest normal, where it would be negative, it is not used.
    magnitude -= word(((1 - info.minexp - fmt.bias) << m) % (1 << info.bits))
    tiny = bits < values.dtype.type(fmt.min_normal).view(word)
    if tiny.any():
        sizes = bits.view(values.dtype)
        grid = values.dtype.type(fmt.min_subnormal)
        if rounding == "truncate":
            on_grid = (np.minimum(sizes, values.dtype.type(fmt.min_normal)) / grid).astype(word)
        else:
            base = grid * values.dtype.type(2.0**fraction)
            with np.errstate(over="ignore", invalid="ignore"):
                on_grid = (sizes + base).view(word)
            on_grid -= base.view(word)
        np.copyto(magnitude, on_grid, where=tiny)
    return magnitude


def _has_range(dtype: np.dtype[Any], fmt: FloatFormat) -> bool:
    """Whether a float type can round to the format by adding and subtracting a constant.

    The format's smallest normal number and the constant that rounds subnormals must be normal.
    """
    info = np.finfo(dtype)
    exponent = 1 - fmt.bias
    top = exponent - fmt.mantissa_bits + info.nmant
    return fmt.mantissa_bits <= info.nmant and info.minexp <= exponent and top < info.maxexp


def _by_parts(values: Floats, fmt: FloatFormat, rounding: Rounding) -> Words:
    """The same by significand and exponent, for formats at the ends of float64's range."""
    fraction = np.finfo(np.float64).nmant
    finite = np.where(np.isfinite(values), np.abs(values), 0.0)
    significand, exponent = np.frexp(finite)
    value = Significands(
        np.ldexp(significand, fraction + 1).astype(np.int64),
        exponent.astype(np.int64) - 1 + fmt.bias,
        fraction,
    )
    magnitude = round_to_code(
        value, fmt.mantissa_bits, gradual=True, truncate=rounding == "truncate"
    )
    return np.where(finite == 0, 0, magnitude).astype(np.uint64)
