"""Tensors on a format's grid: rounded as :func:`lmul.encode` rounds, and powers of two as scales.

torch's own 8-bit casts are not used: what they do beyond the largest number changed between its
releases.
"""
# pyright: reportMissingImports=false

import ctypes
import math
from functools import cache
from typing import NamedTuple

import numpy as np
import torch

from lmul.hdl.numbers.formats import FloatFormat
from lmul.sim.golden.codec import Rounding
from lmul.torch.arithmetic import Arithmetic, Scale
from lmul.torch.cpu.kernel import kernel
from lmul.torch.cuda import dispatch as cuda

__all__ = ["OnGrid", "operands", "peaks", "powers", "to_grid"]


_SMALLEST, _LARGEST = -126, 127  # exponents of scales: a float32 holds them and their inverses
_BY = {-1: 0, -2: 1, None: 2}
_MANTISSA, _BIAS = 52, 1023  # of float64


class _Layout(ctypes.Structure):
    """The kernel's structure of this name, which says what each member is."""

    _fields_ = [(name, ctypes.c_int64) for name in ("matrices", "rows", "columns")]
    _fields_ += [(name, ctypes.c_void_p) for name in ("row_scales", "column_scales")]


class _Grid(ctypes.Structure):
    """The kernel's structure of this name, which says what each member is."""

    _integers_ = "mantissa_bits", "truncate"
    _numbers_ = "step", "tiny_below", "flush_below", "max", "beyond", "infinite"
    _fields_ = [(name, ctypes.c_int64) for name in _integers_]
    _fields_ += [(name, ctypes.c_double) for name in _numbers_]


@cache
def _library() -> ctypes.CDLL:
    library = kernel()
    for dtype in ("floats", "doubles"):
        rounds, peaks = (getattr(library, f"{name}_of_{dtype}") for name in ("grid", "peaks"))
        rounds.argtypes = [ctypes.c_void_p, ctypes.POINTER(_Layout), ctypes.POINTER(_Grid)]
        rounds.argtypes += [ctypes.c_void_p, ctypes.POINTER(ctypes.c_int64), ctypes.c_int64]
        peaks.argtypes = [ctypes.c_void_p, ctypes.POINTER(_Layout), ctypes.c_int64]
        peaks.argtypes += [ctypes.c_void_p]
        rounds.restype = peaks.restype = None
    return library


class OnGrid(NamedTuple):
    """Numbers of a format, and where their exponents lie."""

    values: torch.Tensor  # float32
    exponents: tuple[int, int]  # of the smallest and largest magnitude but 0; (1, 0) if all are 0
    finite: bool
    scale: torch.Tensor | None  # the exponents of the powers of two that they were multiplied by


def to_grid(
    values: torch.Tensor,
    fmt: FloatFormat,
    rounding: Rounding = "nearest",
    *,
    scale: torch.Tensor | None = None,
    flush: bool = False,
    saturate: bool = False,
) -> OnGrid:
    """The numbers of ``fmt`` that values round to, as ``decode(encode(values))`` gives them.

    Parameters
    ----------
    values : Tensor of float32 or float64, shape (..., M, K), at least two dimensions
    fmt : FloatFormat
        One whose numbers a float32 can hold.
    rounding : str
        ``"nearest"``, ties to even, or ``"truncate"``, toward zero. What is beyond the largest
        number becomes Inf, NaN where there is no Inf, the largest number where there is neither.
    scale : Tensor of int or None
        Exponents of two that values are multiplied by before, of a shape that broadcasts.
    flush : bool
        Whether subnormal numbers become 0.
    saturate : bool
        Whether the largest number stands for what is beyond it; Inf stays Inf.
    """
    if values.stride(-1) != 1 and values.mT.is_contiguous():
        turned = None if scale is None or not scale.ndim else scale.mT
        found = to_grid(
            values.mT,
            fmt,
            rounding,
            scale=scale if turned is None else turned,
            flush=flush,
            saturate=saturate,
        )
        return found._replace(values=found.values.mT, scale=scale)
    values = values.contiguous()
    beyond = math.inf if fmt.has_inf else math.nan if fmt.has_nan else fmt.max
    grid = _Grid(
        fmt.mantissa_bits,
        rounding == "truncate",
        fmt.min_subnormal,
        fmt.min_normal,
        fmt.min_normal if flush else 0,
        fmt.max,
        fmt.max if saturate else beyond,
        math.inf if saturate else beyond,
    )
    factors, by_column = None, False
    if scale is not None:
        by_column = values.shape[-1] != 1 and scale.ndim > 0 and scale.shape[-1] != 1
        of = (*values.shape[:-2], *((1, values.shape[-1]) if by_column else (values.shape[-2], 1)))
        factors = powers(scale).broadcast_to(of).contiguous()
    if cuda.computes(values):
        numbers = [getattr(grid, name) for name in _Grid._integers_ + _Grid._numbers_]
        return OnGrid(*cuda.round_to_grid(values, numbers, factors, by_column), scale)
    layout = _layout(values)
    if factors is not None:
        setattr(layout, "column_scales" if by_column else "row_scales", factors.data_ptr())
    result = torch.empty_like(values, dtype=torch.float32)
    said = np.zeros(3, np.int64)
    rounds = getattr(_library(), f"grid_of_{_word(values)}")
    rounds(
        values.data_ptr(),
        layout,
        grid,
        result.data_ptr(),
        said.ctypes.data_as(ctypes.POINTER(ctypes.c_int64)),
        torch.get_num_threads(),
    )
    return OnGrid(result, (int(said[0]), int(said[1])), bool(said[2]), scale)


def powers(exponents: torch.Tensor) -> torch.Tensor:
    """Two to these powers, in float64."""
    return (exponents.long() + _BIAS << _MANTISSA).view(torch.float64)


def peaks(values: torch.Tensor, dim: int | None) -> torch.Tensor:
    """The largest magnitudes along dimension -1 or -2, which stays as 1, or of all (None).

    NaN is larger than Inf here.
    """
    if cuda.computes(values):
        return values.abs().amax(dim, keepdim=True) if dim else values.abs().amax()
    if dim and values.stride(-1) != 1 and values.mT.is_contiguous():
        return peaks(values.mT, -3 - dim).mT
    values = values.contiguous()
    shape = list(values.shape) if dim else []
    if dim:
        shape[dim] = 1
    result = values.new_empty(shape)
    run = getattr(_library(), f"peaks_of_{_word(values)}")
    run(values.data_ptr(), _layout(values), _BY[dim], result.data_ptr())
    return result


def _layout(values: torch.Tensor) -> _Layout:
    return _Layout(math.prod(values.shape[:-2]), *values.shape[-2:], None, None)


def _word(values: torch.Tensor) -> str:
    return "doubles" if values.dtype == torch.float64 else "floats"


def operands(
    a: torch.Tensor, b: torch.Tensor, arithmetic: Arithmetic, fmt: FloatFormat
) -> tuple[OnGrid, OnGrid]:
    """Scale, round and flush the operands of a product, shapes (..., M, K) and (..., K, N)."""
    flush = arithmetic.policy.subnormals == "flush"
    top = arithmetic.top_exponent(a.shape[-1])

    def prepared(side: torch.Tensor, dim: int) -> OnGrid:
        side = side if side.dtype == torch.float64 else side.float()
        scale = _scale(side, dim, arithmetic.scale, fmt, top)
        return to_grid(side, fmt, arithmetic.rounding, scale=scale, flush=flush)

    return prepared(a, -1), prepared(b, -2)


def _scale(
    values: torch.Tensor, dim: int, scale: Scale, fmt: FloatFormat, top: int
) -> torch.Tensor | None:
    """Exponents that bring the largest magnitude to at most ``2**top`` times the significand of
    the format's largest number.

    What is all zeros, or not finite, is left as it is.
    """
    if scale == "none":
        return None
    largest = peaks(values, dim if scale == "row" else None)
    fraction, exponent = torch.frexp(largest)
    shift = top + 1 - exponent - (fraction > math.frexp(fmt.max)[0]).int()
    return torch.where((fraction > 0) & largest.isfinite(), shift.clamp(_SMALLEST, _LARGEST), 0)
