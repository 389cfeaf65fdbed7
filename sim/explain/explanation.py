"""One multiplication, bit by bit: what ``lmul explain 1.5 2.25 --format e4m3`` prints."""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, SupportsFloat

import numpy as np

from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.kinds import KINDS, Kind
from lmul.hdl.numbers.policy import Policy
from lmul.sim.explain.derivation import Derivation, Row, derive
from lmul.sim.explain.packing import fixed_point
from lmul.sim.explain.reading import Reading
from lmul.sim.golden.codec import as_format, decode, encode
from lmul.sim.golden.multiply import multiply

__all__ = ["Explanation", "explain", "explain_codes"]


@dataclass(frozen=True)
class Explanation:
    """One multiplication and how it comes about.

    Attributes
    ----------
    design : UnitDesign
        Kind, format, policy and offset.
    given : tuple of float
        The two numbers asked for; ``values`` are what their codes stand for.
    derivation : Derivation
        The operands' fields, the calculation in columns, and what the policy did.
    code : int
        The result's code, from the golden model; ``result`` is its value.
    exact : Fraction or float
        The exact product of ``values``; Inf or NaN as a float.
    """

    design: UnitDesign
    given: tuple[float, float]
    values: tuple[float, float]
    derivation: Derivation
    code: int
    result: float
    exact: Fraction | float

    @property
    def error_percent(self) -> float | None:
        """The result's relative error in percent; None where there is none to speak of."""
        if not isinstance(self.exact, Fraction) or not self.exact or not math.isfinite(self.result):
            return None
        return _to_float((Fraction(self.result) - self.exact) / self.exact * 100)

    def render(self) -> str:
        """The explanation as plain text, without a last line end."""
        fmt, policy = self.design.format, self.design.policy
        kind, d = KINDS[self.design.kind], self.derivation
        lines = [f"{self.design.name}: {kind.summary}."]
        if kind.has_offset:
            instead = f"instead of the paper's {fmt.paper_offset}"
            source = "the paper's" if self.design.offset is None else instead
            offset = f"{self.design.resolved_offset}/{1 << fmt.mantissa_bits}"
            lines.append(f"Offset {offset}, {source}.")
        lines += [f"Policy {policy.name}: {policy.knobs}.", ""]
        codes = [("x", d.x.code, self.values[0]), ("y", d.y.code, self.values[1])]
        wide = max(len(_number(value)) for _, _, value in (*codes, ("p", 0, self.result)))
        for (name, code, value), given, reading in zip(codes, self.given, (d.x, d.y), strict=True):
            lines.append(self._code_line(name, code, value, wide))
            lines += [f"   {text}" for text in _operand_notes(given, value, reading, fmt)]
        for rows in d.sums:
            lines += ["", *_columns(rows, fmt)]
        lines += ["", *d.notes, "", self._code_line("p", self.code, self.result, wide)]
        lines.append(f"exact product  {_number(_to_float(self.exact))}")
        if self.error_percent is not None:
            lines.append(f"error          {self.error_percent:+.4g} %")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """The explanation for JSON; Inf and NaN, which JSON has not, are strings."""
        fmt, d = self.design.format, self.derivation
        operands = zip(("x", "y"), self.given, self.values, (d.x, d.y), strict=True)
        return {
            "design": self.design.name,
            "format": fmt.name,
            "kind": self.design.kind,
            "policy": {"name": self.design.policy.name, "knobs": self.design.policy.knobs},
            "offset": self.design.resolved_offset,
            **{
                name: {
                    "given": _json(given),
                    "value": _json(value),
                    **_fields(reading.code, fmt),
                    "class": reading.meaning,
                    "taken_for": reading.role,
                    "normalized_exponent": reading.exponent,
                    "normalized_mantissa": reading.mantissa,
                    "note": reading.note,
                }
                for name, given, value, reading in operands
            },
            "sums": [
                [
                    {
                        "operator": row.operator,
                        "label": row.label,
                        "value": row.value,
                        "fraction_bits": row.fraction,
                        "note": row.note,
                    }
                    for row in rows
                ]
                for rows in d.sums
            ],
            "notes": list(d.notes),
            "p": {"value": _json(self.result), **_fields(self.code, fmt)},
            "exact": _json(_to_float(self.exact)),
            "error_percent": None if self.error_percent is None else _json(self.error_percent),
        }

    def _code_line(self, name: str, code: int, value: float, wide: int) -> str:
        fmt = self.design.format
        fields = _fields(code, fmt)
        digits = (fmt.width + 3) // 4
        bits = "|".join(str(fields[part]) for part in ("sign", "exponent", "mantissa"))
        return f"{name}  {_number(value):<{wide}}  0x{code:0{digits}x}  {bits}"


def explain(
    x: SupportsFloat,
    y: SupportsFloat,
    fmt: FloatFormat | str,
    kind: Kind = "lmul",
    policy: Policy | str = "ocp",
    offset: int | None = None,
) -> Explanation:
    """Explain the product of two numbers, which are first rounded to codes of ``fmt``.

    Parameters
    ----------
    x, y : float
        Rounded to nearest even, as :func:`lmul.encode` does; shown when that is inexact.
    fmt, kind, policy, offset
        As for :func:`lmul.multiply`.

    Raises
    ------
    TypeError, ValueError
        As :func:`lmul.encode` and :func:`lmul.multiply`.
    """
    fmt = as_format(fmt)
    x_code, y_code = (int(encode(np.float64(v), fmt)) for v in (x, y))
    return _explain((float(x), float(y)), x_code, y_code, fmt, kind, policy, offset)


def explain_codes(
    x: int,
    y: int,
    fmt: FloatFormat | str,
    kind: Kind = "lmul",
    policy: Policy | str = "ocp",
    offset: int | None = None,
) -> Explanation:
    """Explain the product of two codes; as :func:`explain` otherwise."""
    fmt = as_format(fmt)
    given = tuple(float(decode(code, fmt, np.float64)) for code in (x, y))
    return _explain((given[0], given[1]), x, y, fmt, kind, policy, offset)


def _explain(
    given: tuple[float, float],
    x: int,
    y: int,
    fmt: FloatFormat,
    kind: Kind,
    policy: Policy | str,
    offset: int | None,
) -> Explanation:
    design = UnitDesign(kind, fmt, policy=Policy.parse(policy), offset=offset)
    code = int(multiply(x, y, fmt, kind, design.policy, offset))
    a, b, result = (float(decode(c, fmt, np.float64)) for c in (x, y, code))
    exact = Fraction(a) * Fraction(b) if math.isfinite(a) and math.isfinite(b) else a * b
    derivation = derive(x, y, fmt, kind, design.policy, offset)
    return Explanation(design, given, (a, b), derivation, code, result, exact)


def _fields(code: int, fmt: FloatFormat) -> dict[str, Any]:
    field = (code & fmt.magnitude_mask) >> fmt.mantissa_bits
    return {
        "code": code,
        "sign": code >> fmt.magnitude_bits,
        "exponent": f"{field:0{fmt.exponent_bits}b}",
        "mantissa": f"{code & fmt.mantissa_mask:0{fmt.mantissa_bits}b}",
    }


def _operand_notes(given: float, value: float, reading: Reading, fmt: FloatFormat) -> list[str]:
    notes = []
    if given != value and not (math.isnan(given) and math.isnan(value)):
        notes.append(
            f"{_number(given)} is no {fmt.name} number; rounded to the nearest, ties to even"
        )
    if reading.meaning == "normal":
        significand = fixed_point((1 << fmt.mantissa_bits) + reading.mantissa, fmt.mantissa_bits)
        exponent = reading.exponent_field - fmt.bias
        notes.append(f"{'-' if reading.negative else ''}{significand} × 2^{exponent}")
    else:
        names = {"nan": "NaN", "inf": "Inf"}
        name = names.get(reading.meaning, reading.meaning)
        notes.append(f"{name}{': ' if reading.note else ''}{reading.note}")
    return notes


def _columns(rows: tuple[Row, ...], fmt: FloatFormat) -> list[str]:
    """Rows under each other: operator, label, bits split at the point, decimal, note."""
    as_code = all(row.fraction == fmt.mantissa_bits for row in rows) and rows[-1].label == "P"
    whole = max(_bits(row.value >> row.fraction) for row in rows)
    if any(row.value < 0 for row in rows):
        whole = max(_bits(row.value >> row.fraction) + (row.value >= 0) for row in rows)
    if as_code:
        whole = max(whole, fmt.exponent_bits)
    places = max(row.fraction for row in rows)
    labels = max(len(row.label) for row in rows)
    decimals = max(len(str(row.value)) for row in rows)
    point = " " if as_code else "."
    lines = []
    for row in rows:
        # Two's complement, as the adder has it, when a row is negative.
        bits = f"{(row.value >> row.fraction) % (1 << whole):0{whole}b}"
        if row.fraction:
            bits += f"{point}{row.value & ((1 << row.fraction) - 1):0{row.fraction}b}"
        bits = bits.ljust(whole + places + bool(places))
        text = f"  {row.operator or ' '} {row.label:<{labels}}  {bits}  {row.value:>{decimals}}"
        if row.operator == "=":
            lines.append("  " + "-" * (len(text) - 2))
        lines.append(f"{text}  {row.note}".rstrip())
    return lines


def _bits(value: int) -> int:
    """Bits of a non-negative integer, or of a negative one in two's complement."""
    return max(value.bit_length(), 1) if value >= 0 else (~value).bit_length() + 1


def _number(value: float) -> str:
    return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else repr(value)


def _to_float(value: Fraction | float) -> float:
    """Exact for every named format; products of a user's own may leave float64's range."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _json(value: float) -> float | str:
    return value if math.isfinite(value) else repr(value)
