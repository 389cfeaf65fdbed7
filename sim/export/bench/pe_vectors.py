"""The vectors of a PE's bench: dot products of many lengths, cycle by cycle, and their results."""

import random
from collections.abc import Iterable, Iterator

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
_KEPT = (1, 1)
_MASKS = ((0, 1), (1, 0), (0, 0))
"""Masking either operand makes the product zero, but beside Inf, where it makes it NaN."""


def bench_vectors(design: MacDesign) -> Vectors:
    """Pairs of codes, some masked; with the last ones of a dot product its result.

    Where a PE takes N pairs, a line has as many codes side by side, the first in the lowest bits,
    and as many masks.
    """
    rng = random.Random(_SEED)
    terms, width = design.terms, design.format.width
    top, sign = design.format.max_code, design.format.sign_mask
    limit = min(design.k_max, _LONGEST)
    dots = [
        operand_codes(design, rng, min(_longer(design, rng, length), limit), style)
        for style in range(_STYLES)
        for length in _LENGTHS
    ]
    # The largest sums that there are: an accumulator that is too narrow overflows.
    dots += [[(top, top)] * limit, [(top, top | sign)] * limit]
    rows: list[tuple[int, ...]] = []
    for dot in dots:
        masked = list(_masked(design, rng, dot))
        kept = [pair for group in masked for pair, keep in group if keep == _KEPT]
        result = _golden(design, kept)
        for place, group in enumerate(masked):
            last = place == len(masked) - 1
            codes = (_word((pair[side] for pair, _ in group), width) for side in range(2))
            keeps = (_word((keep[side] for _, keep in group), 1) for side in range(2))
            rows.append((*codes, *keeps, int(last), *(result if last else (0, 0))))
    names = ("x", "y", "keep_x", "keep_y", "last", "code", "overflow")
    word = np.int64 if terms * width < 64 else object
    columns: dict[str, Column] = dict(zip(names, np.array(rows, word).T, strict=True))
    flags = (Port("keep_x", terms), Port("keep_y", terms), Port("last", 1))
    inputs = (Port("x", terms * width), Port("y", terms * width), *flags)
    return Vectors(inputs, (Port("code", 32), Port("overflow", 1)), columns, False)


def _longer(design: MacDesign, rng: random.Random, length: int) -> int:
    """So many cycles' pairs, the last cycle's mostly fewer than the PE takes."""
    return length if design.terms == 1 else length * design.terms - rng.randrange(design.terms)


def _masked(
    design: MacDesign, rng: random.Random, dot: list[Pair]
) -> Iterator[list[tuple[Pair, Pair]]]:
    """The pairs of each cycle and their masks; what is missing in the last one is masked.

    Others are masked by whole cycles: how a float sum is rounded depends on which pairs come
    together.
    """
    groups = [dot[low : low + design.terms] for low in range(0, len(dot), design.terms)]
    keeps = [rng.choices([_KEPT, *_MASKS], [16, 1, 1, 1])[0] for _ in groups]
    for group, keep in zip(groups, keeps, strict=True):
        beyond = operand_codes(design, rng, design.terms - len(group), 0)
        each = [*([keep] * len(group)), *(rng.choice(_MASKS) for _ in beyond)]
        yield [
            (pair, (0, 0) if one != _KEPT and _has_inf(design, pair) else one)
            for pair, one in zip([*group, *beyond], each, strict=True)
        ]


def _word(values: Iterable[int], width: int) -> int:
    """Values side by side, the first in the lowest bits."""
    return sum(value << width * place for place, value in enumerate(values))


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
