"""The kinds of product: all that is known of each but how it is computed.

ARITHMETIC: L-Mul after arXiv 2410.00907 (equations 1 and 2), Mitchell 1962, IEEE 754.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeGuard, TypeVar

from lmul.hdl.numbers.corrections import LMUL_COARSE, LMUL_FINE, Correction
from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.policy import Policy
from lmul.hdl.numbers.product_facts import (
    lowest_of_cut,
    lowest_of_product,
    lowest_of_sum,
    say_exact,
    say_formula,
    say_lmul,
    say_mitchell,
    say_rne,
    say_rne1,
    say_truncated,
    square_by_bracket,
    square_by_sum,
    square_exact,
    square_rounded,
    square_truncated,
)

__all__ = ["KINDS", "Kind", "KindInfo", "is_kind", "of_every_kind"]


Kind = Literal[
    "lmul",
    "lmul_rne",
    "lmul_rne1",
    "lmul_coarse",
    "lmul_fine",
    "lmul_formula",
    "mitchell",
    "trunc4",
    "trunc6",
    "trunc8",
    "exact",
]
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
    integer_bits : int
        1 where every significand is below 2, else 2: below 4.
    min_mantissa_bits : int
        The narrowest mantissa that it exists for.
    max_mantissa_bits : int or None
        The widest.
    correction : Correction or None
        The table that corrects a code sum.
    last_place : int or None
        Of a truncated product: partial products below ``2**-last_place`` are left out.
    is_surveyed : bool
        Whether the report measures it at every level. Of corrected kinds it shows kept figures;
        all others stand among L-Mul's relatives alone.
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
    integer_bits: int = 1
    min_mantissa_bits: int = 0
    max_mantissa_bits: int | None = None
    correction: Correction | None = None
    last_place: int | None = None
    is_surveyed: bool = True

    def exists_for(self, fmt: FloatFormat) -> bool:
        """Whether a format's mantissa is neither too wide nor too narrow."""
        return not self.refusal(fmt)

    def refusal(self, fmt: FloatFormat) -> str:
        """What a format would need, where the kind does not exist for it; else empty."""
        bits, most, least = fmt.mantissa_bits, self.max_mantissa_bits, self.min_mantissa_bits
        if most is not None and bits > most:
            return f"at most {most} mantissa bits"
        return f"at least {least} mantissa bits" if bits < least else ""


_MOST_CORRECTED = 10  # beyond, most of the sum would be places that are not added


def _corrected(kind: Kind, how: str, correction: Correction, colour: str, marker: str) -> KindInfo:
    """A kind that adds a correction from a table of the operands' top bits."""

    def lowest(fmt: FloatFormat, policy: Policy, added: int) -> int:
        below = correction.lowest_place() if policy.subnormals == "normalize" else 0
        return lowest_of_sum(fmt, policy, 0) - below

    return KindInfo(
        f"L-Mul, {how} corrected",
        f"L-Mul's adder, {how} corrected by the mantissas' top {correction.top_bits} bits in "
        f"place of the constant ({correction.least_mantissa_bits} to {_MOST_CORRECTED} mantissa "
        "bits)",
        definition=lambda fmt, offset: correction.say(kind, fmt),
        unit=("lmul.hdl.products.corrected", "GateCorrectedProduct"),
        lowest_bit=lowest,
        square=lambda fmt, mantissa, added: correction.square(mantissa, fmt.mantissa_bits),
        colour=colour,
        marker=marker,
        min_mantissa_bits=correction.least_mantissa_bits,
        max_mantissa_bits=_MOST_CORRECTED,
        correction=correction,
        is_surveyed=False,
    )


def _truncated(last: int, bits: tuple[int, int], colour: str, marker: str) -> KindInfo:
    """A kind that is the exact product without its low partial products.

    With fewer mantissa bits than ``bits`` hardly one of them would be left out, with more of them
    corrections err less for fewer gates.
    """
    least, most = bits
    return KindInfo(
        f"full product without partial products below 2^-{last}",
        f"a truncated multiplier: the exact product without partial products below 2^-{last}, "
        f"rounded ({least} to {most} mantissa bits)",
        definition=lambda fmt, offset: say_truncated(last),
        unit=("lmul.hdl.products.truncated", "TruncatedProduct"),
        lowest_bit=lambda fmt, policy, added: lowest_of_cut(fmt, policy, last),
        square=lambda fmt, mantissa, added: square_truncated(fmt, mantissa, last),
        colour=colour,
        marker=marker,
        is_rounded=True,
        integer_bits=2,
        min_mantissa_bits=least,
        max_mantissa_bits=most,
        last_place=last,
        is_surveyed=False,
    )


KINDS: Mapping[Kind, KindInfo] = MappingProxyType(
    {
        "lmul": KindInfo(
            "L-Mul",
            "L-Mul (arXiv 2410.00907): the sum of both codes as integers, plus a constant",
            definition=say_lmul,
            unit=("lmul.hdl.products.adder", "AdderProduct"),
            lowest_bit=lowest_of_sum,
            square=square_by_sum,
            colour="#D55E00",
            marker="o",
            has_offset=True,
            folded="mitchell",
        ),
        "lmul_rne": KindInfo(
            "exactly rounded by L-Mul's adder and a carry-in",
            "L-Mul's adder with a carry-in that depends on the mantissas: the exact product "
            "rounded to nearest even (up to three mantissa bits)",
            definition=lambda fmt, offset: say_rne(fmt),
            unit=("lmul.hdl.products.adder", "AdderProduct"),
            lowest_bit=lowest_of_sum,
            square=lambda fmt, mantissa, added: square_rounded(fmt, mantissa, fmt.mantissa_bits),
            colour="#0072B2",
            marker="s",
            max_mantissa_bits=3,  # beyond, the carry would not be one bit
        ),
        "lmul_rne1": KindInfo(
            "exactly rounded to one bit more",
            "the exact product rounded to nearest even at one bit more than the mantissas have, by "
            "L-Mul's adder (two mantissa bits)",
            definition=lambda fmt, offset: say_rne1(fmt),
            unit=("lmul.hdl.products.adder", "AdderProduct"),
            lowest_bit=lambda fmt, policy, added: lowest_of_cut(fmt, policy, fmt.mantissa_bits + 1),
            square=lambda fmt, mantissa, added: square_rounded(
                fmt, mantissa, fmt.mantissa_bits + 1
            ),
            colour="#6699CC",
            marker="d",
            is_rounded=True,
            min_mantissa_bits=2,
            max_mantissa_bits=2,  # of three, normalising costs what it saves
            is_surveyed=False,
        ),
        "lmul_coarse": _corrected("lmul_coarse", "coarsely", LMUL_COARSE, "#882255", "h"),
        "lmul_fine": _corrected("lmul_fine", "finely", LMUL_FINE, "#44AA99", "X"),
        "lmul_formula": KindInfo(
            "L-Mul's formula, not renormalised",
            "the paper's equation 1 read literally: 1 + xm + ym + 2^-l, not renormalised",
            definition=say_formula,
            unit=("lmul.hdl.products.formula", "FormulaProduct"),
            lowest_bit=lowest_of_sum,
            square=square_by_bracket,
            colour="#CC79A7",
            marker="v",
            hatch="\\\\\\\\",
            has_offset=True,
            is_rounded=True,
            integer_bits=2,
        ),
        "mitchell": KindInfo(
            "Mitchell's product",
            "Mitchell 1962: the sum of both codes as integers, without a constant",
            definition=say_mitchell,
            unit=("lmul.hdl.products.adder", "AdderProduct"),
            lowest_bit=lowest_of_sum,
            square=square_by_sum,
            colour="#E69F00",
            marker="^",
            hatch="////",
        ),
        "trunc4": _truncated(4, (4, 5), "#661100", "<"),
        "trunc6": _truncated(6, (6, 10), "#117733", ">"),
        "trunc8": _truncated(8, (6, 10), "#332288", "p"),
        "exact": KindInfo(
            "full product, rounded once",
            "the exact product, rounded once: the conventional multiplier",
            definition=say_exact,
            unit=("lmul.hdl.products.exact", "ExactProduct"),
            lowest_bit=lowest_of_product,
            square=square_exact,
            colour="#009E73",
            marker="D",
            is_rounded=True,
            integer_bits=2,
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
