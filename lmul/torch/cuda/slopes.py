"""The derivative of a sum of L-Mul products on a GPU, j ascending; as ``slopes`` in sums.cpp."""
# pyright: reportMissingImports=false
# pyright: reportIndexIssue=false

import torch
import triton
import triton.language as tl

from lmul.hdl.numbers.formats import FloatFormat

__all__ = ["slopes"]


_MANTISSA, _BIAS = 52, 1023  # of float64
_ROWS, _DEEP = 32, 64  # of a tile


def slopes(
    g: torch.Tensor, x: torch.Tensor, y: torch.Tensor, fmt: FloatFormat, offset: int
) -> torch.Tensor:
    """See :func:`lmul.torch.cpu.sums.slopes`: shapes (M, N), (M, K), (K, N) to (M, K)."""
    (rows, depth), columns = x.shape, g.shape[-1]
    constant = (offset << (_MANTISSA - fmt.mantissa_bits)) - (_BIAS << _MANTISSA)
    result = torch.empty((rows, depth), dtype=torch.float64, device=x.device)
    _slopes[(triton.cdiv(rows, _ROWS) * triton.cdiv(depth, _DEEP),)](
        g.double().mT.contiguous(),
        torch.where(x == 0, 1.0, x.double()).view(torch.int64),
        torch.where(y == 0, 0.0, y.double()).mT.contiguous().view(torch.int64),
        result,
        constant,
        rows,
        depth,
        columns,
        _ROWS,
        _DEEP,
        enable_fp_fusion=False,
    )
    return result


@triton.jit
def _slopes(
    g,
    x,
    y,
    result,
    constant,
    rows,
    depth,
    columns,
    ROWS: tl.constexpr,
    DEEP: tl.constexpr,
):
    power = -0x10000000000000  # sign and exponent of a double
    one = 0x3FF0000000000000
    across = (depth + DEEP - 1) // DEEP
    i = (tl.program_id(0) // across) * ROWS + tl.arange(0, ROWS)
    k = (tl.program_id(0) % across) * DEEP + tl.arange(0, DEEP)
    at = i[:, None].to(tl.int64) * depth + k[None, :]
    given = (i < rows)[:, None] & (k < depth)[None, :]
    # At 0 the slope is that of the smallest mantissa, whatever the exponent: 1 stands there.
    left = tl.load(x + at, given, one)
    own = (left & power) - one
    total = tl.full((ROWS, DEEP), 0.0, tl.float64)
    g_at, y_at = g + i, y + k
    for _ in range(0, columns):
        scale = tl.load(g_at, i < rows, 0.0)[:, None]
        right = tl.load(y_at, k < depth, 0)[None, :]
        g_at += rows
        y_at += depth
        slope = ((left + (right + constant)) & power) - own
        term = scale * slope.to(tl.float64, bitcast=True)
        total += tl.where(right == 0, 0.0, term)
    tl.store(result + at, total, given)
