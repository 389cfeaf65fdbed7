"""Operand and Product: what passes between unpack, a product unit, and pack or accumulator."""

from amaranth.lib import data

from lmul.hdl.numbers.formats import FloatFormat

__all__ = ["OperandLayout", "ProductLayout"]


class OperandLayout(data.StructLayout):
    """A normalised operand: ± (1 + man / 2**m) * 2**(exp - exp_bias), or zero.

    NaN and Inf are not in it: their flags travel beside it, from unpack to pack or accumulator.

    Parameters
    ----------
    fmt : FloatFormat
        The format that the operand is read from.
    normalizes : bool
        Whether subnormals are normalised, which gives exponents down to ``1 - m`` and a wider,
        shifted ``exp``. Otherwise ``exp`` is the code's own field.
    reads_specials : bool
        Whether the codes of NaN and Inf are read as the numbers that their fields spell.
        Otherwise they are no operands, and products need not have room for them.

    Members
    -------
    neg : 1 bit
        The sign.
    zero : 1 bit
        The operand is zero; ``exp`` and ``man`` then mean nothing.
    exp : exponent_bits, unsigned
        The exponent plus ``exp_bias``.
    man : mantissa_bits
        The fraction, without the leading one.

    Attributes
    ----------
    exponent_bits, mantissa_bits, exp_bias : int
    max_magnitude : int
        The largest value of ``exp`` above ``man``, read as one word.
    marks_zero : bool
        Whether a product of such operands is marked where it is zero, in place of ``sig = 0``.
    """

    marks_zero = False

    def __init__(
        self, fmt: FloatFormat, normalizes: bool = False, reads_specials: bool = False
    ) -> None:
        self.mantissa_bits = fmt.mantissa_bits
        self.normalizes = normalizes
        if normalizes:
            # Two's complement holds E from 1 - m to 2**e - 1; its top bit is inverted, which adds
            # 2**reach, so that sums stay unsigned.
            reach = max(fmt.exponent_bits, (fmt.mantissa_bits - 2).bit_length())
            self.exponent_bits = reach + 1
            self.exp_bias = fmt.bias + (1 << reach)
        else:
            self.exponent_bits = fmt.exponent_bits
            self.exp_bias = fmt.bias
        largest = fmt.magnitude_mask if reads_specials else fmt.max_code
        self.max_magnitude = largest + ((self.exp_bias - fmt.bias) << self.mantissa_bits)
        super().__init__(
            {"neg": 1, "zero": 1, "exp": self.exponent_bits, "man": self.mantissa_bits}
        )


class ProductLayout(data.StructLayout):
    """An unrounded product: ± sig * 2**(exp - exp_bias), or zero.

    ``sig / 2**fraction_bits`` is from 1 to 2 where sig has one more bit than that, and from 1
    to 4 where it has two more.

    Parameters
    ----------
    exponent_bits, significand_bits : int
        Widths of ``exp`` and ``sig``.
    fraction_bits : int
        Bits of ``sig`` right of the binary point.
    exp_bias : int
        What ``exp`` exceeds the exponent of sig's last bit by.
    marks_zero : bool
        Whether there is a member ``zero``. It is cheaper to mask with, behind a shifter, than
        ``sig`` in front of one.

    Members
    -------
    neg : 1 bit
        The sign, of a zero too.
    exp : exponent_bits, unsigned
        Means nothing where the product is zero.
    sig : significand_bits, unsigned
        Without ``zero``, the product is zero where ``sig`` is, and nowhere else.
    zero : 1 bit
        The product is zero; ``sig`` then means nothing. Only with ``marks_zero``.
    """

    def __init__(
        self,
        exponent_bits: int,
        significand_bits: int,
        fraction_bits: int,
        exp_bias: int,
        marks_zero: bool = False,
    ) -> None:
        if significand_bits - fraction_bits not in (1, 2):
            raise ValueError(
                "A significand has 1 or 2 bits left of its binary point, "
                f"not {significand_bits - fraction_bits!r}"
            )
        self.exponent_bits = exponent_bits
        self.significand_bits = significand_bits
        self.fraction_bits = fraction_bits
        self.exp_bias = exp_bias
        self.marks_zero = marks_zero
        members = {"neg": 1, "exp": exponent_bits, "sig": significand_bits}
        if marks_zero:
            members["zero"] = 1
        super().__init__(members)

    @property
    def integer_bits(self) -> int:
        """Bits of ``sig`` left of the binary point: 1 if always normalised, else 2."""
        return self.significand_bits - self.fraction_bits
