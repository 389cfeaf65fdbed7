"""Stimulus: pairs of codes that reach every corner of a format.

Formats of at most 8 bits are exhausted. Wider ones get every corner against every corner, and
seeded random pairs in four classes, because uniform codes of fp32 alone overflow or vanish half
of the time and almost never meet a subnormal.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.numbers.formats import FloatFormat
from lmul.sim.golden.codec import code_dtype

__all__ = ["SEED", "WIDE_PAIRS", "all_pairs", "corner_codes", "corner_pairs", "pairs"]


SEED = 2410_00907  # the paper's number; nothing hangs on it
WIDE_PAIRS = 1 << 20
_EXHAUSTIVE_WIDTH = 8

Codes = npt.NDArray[np.unsignedinteger[Any]]


def corner_codes(fmt: FloatFormat) -> Codes:
    """Codes at the edges of ``fmt``, both signs: zeros, subnormals, largest, Inf, NaN, one.

    They are the cross product of the exponent fields and the mantissa fields where behaviour
    changes: 0 and 1 (subnormal, smallest normal), the bias and its neighbours (one), halfway to
    both ends (products that just vanish, just overflow), the largest two (Inf, NaN, largest).
    """
    top_exponent, top_mantissa = fmt.exponent_mask, fmt.mantissa_mask
    half = 1 << (fmt.mantissa_bits - 1)
    exponents = {0, 1, 2, top_exponent - 2, top_exponent - 1, top_exponent}
    for centre in (fmt.bias, fmt.bias // 2, (fmt.bias + top_exponent) // 2):
        exponents |= {centre - 1, centre, centre + 1}
    mantissas = {0, 1, half - 1, half, half + 1, top_mantissa - 1, top_mantissa}
    codes = sorted(
        sign * fmt.sign_mask | exponent << fmt.mantissa_bits | mantissa
        for sign in (0, 1)
        for exponent in exponents
        for mantissa in mantissas
        if 0 <= exponent <= top_exponent and 0 <= mantissa <= top_mantissa
    )
    return np.array(codes, code_dtype(fmt))


def corner_pairs(fmt: FloatFormat) -> tuple[Codes, Codes]:
    """Every corner code against every corner code, as two flat arrays."""
    return _cross(corner_codes(fmt))


def all_pairs(fmt: FloatFormat) -> tuple[Codes, Codes]:
    """All pairs of codes of a format of at most 8 bits, as two flat arrays.

    Raises
    ------
    ValueError
        For a wider format, which has too many.
    """
    if fmt.width > _EXHAUSTIVE_WIDTH:
        raise ValueError(
            f"All pairs are for formats of at most {_EXHAUSTIVE_WIDTH} bits, "
            f"not {fmt.name!r} with {fmt.width}"
        )
    return _cross(np.arange(1 << fmt.width, dtype=code_dtype(fmt)))


def pairs(fmt: FloatFormat, count: int = WIDE_PAIRS, seed: int = SEED) -> tuple[Codes, Codes]:
    """The pairs that a circuit of ``fmt`` is verified with.

    Returns
    -------
    two flat arrays of codes
        All pairs up to 8 bits. Beyond, the corners' cross product, then seeded random pairs up
        to ``count`` in all (the corners are never cut): uniform codes; products within range;
        products at the edges of overflow and underflow; subnormals against large numbers.
    """
    if fmt.width <= _EXHAUSTIVE_WIDTH:
        return all_pairs(fmt)
    corners = corner_pairs(fmt)
    rng = np.random.default_rng(seed)
    sizes = [len(part) for part in np.array_split(np.empty(max(0, count - len(corners[0]))), 4)]
    top = fmt.exponent_mask
    edge = fmt.mantissa_bits + 3  # as far below the smallest normal as a subnormal result can be
    parts = [
        corners,
        (_uniform(rng, fmt, sizes[0]), _uniform(rng, fmt, sizes[0])),
        _with_result_exponent(rng, fmt, rng.integers(1, max(2, top), sizes[1])),
        _with_result_exponent(
            rng,
            fmt,
            np.where(
                rng.random(sizes[2]) < 0.5,
                rng.integers(-edge, 4, sizes[2]),
                rng.integers(top - 3, top + 3, sizes[2]),
            ),
        ),
        _subnormal_against_large(rng, fmt, sizes[3]),
    ]
    x, y = (np.concatenate(side).astype(code_dtype(fmt)) for side in zip(*parts, strict=True))
    return x, y


def _cross(codes: Codes) -> tuple[Codes, Codes]:
    return np.repeat(codes, len(codes)), np.tile(codes, len(codes))


def _uniform(rng: np.random.Generator, fmt: FloatFormat, size: int) -> npt.NDArray[np.int64]:
    return rng.integers(0, 1 << fmt.width, size)


def _with_result_exponent(
    rng: np.random.Generator, fmt: FloatFormat, target: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Pairs whose exponent fields add up to ``target`` plus the bias, where both fields fit."""
    total = target + fmt.bias
    low = np.maximum(0, total - fmt.exponent_mask)
    high = np.maximum(low, np.minimum(fmt.exponent_mask, total))
    first = rng.integers(low, high + 1)
    second = np.clip(total - first, 0, fmt.exponent_mask)
    return _assemble(rng, fmt, first), _assemble(rng, fmt, second)


def _subnormal_against_large(
    rng: np.random.Generator, fmt: FloatFormat, size: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """A subnormal with its leading one anywhere, times a number from 1 up; either side first."""
    leading = rng.integers(0, fmt.mantissa_bits, size)
    mantissa = (1 << leading) | (rng.integers(0, 1 << fmt.mantissa_bits, size) >> 1) & (
        (1 << leading) - 1
    )
    subnormal = rng.integers(0, 2, size) * fmt.sign_mask | mantissa
    large = _assemble(
        rng, fmt, rng.integers(min(fmt.bias, fmt.exponent_mask), fmt.exponent_mask + 1, size)
    )
    swap = rng.random(size) < 0.5
    return np.where(swap, large, subnormal), np.where(swap, subnormal, large)


def _assemble(
    rng: np.random.Generator, fmt: FloatFormat, exponent: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    sign = rng.integers(0, 2, exponent.shape) * fmt.sign_mask
    return (
        sign
        | exponent << fmt.mantissa_bits
        | rng.integers(0, 1 << fmt.mantissa_bits, exponent.shape)
    )
