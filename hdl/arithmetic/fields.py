"""Floating-point codes as words to shift, and shifts that remember what they lose."""

from dataclasses import dataclass

from amaranth import Cat, Const, Module, Value

from lmul.hdl.arithmetic.adders import bit_signal
from lmul.hdl.numbers.formats import FloatFormat

__all__ = ["FloatWord", "float_word", "special_flags"]


_NO = Const(0, 1)


@dataclass(frozen=True)
class FloatWord:
    """A code taken apart."""

    neg: Value
    exp: Value
    """The exponent field, 1 for subnormals too."""
    sig: Value
    """With the hidden bit."""
    special: Value
    """Inf or NaN."""
    nan: Value


def float_word(m: Module, code: Value, fmt: FloatFormat) -> FloatWord:
    """Take a code of an ``ieee`` or ``fn`` format apart, subnormals as they are."""
    man = code[: fmt.mantissa_bits]
    exp = code[fmt.mantissa_bits : fmt.magnitude_bits]
    hidden = bit_signal(m, exp.any())
    if fmt.has_inf:
        special = bit_signal(m, exp.all())
        nan = bit_signal(m, special & man.any())
    else:
        special = nan = bit_signal(m, code[: fmt.magnitude_bits].all())
    return FloatWord(
        neg=code[-1],
        exp=Cat(exp[0] | ~hidden, exp[1:]),
        sig=Cat(man, hidden),
        special=special,
        nan=nan,
    )


def special_flags(fmt: FloatFormat, code: Value) -> tuple[Value, Value]:
    """Whether a code is NaN, and whether it is an infinity."""
    man = code[: fmt.mantissa_bits]
    exp = code[fmt.mantissa_bits : fmt.magnitude_bits]
    match fmt.specials:
        case "ieee":
            return exp.all() & man.any(), exp.all() & ~man.any()
        case "fn":
            return code[: fmt.magnitude_bits].all(), Const(0, 1)
        case "fnuz":
            return code == fmt.sign_mask, Const(0, 1)
        case _:
            return Const(0, 1), Const(0, 1)
