"""The vectors of a PE's bench: dot products of many lengths, pair by pair, and golden results."""

import random

import numpy as np

from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.numbers.formats import FloatFormat, IntegerFormat
from lmul.sim.export.bench.vectors import Column, Vectors
from lmul.sim.reference.circuit import Port
from lmul.sim.reference.matrices import golden
from lmul.sim.reference.vectors import corner_codes

__all__ = ["bench_vectors", "operand_codes"]


_SEED = 2410_00907
_LENGTHS = (1, 1, 2, 3, 4, 7, 12, 20)
_STYLES = 25  # each with all lengths; five styles, with and without Inf
_LONGEST = 1024  # the largest products that are summed, if K_max allows so many

Pair = tuple[int, int]


def bench_vectors(design: MacDesign) -> Vectors:
    """Pairs of codes, some masked; with the last one of a dot product its result."""
    rng = random.Random(_SEED)
    width, top, sign = design.format.width, design.format.max_code, design.format.sign_mask
    limit = min(design.k_max, _LONGEST)
    dots = [
        operand_codes(design, rng, min(length, limit), style)
        for style in range(_STYLES)
        for length in _LENGTHS
    ]
    # The largest sums that there are: an accumulator that is too narrow overflows.
    dots += [[(top, top)] * limit, [(top, top | sign)] * limit]
    rows: list[tuple[int, ...]] = []
    for dot in dots:
        # Masking either operand makes the product zero, but beside Inf, where it makes it NaN.
        keeps = [rng.choices([(1, 1), (0, 1), (1, 0), (0, 0)], [16, 1, 1, 1])[0] for _ in dot]
        keeps = [
            (0, 0) if keep != (1, 1) and _has_inf(design, pair) else keep
            for keep, pair in zip(keeps, dot, strict=True)
        ]
        kept = [pair for pair, keep in zip(dot, keeps, strict=True) if keep == (1, 1)]
        result = _golden(design, kept)
        for place, (pair, keep) in enumerate(zip(dot, keeps, strict=True)):
            last = place == len(dot) - 1
            rows.append((*pair, *keep, int(last), *(result if last else (0, 0))))
    names = ("x", "y", "keep_x", "keep_y", "last", "code", "overflow")
    columns: dict[str, Column] = dict(zip(names, np.array(rows, np.int64).T, strict=True))
    flags = (Port("keep_x", 1), Port("keep_y", 1), Port("last", 1))
    inputs = (Port("x", width), Port("y", width), *flags)
    return Vectors(inputs, (Port("code", 32), Port("overflow", 1)), columns, False)


def operand_codes(design: MacDesign, rng: random.Random, length: int, style: int) -> list[Pair]:
    """Pairs for one dot product, without NaN, in one of five styles.

    Any codes; corners; middling numbers; large products that cancel but for such; the smallest.
    """
    fmt = design.format
    if isinstance(fmt, IntegerFormat):
        return [(rng.getrandbits(fmt.width), rng.getrandbits(fmt.width)) for _ in range(length)]
    if style % 5 == 0:
        codes = [rng.getrandbits(fmt.width) for _ in range(2 * length)]
    elif style % 5 == 1:
        codes = rng.choices(corner_codes(fmt).tolist(), k=2 * length)
    else:
        spread = max(1, fmt.exponent_mask // 6)
        low, high = (0, 1) if style % 5 == 4 else (fmt.bias - spread, fmt.bias + spread)
        codes = [
            rng.getrandbits(1) << fmt.magnitude_bits
            | min(max(rng.randint(low, high), 0), fmt.exponent_mask - 1) << fmt.mantissa_bits
            | rng.getrandbits(fmt.mantissa_bits)
            for _ in range(2 * length)
        ]
    pairs = [
        (_finite(x, fmt, style % 10 < 5), _finite(y, fmt, style % 10 < 5))
        for x, y in zip(codes[::2], codes[1::2], strict=True)
    ]
    if style % 5 == 3 and length > 2:
        x, y = fmt.max_code, fmt.max_code - rng.getrandbits(fmt.mantissa_bits)
        pairs[0], pairs[-1] = (x, y), (x | fmt.sign_mask, y)
    return pairs


def _has_inf(design: MacDesign, pair: Pair) -> bool:
    fmt = design.format
    return isinstance(fmt, FloatFormat) and any(
        code & fmt.magnitude_mask == fmt.inf_code for code in pair
    )


def _finite(code: int, fmt: FloatFormat, infinite: bool) -> int:
    """The code, or a number in place of NaN, and of Inf unless it is wanted."""
    magnitude = code & fmt.magnitude_mask
    if magnitude == fmt.inf_code and infinite:
        return code
    if magnitude > fmt.max_code or code == fmt.nan_code:
        return fmt.max_code
    return code


def _golden(design: MacDesign, pairs: list[Pair]) -> tuple[int, int]:
    """The result of a dot product, which may be of nothing, and the flag of its window."""
    if not pairs:
        return 0, 0
    x, y = np.array(pairs, np.int64).T
    found = golden(design, x[np.newaxis], y[:, np.newaxis])
    return int(found.codes[0, 0]) & 0xFFFFFFFF, int(found.overflowed[0, 0])
