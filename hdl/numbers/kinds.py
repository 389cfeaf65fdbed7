"""The kinds of product: all that is known of each but how it is computed.

ARITHMETIC: L-Mul after arXiv 2410.00907 (equations 1 and 2), Mitchell 1962, IEEE 754.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeGuard, TypeVar

from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.policy import Policy

__all__ = ["KINDS", "Kind", "KindInfo", "check_kind", "is_kind", "of_every_kind", "resolve_offset"]


Kind = Literal["lmul", "lmul_rne", "lmul_formula", "mitchell", "exact"]
"""What is computed of two normalised operands; :data:`KINDS` says what each is."""


@dataclass(frozen=True)
class KindInfo:
    """What names, texts and pictures need to know of a kind of product.

    What a kind computes stands in one table each of the golden model
    (:mod:`lmul.sim.golden.arithmetic`) and of the worked example
    (:mod:`lmul.sim.explain.derivation`). ``docs/adding.md`` tells how one is added.

    Attributes
    ----------
    title : str
        A few words, for a list of designs.
    summary : str
        What is computed, for a reader who knows multipliers and not this project.
    definition : callable
        The product of two numbers that are not zero, before anything is rounded, in a sentence;
        of a format and an offset.
    unit : tuple of str
        The module and the name of its product unit, a subclass of
        :class:`~lmul.hdl.products.base.ProductUnit`. By name, since numbers know no circuits.
    lowest_bit : callable
        Of a format, a policy and an offset: the exponent of the lowest bit that a product can
        have.
    square : callable
        Of a format, a mantissa and an offset: the square of a significand in [1, 2), as an
        integer, and how many bits of it are fraction. The largest product is of this kind.
    has_offset : bool
        Whether a constant is added to the mantissas, and may be chosen.
    folded : str or None
        The kind that is left when the edge of an array has added the offset to an operand.
    is_rounded : bool
        Whether a product has more bits than a code's mantissa, so that a multiplier rounds it.
    max_mantissa_bits : int or None
        The widest mantissa that it exists for.
    colour, marker, hatch : str
        How pictures show it: a hex colour, matplotlib's marker and hatch.
    """

    title: str
    summary: str
    definition: Callable[[FloatFormat, int], str]
    unit: tuple[str, str]
    lowest_bit: Callable[[FloatFormat, Policy, int], int]
    square: Callable[[FloatFormat, int, int], tuple[int, int]]
    colour: str
    marker: str
    hatch: str = ""
    has_offset: bool = False
    folded: Kind | None = None
    is_rounded: bool = False
    max_mantissa_bits: int | None = None

    def exists_for(self, fmt: FloatFormat) -> bool:
        """Whether a format's mantissa is narrow enough."""
        return self.max_mantissa_bits is None or fmt.mantissa_bits <= self.max_mantissa_bits


_AS_ONE = "(exponent and mantissa read as one integer)"


def _say_lmul(fmt: FloatFormat, offset: int) -> str:
    bias = fmt.bias << fmt.mantissa_bits
    return (
        "L-Mul (arXiv 2410.00907): the product's magnitude code is the integer sum "
        f"X + Y - {bias - offset} of the operands' magnitude codes {_AS_ONE}; the constant "
        f"is the bias at its place, {bias}, less the offset {offset}"
    )


def _say_mitchell(fmt: FloatFormat, offset: int) -> str:
    return (
        "Mitchell's logarithmic product: its magnitude code is the integer sum "
        f"X + Y - {fmt.bias << fmt.mantissa_bits} of the operands' magnitude codes {_AS_ONE}; the "
        "constant is the bias at its place"
    )


def _say_rne(fmt: FloatFormat, offset: int) -> str:
    m = fmt.mantissa_bits
    return (
        f"the exact product rounded to nearest even at {m} mantissa bits, as the integer "
        f"sum X + Y - {fmt.bias << m} + c of the operands' magnitude codes {_AS_ONE}; the constant "
        "is the bias at its place, the carry c is 0 or 1 and depends on the mantissas alone"
    )


def _say_formula(fmt: FloatFormat, offset: int) -> str:
    return (
        "the L-Mul formula (arXiv 2410.00907, equation 1), not renormalised: "
        f"(1 + xm + ym + {offset}/{1 << fmt.mantissa_bits}) * 2**(ex + ey)"
    )


def _say_exact(fmt: FloatFormat, offset: int) -> str:
    return "the exact product (1 + xm) * (1 + ym) * 2**(ex + ey)"


def _full(fmt: FloatFormat, policy: Policy) -> int:
    """The smallest exponent of a full mantissa: flushed operands start at E = 1, raw ones at 0."""
    return (0 if policy.subnormals == "raw" else 1) - fmt.bias


def _lowest_of_sum(fmt: FloatFormat, policy: Policy, added: int) -> int:
    """The exponent of the lowest bit of a sum of mantissas, or of a product rounded to as many."""
    m, full = fmt.mantissa_bits, _full(fmt, policy)
    if policy.subnormals != "normalize":
        return 2 * full - m
    # A normalised subnormal of exponent full - i has m - i bits of fraction: its last bit is
    # never below full - m. The smallest operand has none, so that of two of them only the
    # added constant lies lower. (lmul_rne: of the exact product nothing lies lower, either.)
    constant = m - (added & -added).bit_length() + 1 if added else 0
    return 2 * (full - m) - constant


def _lowest_of_product(fmt: FloatFormat, policy: Policy, added: int) -> int:
    return 2 * (_full(fmt, policy) - fmt.mantissa_bits)


def _sum(fmt: FloatFormat, mantissa: int, added: int) -> tuple[int, int]:
    one = 1 << fmt.mantissa_bits
    carry, low = divmod(2 * mantissa + added, one)
    return (one + low) << carry, fmt.mantissa_bits


def _rounded(fmt: FloatFormat, mantissa: int, added: int) -> tuple[int, int]:
    one = 1 << fmt.mantissa_bits
    square = (one + mantissa) ** 2
    unit = 2 * one if square >= 2 * one * one else one
    quotient, rest = divmod(square, unit)
    quotient += 2 * rest > unit or (2 * rest == unit and quotient % 2)
    return quotient * (unit // one), fmt.mantissa_bits


def _bracket(fmt: FloatFormat, mantissa: int, added: int) -> tuple[int, int]:
    return (1 << fmt.mantissa_bits) + 2 * mantissa + added, fmt.mantissa_bits


def _square(fmt: FloatFormat, mantissa: int, added: int) -> tuple[int, int]:
    return ((1 << fmt.mantissa_bits) + mantissa) ** 2, 2 * fmt.mantissa_bits


KINDS: Mapping[Kind, KindInfo] = MappingProxyType(
    {
        "lmul": KindInfo(
            "L-Mul",
            "L-Mul (arXiv 2410.00907): the sum of both codes as integers, plus a constant",
            definition=_say_lmul,
            unit=("lmul.hdl.products.adder", "AdderProduct"),
            lowest_bit=_lowest_of_sum,
            square=_sum,
            colour="#D55E00",
            marker="o",
            has_offset=True,
            folded="mitchell",
        ),
        "lmul_rne": KindInfo(
            "exactly rounded by L-Mul's adder and a carry-in",
            "L-Mul's adder with a carry-in that depends on the mantissas: the exact product "
            "rounded to nearest even (up to three mantissa bits)",
            definition=_say_rne,
            unit=("lmul.hdl.products.adder", "AdderProduct"),
            lowest_bit=_lowest_of_sum,
            square=_rounded,
            colour="#0072B2",
            marker="s",
            max_mantissa_bits=3,  # beyond, the carry would not be one bit
        ),
        "lmul_formula": KindInfo(
            "L-Mul's formula, not renormalised",
            "the paper's equation 1 read literally: 1 + xm + ym + 2^-l, not renormalised",
            definition=_say_formula,
            unit=("lmul.hdl.products.formula", "FormulaProduct"),
            lowest_bit=_lowest_of_sum,
            square=_bracket,
            colour="#CC79A7",
            marker="v",
            hatch="\\\\\\\\",
            has_offset=True,
            is_rounded=True,
        ),
        "mitchell": KindInfo(
            "Mitchell's product",
            "Mitchell 1962: the sum of both codes as integers, without a constant",
            definition=_say_mitchell,
            unit=("lmul.hdl.products.adder", "AdderProduct"),
            lowest_bit=_lowest_of_sum,
            square=_sum,
            colour="#E69F00",
            marker="^",
            hatch="////",
        ),
        "exact": KindInfo(
            "full product, rounded once",
            "the exact product, rounded once: the conventional multiplier",
            definition=_say_exact,
            unit=("lmul.hdl.products.exact", "ExactProduct"),
            lowest_bit=_lowest_of_product,
            square=_square,
            colour="#009E73",
            marker="D",
            is_rounded=True,
        ),
    }
)


_Entry = TypeVar("_Entry")


def of_every_kind(name: str, table: Mapping[Kind, _Entry]) -> Mapping[Kind, _Entry]:
    """A table that has an entry for each kind and no other.

    Raises
    ------
    LookupError
        With the kind that is missing or unknown, when the table's module is imported.
    """
    for kind in KINDS:
        if kind not in table:
            raise LookupError(f"{name} has no entry for kind {kind!r}")
    for kind in table:
        if kind not in KINDS:
            raise LookupError(f"{name} has an entry for {kind!r}, which is no kind")
    return MappingProxyType(dict(table))


def is_kind(name: object) -> TypeGuard[Kind]:
    """Whether there is a kind of that name."""
    return isinstance(name, str) and name in KINDS


def check_kind(kind: str, fmt: FloatFormat) -> Kind:
    """Return ``kind`` if it exists and can be built for ``fmt``.

    Raises
    ------
    ValueError
        For an unknown kind, or a format whose mantissa is too wide for it.
    """
    if not is_kind(kind):
        raise ValueError(f"Unknown kind {kind!r}: use {', '.join(KINDS)}")
    info = KINDS[kind]
    if not info.exists_for(fmt):
        raise ValueError(
            f"Kind {kind!r} needs a format of at most {info.max_mantissa_bits} mantissa bits, "
            f"not {fmt.name!r} with {fmt.mantissa_bits}"
        )
    return kind


def resolve_offset(kind: Kind, fmt: FloatFormat, offset: int | None) -> int:
    """The constant added to the mantissas, in units of ``2**-m``: the paper's when None.

    Raises
    ------
    TypeError, ValueError
        When it is no integer; when it is out of range, or given to a kind that has none.
    """
    has_offset = KINDS[kind].has_offset
    if offset is None:
        return fmt.paper_offset if has_offset else 0
    if not has_offset:
        have_one = " and ".join(name for name, info in KINDS.items() if info.has_offset)
        raise ValueError(f"Kind {kind!r} has no offset; only {have_one} have one")
    if not isinstance(offset, int) or isinstance(offset, bool):
        raise TypeError(f"Offset must be an integer, not {offset!r}")
    limit = 1 << fmt.mantissa_bits
    if not 0 <= offset < limit:
        raise ValueError(f"Offset must be from 0 to {limit - 1} for {fmt.name!r}, not {offset!r}")
    return offset
