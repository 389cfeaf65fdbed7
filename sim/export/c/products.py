"""What each kind computes, in C: the product of two numbers that are not zero.

``X`` and ``Y`` are the operands' magnitude codes, exponent and mantissa read as one integer, their
leading ones implied; a subnormal operand is normalised, so that its exponent is 0 or less.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.kinds import KINDS, Kind

__all__ = ["PRODUCTS", "CProduct"]


@dataclass(frozen=True)
class CProduct:
    """Statements of C, of the type INT, and what they leave to do.

    Attributes
    ----------
    lines : tuple of str
        With ``fraction`` None they declare ``P``, the product's magnitude code, its exponent
        unbounded. Else they declare ``sig`` and ``E``: the product is
        ``sig * 2**(E - fraction - bias)``, ``sig`` below ``2**(fraction + 2)``.
    fraction : int or None
    """

    lines: tuple[str, ...]
    fraction: int | None = None


def _mantissas(fmt: FloatFormat) -> tuple[str, ...]:
    mask = f"{fmt.mantissa_mask:#x}"
    return (f"const INT mx = X & {mask}, my = Y & {mask};",)


def _exponent(fmt: FloatFormat) -> str:
    one = 1 << fmt.mantissa_bits
    return f"const INT E = (X - mx) / {one} + (Y - my) / {one} - {fmt.bias};"


def _lmul(fmt: FloatFormat, offset: int) -> CProduct:
    bias = fmt.bias << fmt.mantissa_bits
    said = f"the bias at its place, {bias}, less the offset {offset}"
    return CProduct((f"INT P = X + Y - {bias - offset};  /* {said} */",))


def _mitchell(fmt: FloatFormat, offset: int) -> CProduct:
    bias = fmt.bias << fmt.mantissa_bits
    return CProduct((f"INT P = X + Y - {bias};  /* the bias at its place */",))


def _lmul_rne(fmt: FloatFormat, offset: int) -> CProduct:
    m = fmt.mantissa_bits
    one = 1 << m
    return CProduct(
        (
            *_mantissas(fmt),
            f"const INT full = ({one} + mx) * ({one} + my);  /* the exact product */",
            f"const INT unit = full < {2 * one * one} ? {one} : {2 * one};",
            "/* in units, to nearest even */",
            "const INT kept = (full + unit / 2 - 1 + (full / unit & 1)) / unit;",
            f"const INT carry = kept - (unit == {one} ? {one} : 0) - mx - my;  /* 0 or 1 */",
            f"INT P = X + Y - {fmt.bias << m} + carry;  /* the bias at its place */",
        )
    )


def _lmul_rne1(fmt: FloatFormat, offset: int) -> CProduct:
    m = fmt.mantissa_bits
    one = 1 << m
    return CProduct(
        (
            *_mantissas(fmt),
            _exponent(fmt),
            f"const INT full = ({one} + mx) * ({one} + my);  /* the exact product */",
            f"const INT unit = full < {2 * one * one} ? {one // 2} : {one};",
            "/* in units, to nearest even */",
            "const INT kept = (full + unit / 2 - 1 + (full / unit & 1)) / unit;",
            f"const INT sig = kept * (unit / {one // 2});",
        ),
        m + 1,
    )


def _corrected(kind: Kind) -> Callable[[FloatFormat, int], CProduct]:
    correction = KINDS[kind].correction
    assert correction is not None
    size = len(correction.tables[0])

    def product(fmt: FloatFormat, offset: int) -> CProduct:
        m = fmt.mantissa_bits
        top, step = 1 << (m - correction.top_bits), 1 << (m - correction.places)
        rows = (
            f"    {{{', '.join(map(str, row))}}}," for table in correction.tables for row in table
        )
        row = f"mx / {top}"
        if correction.by_carry:
            row += f" + {size} * ((mx % {top} + my % {top} - lost) / {top})"
        return CProduct(
            (
                f"static const unsigned char steps[{size * len(correction.tables)}][{size}] = {{",
                *rows,
                "};",
                *_mantissas(fmt),
                f"const INT lost = mx & my & {(1 << (m - correction.summed)) - 1};",
                f"const INT correction = {step} * (INT)steps[{row}][my / {top}];",
                f"INT P = X + Y - {fmt.bias << m};  /* the bias at its place */",
                "P += correction - lost;",
            )
        )

    return product


def _formula(fmt: FloatFormat, offset: int) -> CProduct:
    m = fmt.mantissa_bits
    bracket = f"const INT sig = {1 << m} + mx + my + {offset};  /* not renormalised */"
    return CProduct((*_mantissas(fmt), _exponent(fmt), bracket), m)


def _exact(fmt: FloatFormat, offset: int) -> CProduct:
    one = 1 << fmt.mantissa_bits
    full = f"const INT sig = ({one} + mx) * ({one} + my);  /* the exact product */"
    return CProduct((*_mantissas(fmt), _exponent(fmt), full), 2 * fmt.mantissa_bits)


def _truncated(kind: Kind) -> Callable[[FloatFormat, int], CProduct]:
    last = KINDS[kind].last_place
    assert last is not None

    def product(fmt: FloatFormat, offset: int) -> CProduct:
        m = fmt.mantissa_bits
        fraction = max(m, last)
        lines = [
            *_mantissas(fmt),
            _exponent(fmt),
            "/* partial products, each by its place behind the point */",
            f"INT sig = ({1 << m} + mx + my) * {1 << (fraction - m)};",
        ]
        for i in range(1, min(m, last - 1) + 1):
            kept = min(m, last - i)
            row = f"(my >> {m - kept}) * {1 << (fraction - i - kept)}"
            lines.append(f"sig += (mx >> {m - i} & 1) * ({row});")
        for i in range(max(1, last + 1 - m), (last + 1) // 2 + 1):
            pair = f"(mx >> {m - i} & my >> {m - last - 1 + i})"
            if 2 * i <= last:
                pair = f"({pair} | (mx >> {m - last - 1 + i} & my >> {m - i}))"
            lines.append(f"sig += ({pair} & 1) * {1 << (fraction - last)};")
        return CProduct(tuple(lines), fraction)

    return product


PRODUCTS: Mapping[Kind, Callable[[FloatFormat, int], CProduct]] = {
    "lmul": _lmul,
    "lmul_rne": _lmul_rne,
    "lmul_rne1": _lmul_rne1,
    "lmul_coarse": _corrected("lmul_coarse"),
    "lmul_fine": _corrected("lmul_fine"),
    "lmul_formula": _formula,
    "mitchell": _mitchell,
    "trunc4": _truncated("trunc4"),
    "trunc6": _truncated("trunc6"),
    "trunc8": _truncated("trunc8"),
    "exact": _exact,
}
"""By kind, of a format and an offset. A kind that is missing has no C model."""
