"""Sums of products on a format's grid, by the compiled kernel: as the golden model, but quicker.

All kinds, accumulators and formats whose products have at most 24 bits; where the kernel could
round otherwise than the golden model, a recipe says so and nothing is computed.
"""

import ctypes
import math
from functools import cache

import numpy as np
import numpy.typing as npt

from lmul.hdl.numbers.formats import FloatFormat
from lmul.tools.compiled import pointer
from lmul.torch.cpu.kernel import kernel
from lmul.torch.recipe import WINDOWED, Recipe

__all__ = ["slopes", "sums"]


_MANTISSA = 52  # of float64
_BIAS = 1023

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]


class _Matrix(ctypes.Structure):
    """The kernel's structure of this name, which says what each member is."""

    _fields_ = [
        ("data", ctypes.c_void_p),
        ("starts", ctypes.POINTER(ctypes.c_int64)),
        ("down", ctypes.c_int64),
        ("across", ctypes.c_int64),
    ]


class _Arithmetic(ctypes.Structure):
    """The kernel's structure of this name, which says what each member is."""

    _integers_ = "product", "sum", "constant"
    _numbers_ = "zero", "offset_less_one"
    _cuts_ = "product_cut", "sum_cut"
    _bounds_ = "high", "low", "min_normal", "subnormal", "max", "overflow"
    _window_ = "scale", "limit", "greatest", "least"
    _places_ = "lost", "corrected_at"
    _fields_ = [(name, ctypes.c_int64) for name in _integers_]
    _fields_ += [(name, ctypes.c_double) for name in _numbers_]
    _fields_ += [(name, ctypes.c_int64) for name in _cuts_]
    _fields_ += [(name, ctypes.c_double) for name in _bounds_ + _window_]
    _fields_ += [(name, ctypes.c_int64) for name in _places_]
    _fields_ += [("corrections", ctypes.c_uint64 * 8), ("table", ctypes.c_void_p)]

    @classmethod
    def of(cls, recipe: Recipe) -> "_Arithmetic":
        """The recipe, without its bands."""
        names = (field[0] for field in cls._fields_ if field[0] not in ("high", "low", "table"))
        table = None if recipe.table is None else recipe.table.ctypes.data
        return cls(**{name: getattr(recipe, name) for name in names}, table=table)


@cache
def _library() -> ctypes.CDLL:
    library = kernel()
    long, matrix = ctypes.c_int64, ctypes.POINTER(_Matrix)
    doubles = ctypes.POINTER(ctypes.c_double)
    library.sums.argtypes = [matrix, matrix, *[long] * 4, doubles]
    library.sums.argtypes += [ctypes.POINTER(_Arithmetic), long]
    library.sums_to_odd.argtypes = [doubles, long, long, doubles, long]
    library.sums.restype = library.sums_to_odd.restype = None
    library.slopes.argtypes = [doubles, ctypes.c_void_p, ctypes.c_void_p, *[long] * 4, doubles]
    library.slopes.argtypes += [long]
    library.slopes.restype = None
    return library


def sums(x: Floats, y: Floats, recipe: Recipe, threads: int) -> Doubles:
    """The sums over k of x[..., i, k] ⊗ y[..., k, j], before the drain.

    Parameters
    ----------
    x, y : float32 arrays, shapes (..., M, K) and (..., K, N)
        Finite numbers of the format; the dimensions in front broadcast. The policy was applied to
        them, but for the sums' overflow.
    recipe : Recipe
    threads : int

    Returns
    -------
    float64 array, shape (..., M, N)
        Exact sums rounded to odd, others as they are.
    """
    if recipe.plain:
        return np.matmul(x, y, dtype=np.float64) + 0.0
    *stack, rows, depth = np.broadcast_shapes(x.shape[:-2], y.shape[:-2]) + x.shape[-2:]
    columns = y.shape[-1]
    left, right = (_matrix(side, stack) for side in (x, y))
    count = math.prod(stack)
    parts = np.empty((len(recipe.bands), *stack, rows, columns))
    shape = count, rows, depth, columns
    given = _Arithmetic.of(recipe)
    for part, (given.high, given.low) in zip(parts, recipe.bands, strict=True):
        _library().sums(left[0], right[0], *shape, pointer(part), given, threads)
    if len(parts) == 1:
        return parts[0] / recipe.scale if recipe.sum == WINDOWED else parts[0]
    totals = np.empty(parts.shape[1:])
    _library().sums_to_odd(pointer(parts), len(parts), totals.size, pointer(totals), threads)
    return totals


def _matrix(side: Floats, stack: list[int]) -> tuple[_Matrix, npt.NDArray[np.int64]]:
    """The kernel's view of a broadcast stack, and the array that it points to."""
    spread = np.broadcast_to(side, (*stack, *side.shape[-2:]))
    steps = [stride // side.itemsize for stride in spread.strides]
    starts = np.zeros(stack, np.int64)
    for axis, step in enumerate(steps[:-2]):
        starts += step * np.arange(stack[axis]).reshape(-1, *[1] * (len(stack) - axis - 1))
    return _Matrix(spread.ctypes.data, pointer(starts), steps[-2], steps[-1]), starts


def slopes(
    g: Doubles, x: Floats, y: Floats, fmt: FloatFormat, offset: int, threads: int
) -> Doubles:
    """Σ over j of g[i, j] · ∂(x[i, k] ⊗ y[k, j]) / ∂x[i, k], for kinds that add codes.

    Shapes (M, N), (M, K), (K, N) to (M, K). The slope is the power of two of y, twice that where
    the sum of mantissas carries.
    """
    g, x, y = np.ascontiguousarray(g), np.ascontiguousarray(x), np.ascontiguousarray(y.T)
    result = np.empty(x.shape)
    constant = (offset << (_MANTISSA - fmt.mantissa_bits)) - (_BIAS << _MANTISSA)
    _library().slopes(
        pointer(g),
        x.ctypes.data,
        y.ctypes.data,
        *x.shape,
        g.shape[1],
        constant,
        pointer(result),
        threads,
    )
    return result
