"""The range of a kind's products: from its smallest bit to its largest product.

Derived from the operands that a policy admits, so that an exact accumulator has no bit too many.
"""

from dataclasses import dataclass

from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.kind_checks import check_kind, resolve_offset
from lmul.hdl.numbers.kinds import KINDS, Kind
from lmul.hdl.numbers.policy import Policy

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
    lsb = KINDS[kind].lowest_bit(fmt, policy, added)
    code = fmt.magnitude_mask if policy.specials == "ignore" else fmt.max_code
    # All kinds grow with both operands across a step of the exponent: no other pair is larger.
    biased, mantissa = divmod(code, 1 << fmt.mantissa_bits)
    largest, fraction = KINDS[kind].square(fmt, mantissa, added)
    exponent = 2 * (biased - fmt.bias) - fraction
    return ProductRange(lsb, largest << (exponent - lsb))
