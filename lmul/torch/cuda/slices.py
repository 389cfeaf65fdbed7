"""Exact sums of 8-bit products on a GPU's tensor cores.

A product whose operands have few mantissa bits is a sum over r of U_r(x) * V_r(y), one for each
mantissa r of x: U_r is x's power of two where x has that mantissa and else 0, V_r is y's power of
two times the product of both mantissas. Both are exact in float16, so that L-Mul is 2**m ordinary
dot products. (The exact kind is one, of the numbers themselves.)

Tensor cores add in float32. So operands are cut by their exponents into slices such that all
products of two slices are integers times one power of two, and no sum of 32 of them or more
reaches 2**24: no order of additions and no truncation can lose a bit then. Those sums add up in
int32, and the slices' in float64. How many slices there must be depends on the numbers.
"""
# pyright: reportMissingImports=false

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import combinations, groupby, product
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import pad

from lmul.hdl.numbers.formats import FloatFormat, IntegerFormat
from lmul.hdl.numbers.kinds import Kind
from lmul.sim.golden.codec import encode
from lmul.sim.golden.multiply import product as product_of
from lmul.torch.arithmetic import Arithmetic
from lmul.torch.cuda.dots import CHUNK, Tile, dots, expanded, tile_of
from lmul.torch.cuda.to_odd import sums_to_odd
from lmul.torch.recipe import FULL_BITS

if TYPE_CHECKING:
    from lmul.torch.grid import OnGrid

__all__ = ["sums"]


_MANTISSA_BITS = 3  # 2**4 dots would take longer than the additions of codes
_FARTHEST = 2.0**60  # a float32 holds a sum of CHUNK squares of numbers up to here, and of 1 / here
_EXACT = 2.0**24  # up to where a float32 counts
_TOTAL = 2.0**31 - 1  # an int32
_HALF = 65504.0  # the largest float16
_MOST_SLICES = 8  # of one operand
_MOST_CUTS = 4  # of both: up to here, all places to cut at are tried
_MOST_DOTS = 96  # beyond, products are added one by one as quickly
_MOST_CHUNKS = 8  # that the tensor cores add
_STEPS = 4  # of an octave, to which what was measured is rounded up


@dataclass(frozen=True)
class _Slice:
    """Numbers of one operand with exponents from ``low`` to ``high``."""

    low: int
    high: int
    peak: float  # no magnitude is larger
    norm: float  # no square root of the sum of CHUNK squares along K is larger

    def cut(self, side: torch.Tensor, unit: int) -> torch.Tensor:
        """The slice's numbers and else 0, as float16, in units of ``2**unit``."""
        size = side.abs()
        inside = (size >= 2.0**self.low) & (size < 2.0 ** (self.high + 1))
        return (side.where(inside, 0) * 2.0**-unit).half().contiguous()

    def sliced(self, lows: Sequence[int]) -> list["_Slice"]:
        """Cut where the slices begin."""
        found = []
        for low, after in zip(lows, [*lows[1:], self.high + 1], strict=True):
            peak = min(self.peak, 2.0**after)
            found.append(_Slice(low, after - 1, peak, min(self.norm, math.sqrt(CHUNK) * peak)))
        return found


@dataclass(frozen=True)
class _Pair:
    """Two slices whose products are integers times ``2**unit``."""

    left: _Slice
    right: _Slice
    units: tuple[int, int]  # in which the operands are counted
    unit: int
    bound: float  # of the sums of one chunk, in units


@dataclass(frozen=True)
class _Kind:
    """What the products of a kind's mantissas are."""

    dots: int
    mantissa_bits: int
    smallest: int  # the exponent of the smallest number
    excess: float  # a product is at most so much larger than the exact one
    widest: tuple[int, int]  # exponents of a slice, left and right, that a float16 can hold

    def units(self, left: _Slice, right: _Slice) -> tuple[int, int]:
        """Exponents of the powers of two that both operands, as float16, are counted in."""
        if self.dots > 1 or not self.mantissa_bits:
            return left.low, right.low
        first, second = (max(one.low - self.mantissa_bits, self.smallest) for one in (left, right))
        return first, second


def sums(
    x: torch.Tensor,
    y: torch.Tensor,
    on_x: "OnGrid",
    on_y: "OnGrid",
    arithmetic: Arithmetic,
    tile: Tile | None = None,
) -> torch.Tensor | None:
    """See :func:`lmul.torch.cpu.sums.sums`; None where that is impossible, or not quicker.

    Shapes (B, M, K) and (B, K, N) to (B, M, N); ``on_x`` and ``on_y`` say where exponents lie.
    """
    fmt = arithmetic.format
    if not arithmetic.accumulator.is_exact or isinstance(fmt, IntegerFormat):
        return None
    if fmt.mantissa_bits > _MANTISSA_BITS:
        return None
    if fmt.max > _FARTHEST or fmt.min_subnormal < 1 / _FARTHEST:
        return None
    table = _table(arithmetic.kind, fmt)
    pairs = _pairs(_whole(x, on_x), _whole(y.mT, on_y), _kind(table, fmt))
    if pairs is None:
        return None
    (count, m, k), n = x.shape, y.shape[-1]
    bound = _largest(pairs)
    if not bound:  # an operand is 0
        return x.new_zeros((count, m, n), dtype=torch.float64)
    every = 1
    while 2 * every <= _MOST_CHUNKS and 2 * every * bound <= _EXACT and every * CHUNK < k:
        every *= 2
    tile = tile or tile_of(m)
    x = pad(x, (0, -k % (CHUNK * every), 0, -m % tile[0]))
    y = pad(y, (0, -n % tile[1], 0, -k % (CHUNK * every)))
    steps = x.shape[-1] // (CHUNK * every)
    run = math.ceil(steps / math.ceil(steps * every * bound / _TOTAL))
    parts = _parts(pairs, steps * every)
    totals = [x.new_zeros((count, m, n), dtype=torch.float64) for _ in range(max(parts) + 1)]
    whole = x.new_empty((count, m, n), dtype=torch.int32)
    factors = None
    if table is not None:
        factors = torch.tensor(table * (1 << fmt.mantissa_bits), device=y.device).half()
    lefts: dict[_Slice, torch.Tensor] = {}
    for right, those in groupby(zip(pairs, parts, strict=True), lambda pair: pair[0].right):
        those = list(those)
        v = right.cut(y, those[0][0].units[1])
        v = v[:, None] if factors is None else expanded(v, factors)
        for pair, part in those:
            if (u := lefts.get(pair.left)) is None:
                u = lefts[pair.left] = pair.left.cut(x, pair.units[0])
            for first in range(0, steps, run):
                last = min(first + run, steps)
                dots(whole, u, v, first, last, every, tile)
                totals[part].add_(whole, alpha=2.0**pair.unit)
    return sums_to_odd(totals) if len(totals) > 1 else totals[0]


@cache
def _table(kind: Kind, fmt: FloatFormat) -> npt.NDArray[np.float64] | None:
    """Products of all mantissas, between 1 and 4; None of exact ones, which need no table."""
    if kind == "exact":
        return None
    mantissas = 1 + np.arange(1 << fmt.mantissa_bits) / (1 << fmt.mantissa_bits)
    codes = encode(fmt.min_normal * mantissas, fmt)
    return product_of(codes[:, None], codes, fmt, kind) / fmt.min_normal**2


def _kind(table: npt.NDArray[np.float64] | None, fmt: FloatFormat) -> _Kind:
    m, smallest = fmt.mantissa_bits, round(math.log2(fmt.min_subnormal))
    if table is None:
        return _Kind(1, m, smallest, 1.0, (16 - m, 16 - m))
    numbers = 1 + np.arange(1 << m) / (1 << m)
    excess = float((table / np.outer(numbers, numbers)).max())
    widest = 1 + int(math.log2(_HALF / (table.max() * (1 << m))))
    return _Kind(len(table), m, smallest, excess, (16, widest))


def _whole(side: torch.Tensor, on_grid: "OnGrid") -> _Slice:
    """All of an operand as one slice; K is the last dimension."""
    low, high = on_grid.exponents
    squares = pad(side, (0, -side.shape[-1] % CHUNK)).square().unflatten(-1, (-1, CHUNK)).sum(-1)
    peak, norm = torch.stack([side.abs().max(), squares.max().sqrt()]).tolist()
    return _Slice(low, max(low, high), _rounded_up(peak), _rounded_up(norm))


def _rounded_up(value: float) -> float:
    """Upwards by a hundredth of an octave at least: what was measured was rounded, too."""
    return 2.0 ** (math.ceil((math.log2(value) + 0.01) * _STEPS) / _STEPS) if value else 0.0


@lru_cache(1024)
def _pairs(x: _Slice, y: _Slice, kind: _Kind) -> list[_Pair] | None:
    """The fewest pairs of slices of which the tensor cores lose nothing, those of one right side
    together; None where they are too many to be worth it.
    """
    for many_x, many_y in sorted(product(range(1, _MOST_SLICES + 1), repeat=2), key=math.prod):
        if many_x * many_y * kind.dots > _MOST_DOTS:
            return None
        every = many_x + many_y <= _MOST_CUTS
        lefts, rights = (
            list(_ways(side, many, most, every))
            for side, many, most in zip((x, y), (many_x, many_y), kind.widest, strict=True)
        )
        found = [_paired(*sides, kind) for sides in product(lefts, rights)]
        best = min(found, key=_largest, default=[])
        if best and _largest(best) <= _EXACT:
            return best
    return None


def _ways(side: _Slice, many: int, widest: int, every: bool) -> Iterator[list[_Slice]]:
    """How a side can be cut: evenly, or anywhere."""
    width = math.ceil((side.high - side.low + 1) / many)
    even = tuple(range(side.low + width, side.high + 1, width))
    inner = range(side.low + 1, side.high + 1)
    for cuts in combinations(inner, many - 1) if every else [even]:
        slices = side.sliced([side.low, *cuts])
        if all(one.high - one.low < widest for one in slices):
            yield slices


def _paired(lefts: list[_Slice], rights: list[_Slice], kind: _Kind) -> list[_Pair]:
    found = []
    for right, left in product(rights, lefts):
        units = kind.units(left, right)
        unit = sum(units) - (kind.mantissa_bits if kind.dots > 1 else 0)
        # No sum of |x| * |y| exceeds the product of both norms (Cauchy, Schwarz).
        bound = kind.excess * left.norm * right.norm * 2.0**-unit
        found.append(_Pair(left, right, units, unit, bound))
    return found


def _largest(pairs: list[_Pair]) -> float:
    return max(pair.bound for pair in pairs)


def _parts(pairs: list[_Pair], chunks: int) -> list[int]:
    """Which float64 each pair's sums can be added to, exactly."""
    order = sorted(range(len(pairs)), key=lambda i: pairs[i].unit)
    found = [0] * len(pairs)
    part, least, total = 0, pairs[order[0]].unit, 0.0
    for i in order:
        size = pairs[i].bound * chunks * 2.0 ** (pairs[i].unit - least)
        if total + size > 2.0**FULL_BITS:
            part, least, total, size = part + 1, pairs[i].unit, 0.0, pairs[i].bound * chunks
        found[i] = part
        total += size
    return found
