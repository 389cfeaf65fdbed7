"""What a kind of product is, in words."""

from typing import assert_never

from lmul.hdl.formats import FloatFormat
from lmul.hdl.kinds import Kind

__all__ = ["product_words"]

_AS_ONE = "(exponent and mantissa read as one integer)"


def product_words(kind: Kind, fmt: FloatFormat, offset: int) -> str:
    """The product of two numbers that are not zero, before anything is rounded."""
    m = fmt.mantissa_bits
    bias = fmt.bias << m
    match kind:
        case "lmul":
            return (
                "L-Mul (arXiv 2410.00907): the product's magnitude code is the integer sum "
                f"X + Y - {bias - offset} of the operands' magnitude codes {_AS_ONE}; the constant "
                f"is the bias at its place, {bias}, less the offset {offset}"
            )
        case "mitchell":
            return (
                "Mitchell's logarithmic product: its magnitude code is the integer sum "
                f"X + Y - {bias} of the operands' magnitude codes {_AS_ONE}; the constant is the "
                "bias at its place"
            )
        case "lmul_rne":
            return (
                f"the exact product rounded to nearest even at {m} mantissa bits, as the integer "
                f"sum X + Y - {bias} + c of the operands' magnitude codes {_AS_ONE}; the constant "
                "is the bias at its place, the carry c is 0 or 1 and depends on the mantissas alone"
            )
        case "lmul_formula":
            return (
                "the L-Mul formula (arXiv 2410.00907, equation 1), not renormalised: "
                f"(1 + xm + ym + {offset}/{1 << m}) * 2**(ex + ey)"
            )
        case "exact":
            return "the exact product (1 + xm) * (1 + ym) * 2**(ex + ey)"
        case _:
            assert_never(kind)
