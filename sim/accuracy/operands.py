"""Error of a kind of product on real operands: single products, and whole dot products.

The matrix products of attention, QKᵀ and A·V, run with operands encoded to a format. Errors are
told apart by what they are measured against: the exact product of the same quantised operands
(the multiplier's own error), and the float64 product of the operands before quantisation (the
multiplier's and the format's together).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.kind_checks import check_kind
from lmul.hdl.numbers.kinds import Kind
from lmul.sim.accuracy.pairs import ErrorStats
from lmul.sim.accuracy.ranges import range_masks
from lmul.sim.golden.codec import Rounding, as_format, decode, encode
from lmul.sim.golden.multiply import multiply, product

__all__ = ["DotError", "OperandAccuracy", "dot_error", "operand_accuracy", "tensor_scale"]


@dataclass(frozen=True)
class DotError:
    """Error of a matrix of dot products against a reference matrix.

    Attributes
    ----------
    relative : float
        Norm-wise: ``‖result - reference‖ / ‖reference‖``, Frobenius norms over all elements.
        Single elements may cancel to almost nothing, so their own relative errors mean little.
    gain : float
        ``<result, reference> / <reference, reference> - 1``: the part of the error that one
        scale factor would undo.
    residual : float
        Norm-wise error that is left when the gain is undone.
    """

    relative: float
    gain: float
    residual: float


@dataclass(frozen=True)
class OperandAccuracy:
    """Errors of one kind, format and rounding on one matrix product of real operands.

    Attributes
    ----------
    scales : tuple of float
        Powers of two by which the left and right operand were multiplied before encoding.
    products_quantised, products_original : ErrorStats
        Of packed products, against the exact product of the quantised operands and against the
        float64 product of the operands before quantisation; both over the same products, those
        that are normal and in range.
    dots_quantised, dots_original : DotError
        Of sums of unrounded products, added in float64, against the same two references.
    zero, overflow, underflow : int
        Products left out of the product errors: an operand quantised to zero; a product beyond
        the largest or below the smallest normal number. None is left out of the dot products.
    """

    kind: Kind
    format: FloatFormat
    rounding: Rounding
    scales: tuple[float, float]
    products_quantised: ErrorStats
    products_original: ErrorStats
    dots_quantised: DotError
    dots_original: DotError
    products: int
    zero: int
    overflow: int
    underflow: int


def tensor_scale(values: NDArray[np.floating[Any]], fmt: FloatFormat | str) -> float:
    """The power of two that brings a tensor's largest magnitude just below sqrt(largest number).

    One scale a tensor, as fp8 practice has it; a power of two changes no mantissa. The square
    root leaves room for the largest product of two tensors so scaled.
    """
    fmt = as_format(fmt)
    largest = float(np.max(np.abs(values), initial=0.0))
    if largest == 0:
        return 1.0
    room = int(np.floor(np.log2(fmt.max))) // 2
    return float(2.0 ** (room - 1 - np.floor(np.log2(largest))))


def operand_accuracy(
    left: NDArray[np.floating[Any]],
    right: NDArray[np.floating[Any]],
    fmt: FloatFormat | str,
    kind: Kind = "lmul",
    rounding: Rounding = "nearest",
    *,
    offset: int | None = None,
    scaled: bool = True,
) -> OperandAccuracy:
    """Measure ``left @ right``, all products and all dot products.

    Parameters
    ----------
    left, right : arrays of float, shapes (..., M, K) and (..., K, N)
    fmt, kind, offset
        As for :func:`lmul.sim.golden.multiply.multiply`; subnormal operands are normalised.
    rounding : str
        How operands are encoded: ``"nearest"``, or ``"truncate"`` as in arXiv 2410.00907.
    scaled : bool
        Multiply each operand by its :func:`tensor_scale` first, and divide again afterwards.

    Raises
    ------
    TypeError, ValueError
        For unknown names; for shapes that don't fit a matrix product.
    """
    fmt = as_format(fmt)
    kind = check_kind(kind, fmt)
    if left.ndim < 2 or right.ndim < 2 or left.shape[-1] != right.shape[-2]:
        raise ValueError(f"Shapes {left.shape} and {right.shape} don't fit a matrix product")
    scales = (tensor_scale(left, fmt), tensor_scale(right, fmt)) if scaled else (1.0, 1.0)
    # (..., M, 1, K) and (..., 1, N, K): one product an element, dot products along the last axis.
    x_wide = left.astype(np.float64)[..., :, None, :] * scales[0]
    y_wide = np.swapaxes(right.astype(np.float64), -1, -2)[..., None, :, :] * scales[1]
    x, y = encode(x_wide, fmt, rounding), encode(y_wide, fmt, rounding)

    original = x_wide * y_wide
    exact = decode(x, fmt, np.float64) * decode(y, fmt, np.float64)
    value = product(x, y, fmt, kind, "normalize", offset)
    packed = decode(multiply(x, y, fmt, kind, "ocp", offset), fmt, np.float64)

    zero = exact == 0
    over, under = (
        a | b for a, b in zip(range_masks(exact, fmt), range_masks(value, fmt), strict=True)
    )
    usable = ~(zero | over | under)
    quantised_errors, original_errors = ErrorStats(), ErrorStats()
    quantised_errors.add(packed[usable] / exact[usable] - 1)
    # A product of originals is zero only where an operand is, and so is its quantised one.
    original_errors.add(packed[usable] / original[usable] - 1)
    dots = value.sum(axis=-1)
    return OperandAccuracy(
        kind,
        fmt,
        rounding,
        scales,
        quantised_errors,
        original_errors,
        dot_error(dots, exact.sum(axis=-1)),
        dot_error(dots, original.sum(axis=-1)),
        products=value.size,
        zero=int(np.count_nonzero(zero)),
        overflow=int(np.count_nonzero(over & ~zero)),
        underflow=int(np.count_nonzero(under & ~over & ~zero)),
    )


def dot_error(result: NDArray[np.float64], reference: NDArray[np.float64]) -> DotError:
    """The error of a matrix of dot products; NaN throughout where the reference is all zero."""
    norm = float(np.linalg.norm(reference))
    if norm == 0:
        return DotError(float("nan"), float("nan"), float("nan"))
    factor = float(np.vdot(result, reference)) / norm**2
    residual = float(np.linalg.norm(result - factor * reference)) / norm
    return DotError(float(np.linalg.norm(result - reference)) / norm, factor - 1, residual)
