"""The range of a kind's products: from its smallest bit to its largest product.

Derived from the operands that a policy admits, so that an exact accumulator has no bit too many.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.kinds import Kind, check_kind, resolve_offset
from lmul.hdl.numbers.policy import Policy

__all__ = ["RANGES", "ProductRange", "product_range"]


@dataclass(frozen=True)
class ProductRange:
    """What every product of two operands is a multiple of, and the largest of them.

    Attributes
    ----------
    lsb : int
        All products are multiples of ``2**lsb``, and one has that bit.
    largest : int
        The largest product, in units of ``2**lsb``.
    """

    lsb: int
    largest: int

    @property
    def magnitude_bits(self) -> int:
        """Bits of the largest product, from ``2**lsb`` up."""
        return self.largest.bit_length()

    def accumulator_bits(self, k_max: int) -> int:
        """The width of a two's-complement sum of ``k_max`` of the largest products.

        Raises
        ------
        ValueError
            When ``k_max`` is no positive integer.
        """
        if not isinstance(k_max, int) or isinstance(k_max, bool) or k_max < 1:
            raise ValueError(f"K_max must be a positive integer, not {k_max!r}")
        return (k_max * self.largest).bit_length() + 1


def product_range(
    fmt: FloatFormat, kind: Kind, policy: Policy, offset: int | None = None
) -> ProductRange:
    """The range of the unrounded products of a kind.

    Parameters
    ----------
    fmt : FloatFormat
    kind : str
    policy : Policy
        Its ``subnormals`` knob says which small operands there are; under ``specials="ignore"``
        the codes of NaN and Inf are operands as well.
    offset : int or None
        The added constant in units of ``2**-m``, where the kind has one; None is the paper's.

    Raises
    ------
    TypeError, ValueError
        When the kind does not exist for the format, or the offset is wrong.
    """
    kind = check_kind(kind, fmt)
    added = resolve_offset(kind, fmt, offset)
    lowest_bit, of_two_mantissas = RANGES[kind]
    lsb = lowest_bit(fmt, policy, added)
    code = fmt.magnitude_mask if policy.specials == "ignore" else fmt.max_code
    # All kinds grow with both operands across a step of the exponent: no other pair is larger.
    biased, mantissa = divmod(code, 1 << fmt.mantissa_bits)
    largest, fraction = of_two_mantissas(fmt, mantissa, added)
    exponent = 2 * (biased - fmt.bias) - fraction
    return ProductRange(lsb, largest << (exponent - lsb))


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


LowestBit = Callable[[FloatFormat, Policy, int], int]
Square = Callable[[FloatFormat, int, int], tuple[int, int]]

RANGES: Mapping[Kind, tuple[LowestBit, Square]] = {
    "lmul": (_lowest_of_sum, _sum),
    "lmul_rne": (_lowest_of_sum, _rounded),
    "lmul_formula": (_lowest_of_sum, _bracket),
    "mitchell": (_lowest_of_sum, _sum),
    "exact": (_lowest_of_product, _square),
}
"""Of each kind, the exponent of the lowest bit that a product can have, and the square of a
mantissa at exponent 0, as an integer with that many bits of fraction."""
