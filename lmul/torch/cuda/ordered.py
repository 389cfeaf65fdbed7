"""Sums of products on a GPU, k ascending in each: sums.cpp's arithmetic, operation by operation.

All kinds, formats and accumulators that it knows. A thread keeps some sums in registers, and a
product is one integer addition there, too; corrected kinds look the rest up, truncated ones the
product of both mantissas. Where float32 holds all products of an L-Mul with sums in float32, so are
the words that are added, which is quicker.
"""
# pyright: reportMissingImports=false
# pyright: reportIndexIssue=false
# pyright: reportPossiblyUnboundVariable=false, reportOptionalOperand=false

import math

import torch
import triton
import triton.language as tl
from torch.nn.functional import pad

from lmul.torch.cuda.grid import constants
from lmul.torch.cuda.to_odd import sums_to_odd
from lmul.torch.recipe import FLOAT32, FORMAT, PRODUCTS, WINDOWED, Recipe

__all__ = ["sums"]


Tile = tuple[int, int, int, int]
"""Rows, columns, steps of k without a branch, warps."""

_TILE: Tile = 64, 64, 8, 4
_SINGLE_TILE: Tile = 128, 64, 8, 4
_ROUNDED_TILE: Tile = 64, 64, 2, 4  # of sums that take many operations each
_CODE_SUM, _CORRECTED = PRODUCTS["lmul"], PRODUCTS["lmul_fine"]
_MANTISSA, _BIAS = 52, 1023  # of float64
_SINGLE_MANTISSA, _SINGLE_BIAS, _SINGLE_BITS = 23, 127, 24
_LEAST_NORMAL, _LEAST_SINGLE = -126, -149  # exponents of float32


def sums(
    x: torch.Tensor, y: torch.Tensor, recipe: Recipe, tile: Tile | None = None
) -> torch.Tensor:
    """See :func:`lmul.torch.cpu.sums.sums`; shapes (B, M, K) and (B, K, N) to (B, M, N)."""
    shift = _single_shift(recipe)
    if tile is None:
        slow = recipe.sum in (FORMAT, WINDOWED)
        tile = _ROUNDED_TILE if slow else _TILE if shift is None else _SINGLE_TILE
    (_, m, k), n = x.shape, y.shape[-1]
    rows, columns, unroll, _ = tile
    left = pad(x.mT, (0, -m % rows, 0, -k % unroll)).contiguous()
    right = pad(y, (0, -n % columns, 0, -k % unroll)).contiguous()
    if recipe.product in (_CODE_SUM, _CORRECTED):
        left, right = (_words(side, recipe, shift) for side in (left, right))
        right += _constant(recipe, shift)
    else:
        left, right = left.double(), right.double()
    parts = [_run(left, right, m, n, recipe, band, shift, tile) for band in recipe.bands]
    if len(parts) > 1:
        return sums_to_odd(parts)
    return parts[0] / recipe.scale if recipe.sum == WINDOWED else parts[0]


def _single_zero(recipe: Recipe) -> int:
    """The exponent of what stands for 0: so far down that K of its products add up to less than
    a quarter of the last bit of any float32 sum.
    """
    return recipe.lowest - _SINGLE_BITS - recipe.growth - 4 - recipe.peak


def _single_shift(recipe: Recipe) -> int | None:
    """The exponent of a power of two, times which all products are normal numbers of float32;
    None where there is none, or where float32's sums would round otherwise.
    """
    shift = _SINGLE_BIAS - recipe.top - recipe.growth
    fits = (
        recipe.product == _CODE_SUM
        and recipe.sum == FLOAT32
        and recipe.base >= _LEAST_NORMAL
        and recipe.lowest >= _LEAST_SINGLE
        and shift >= 0
        and 2 * _single_zero(recipe) + shift >= _LEAST_NORMAL
    )
    return shift if fits else None


def _words(side: torch.Tensor, recipe: Recipe, shift: int | None) -> torch.Tensor:
    """The numbers' bits as integers."""
    if shift is None:
        return torch.where(side == 0, recipe.zero, side.double()).view(torch.int64)
    zero = (_single_zero(recipe) + _SINGLE_BIAS) << _SINGLE_MANTISSA
    return torch.where(side == 0, zero, side.contiguous().view(torch.int32).long()).int()


def _constant(recipe: Recipe, shift: int | None) -> int:
    """What makes the sum of two words the product's."""
    if shift is None:
        return recipe.constant
    offset = recipe.constant + (_BIAS << _MANTISSA) >> _MANTISSA - _SINGLE_MANTISSA
    return offset + (shift - _SINGLE_BIAS << _SINGLE_MANTISSA)


def _run(
    left: torch.Tensor,
    right: torch.Tensor,
    m: int,
    n: int,
    recipe: Recipe,
    band: tuple[float, float],
    shift: int | None,
    tile: Tile,
) -> torch.Tensor:
    rows, columns, unroll, warps = tile
    count, depth, height = left.shape
    width = right.shape[-1]
    least = recipe.least
    if shift is not None:
        least = math.ldexp(1, recipe.lowest - 1 + shift)
    numbers = (recipe.offset_less_one, recipe.min_normal, recipe.subnormal, recipe.max)
    numbers += (recipe.overflow, recipe.scale, recipe.limit, recipe.greatest, least, *band)
    numbers += (math.ldexp(1, -(shift or 0)),)
    out = left.new_empty((count, m, n), dtype=torch.float64)
    _sums[(count * (height // rows) * (width // columns),)](
        left,
        right,
        constants(numbers, left.device),
        _table(recipe, left.device),
        out,
        depth,
        height,
        width,
        m,
        n,
        recipe.product,
        recipe.sum,
        recipe.product_cut,
        recipe.sum_cut,
        recipe.lost,
        recipe.corrected_at,
        shift is not None,
        rows,
        columns,
        unroll,
        num_warps=warps,
        enable_fp_fusion=False,
    )
    return out


def _table(recipe: Recipe, device: torch.device) -> torch.Tensor:
    """What products are looked up in: whole ones, or corrections."""
    if recipe.table is not None:
        return torch.from_numpy(recipe.table).to(device)
    return constants(recipe.corrections, device, torch.uint64)


@triton.jit
def _rounded(value, CUT: tl.constexpr):
    """To nearest even, without the last CUT bits of the mantissa."""
    code = value.to(tl.int64, bitcast=True)
    code = code + ((1 << (CUT - 1)) - 1) + ((code >> CUT) & 1)
    return ((code >> CUT) << CUT).to(tl.float64, bitcast=True)


@triton.jit
def _multiply(
    x,
    y,
    numbers,
    table,
    PRODUCT: tl.constexpr,
    CUT: tl.constexpr,
    LOST: tl.constexpr,
    AT: tl.constexpr,
    SINGLE: tl.constexpr,
):
    if PRODUCT == 0:
        if SINGLE:
            product = (x + y).to(tl.float32, bitcast=True)
        else:
            product = (x + y).to(tl.float64, bitcast=True)
    elif PRODUCT == 1:
        product = x * y
    elif PRODUCT == 2:
        power = -0x10000000000000  # sign and exponent of a double
        px = (x.to(tl.int64, bitcast=True) & power).to(tl.float64, bitcast=True)
        py = (y.to(tl.int64, bitcast=True) & power).to(tl.float64, bitcast=True)
        product = x * py + px * (y + tl.load(numbers) * py)
    elif PRODUCT == 5:
        power = -0x10000000000000
        left, right = x.to(tl.int64, bitcast=True), y.to(tl.int64, bitcast=True)
        last = (1 << (52 - CUT)) - 1
        place = (((left >> CUT) & last) << (52 - CUT)) | ((right >> CUT) & last)
        px = (left & power).to(tl.float64, bitcast=True)
        py = (right & power).to(tl.float64, bitcast=True)
        product = tl.load(table + place).to(tl.float64) * (px * py)
    elif PRODUCT == 4:  # see correction() in sums.cpp
        total = x + y - (x & y & LOST)
        place = ((y >> 47) & 28) | ((total >> 44) & 32)
        those = tl.load(table + ((x >> 49) & 7))
        steps = ((those >> place.to(tl.uint64)) & 15).to(tl.int64)
        product = (total + (steps << AT)).to(tl.float64, bitcast=True)
    else:
        product = _rounded(x * y, CUT)
    return product


@triton.jit
def _to_odd(a, b):
    """Rounded to odd, so that rounding again rounds the sum itself."""
    total = a + b
    of_b = total - a
    lost = (a - (total - of_b)) + (b - of_b)
    bits = total.to(tl.int64, bitcast=True)
    away = tl.where((lost > 0) == (total > 0), 1, -1)
    inexact = (lost != 0) & ((bits & 1) == 0)
    return (bits + tl.where(inexact, away, 0)).to(tl.float64, bitcast=True)


@triton.jit
def _add(total, product, numbers, SUM: tl.constexpr, CUT: tl.constexpr, SINGLE: tl.constexpr):
    if SINGLE or SUM == 0:
        total = total + product
    elif SUM == 1:
        high, low = tl.load(numbers + 9), tl.load(numbers + 10)
        rest = product - ((product + high) - high)
        total = total + ((rest + low) - low)
    elif SUM == 2:
        total = (total + product).to(tl.float32).to(tl.float64)
    elif SUM == 3:
        subnormal = tl.load(numbers + 2)
        found = _to_odd(total, product)
        tiny = (found + subnormal) - subnormal
        kept = tl.where(tl.abs(found) < tl.load(numbers + 1), tiny, _rounded(found, CUT))
        overflow = tl.load(numbers + 4)
        beyond = tl.where(found < 0, -overflow, overflow)
        total = tl.where(tl.abs(kept) > tl.load(numbers + 3), beyond, kept)
    else:
        whole = 6755399441055744.0  # 1.5 * 2**52
        limit, top = tl.load(numbers + 6), tl.load(numbers + 7)
        units = product * tl.load(numbers + 5)
        units = tl.where(units > limit, limit, tl.where(units < -limit, -limit, units))
        floor = (units + whole) - whole
        total = total + (floor - tl.where(floor > units + tl.load(numbers + 8), 1.0, 0.0))
        total = tl.where(total > top, top, tl.where(total < -top - 1, -top - 1, total))
    return total


@triton.jit
def _sums(
    left,
    right,
    numbers,
    table,
    out,
    depth,
    height,
    width,
    m,
    n,
    PRODUCT: tl.constexpr,
    SUM: tl.constexpr,
    PRODUCT_CUT: tl.constexpr,
    SUM_CUT: tl.constexpr,
    LOST: tl.constexpr,
    AT: tl.constexpr,
    SINGLE: tl.constexpr,
    ROWS: tl.constexpr,
    COLUMNS: tl.constexpr,
    UNROLL: tl.constexpr,
):
    down, across = height // ROWS, width // COLUMNS
    place = (tl.program_id(0) // (down * across)).to(tl.int64)
    tile = tl.program_id(0) % (down * across)
    rows = (tile // across) * ROWS + tl.arange(0, ROWS)
    columns = (tile % across) * COLUMNS + tl.arange(0, COLUMNS)
    x_at = left + place * depth * height + rows
    y_at = right + place * depth * width + columns
    if SINGLE:
        total = tl.full((ROWS, COLUMNS), 0.0, tl.float32)
    else:
        total = tl.full((ROWS, COLUMNS), 0.0, tl.float64)
    for _ in range(0, depth, UNROLL):
        for _u in tl.static_range(UNROLL):
            x, y = tl.load(x_at)[:, None], tl.load(y_at)[None, :]
            product = _multiply(x, y, numbers, table, PRODUCT, PRODUCT_CUT, LOST, AT, SINGLE)
            total = _add(total, product, numbers, SUM, SUM_CUT, SINGLE)
            x_at += height
            y_at += width
    total = total.to(tl.float64)
    # What 0's products left.
    total = tl.where(tl.abs(total) < tl.load(numbers + 8), 0.0, total + 0.0)
    at = place * m * n + rows[:, None].to(tl.int64) * n + columns[None, :]
    given = (rows < m)[:, None] & (columns < n)[None, :]
    tl.store(out + at, total * tl.load(numbers + 11), given)
