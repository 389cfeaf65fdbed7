"""What is known of each kind's products: in a sentence, their lowest bit, the largest square.

Functions of a format and the added constant, in units of ``2**-m``, and of what else they need;
:data:`lmul.hdl.numbers.kinds.KINDS` says which kind has which.
"""

from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.policy import Policy

__all__ = [
    "lowest_of_cut",
    "lowest_of_product",
    "lowest_of_sum",
    "say_exact",
    "say_formula",
    "say_lmul",
    "say_mitchell",
    "say_rne",
    "say_rne1",
    "say_truncated",
    "square_by_bracket",
    "square_by_sum",
    "square_exact",
    "square_rounded",
    "square_truncated",
]


_AS_ONE = "(exponent and mantissa read as one integer)"


def say_lmul(fmt: FloatFormat, offset: int) -> str:
    """L-Mul's sum of codes and its constant."""
    bias = fmt.bias << fmt.mantissa_bits
    return (
        "L-Mul (arXiv 2410.00907): the product's magnitude code is the integer sum "
        f"X + Y - {bias - offset} of the operands' magnitude codes {_AS_ONE}; the constant "
        f"is the bias at its place, {bias}, less the offset {offset}"
    )


def say_mitchell(fmt: FloatFormat, offset: int) -> str:
    """Mitchell's sum of codes."""
    return (
        "Mitchell's logarithmic product: its magnitude code is the integer sum "
        f"X + Y - {fmt.bias << fmt.mantissa_bits} of the operands' magnitude codes {_AS_ONE}; the "
        "constant is the bias at its place"
    )


def say_rne(fmt: FloatFormat) -> str:
    """The sum of codes that is the exact product rounded."""
    m = fmt.mantissa_bits
    return (
        f"the exact product rounded to nearest even at {m} mantissa bits, as the integer "
        f"sum X + Y - {fmt.bias << m} + c of the operands' magnitude codes {_AS_ONE}; the constant "
        "is the bias at its place, the carry c is 0 or 1 and depends on the mantissas alone"
    )


def say_formula(fmt: FloatFormat, offset: int) -> str:
    """The paper's equation 1."""
    return (
        "the L-Mul formula (arXiv 2410.00907, equation 1), not renormalised: "
        f"(1 + xm + ym + {offset}/{1 << fmt.mantissa_bits}) * 2**(ex + ey)"
    )


def say_exact(fmt: FloatFormat, offset: int) -> str:
    """The exact product."""
    return "the exact product (1 + xm) * (1 + ym) * 2**(ex + ey)"


def say_rne1(fmt: FloatFormat) -> str:
    """The exact product rounded to one bit more than the operands have."""
    bits = fmt.mantissa_bits + 1
    return (
        f"the exact product (1 + xm) * (1 + ym) * 2**(ex + ey) rounded to nearest even at {bits} "
        "mantissa bits, one more than the operands have"
    )


def say_truncated(last: int) -> str:
    """The exact product without its low partial products."""
    return (
        "the exact product (1 + xm) * (1 + ym) * 2**(ex + ey) without those partial products of "
        f"xm * ym that are below 2**-{last}: of the products x_i * y_j of the mantissas' bits, "
        f"worth 2**-(i + j), those with i + j = {last + 1} are taken in pairs, x_i * y_j and "
        f"x_j * y_i: each pair counts as 2**-{last} where either is 1; with a larger i + j they "
        "count nothing"
    )


def _full(fmt: FloatFormat, policy: Policy) -> int:
    """The smallest exponent of a full mantissa: flushed operands start at E = 1, raw ones at 0."""
    return (0 if policy.subnormals == "raw" else 1) - fmt.bias


def lowest_of_sum(fmt: FloatFormat, policy: Policy, added: int) -> int:
    """The exponent of the lowest bit of a sum of mantissas, or of a product rounded to as many."""
    m, full = fmt.mantissa_bits, _full(fmt, policy)
    if policy.subnormals != "normalize":
        return 2 * full - m
    # A normalised subnormal of exponent full - i has m - i bits of fraction: its last bit is
    # never below full - m. The smallest operand has none, so that of two of them only the
    # added constant lies lower. (lmul_rne: of the exact product nothing lies lower, either.)
    constant = m - (added & -added).bit_length() + 1 if added else 0
    return 2 * (full - m) - constant


def lowest_of_product(fmt: FloatFormat, policy: Policy, added: int) -> int:
    """The exponent of the lowest bit of an exact product."""
    return 2 * (_full(fmt, policy) - fmt.mantissa_bits)


def lowest_of_cut(fmt: FloatFormat, policy: Policy, last: int) -> int:
    """The exponent of the lowest bit of an exact product that ends at ``2**-last`` or before."""
    # Of normalised subnormals with short mantissas nothing is cut.
    if policy.subnormals == "normalize":
        return lowest_of_product(fmt, policy, 0)
    return 2 * _full(fmt, policy) - max(fmt.mantissa_bits, last)


def square_by_sum(fmt: FloatFormat, mantissa: int, added: int) -> tuple[int, int]:
    """The square of 1 and a mantissa as the sum of codes has it, and its bits of fraction."""
    one = 1 << fmt.mantissa_bits
    carry, low = divmod(2 * mantissa + added, one)
    return (one + low) << carry, fmt.mantissa_bits


def square_rounded(fmt: FloatFormat, mantissa: int, fraction: int) -> tuple[int, int]:
    """The exact square rounded to nearest even at so many bits of fraction, and these."""
    one = 1 << fmt.mantissa_bits
    square = (one + mantissa) ** 2
    last = 1 << (2 * fmt.mantissa_bits - fraction)
    unit = 2 * last if square >= 2 * one * one else last
    quotient, rest = divmod(square, unit)
    quotient += 2 * rest > unit or (2 * rest == unit and quotient % 2)
    return quotient * (unit // last), fraction


def square_by_bracket(fmt: FloatFormat, mantissa: int, added: int) -> tuple[int, int]:
    """The square by the paper's equation 1, and its bits of fraction."""
    return (1 << fmt.mantissa_bits) + 2 * mantissa + added, fmt.mantissa_bits


def square_exact(fmt: FloatFormat, mantissa: int, added: int) -> tuple[int, int]:
    """The exact square of 1 and a mantissa, and its bits of fraction."""
    return ((1 << fmt.mantissa_bits) + mantissa) ** 2, 2 * fmt.mantissa_bits


def square_truncated(fmt: FloatFormat, mantissa: int, last: int) -> tuple[int, int]:
    """The square without partial products below ``2**-last``, and its bits of fraction."""
    m, fraction = fmt.mantissa_bits, max(fmt.mantissa_bits, last)
    total = ((1 << m) + 2 * mantissa) << (fraction - m)
    places = [place for place in range(1, m + 1) if mantissa >> (m - place) & 1]
    for i in places:
        for j in places:
            if i + j <= last:
                total += 1 << (fraction - i - j)
            elif i + j == last + 1 and i <= j:
                total += 1 << (fraction - last)
    return total, fraction
