"""The golden matrix product: every kind, format, policy and accumulator of ARITHMETIC section 4."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.numbers.accumulator import Accumulator, default_accumulator
from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.hdl.numbers.kind_checks import check_kind, resolve_offset
from lmul.hdl.numbers.kinds import Kind
from lmul.hdl.numbers.policy import Policy
from lmul.sim.golden.codec import as_codes, as_format, decode
from lmul.sim.golden.dot import group_sums
from lmul.sim.golden.outer_products import Side
from lmul.sim.golden.sums.exact import exact_sums
from lmul.sim.golden.sums.rounding import drain
from lmul.sim.golden.sums.sequential import float_sums, window_sums

__all__ = ["OUT_FORMATS", "DotProducts", "check_out", "check_shapes", "dot_products", "matmul"]


OUT_FORMATS = ("fp32", "bf16", "fp16")

Codes = npt.NDArray[np.unsignedinteger[Any]]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class DotProducts:
    """A matrix of dot products, and what a fixed window lost.

    Attributes
    ----------
    codes : array of codes of the result's format, shape (M, N)
        Of integers, the sums themselves.
    overflowed : array of bool, shape (M, N)
        The sticky flags of a ``fixW_L`` accumulator: the sum left its window at least once. False
        where NaN or Inf operands make the sum NaN or Inf, and for the other accumulators.
    """

    codes: npt.NDArray[Any]
    overflowed: Bools


def matmul(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    fmt: FloatFormat | str,
    kind: Kind = "lmul",
    policy: Policy | str = "ocp",
    accumulator: Accumulator | str | None = None,
    out: FloatFormat | str = "fp32",
    terms: int = 1,
    window: int = 0,
) -> Codes:
    """The matrix product of codes, as codes of ``out``: see :func:`dot_products`."""
    return dot_products(a, b, fmt, kind, policy, accumulator, out, terms, window).codes


def dot_products(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    fmt: FloatFormat | str,
    kind: Kind = "lmul",
    policy: Policy | str = "ocp",
    accumulator: Accumulator | str | None = None,
    out: FloatFormat | str = "fp32",
    terms: int = 1,
    window: int = 0,
) -> DotProducts:
    """Every row of ``a`` against every column of ``b``, over any K.

    An ``exact`` accumulator is as wide here as K needs; a design's is made for its ``k_max``, and
    up to that K both give the same bits.

    Parameters
    ----------
    a, b : arrays of codes, shapes (M, K) and (K, N)
        Integers, or arrays of the format's own numpy or ml_dtypes dtype.
    fmt : FloatFormat or str
    kind : str
        Of the products, which are not rounded.
    policy : Policy or str
        Its ``subnormals`` and ``specials`` knobs are for the operands, its ``overflow`` knob is
        for the accumulator's and the drain's rounding; ``tiny`` is not used: sums underflow
        gradually.
    accumulator : Accumulator, str or None
        None is ``exact`` up to 8 bits and ``fp32`` beyond.
    out : FloatFormat or str
        ``fp32``, ``bf16`` or ``fp16``: what the sums are rounded to, once, to nearest even.
    terms, window : int
        With a window, products are added to a float sum ``terms`` at a time, k ascending, aligned
        in a window of so many bits, as :func:`lmul.sim.golden.dot.dot` does; the last group may
        be smaller. A ``fixW_L`` sum takes ``terms`` cut products before it can leave its window.
        Float sums without a window take every product by itself; to an exact one that is the same.

    Raises
    ------
    TypeError, ValueError
        For wrong dtypes, names, shapes; a dimension of 0; a window of other than float sums.
    """
    fmt, out = as_format(fmt), as_format(out)
    kind = check_kind(kind, fmt)
    policy = Policy.parse(policy)
    offset = resolve_offset(kind, fmt, None)
    if accumulator is None:
        accumulator = default_accumulator(fmt)
    elif not isinstance(accumulator, Accumulator):
        accumulator = Accumulator(accumulator)
    check_out(out)
    x, y = as_codes(a, fmt), as_codes(b, fmt)
    check_shapes(x, y)

    specials = policy.specials == "propagate"
    nan, inf = _special_sums(x, y, fmt, policy) if specials else (None, None)
    if specials:
        x, y = _without_specials(x, fmt), _without_specials(y, fmt)
    left, right = Side.of(x, fmt, policy.subnormals), Side.of(y, fmt, policy.subnormals)
    overflowed = np.zeros((x.shape[0], y.shape[1]), np.bool_)
    if window:
        if accumulator.format is None:
            raise ValueError(f"A window is for groups and float sums, not for {accumulator}")
        found = accumulator.format
        groups = group_sums(x, y, fmt, kind, policy, terms, window, sum_format=found)
        sums = np.asarray(decode(groups, found), np.float64)
    elif accumulator.is_exact:
        sums = exact_sums(left, right, fmt, kind, offset)
    elif accumulator.window is not None:
        sums, overflowed = window_sums(left, right, fmt, kind, offset, accumulator.window, terms)
    else:
        assert accumulator.format is not None
        sums = float_sums(left, right, fmt, kind, offset, accumulator.format, policy.overflow)
    if inf is not None:
        sums = np.where(inf != 0, np.copysign(np.inf, inf), sums) if inf.any() else sums
    if nan is not None:
        sums = np.where(nan, np.nan, sums)
    overflowed &= np.isfinite(sums)
    return DotProducts(drain(sums, out, policy.overflow), overflowed)


def check_out(out: FloatFormat) -> None:
    """Raise ValueError for a format that sums are not rounded to."""
    if out.name not in OUT_FORMATS or FORMATS[out.name] != out:
        raise ValueError(f"Result format must be {', '.join(OUT_FORMATS)}, not {out.name!r}")


def check_shapes(x: npt.NDArray[Any], y: npt.NDArray[Any]) -> None:
    """Raise ValueError for matrices that don't multiply or are empty."""
    for name, matrix in (("a", x), ("b", y)):
        if matrix.ndim != 2:
            raise ValueError(f"Operand {name} must be a matrix, not of shape {matrix.shape}")
    if x.shape[1] != y.shape[0]:
        raise ValueError(f"Shapes {x.shape} and {y.shape} don't multiply: K is not the same")
    if 0 in (*x.shape, y.shape[1]):
        raise ValueError(f"Shapes {x.shape} and {y.shape} have a dimension of 0")


def _nan_codes(codes: Codes, fmt: FloatFormat) -> Bools:
    magnitude = codes & fmt.magnitude_mask
    if fmt.inf_code is not None:
        return magnitude > fmt.inf_code
    if fmt.specials == "fn":
        return magnitude == fmt.nan_code
    return codes == fmt.nan_code if fmt.has_nan else np.zeros(codes.shape, np.bool_)


def _inf_signs(codes: Codes, fmt: FloatFormat) -> npt.NDArray[np.float64]:
    """+1, -1, or 0 for what is not infinite."""
    if fmt.inf_code is None:
        return np.zeros(codes.shape)
    infinite = (codes & fmt.magnitude_mask) == fmt.inf_code
    return np.where(infinite, np.where(codes & fmt.sign_mask, -1.0, 1.0), 0.0)


def _without_specials(codes: Codes, fmt: FloatFormat) -> Codes:
    special = _nan_codes(codes, fmt) | (_inf_signs(codes, fmt) != 0)
    return np.where(special, 0, codes) if special.any() else codes


def _special_sums(
    x: Codes, y: Codes, fmt: FloatFormat, policy: Policy
) -> tuple[Bools, npt.NDArray[np.float64]]:
    """Which dot products are NaN, and the signs of those that are infinite.

    NaN: a NaN operand, Inf times 0 (a flushed operand is a 0), or infinities of both signs.
    """
    nan = np.logical_or.outer(_nan_codes(x, fmt).any(axis=1), _nan_codes(y, fmt).any(axis=0))
    x_inf, y_inf = _inf_signs(x, fmt), _inf_signs(y, fmt)
    signs = np.zeros(nan.shape)
    if not (x_inf.any() or y_inf.any()):
        return nan, signs
    limit = fmt.min_normal_code if policy.subnormals == "flush" else 1
    x_zero, y_zero = ((side & fmt.magnitude_mask) < limit for side in (x, y))
    nan = nan | (np.abs(x_inf) @ y_zero + x_zero @ np.abs(y_inf) > 0)
    # The signs of operands that are neither zero nor NaN, for products with an infinite one.
    x_sign, y_sign = (np.where(side & fmt.sign_mask, -1.0, 1.0) for side in (x, y))
    x_other = x_sign * (x_inf == 0)
    infinite = [(x_inf, y_sign), (x_other, y_inf)]
    positive = sum(np.maximum(p, 0) @ np.maximum(q, 0) for p, q in infinite)
    positive += sum(np.maximum(-p, 0) @ np.maximum(-q, 0) for p, q in infinite)
    negative = sum(np.maximum(p, 0) @ np.maximum(-q, 0) for p, q in infinite)
    negative += sum(np.maximum(-p, 0) @ np.maximum(q, 0) for p, q in infinite)
    nan = nan | ((positive > 0) & (negative > 0))
    signs = np.where(positive > 0, 1.0, np.where(negative > 0, -1.0, 0.0))
    return nan, signs
