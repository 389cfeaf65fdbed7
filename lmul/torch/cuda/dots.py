"""Dot products of mantissas on tensor cores: see :mod:`lmul.torch.cuda.slices`."""
# pyright: reportMissingImports=false
# pyright: reportIndexIssue=false

import torch
import triton
import triton.language as tl

__all__ = ["CHUNK", "Tile", "dots", "expanded", "tile_of"]


CHUNK = 32
"""Of K: how many products the tensor cores add at least before the sum is taken over."""

_BLOCK = 1024

Tile = tuple[int, int, int, int, int]
"""Rows, columns, rows of tiles that share columns in the cache, warps, stages."""

_TILE: Tile = 128, 128, 8, 8, 3
_LOW_TILE: Tile = 64, 128, 8, 4, 3


def expanded(y: torch.Tensor, table: torch.Tensor) -> torch.Tensor:
    """V_r of numbers, shape (B, K, N) to (B, R, K, N), float16.

    ``table`` is of shape (R, R): products of mantissas r and that of y.
    """
    count, side = y.numel(), len(table)
    result = y.new_empty((y.shape[0], side, *y.shape[1:]))
    _expand[(triton.cdiv(count, _BLOCK),)](
        y, table, result, count, y[0].numel(), side, side.bit_length() - 1, _BLOCK
    )
    return result


def tile_of(rows: int) -> Tile:
    """What suits a matrix of so many rows."""
    return _TILE if rows > _LOW_TILE[0] else _LOW_TILE


def dots(
    out: torch.Tensor,
    u: torch.Tensor,
    v: torch.Tensor,
    first: int,
    last: int,
    every: int,
    tile: Tile,
) -> None:
    """Sums over k of the products, exactly.

    Parameters
    ----------
    out : Tensor of int32, shape (B, M, N)
        Becomes the sums.
    u : Tensor of float16, shape (B, M, K)
        Integers; its rows are a multiple of the tile's, K of ``CHUNK * every``.
    v : Tensor of float16, shape (B, R, K, N)
        R is 1, or u's numbers are taken apart by their mantissas.
    first, last : int
        Of K, in units of ``CHUNK * every``; ``every`` chunks are added by the tensor cores.
    """
    rows, columns, group, warps, stages = tile
    count, m, n = out.shape
    (_, height, depth), (_, side, _, width) = u.shape, v.shape
    _dots[(count * (height // rows) * (width // columns),)](
        u.view(torch.int16) if side > 1 else u,
        v,
        out,
        m,
        n,
        height,
        width,
        depth,
        first,
        last,
        side,
        side.bit_length() - 1,
        every,
        CHUNK,
        rows,
        columns,
        group,
        num_warps=warps,
        num_stages=stages,
    )


@triton.jit
def _expand(
    y, table, result, count, size, SIDE: tl.constexpr, BITS: tl.constexpr, BLOCK: tl.constexpr
):
    at = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    given = at < count
    bits = tl.load(y + at, given, 0.0).to(tl.int16, bitcast=True)
    mantissa = (bits >> (10 - BITS)) & (SIDE - 1)
    power = (bits & -1024).to(tl.float16, bitcast=True)  # sign and exponent
    to = result + at + at // size * size * (SIDE - 1)
    for r in tl.static_range(SIDE):
        factor = tl.load(table + r * SIDE + mantissa)
        tl.store(to + r * size.to(tl.int64), power * factor, given)


@triton.jit
def _dots(
    u,
    v,
    out,
    m,
    n,
    height,
    width,
    depth,
    first,
    last,
    SIDE: tl.constexpr,
    BITS: tl.constexpr,
    EVERY: tl.constexpr,
    CHUNK: tl.constexpr,
    ROWS: tl.constexpr,
    COLUMNS: tl.constexpr,
    GROUP: tl.constexpr,
):
    down, across = height // ROWS, width // COLUMNS
    place = (tl.program_id(0) // (down * across)).to(tl.int64)
    tile = tl.program_id(0) % (down * across)
    # Tiles that run at the same time share rows and columns, so that the cache holds them.
    band = tile // (GROUP * across) * GROUP
    tall = tl.minimum(down - band, GROUP)
    rows = (band + tile % (GROUP * across) % tall) * ROWS + tl.arange(0, ROWS)
    columns = tile % (GROUP * across) // tall * COLUMNS + tl.arange(0, COLUMNS)
    deep = tl.arange(0, CHUNK)
    start = first * (CHUNK * EVERY)
    u_at = u + place * height * depth + rows[:, None].to(tl.int64) * depth + start + deep[None, :]
    v_at = v + (place * depth * SIDE + start + deep[:, None]) * width + columns[None, :]
    step = depth.to(tl.int64) * width
    total = tl.full((ROWS, COLUMNS), 0, tl.int32)
    part = tl.full((ROWS, COLUMNS), 0.0, tl.float32)
    for chunk in range(first * EVERY, last * EVERY):
        x = tl.load(u_at)
        for r in tl.static_range(SIDE):
            y = tl.load(v_at + r * step)
            if SIDE == 1:
                part = tl.dot(x, y, part)
            else:
                same = ((x >> (10 - BITS)) & (SIDE - 1)) == r
                power = tl.where(same, x & -1024, 0).to(tl.int16)  # sign and exponent
                part = tl.dot(power.to(tl.float16, bitcast=True), y, part)
        u_at += CHUNK
        v_at += CHUNK * width
        if chunk % EVERY == EVERY - 1:
            total += part.to(tl.int32)
            part = tl.full((ROWS, COLUMNS), 0.0, tl.float32)
    at = out + place * m * n + rows[:, None].to(tl.int64) * n + columns[None, :]
    given = (rows < m)[:, None] & (columns < n)[None, :]
    tl.store(at, total, given)
