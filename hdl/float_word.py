"""Floating-point codes as words to shift, and shifts that remember what they lose."""

from dataclasses import dataclass

from amaranth import Cat, Const, Module, Mux, Value

from lmul.hdl.formats import FloatFormat
from lmul.hdl.ripple import bit_signal

__all__ = ["FloatWord", "float_word", "shift_right_sticky"]


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


def shift_right_sticky(m: Module, word: Value, places: Value) -> Value:
    """``word >> places``, with the last bit set where anything was shifted out."""
    most = len(word).bit_length()
    lost: Value = Const(0, 1)
    if len(places) > most:
        far = bit_signal(m, places[most:].any())
        lost = bit_signal(m, far & word.any())
        word = Cat(bit_signal(m, bit & ~far) for bit in word)
        places = places[:most]
    for stage in reversed(range(len(places))):
        distance, by = 1 << stage, places[stage]
        lost = bit_signal(m, lost | (by & word[:distance].any()))
        padded = Cat(word, Const(0, distance))
        word = Cat(
            bit_signal(m, Mux(by, padded[place + distance], padded[place]))
            for place in range(len(word))
        )
    return Cat(word[0] | lost, word[1:])
