"""Numbers rounded to a format's grid on a GPU; as grid.cpp, all of it in float64."""
# pyright: reportMissingImports=false
# pyright: reportIndexIssue=false

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import torch
import triton
import triton.language as tl

__all__ = ["constants", "round_to_grid"]


_BLOCK = 1024
_MANTISSA = 52  # of float64
_NONE = 0x7FFFFFFF  # no magnitude: more than any of float32
_INFINITE = 0x7F800000  # float32's Inf


@lru_cache(256)
def constants(
    numbers: tuple[float, ...], device: torch.device, dtype: torch.dtype = torch.float64
) -> torch.Tensor:
    """Numbers for a kernel, whose scalar arguments would be float32."""
    return torch.tensor(numbers, dtype=dtype, device=device)


def round_to_grid(
    values: torch.Tensor, grid: Sequence[Any], factors: torch.Tensor | None, by_column: bool
) -> tuple[torch.Tensor, tuple[int, int], bool]:
    """Values times factors, rounded; what is returned is that of OnGrid.

    Parameters
    ----------
    values : Tensor of float32 or float64, shape (..., M, K), contiguous
    grid : sequence
        The members of grid.cpp's structure ``Grid``.
    factors : Tensor of float64, contiguous, or None
        One for each column of each matrix where ``by_column``, else one for each row.
    """
    mantissa_bits, truncate, step, *rest = grid
    cut = max(0, _MANTISSA - mantissa_bits)
    given = 1.5 * 2.0**_MANTISSA * step, step if truncate else 0.0, *rest
    result = torch.empty_like(values, dtype=torch.float32)
    seen = torch.tensor([_NONE, 0], dtype=torch.int32, device=values.device)
    rows, columns = values.shape[-2:]
    _round[(triton.cdiv(values.numel(), _BLOCK),)](
        values,
        values if factors is None else factors,
        constants(tuple(given), values.device),
        result,
        seen,
        values.numel(),
        rows,
        columns,
        cut,
        not truncate,
        values.dtype == torch.float32,
        0 if factors is None else 1 + by_column,
        _BLOCK,
        enable_fp_fusion=False,
    )
    low, high = seen.tolist()
    exponents = (_exponent(low + 1), _exponent(high)) if high else (1, 0)
    return result, exponents, high < _INFINITE


def _exponent(magnitude: int) -> int:
    """Of a float32's bits; subnormals are normalised."""
    fraction = magnitude & 0x7FFFFF
    return (magnitude >> 23) - 127 if magnitude >> 23 else fraction.bit_length() - 150


@triton.jit
def _round(
    values,
    factors,
    numbers,
    result,
    seen,
    count,
    rows,
    columns,
    CUT: tl.constexpr,
    NEAREST: tl.constexpr,
    SINGLE: tl.constexpr,
    BY: tl.constexpr,
    BLOCK: tl.constexpr,
):
    at = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    given = at < count
    value = tl.load(values + at, given, 0.0).to(tl.float64)
    row = at // columns
    if BY == 1:
        value *= tl.load(factors + row, given, 1.0)
    if BY == 2:
        value *= tl.load(factors + row // rows * columns + at % columns, given, 1.0)
    if SINGLE:  # what float32's own product would be
        value = value.to(tl.float32).to(tl.float64)
    whole, down, tiny_below = tl.load(numbers), tl.load(numbers + 1), tl.load(numbers + 2)
    flush_below, largest = tl.load(numbers + 3), tl.load(numbers + 4)
    beyond, infinite = tl.load(numbers + 5), tl.load(numbers + 6)
    bits = value.to(tl.int64, bitcast=True)
    sign = bits < 0
    code = bits & 0x7FFFFFFFFFFFFFFF
    magnitude = code.to(tl.float64, bitcast=True)
    normal = code
    if NEAREST:
        normal += ((1 << (CUT - 1)) - 1) + ((code >> CUT) & 1)
    normal = (normal >> CUT) << CUT
    tiny = (magnitude + whole) - whole
    tiny = tl.where(tiny > magnitude, tiny - down, tiny)
    kept = tl.where(magnitude < tiny_below, tiny, normal.to(tl.float64, bitcast=True))
    kept = tl.where(kept < flush_below, 0.0, kept)
    kept = tl.where(kept > largest, beyond, kept)
    kept = tl.where(code == 0x7FF0000000000000, infinite, kept)
    kept = tl.where(code > 0x7FF0000000000000, magnitude, kept)
    size = kept.to(tl.float32).to(tl.int32, bitcast=True)
    tl.store(
        result + at, tl.where(sign, size | -0x80000000, size).to(tl.float32, bitcast=True), given
    )
    tl.atomic_max(seen + 1, tl.max(size, 0), sem="relaxed")
    smallest = tl.min(tl.where(size == 0, 0x7FFFFFFF, size - 1), 0)
    tl.atomic_min(seen, smallest, sem="relaxed")
