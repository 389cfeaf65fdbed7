"""The range of a kind's products: from its smallest bit to its largest product.

Derived from the operands that a policy admits, so that an exact accumulator has no bit too many.
"""

from dataclasses import dataclass

from lmul.hdl.formats import FloatFormat
from lmul.hdl.kinds import Kind, check_kind, resolve_offset
from lmul.hdl.policy import Policy

__all__ = ["ProductRange", "product_range"]


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
    lsb = _smallest_bit(fmt, kind, policy, added)
    code = fmt.magnitude_mask if policy.specials == "ignore" else fmt.max_code
    largest, exponent = _largest(fmt, kind, code, added)
    return ProductRange(lsb, largest << (exponent - lsb))


def _smallest_bit(fmt: FloatFormat, kind: Kind, policy: Policy, added: int) -> int:
    """The exponent of the lowest bit that a product can have."""
    m = fmt.mantissa_bits
    # The smallest exponent of a full mantissa: flushed operands start at E = 1, raw ones at 0.
    full = (0 if policy.subnormals == "raw" else 1) - fmt.bias
    if kind == "exact":
        return 2 * (full - m)
    if policy.subnormals != "normalize":
        # Sums of mantissas (and products rounded to as many bits) have m bits of fraction.
        return 2 * full - m
    # A normalised subnormal of exponent full - i has m - i bits of fraction: its last bit is
    # never below full - m. The smallest operand has none, so that of two of them only the
    # added constant lies lower. (lmul_rne: of the exact product nothing lies lower, either.)
    constant = m - (added & -added).bit_length() + 1 if added else 0
    return 2 * (full - m) - constant


def _largest(fmt: FloatFormat, kind: Kind, code: int, added: int) -> tuple[int, int]:
    """The square of the largest operand, as an integer and the exponent of its last bit.

    All kinds grow with both operands across a step of the exponent, so no other pair is larger.
    """
    m = fmt.mantissa_bits
    one = 1 << m
    exponent, mantissa = divmod(code, one)
    exponent = 2 * (exponent - fmt.bias)
    match kind:
        case "exact":
            return (one + mantissa) ** 2, exponent - 2 * m
        case "lmul_formula":
            return one + 2 * mantissa + added, exponent - m
        case "lmul_rne":
            square = (one + mantissa) ** 2
            unit = 2 * one if square >= 2 * one * one else one
            quotient, rest = divmod(square, unit)
            quotient += 2 * rest > unit or (2 * rest == unit and quotient % 2)
            return quotient * (unit // one), exponent - m
        case _:
            carry, low = divmod(2 * mantissa + added, one)
            return (one + low) << carry, exponent - m
