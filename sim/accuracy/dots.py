"""Error of dot-product units on real operands, by what their sums are held against."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lmul.hdl.designs.dot import DotDesign
from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.kinds import Kind
from lmul.hdl.numbers.policy import Policy
from lmul.sim.accuracy.operands import DotError, dot_error, tensor_scale
from lmul.sim.accuracy.workload import attention
from lmul.sim.golden.codec import decode, encode
from lmul.sim.golden.dot import group_sums
from lmul.sim.golden.matmul import dot_products
from lmul.sim.golden.multiply import product

__all__ = ["DotUnitAccuracy", "dot_unit_accuracy"]


Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DotUnitAccuracy:
    """Errors of one matrix product as a dot-product unit computes it, K by groups of N.

    Attributes
    ----------
    original : DotError
        Against the float64 product of the operands before they were encoded, which a PE's error
        is taken against, too.
    codes : DotError
        Against exact sums of the exact products of the same codes: what kind and window lose.
    window : DotError
        Against exact sums of the same kind's products: what the window alone loses.
    fp32 : DotError
        Of the same kind's products added one after another to an fp32 sum, against the operands
        before they were encoded: what the unit would err by without a window.
    """

    original: DotError
    codes: DotError
    window: DotError
    fp32: DotError


def dot_unit_accuracy(design: DotDesign, matrix: str = "QK") -> DotUnitAccuracy:
    """Measure a unit of floating-point operands on the real tile, rounded to nearest.

    Parameters
    ----------
    design : DotDesign
        Its operands of 8 bits are scaled by one power of two a tensor.
    matrix : str
        ``"QK"`` or ``"AV"``.

    Raises
    ------
    ValueError
        For ``int8``, whose sums are exact.
    """
    if not isinstance(design.format, FloatFormat) or design.kind == "int8":
        raise ValueError(f"Design {design.name!r} has neither a window nor another product")
    a, b = _codes(matrix, design.format)
    found = [
        group_sums(
            *heads,
            design.format,
            design.kind,
            design.policy,
            design.terms,
            design.window,
            design.sticky,
        )
        for heads in zip(a, b, strict=True)
    ]
    sums = _values(np.stack(found), "fp32")
    around = _references(matrix, design.format, design.kind, design.policy)
    return DotUnitAccuracy(
        dot_error(sums, around.original),
        dot_error(sums, around.codes),
        dot_error(sums, around.own),
        dot_error(around.fp32, around.original),
    )


@dataclass(frozen=True)
class _References:
    original: Floats
    codes: Floats
    own: Floats
    fp32: Floats


@cache
def _codes(matrix: str, fmt: FloatFormat) -> tuple[NDArray[Any], NDArray[Any]]:
    sides = []
    for side in attention().products[matrix]:
        scale = tensor_scale(side, fmt) if fmt.is_narrow else 1.0
        sides.append(np.asarray(encode(side.astype(np.float64) * scale, fmt)))
    return sides[0], sides[1]


@cache
def _references(matrix: str, fmt: FloatFormat, kind: Kind, policy: Policy) -> _References:
    """What sums are held against; alike for all N and W."""
    a, b = _codes(matrix, fmt)
    originals = [
        side.astype(np.float64) * (tensor_scale(side, fmt) if fmt.is_narrow else 1.0)
        for side in attention().products[matrix]
    ]
    x, y = a[..., :, None, :], np.swapaxes(b, -1, -2)[..., None, :, :]
    own = product(x, y, fmt, kind, policy.subnormals).sum(axis=-1)
    fp32 = [
        dot_products(*heads, fmt, kind, policy, "fp32").codes for heads in zip(a, b, strict=True)
    ]
    return _References(
        originals[0] @ originals[1],
        _values(a, fmt) @ _values(b, fmt),
        own,
        _values(np.stack(fp32), "fp32"),
    )


def _values(codes: NDArray[Any], fmt: FloatFormat | str) -> Floats:
    return decode(codes, fmt, np.float64).astype(np.float64)
