"""The arithmetic of ARITHMETIC sections 2 and 3 on integer arrays, exact at every step.

A number is carried as ``sig * 2**(exp - fraction - bias)`` with ``sig`` in [2**fraction,
2**(fraction + 2)), which is what one product of two normalised significands can be. A *code* of
unbounded exponent is ``(E << m) + M`` with E any integer, negative ones included.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.kinds import KINDS, Kind, of_every_kind
from lmul.hdl.numbers.policy import Policy, Subnormals

__all__ = [
    "CODE_SUMS",
    "PRODUCTS",
    "Operands",
    "Significands",
    "multiply_codes",
    "product_significands",
    "round_to_code",
    "unpack",
]


IntArray = npt.NDArray[np.signedinteger]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Operands:
    """One operand array, taken apart. Shapes are all the same."""

    negative: IntArray  # 0 or 1
    code: IntArray  # (E << m) + M, normalised: E <= 0 for what was subnormal
    zero: BoolArray | None  # None: not looked for
    nan: BoolArray | None
    inf: BoolArray | None


@dataclass(frozen=True)
class Significands:
    """``sig * 2**(exp - fraction - bias)``, sig in [2**fraction, 2**(fraction + 2))."""

    sig: IntArray
    exp: IntArray
    fraction: int


def unpack(codes: IntArray, fmt: FloatFormat, subnormals: Subnormals, specials: bool) -> Operands:
    """Take ``codes`` apart; ``specials`` says whether NaN and Inf are looked for."""
    magnitude = codes & fmt.magnitude_mask
    nan: BoolArray | None = None
    inf: BoolArray | None = None
    if specials and fmt.has_nan:
        if fmt.inf_code is not None:
            nan, inf = magnitude > fmt.inf_code, magnitude == fmt.inf_code
        elif fmt.has_negative_zero:
            nan = magnitude == fmt.nan_code
        else:
            nan = codes == fmt.nan_code
    zero: BoolArray | None = None
    if subnormals == "flush":
        zero = magnitude < fmt.min_normal_code
    elif subnormals == "normalize":
        zero = magnitude == 0
        magnitude = _normalize(magnitude, fmt.mantissa_bits)
    return Operands(codes >> fmt.magnitude_bits, magnitude, zero, nan, inf)


def _normalize(magnitude: IntArray, m: int) -> IntArray:
    """Give subnormal codes a hidden bit and the exponent (1 or less) that goes with it."""
    where = np.nonzero(magnitude < (1 << m))
    mantissa = magnitude[where]
    # frexp's exponent is the bit length; a mantissa below 2**31 is exact in float64.
    length = np.frexp(mantissa.astype(np.float64))[1].astype(magnitude.dtype)
    shift = m + 1 - length
    normalized = magnitude.copy()
    normalized[where] = ((1 - shift) << m) + (mantissa << shift) - (1 << m)
    return normalized


def product_significands(
    x: Operands, y: Operands, fmt: FloatFormat, kind: Kind, offset: int
) -> Significands:
    """The unrounded product of non-zero operands (``lmul_rne``: rounded, by its definition)."""
    return PRODUCTS[kind](x, y, fmt, offset)


def _code_sum(x: Operands, y: Operands, fmt: FloatFormat, offset: int) -> Significands:
    m = fmt.mantissa_bits
    total = x.code + y.code - (fmt.bias << m) + offset
    return Significands((total & fmt.mantissa_mask) + (1 << m), total >> m, m)


def _bracket(x: Operands, y: Operands, fmt: FloatFormat, offset: int) -> Significands:
    m = fmt.mantissa_bits
    mantissas = (x.code & fmt.mantissa_mask) + (y.code & fmt.mantissa_mask)
    return Significands(mantissas + ((1 << m) + offset), _exponent(x, y, fmt), m)


def _full(x: Operands, y: Operands, fmt: FloatFormat, offset: int) -> Significands:
    hidden = 1 << fmt.mantissa_bits
    sig = ((x.code & fmt.mantissa_mask) + hidden) * ((y.code & fmt.mantissa_mask) + hidden)
    return Significands(sig, _exponent(x, y, fmt), 2 * fmt.mantissa_bits)


def _rounded(more: int) -> "_Product":
    """The exact product rounded at so many bits more than the operands have."""

    def product(x: Operands, y: Operands, fmt: FloatFormat, offset: int) -> Significands:
        fraction = fmt.mantissa_bits + more
        code = round_to_code(_full(x, y, fmt, offset), fraction, gradual=False)
        one = 1 << fraction
        return Significands((code & (one - 1)) + one, code >> fraction, fraction)

    return product


def _corrected(kind: Kind) -> "_Product":
    correction = KINDS[kind].correction
    assert correction is not None
    tables = np.array(correction.tables)

    def product(x: Operands, y: Operands, fmt: FloatFormat, offset: int) -> Significands:
        m = fmt.mantissa_bits
        top = m - correction.top_bits
        mx, my = x.code & fmt.mantissa_mask, y.code & fmt.mantissa_mask
        lost = mx & my & ((1 << (m - correction.summed)) - 1)
        below = (1 << top) - 1
        carry = ((mx & below) + (my & below) - lost) >> top if correction.by_carry else 0
        steps = tables[carry, mx >> top, my >> top].astype(x.code.dtype)
        total = x.code + y.code - (fmt.bias << m) + (steps << (m - correction.places)) - lost
        return Significands((total & fmt.mantissa_mask) + (1 << m), total >> m, m)

    return product


def _truncated(kind: Kind) -> "_Product":
    last = KINDS[kind].last_place
    assert last is not None

    def product(x: Operands, y: Operands, fmt: FloatFormat, offset: int) -> Significands:
        m = fmt.mantissa_bits
        fraction = max(m, last)
        mx, my = x.code & fmt.mantissa_mask, y.code & fmt.mantissa_mask
        sig = (mx + my + (1 << m)) << (fraction - m)
        for i in range(1, m + 1):
            bit = mx >> (m - i) & 1
            # What is left of this row: y's first places.
            kept = min(m, last - i)
            if kept > 0:
                sig = sig + bit * ((my >> (m - kept)) << (fraction - i - kept))
            j = last + 1 - i
            if i <= j <= m:
                either = (bit & (my >> (m - j))) | ((mx >> (m - j)) & (my >> (m - i)) & 1)
                sig = sig + (either << (fraction - last))
        return Significands(sig, _exponent(x, y, fmt), fraction)

    return product


def _exponent(x: Operands, y: Operands, fmt: FloatFormat) -> IntArray:
    return (x.code >> fmt.mantissa_bits) + (y.code >> fmt.mantissa_bits) - fmt.bias


_Product = Callable[[Operands, Operands, FloatFormat, int], Significands]

PRODUCTS: Mapping[Kind, _Product] = of_every_kind(
    f"{__name__}.PRODUCTS",
    {
        "lmul": _code_sum,
        "lmul_rne": _rounded(0),
        "lmul_rne1": _rounded(1),
        "lmul_coarse": _corrected("lmul_coarse"),
        "lmul_fine": _corrected("lmul_fine"),
        "lmul_formula": _bracket,
        "mitchell": _code_sum,
        "trunc4": _truncated("trunc4"),
        "trunc6": _truncated("trunc6"),
        "trunc8": _truncated("trunc8"),
        "exact": _full,
    },
)
"""The product of each kind, of two operands, their format and the offset."""

CODE_SUMS = frozenset(kind for kind, product in PRODUCTS.items() if product is _code_sum)
"""Kinds whose product is a code of m mantissa bits already, with nothing to round."""


def round_to_code(
    value: Significands, m: int, *, gradual: bool, truncate: bool = False
) -> IntArray:
    """Round once, to nearest even or toward zero, to a code of unbounded exponent.

    With ``gradual``, values below the smallest normal (E < 1) are rounded on the subnormal grid,
    straight from the exact value.
    """
    top = value.sig >> (value.fraction + 1)
    exp = value.exp + top
    shift = top + (value.fraction - m)
    if gradual:
        tiny = np.maximum(1 - exp, 0)
        # Beyond fraction + 3 places nothing is left, not even a half.
        shift = np.minimum(shift + tiny, value.fraction + 3)
        exp = exp + tiny
    kept = value.sig >> shift
    if not truncate:
        one = np.ones((), value.sig.dtype)
        half_less_one = ((one << shift) >> one) - one
        # At shift 0 that is -1, and the tie-breaking bit must not count either.
        nearest = (value.sig + half_less_one + (kept & 1)) >> shift
        kept = np.where(shift > 0, nearest, kept)
    # kept carries the hidden bit, worth one exponent step; a subnormal has none, and E = 0.
    return ((exp - 1) << m) + kept


def multiply_codes(
    x_codes: IntArray, y_codes: IntArray, fmt: FloatFormat, kind: Kind, policy: Policy, offset: int
) -> IntArray:
    """Codes of the products of signed-integer code arrays of one shape."""
    specials = policy.specials == "propagate"
    x = unpack(x_codes, fmt, policy.subnormals, specials)
    y = unpack(y_codes, fmt, policy.subnormals, specials)
    m = fmt.mantissa_bits
    gradual = policy.tiny == "gradual"
    if kind in CODE_SUMS and not gradual:
        magnitude = x.code + y.code + (offset - (fmt.bias << m))
    else:
        value = product_significands(x, y, fmt, kind, offset)
        magnitude = round_to_code(value, m, gradual=gradual)
    negative = x.negative ^ y.negative
    if policy.is_bare:
        return (magnitude & fmt.magnitude_mask) | (negative << fmt.magnitude_bits)
    assert x.zero is not None and y.zero is not None
    zero = x.zero | y.zero
    overflow = magnitude > fmt.max_code
    if policy.tiny == "flush":
        zero |= magnitude < fmt.min_normal_code
    overflow_code = fmt.max_code
    if policy.overflow == "nonsaturating" and fmt.inf_code is not None:
        overflow_code = fmt.inf_code
    np.copyto(magnitude, overflow_code, where=overflow)
    np.copyto(magnitude, 0, where=zero)
    if not fmt.has_negative_zero:
        negative = negative & (magnitude != 0)
    if x.inf is not None and y.inf is not None and fmt.inf_code is not None:
        np.copyto(magnitude, fmt.inf_code, where=x.inf | y.inf)
    result = magnitude | (negative << fmt.magnitude_bits)
    if policy.overflow == "nonsaturating" and fmt.nan_code is not None and not fmt.has_inf:
        np.copyto(result, fmt.nan_code, where=overflow & ~zero)
    if x.nan is not None and y.nan is not None and fmt.nan_code is not None:
        nan = x.nan | y.nan
        if x.inf is not None and y.inf is not None:
            nan |= (x.inf & y.zero) | (y.inf & x.zero)
        np.copyto(result, fmt.nan_code, where=nan)
    return result
