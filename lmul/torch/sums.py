"""Sums of products on a format's grid, by the compiled kernel: as the golden model, but quicker.

All kinds, accumulators and formats whose products have at most 24 bits; where the kernel could
round otherwise than the golden model, it says so and computes nothing.
"""

import ctypes
import math
from functools import cache

import numpy as np
import numpy.typing as npt

from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.hdl.numbers.kinds import Kind
from lmul.tools.compiled import pointer
from lmul.torch.arithmetic import Arithmetic
from lmul.torch.kernel import kernel

__all__ = ["slopes", "sums"]


_MANTISSA = 52  # of float64
_BIAS = 1023
_FULL = _MANTISSA + 1
_SINGLE = 24  # bits of a float32
_LEAST_SINGLE = -149  # the exponent of the smallest float32
_WINDOW = 50  # the widest that is counted in float64

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

    _fields_ = [(name, ctypes.c_int64) for name in ("product", "sum", "constant")]
    _fields_ += [("zero", ctypes.c_double), ("offset_less_one", ctypes.c_double)]
    _fields_ += [(name, ctypes.c_int64) for name in ("product_cut", "sum_cut")]
    _fields_ += [
        (name, ctypes.c_double)
        for name in ("high", "low", "min_normal", "subnormal", "max", "overflow")
    ]
    _fields_ += [(name, ctypes.c_double) for name in ("scale", "limit", "top", "least")]


_PRODUCTS = {"lmul": 0, "mitchell": 0, "exact": 1, "lmul_formula": 2, "lmul_rne": 3}
_EXACT, _BAND, _FLOAT32, _FORMAT, _WINDOWED = range(5)


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


def _product_bits(kind: Kind, fmt: FloatFormat) -> int:
    """Significant bits of an unrounded product."""
    extra = {"exact": fmt.mantissa_bits + 2, "lmul_formula": 2}.get(kind, 1)
    return fmt.mantissa_bits + extra


def sums(
    x: Floats,
    y: Floats,
    exponents: tuple[tuple[int, int], tuple[int, int]],
    arithmetic: Arithmetic,
    offset: int,
    threads: int,
) -> Doubles | None:
    """The sums over k of x[..., i, k] ⊗ y[..., k, j], before the drain.

    Parameters
    ----------
    x, y : float32 arrays, shapes (..., M, K) and (..., K, N)
        Finite numbers of the format; the dimensions in front broadcast.
    exponents : pairs of int
        Of the smallest and of the largest magnitude but 0, of x and of y.
    arithmetic : Arithmetic
        Of a format. Its policy was applied to x and y, but for the sums' overflow.
    offset : int
        The kind's constant, in units of ``2**-m``.
    threads : int

    Returns
    -------
    float64 array, shape (..., M, N), or None
        Exact sums rounded to odd, others as they are; None where only the golden model can.
    """
    fmt, accumulator = arithmetic.format, arithmetic.accumulator
    assert fmt is not None
    (x_low, x_high), (y_low, y_high) = exponents
    *stack, rows, depth = np.broadcast_shapes(x.shape[:-2], y.shape[:-2]) + x.shape[-2:]
    columns = y.shape[-1]
    m = fmt.mantissa_bits
    given = _Arithmetic(product=_PRODUCTS[arithmetic.kind])
    lowest = x_low + y_low - (2 * m if arithmetic.kind == "exact" else m)
    top = x_high + y_high + 3
    given.constant = (offset << (_MANTISSA - m)) - (_BIAS << _MANTISSA)
    given.offset_less_one = offset / (1 << m) - 1
    given.product_cut = _MANTISSA - m
    growth = max(2, (depth - 1).bit_length())
    lost = lowest - 2  # products of zeros must stay below this power of two
    bands: list[int] = []
    if accumulator.is_exact:
        if top + growth - lowest > _FULL:
            bands = _bands(top, lowest, growth)
            given.sum = _BAND
        else:
            if arithmetic.kind == "exact":
                return np.matmul(x, y, dtype=np.float64) + 0.0
            lost = lowest - _FULL - 3 - growth
            given.sum, given.least = _EXACT, math.ldexp(1, lowest - 1)
    elif accumulator.window is not None:
        width, lsb = accumulator.window
        if width > _WINDOW:
            return None
        given.sum, given.scale, given.limit = _WINDOWED, math.ldexp(1, -lsb), 1 << width
        given.top = (1 << (width - 1)) - 1
        lowest = min(lowest, lsb)
        lost = lowest - 2
        given.least = math.ldexp(1, lowest - 1 - lsb)
    else:
        assert accumulator.format is not None
        overflow = arithmetic.policy.overflow
        # Two numbers of 24 bits at most: their float64 sum rounds as their sum itself would.
        if _product_bits(arithmetic.kind, fmt) > _SINGLE or overflow == "wrap":
            return None
        lost = min(lost, _LEAST_SINGLE - 3)
        if accumulator.format == FORMATS["fp32"] and overflow == "nonsaturating":
            given.sum = _FLOAT32
        else:
            given.sum = _FORMAT
            _round_in(given, accumulator.format, overflow)
    # So far down that both zeros' product is a normal double still.
    given.zero = math.ldexp(1, lost - 3 - max(x_high, y_high))

    left, right = (_matrix(side, stack) for side in (x, y))
    count = math.prod(stack)

    parts = np.empty((max(1, len(bands)), *stack, rows, columns))
    shape = count, rows, depth, columns
    for part, high, low in zip(parts, [top + 2, *bands], bands or [0], strict=False):
        given.high, given.low = _grid(high), _grid(low)
        _library().sums(left[0], right[0], *shape, pointer(part), given, threads)
    if len(bands) > 1:
        totals = np.empty(parts.shape[1:])
        _library().sums_to_odd(pointer(parts), len(parts), totals.size, pointer(totals), threads)
        return totals
    return np.ldexp(parts[0], accumulator.window[1]) if accumulator.window else parts[0]


def _bands(top: int, lowest: int, growth: int) -> list[int]:
    """The last bits of bands of a product's bits, each summed exactly in a float64."""
    bands = []
    while not bands or bands[-1] > lowest:
        bands.append(max(lowest, top - _FULL + growth))
        top = bands[-1] - 1
    return bands


def _grid(last: int) -> float:
    """What a float64 is rounded by to multiples of ``2**last``, when added and taken away."""
    return math.ldexp(1.5, _MANTISSA + last)


def _round_in(given: _Arithmetic, fmt: FloatFormat, overflow: str) -> None:
    given.sum_cut = _MANTISSA - fmt.mantissa_bits
    given.min_normal, given.max = fmt.min_normal, fmt.max
    given.subnormal = _grid(int(math.log2(fmt.min_subnormal)))
    beyond = math.inf if fmt.has_inf else math.nan if fmt.has_nan else fmt.max
    given.overflow = fmt.max if overflow == "saturate" else beyond


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
