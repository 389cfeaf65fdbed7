"""One product of two codes worked out by hand, with every step.

Written to be read, in plain integers, one pair at a time: a second way to the same result as the
golden model, which the tests compare with it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.kind_checks import resolve_offset
from lmul.hdl.numbers.kinds import KINDS, Kind, of_every_kind
from lmul.hdl.numbers.policy import Policy
from lmul.sim.explain.packing import fixed_point, nearest_even, pack, signed, signed_or_zero
from lmul.sim.explain.reading import Reading, read_code

__all__ = ["DERIVATIONS", "Derivation", "Row", "derive"]


@dataclass(frozen=True)
class Row:
    """One row of a calculation in columns."""

    operator: str
    label: str
    value: int
    fraction: int
    """How many of the value's bits stand right of the bar or point."""
    note: str = ""


@dataclass(frozen=True)
class Derivation:
    """How the product of two codes comes about."""

    x: Reading
    y: Reading
    sums: tuple[tuple[Row, ...], ...]
    """The calculations in columns, their results in the last rows; none for a special case."""
    notes: tuple[str, ...]
    code: int


def derive(
    x: int, y: int, fmt: FloatFormat, kind: Kind, policy: Policy, offset: int | None = None
) -> Derivation:
    """Multiply two codes, following ARITHMETIC sections 2 and 3 to the letter."""
    a, b = (read_code(code, fmt, policy) for code in (x, y))
    negative = a.negative != b.negative
    roles = {a.role, b.role}
    if "nan" in roles or roles == {"inf", "zero"}:
        why = "NaN times anything is NaN" if "nan" in roles else "Inf times zero is NaN"
        assert fmt.nan_code is not None
        return Derivation(a, b, (), (f"{why}: the canonical one.",), fmt.nan_code)
    notes = [f"Sign: {'+-'[a.negative]} times {'+-'[b.negative]} is {'+-'[negative]}."]
    if "inf" in roles:
        assert fmt.inf_code is not None
        notes.append("Inf times a number is Inf.")
        return Derivation(a, b, (), tuple(notes), signed(fmt.inf_code, negative, fmt))
    if "zero" in roles:
        notes.append("Zero times a number is zero.")
        code = signed_or_zero(0, negative, fmt, notes)
        return Derivation(a, b, (), tuple(notes), code)
    sums, sig, exp, fraction = DERIVATIONS[kind](a, b, fmt, resolve_offset(kind, fmt, offset))
    code = pack(sig, exp, fraction, negative, fmt, policy, notes)
    return Derivation(a, b, sums, tuple(notes), code)


_Product = tuple[tuple[tuple[Row, ...], ...], int, int, int]
"""A product's columns; ``sig``, ``exp``, ``fraction`` of ``sig * 2**(exp - fraction - bias)``."""


def _lmul(a: Reading, b: Reading, fmt: FloatFormat, offset: int) -> _Product:
    constant = fmt.bias << fmt.mantissa_bits
    note = f"{_bias_note(fmt)}: {constant}, less the offset {offset}"
    return _code_sum(a, b, fmt, constant - offset, note)


def _mitchell(a: Reading, b: Reading, fmt: FloatFormat, offset: int) -> _Product:
    return _code_sum(a, b, fmt, fmt.bias << fmt.mantissa_bits, _bias_note(fmt))


def _lmul_rne(a: Reading, b: Reading, fmt: FloatFormat, offset: int) -> _Product:
    m = fmt.mantissa_bits
    hidden = 1 << m
    full = (hidden + a.mantissa) * (hidden + b.mantissa)
    top = full >> (2 * m + 1)
    rounded = nearest_even(full, m + top)
    # As a step of the code, counted from 1.0 at the exponent Ex + Ey - bias.
    carry = ((top - 1) << m) + rounded - a.mantissa - b.mantissa
    factors = (fixed_point(hidden + v.mantissa, m) for v in (a, b))
    note = (
        f"{' × '.join(factors)} = {fixed_point(full, 2 * m)}, "
        f"rounded {fixed_point(rounded, m - top)}"
    )
    row = Row("+", "carry", carry, m, note)
    return _code_sum(a, b, fmt, fmt.bias << m, _bias_note(fmt), row)


def _lmul_rne1(a: Reading, b: Reading, fmt: FloatFormat, offset: int) -> _Product:
    m = fmt.mantissa_bits
    x, y = ((1 << m) + v.mantissa for v in (a, b))
    top = x * y >> (2 * m + 1)
    sig = nearest_even(x * y, m - 1 + top) << top
    significands = (
        Row("", "1 + xm", x, m),
        Row("×", "1 + ym", y, m),
        Row("=", "product", x * y, 2 * m),
        Row("", "rounded", sig, m + 1, f"to nearest even, {m + 2} bits are kept"),
    )
    exponents, exp = _exponent_sum(a, b, fmt)
    return (exponents, significands), sig, exp, m + 1


def _corrected(kind: Kind) -> "_Calculation":
    correction = KINDS[kind].correction
    assert correction is not None
    bits, places = correction.top_bits, correction.places

    def product(a: Reading, b: Reading, fmt: FloatFormat, offset: int) -> _Product:
        m = fmt.mantissa_bits
        last = m - correction.summed
        lost = a.mantissa & b.mantissa & ((1 << last) - 1)
        x, y = (v.mantissa >> (m - bits) for v in (a, b))
        # What the sum has beyond that of the top bits.
        carry = (a.mantissa + b.mantissa - lost >> (m - bits)) - x - y
        steps = correction.tables[carry if correction.by_carry else 0][x][y]
        note = f"{steps}/{1 << places} for mantissas .{x:0{bits}b}… and .{y:0{bits}b}…"
        if correction.by_carry:
            note += f" and a carry of {carry} into these"
        rows = (
            Row("+", "correction", steps << (m - places), m, note),
            Row("-", "lost", lost, m, f"ones that both have in the last {last} bits"),
        )
        return _code_sum(a, b, fmt, fmt.bias << m, _bias_note(fmt), *rows[: 2 if last else 1])

    return product


def _bias_note(fmt: FloatFormat) -> str:
    return f"the bias, {fmt.bias}, at the exponent's place"


def _code_sum(
    a: Reading, b: Reading, fmt: FloatFormat, constant: int, note: str, *corrections: Row
) -> _Product:
    m = fmt.mantissa_bits
    rows = [
        Row("", "X", a.magnitude(fmt), m),
        Row("+", "Y", b.magnitude(fmt), m),
        Row("-", "constant", constant, m, note),
    ]
    total = a.magnitude(fmt) + b.magnitude(fmt) - constant
    for row in corrections:
        rows.append(row)
        total += row.value if row.operator == "+" else -row.value
    sig, exp = (1 << m) + (total & fmt.mantissa_mask), total >> m
    rows.append(Row("=", "P", total, m, f"{fixed_point(sig, m)} × 2^{exp - fmt.bias}"))
    return (tuple(rows),), sig, exp, m


def _exact(a: Reading, b: Reading, fmt: FloatFormat, offset: int) -> _Product:
    m = fmt.mantissa_bits
    x, y = ((1 << m) + v.mantissa for v in (a, b))
    significands = (
        Row("", "1 + xm", x, m),
        Row("×", "1 + ym", y, m),
        Row("=", "product", x * y, 2 * m),
    )
    exponents, exp = _exponent_sum(a, b, fmt)
    return (exponents, significands), x * y, exp, 2 * m


def _lmul_formula(a: Reading, b: Reading, fmt: FloatFormat, offset: int) -> _Product:
    m = fmt.mantissa_bits
    bracket = (1 << m) + a.mantissa + b.mantissa + offset
    significands = (
        Row("", "1", 1 << m, m),
        Row("+", "xm", a.mantissa, m),
        Row("+", "ym", b.mantissa, m),
        Row("+", "offset", offset, m),
        Row("=", "bracket", bracket, m),
    )
    exponents, exp = _exponent_sum(a, b, fmt)
    return (exponents, significands), bracket, exp, m


def _truncated(kind: Kind) -> "_Calculation":
    last = KINDS[kind].last_place
    assert last is not None

    def product(a: Reading, b: Reading, fmt: FloatFormat, offset: int) -> _Product:
        m = fmt.mantissa_bits
        fraction = max(m, last)
        one = 1 << fraction
        x, y = (f"{v.mantissa:0{m}b}" for v in (a, b))
        places = [(i, j) for i in range(1, m + 1) for j in range(1, m + 1)]

        def ones(i: int, j: int) -> bool:
            return x[i - 1] == y[j - 1] == "1"

        kept = sum(one >> (i + j) for i, j in places if i + j <= last and ones(i, j))
        pairs = [
            (i, j) for i, j in places if i <= j and i + j == last + 1 and (ones(i, j) or ones(j, i))
        ]
        note = "where either of a pair of the next place's is 1"
        rows = [
            Row("", "1", one, fraction),
            Row("+", "xm", a.mantissa << (fraction - m), fraction),
            Row("+", "ym", b.mantissa << (fraction - m), fraction),
            Row("+", "xm × ym", kept, fraction, f"partial products down to 2^-{last}"),
            Row("+", "rounding", len(pairs) * (one >> last), fraction, note),
        ]
        sig = sum(row.value for row in rows)
        exponents, exp = _exponent_sum(a, b, fmt)
        return (exponents, (*rows, Row("=", "product", sig, fraction))), sig, exp, fraction

    return product


def _exponent_sum(a: Reading, b: Reading, fmt: FloatFormat) -> tuple[tuple[Row, ...], int]:
    exp = a.exponent + b.exponent - fmt.bias
    rows = (
        Row("", "Ex", a.exponent, 0),
        Row("+", "Ey", b.exponent, 0),
        Row("-", "bias", fmt.bias, 0),
        Row("=", "E", exp, 0),
    )
    return rows, exp


_Calculation = Callable[[Reading, Reading, FloatFormat, int], _Product]

DERIVATIONS: Mapping[Kind, _Calculation] = of_every_kind(
    f"{__name__}.DERIVATIONS",
    {
        "lmul": _lmul,
        "lmul_rne": _lmul_rne,
        "lmul_rne1": _lmul_rne1,
        "lmul_coarse": _corrected("lmul_coarse"),
        "lmul_fine": _corrected("lmul_fine"),
        "lmul_formula": _lmul_formula,
        "mitchell": _mitchell,
        "trunc4": _truncated("trunc4"),
        "trunc6": _truncated("trunc6"),
        "trunc8": _truncated("trunc8"),
        "exact": _exact,
    },
)
"""The calculation of each kind, of two numbers, their format and the offset."""
