"""ARITHMETIC sections 2 and 3 read aloud, one pair at a time, in exact fractions.

Slow and literal: no bit tricks, no integer codes but at the very end. It shares nothing with the
golden model but the definitions of FloatFormat and Policy.
"""

from dataclasses import dataclass
from fractions import Fraction

from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.kinds import KINDS, is_kind
from lmul.hdl.numbers.policy import Policy


@dataclass(frozen=True)
class Number:
    negative: bool
    what: str  # "nan", "inf", "zero", "number"
    exponent: int = 0  # value = 2**exponent * (1 + mantissa)
    mantissa: Fraction = Fraction(0)


def read(code: int, fmt: FloatFormat, policy: Policy) -> Number:
    e, m = fmt.exponent_bits, fmt.mantissa_bits
    negative = bool(code >> (e + m))
    field = (code >> m) % 2**e
    mantissa = Fraction(code % 2**m, 2**m)
    if policy.specials == "propagate":
        last = 2**e - 1
        if fmt.specials == "ieee" and field == last:
            return Number(negative, "nan" if mantissa else "inf")
        if fmt.specials == "fn" and field == last and code % 2**m == 2**m - 1:
            return Number(negative, "nan")
        if fmt.specials == "fnuz" and code == 2 ** (e + m):
            return Number(negative, "nan")
    if field == 0 and policy.subnormals == "flush":
        return Number(negative, "zero")
    if field == 0 and policy.subnormals == "normalize":
        if mantissa == 0:
            return Number(negative, "zero")
        exponent = 1 - fmt.bias
        while mantissa < 1:
            mantissa, exponent = mantissa * 2, exponent - 1
        return Number(negative, "number", exponent, mantissa - 1)
    return Number(negative, "number", field - fmt.bias, mantissa)


def nearest_even(value: Fraction) -> int:
    return round(value)  # Python's round of a Fraction: to the nearest integer, ties to even


def scale(value: Fraction) -> int:
    """The exponent of the power of two at or below ``value``."""
    exponent = 0
    while value >= 2 ** Fraction(exponent + 1):
        exponent += 1
    while value < 2 ** Fraction(exponent):
        exponent -= 1
    return exponent


def multiply_numbers(x: Number, y: Number, fmt: FloatFormat, kind: str, offset: int) -> Fraction:
    m = fmt.mantissa_bits
    two = Fraction(2)
    total = x.mantissa + y.mantissa
    exponent = x.exponent + y.exponent
    if kind in ("lmul", "mitchell"):
        total += Fraction(offset, 2**m)
        while total >= 1:  # each overflow of the mantissa field is one more in the exponent
            total, exponent = total - 1, exponent + 1
        return (1 + total) * two**exponent
    correction = KINDS[kind].correction if is_kind(kind) else None
    if correction is not None:
        # Both mantissas up to 2**-6; beyond, a one where either has one.
        cut = [Fraction(v.mantissa * 2**6 // 1, 2**6) for v in (x, y)]
        rest = [int((v.mantissa - c) * 2**m) for v, c in zip((x, y), cut, strict=True)]
        total = sum(cut) + Fraction(rest[0] | rest[1], 2**m)
        side = len(correction.tables[0])
        row, column = (v.mantissa * side // 1 for v in (x, y))
        # How much the sum exceeds that of the top bits, in units of their last place.
        carry = (total - Fraction(row + column, side)) * side // 1
        table = correction.tables[carry if len(correction.tables) > 1 else 0]
        total += Fraction(table[row][column], 2**6)
        return (1 + total if total < 1 else 2 * total) * two**exponent
    if kind == "lmul_formula":
        return (1 + total + Fraction(offset, 2**m)) * two**exponent
    product = (1 + x.mantissa) * (1 + y.mantissa) * two**exponent
    if is_kind(kind) and (last := KINDS[kind].last_place) is not None:
        # The bits of both mantissas that are 1, by their place; products of two of them.
        ones = [
            [place for place in range(1, m + 1) if v.mantissa * 2**place // 1 % 2] for v in (x, y)
        ]
        places = [i + j for i in ones[0] for j in ones[1]]
        halves = {frozenset((i, j)) for i in ones[0] for j in ones[1] if i + j == last + 1}
        kept = sum((Fraction(1, 2**place) for place in places if place <= last), Fraction(0))
        return (1 + total + kept + Fraction(len(halves), 2**last)) * two**exponent
    if kind in ("lmul_rne", "lmul_rne1"):
        ulp = two ** (scale(product) - m - (kind == "lmul_rne1"))
        return nearest_even(product / ulp) * ulp
    return product


def multiply_literally(
    x: int, y: int, fmt: FloatFormat, kind: str, policy: Policy, offset: int
) -> int:
    e, m, bias = fmt.exponent_bits, fmt.mantissa_bits, fmt.bias
    a, b = read(x, fmt, policy), read(y, fmt, policy)
    negative = a.negative != b.negative
    sign = 2 ** (e + m) if negative else 0

    def finite(magnitude: int) -> int:
        if magnitude == 0 and fmt.specials == "fnuz":
            return 0
        return sign + magnitude

    kinds = {a.what, b.what}
    if "nan" in kinds or kinds == {"inf", "zero"}:
        assert fmt.nan_code is not None
        return fmt.nan_code
    if "inf" in kinds:
        assert fmt.inf_code is not None
        return sign + fmt.inf_code
    if "zero" in kinds:
        return finite(0)
    value = multiply_numbers(a, b, fmt, kind, offset)
    ulp = Fraction(2) ** (scale(value) - m)
    rounded = nearest_even(value / ulp) * ulp
    exponent = scale(rounded)
    mantissa = rounded / Fraction(2) ** exponent - 1
    if policy.is_bare:
        code = (exponent + bias) * 2**m + int(mantissa * 2**m)
        return sign + code % 2 ** (e + m)
    max_field, max_mantissa = divmod(fmt.max_code, 2**m)
    largest = (1 + Fraction(max_mantissa, 2**m)) * Fraction(2) ** (max_field - bias)
    smallest = Fraction(2) ** (1 - bias)
    if rounded > largest:
        if policy.overflow == "saturate" or fmt.specials == "finite":
            return sign + fmt.max_code
        if fmt.inf_code is not None:
            return sign + fmt.inf_code
        assert fmt.nan_code is not None
        return fmt.nan_code
    if rounded < smallest:
        if policy.tiny == "flush":
            return finite(0)
        return finite(nearest_even(value / (smallest / 2**m)))
    return finite((exponent + bias) * 2**m + int(mantissa * 2**m))
