"""Which mantissa pairs a correction is judged on, and how much each counts."""

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from lmul.hdl.numbers.formats import FloatFormat
from lmul.sim.accuracy.operands import tensor_scale
from lmul.sim.accuracy.workload import attention
from lmul.sim.golden.codec import decode, encode

__all__ = ["MOST_MANTISSA_BITS", "Objective", "Pairs", "check_objective", "pairs_on"]


Objective = Literal["mred", "bias", "worst", "dot"]
"""What is made small: the mean of relative errors' magnitudes, the mean of the errors, the largest
one, or the error of dot products."""

MOST_MANTISSA_BITS = 10
"""Of wider mantissas there are too many pairs; their best corrections are those of ten bits."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Weights of mantissa pairs, each in an array of shape ``(2**m, 2**m)``, x's mantissa first.

    Attributes
    ----------
    label : str
        Where the operands come from.
    counts : array of float64
        How often a pair is multiplied.
    squares : array of float64
        The sum of its products' squares. Weighted with these, the mean square of relative errors
        is that of a dot product's error against its terms, as long as their signs are independent.
    """

    label: str
    counts: NDArray[np.float64]
    squares: NDArray[np.float64]


def check_objective(name: str) -> Objective:
    """An objective by its name.

    Raises
    ------
    ValueError
        When there is none of that name.
    """
    for objective in get_args(Objective):
        if name == objective:
            return objective
    raise ValueError(f"Unknown objective {name!r}: use {', '.join(get_args(Objective))}")


def pairs_on(name: str, fmt: FloatFormat) -> Pairs:
    """The pairs of a name, or of a file.

    Parameters
    ----------
    name : str
        ``"uniform"``: every mantissa pair once. ``"attention"``: the products of the real tile,
        QKᵀ and A·V. Or an ``.npz`` file with matrices ``left``, shape (..., M, K), and ``right``,
        shape (..., K, N). Operands are rounded to nearest; up to 8 bits they are scaled by a
        power of two a tensor.
    fmt : FloatFormat

    Raises
    ------
    OSError
        When there is no such file.
    ValueError
        When the mantissa is too wide, the file holds no such matrices, or no product is left.
    """
    if fmt.mantissa_bits > MOST_MANTISSA_BITS:
        raise ValueError(
            f"Format {fmt.name!r} has {fmt.mantissa_bits} mantissa bits, and pairs of at most "
            f"{MOST_MANTISSA_BITS} are searched: use fp16, whose best corrections serve it as well"
        )
    if name == "uniform":
        significands = 1 + np.arange(1 << fmt.mantissa_bits) / (1 << fmt.mantissa_bits)
        squares = np.multiply.outer(significands**2, significands**2)
        return Pairs("all mantissa pairs", np.ones_like(squares), squares)
    if name == "attention":
        return _of_products("attention's QK and AV", attention().products.values(), fmt)
    return _of_products(Path(name).name, [_matrices(Path(name))], fmt)


def _matrices(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if path.suffix != ".npz":
        raise ValueError(f"Operands {str(path)!r} are neither uniform, attention nor an .npz file")
    try:
        with np.load(path, allow_pickle=False) as data:
            left, right = (np.asarray(data[side], np.float64) for side in ("left", "right"))
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        reason = str(error).strip("'\"") or type(error).__name__
        raise ValueError(f"{path} holds no number matrices 'left' and 'right': {reason}") from None
    if left.ndim < 2 or right.ndim < 2 or left.shape[-1] != right.shape[-2]:
        raise ValueError(f"Shapes {left.shape} and {right.shape} don't fit a matrix product")
    return left, right


def _of_products(
    label: str,
    products: Iterable[tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]]],
    fmt: FloatFormat,
) -> Pairs:
    side = 1 << fmt.mantissa_bits
    counts, squares = np.zeros((side, side)), np.zeros((side, side))
    for left, right in products:
        for x, y in zip(
            _meeting(np.swapaxes(left, -1, -2), fmt), _meeting(right, fmt), strict=True
        ):
            counts += np.multiply.outer(_histogram(x, x != 0, fmt), _histogram(y, y != 0, fmt))
            squares += np.multiply.outer(_histogram(x, x**2, fmt), _histogram(y, y**2, fmt))
    if not counts.any():
        raise ValueError(f"{label}: no product is left in {fmt.name}, an operand of each is 0")
    return Pairs(label, counts, squares)


def _meeting(matrix: NDArray[np.floating[Any]], fmt: FloatFormat) -> NDArray[np.float64]:
    """A matrix's rounded numbers, shape (places in K, numbers): each row meets another's."""
    scale = tensor_scale(matrix, fmt) if fmt.is_narrow else 1.0
    codes = encode(np.asarray(matrix, np.float64) * scale, fmt)
    return np.asarray(decode(codes, fmt, np.float64), np.float64).reshape(-1, matrix.shape[-1])


def _histogram(
    values: NDArray[np.float64], weights: NDArray[Any], fmt: FloatFormat
) -> NDArray[np.float64]:
    """How much each mantissa weighs among a row's numbers."""
    side = 1 << fmt.mantissa_bits
    mantissas = ((2 * np.frexp(np.abs(values))[0] - 1) * side).astype(np.int64)
    found = np.bincount(np.where(values == 0, 0, mantissas), weights.astype(np.float64), side)
    return np.asarray(found, np.float64)
