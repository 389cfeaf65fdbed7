"""Error of whole dot products on real operands, by kind and by what they are summed in."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lmul.hdl.numbers.accumulator import Accumulator
from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.kinds import Kind
from lmul.hdl.numbers.policy import Policy
from lmul.sim.accuracy.operands import DotError, dot_error, tensor_scale
from lmul.sim.golden.codec import as_format, decode, encode
from lmul.sim.golden.matmul import dot_products

__all__ = ["AccumulatorAccuracy", "accumulator_accuracy", "int8_accuracy"]


_INT8_MAX = 127

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class AccumulatorAccuracy:
    """Errors of one matrix product as an array computes it, its results fp32.

    Attributes
    ----------
    error : DotError
        Against the float64 product of the operands before they were encoded.
    saturated : int
        Sums that left a window at some k.
    sums : int
        All sums.
    """

    error: DotError
    saturated: int
    sums: int


def accumulator_accuracy(
    left: Floats,
    right: Floats,
    fmt: FloatFormat | str,
    kind: Kind = "lmul",
    policy: Policy | str = "ftz",
    accumulator: Accumulator | str | None = None,
    terms: int = 1,
    window: int = 0,
) -> AccumulatorAccuracy:
    """Measure ``left @ right``, operands rounded to nearest, those of 8 bits scaled before.

    Parameters
    ----------
    left, right : arrays of float, shapes (heads, M, K) and (heads, K, N)
    fmt, kind, policy, accumulator, terms, window
        As for :func:`lmul.sim.golden.matmul.dot_products`.

    Raises
    ------
    TypeError, ValueError
        As :func:`lmul.sim.golden.matmul.dot_products`.
    """
    fmt = as_format(fmt)
    narrow = fmt.is_narrow
    x = left.astype(np.float64) * (tensor_scale(left, fmt) if narrow else 1.0)
    y = right.astype(np.float64) * (tensor_scale(right, fmt) if narrow else 1.0)
    found = [
        dot_products(
            *(encode(a, fmt), encode(b, fmt), fmt, kind, policy, accumulator),
            terms=terms,
            window=window,
        )
        for a, b in zip(x, y, strict=True)
    ]
    dots = np.stack([decode(one.codes, "fp32") for one in found]).astype(np.float64)
    return AccumulatorAccuracy(
        dot_error(dots, x @ y), sum(int(one.overflowed.sum()) for one in found), dots.size
    )


def int8_accuracy(left: Floats, right: Floats) -> DotError:
    """The integer twin on the same operands: one scale a tensor, symmetric, sums exact."""
    x, y = (side.astype(np.float64) for side in (left, right))
    quantised = []
    for side in (x, y):
        step = float(np.max(np.abs(side))) / _INT8_MAX
        quantised.append(np.rint(side / step) * step)
    return dot_error(quantised[0] @ quantised[1], x @ y)
