"""The kinds of product, and the rules for which format and offset each takes.

ARITHMETIC: L-Mul after arXiv 2410.00907 (equations 1 and 2), Mitchell 1962, IEEE 754.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeGuard

from lmul.hdl.numbers.formats import FloatFormat

__all__ = ["KINDS", "Kind", "KindInfo", "check_kind", "is_kind", "resolve_offset"]


Kind = Literal["lmul", "lmul_rne", "lmul_formula", "mitchell", "exact"]
"""What is computed of two normalised operands; :data:`KINDS` says what each is."""


@dataclass(frozen=True)
class KindInfo:
    """What names, texts and pictures need to know of a kind of product.

    What a kind computes stands in one table each of the golden model
    (:mod:`lmul.sim.golden.arithmetic`), of the worked example
    (:mod:`lmul.sim.explain.derivation`), of the product units
    (:mod:`lmul.hdl.products.registry`) and of the ranges
    (:mod:`lmul.hdl.numbers.product_range`).

    Attributes
    ----------
    title : str
        A few words, for a list of designs.
    summary : str
        What is computed, for a reader who knows multipliers and not this project.
    has_offset : bool
        Whether a constant is added to the mantissas, and may be chosen.
    is_rounded : bool
        Whether a product has more bits than a code's mantissa, so that a multiplier rounds it.
    max_mantissa_bits : int or None
        The widest mantissa that it exists for.
    colour, marker, hatch : str
        How pictures show it: a hex colour, matplotlib's marker and hatch.
    """

    title: str
    summary: str
    colour: str
    marker: str
    hatch: str = ""
    has_offset: bool = False
    is_rounded: bool = False
    max_mantissa_bits: int | None = None

    def exists_for(self, fmt: FloatFormat) -> bool:
        """Whether a format's mantissa is narrow enough."""
        return self.max_mantissa_bits is None or fmt.mantissa_bits <= self.max_mantissa_bits


KINDS: Mapping[Kind, KindInfo] = MappingProxyType(
    {
        "lmul": KindInfo(
            "L-Mul",
            "L-Mul (arXiv 2410.00907): the sum of both codes as integers, plus a constant",
            colour="#D55E00",
            marker="o",
            has_offset=True,
        ),
        "lmul_rne": KindInfo(
            "exactly rounded by L-Mul's adder and a carry-in",
            "L-Mul's adder with a carry-in that depends on the mantissas: the exact product "
            "rounded to nearest even (up to three mantissa bits)",
            colour="#0072B2",
            marker="s",
            max_mantissa_bits=3,  # beyond, the carry would not be one bit
        ),
        "lmul_formula": KindInfo(
            "L-Mul's formula, not renormalised",
            "the paper's equation 1 read literally: 1 + xm + ym + 2^-l, not renormalised",
            colour="#CC79A7",
            marker="v",
            hatch="\\\\\\\\",
            has_offset=True,
            is_rounded=True,
        ),
        "mitchell": KindInfo(
            "Mitchell's product",
            "Mitchell 1962: the sum of both codes as integers, without a constant",
            colour="#E69F00",
            marker="^",
            hatch="////",
        ),
        "exact": KindInfo(
            "full product, rounded once",
            "the exact product, rounded once: the conventional multiplier",
            colour="#009E73",
            marker="D",
            is_rounded=True,
        ),
    }
)


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
