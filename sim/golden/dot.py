"""The golden dot-product unit: a group of products in one window, added to a float sum.

With T the exponent of the place above the largest exponent's significand, each product is rounded
(toward zero, or to odd) to a multiple of ``2**(T - W)``; the sum of these multiples is exact, and
it is added to the accumulator with one rounding, to nearest even.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.hdl.numbers.kind_checks import check_kind, resolve_offset
from lmul.hdl.numbers.kinds import KINDS, Kind
from lmul.hdl.numbers.policy import Policy
from lmul.sim.golden.arithmetic import Operands, product_significands, unpack
from lmul.sim.golden.codec import as_codes, as_format, decode
from lmul.sim.golden.sums.rounding import add_to_odd, drain

__all__ = ["aligned_sums", "dot", "group_sums", "int_dot"]


_SUM = FORMATS["fp32"]
_FAR = 63  # places by which no significand has a bit left in an int64

Codes = npt.NDArray[np.unsignedinteger[Any]]
Float64s = npt.NDArray[np.float64]


def dot(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    acc: npt.ArrayLike,
    fmt: FloatFormat | str,
    kind: Kind,
    policy: Policy | str,
    window: int,
    sticky: bool = False,
    sum_format: FloatFormat = _SUM,
) -> npt.NDArray[np.uint32]:
    """An accumulator plus the dot product of N pairs.

    Parameters
    ----------
    x, y : arrays of codes, shapes (..., N) that broadcast
    acc : array of codes of the sum's format, shape (...)
    fmt : FloatFormat or str
    kind : str
    policy : Policy or str
        Its ``subnormals`` and ``specials`` knobs are for the operands, its ``overflow`` knob is for
        the rounding of the sum.
    window : int
        W: bits of a product that are kept, from the largest exponent's place down.
    sticky : bool
        A product that loses bits has its last kept one set (rounding to odd), else they are cut
        (rounding toward zero).
    sum_format : FloatFormat
        fp32 of dot-product units.

    Returns
    -------
    array of codes of the sum's format, shape (...)
        NaN, the canonical one, where an operand or ``acc`` is NaN, for Inf times 0 and for
        infinities of both signs; Inf where one product or ``acc`` is. A sum of 0 is +0.

    Raises
    ------
    TypeError, ValueError
        For wrong dtypes and names.
    """
    fmt, policy = as_format(fmt), Policy.parse(policy)
    kind = check_kind(kind, fmt)
    left, right = _operands(x, y, fmt, policy)
    sums = _group(left, right, fmt, kind, window, sticky)
    given = decode(as_codes(acc, sum_format), sum_format, np.float64)
    finite = np.isfinite(given)
    total = add_to_odd(np.where(finite, given, 0.0), sums)
    with np.errstate(invalid="ignore"):  # infinities of both signs are NaN, as they are to be
        special = _special(left, right) + np.where(finite, 0.0, given)
    total = np.where(np.isfinite(special), total, special)
    return drain(total, sum_format, policy.overflow).astype(np.uint32)


def aligned_sums(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    fmt: FloatFormat,
    kind: Kind,
    policy: Policy,
    window: int,
    sticky: bool = False,
) -> Float64s:
    """The exact sums of N products each, aligned in one window, shape (...); finite operands."""
    return _group(*_operands(x, y, fmt, policy), fmt, kind, window, sticky)


def _operands(
    x: npt.ArrayLike, y: npt.ArrayLike, fmt: FloatFormat, policy: Policy
) -> tuple[Operands, Operands]:
    one, other = np.broadcast_arrays(as_codes(x, fmt), as_codes(y, fmt))
    left, right = (
        unpack(side.astype(np.int64), fmt, policy.subnormals, policy.specials == "propagate")
        for side in (one, other)
    )
    return left, right


def _group(
    x: Operands, y: Operands, fmt: FloatFormat, kind: Kind, window: int, sticky: bool
) -> Float64s:
    """The sums of aligned products over the last axis, which float64 holds exactly."""
    value = product_significands(x, y, fmt, kind, resolve_offset(kind, fmt, None))
    none = np.zeros(value.sig.shape, np.bool_)
    zero = (none if x.zero is None else x.zero) | (none if y.zero is None else y.zero)
    lowest = np.iinfo(np.int64).min // 4
    largest = np.where(zero, lowest, value.exp).max(axis=-1, keepdims=True)
    largest = np.where(largest == lowest, 0, largest)
    # Significands of the full product and of L-Mul's formula reach from 1 to 4, the others' to 2.
    top = largest - fmt.bias + KINDS[kind].integer_bits
    places = (top - window) - (value.exp - fmt.bias - value.fraction)
    right = np.clip(places, 0, _FAR)
    kept = (value.sig << np.clip(-places, 0, _FAR)) >> right
    if sticky:
        kept |= (kept << right) != (value.sig << np.clip(-places, 0, _FAR))
    kept = np.where(zero, 0, np.where((x.negative ^ y.negative) != 0, -kept, kept))
    return np.ldexp(kept.sum(axis=-1).astype(np.float64), (top - window)[..., 0])


def _special(x: Operands, y: Operands) -> Float64s:
    """Inf or NaN where a sum is infinite or none, 0 where it is finite."""
    marks = np.zeros(x.code.shape)
    if x.inf is not None and y.inf is not None and x.zero is not None and y.zero is not None:
        signed = np.where(x.negative ^ y.negative, -np.inf, np.inf)
        marks = np.where(x.inf | y.inf, signed, marks)
        marks = np.where((x.inf & y.zero) | (y.inf & x.zero), np.nan, marks)
    if x.nan is not None and y.nan is not None:
        marks = np.where(x.nan | y.nan, np.nan, marks)
    with np.errstate(invalid="ignore"):
        return marks.sum(axis=-1)


def int_dot(x: npt.ArrayLike, y: npt.ArrayLike, acc: npt.ArrayLike) -> npt.NDArray[np.uint32]:
    """The integer twin: ``acc`` plus the exact dot product of N pairs, modulo ``2**32``.

    Parameters
    ----------
    x, y : arrays of int8's codes, shapes (..., N) that broadcast
    acc : array of words of 32 bits, shape (...)
    """
    one, other = (
        np.asarray(side).astype(np.uint8).view(np.int8).astype(np.int64) for side in (x, y)
    )
    total = np.asarray(acc).astype(np.int64) + (one * other).sum(axis=-1)
    return (total & 0xFFFFFFFF).astype(np.uint32)


def group_sums(
    a: Codes,
    b: Codes,
    fmt: FloatFormat,
    kind: Kind,
    policy: Policy,
    terms: int,
    window: int,
    sticky: bool = False,
    sum_format: FloatFormat = _SUM,
) -> npt.NDArray[np.uint32]:
    """A matrix product by groups of ``terms``, k ascending, from +0; the last may be smaller.

    Parameters
    ----------
    a, b : arrays of codes, shapes (M, K) and (K, N)

    Returns
    -------
    array of codes of the sum's format, shape (M, N)
    """
    acc = np.zeros((a.shape[0], b.shape[1]), np.uint32)
    for start in range(0, a.shape[1], terms):
        ks = slice(start, start + terms)
        x, y = a[:, None, ks], b.T[None, :, ks]
        acc = dot(x, y, acc, fmt, kind, policy, window, sticky, sum_format)
    return acc
