"""Floating-point codes as words to shift, and shifts that remember what they lose."""

from dataclasses import dataclass

from amaranth import Cat, Const, Module, Value

from lmul.hdl.formats import FloatFormat
from lmul.hdl.ripple import bit_signal

__all__ = ["FloatWord", "float_word", "shift_right_sticky"]

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


def shift_right_sticky(m: Module, word: Value, places: Value, nothing: Value = _NO) -> Value:
    """``word >> places``, with the last bit set where anything was shifted out.

    In stages, the longest first. Where ``nothing`` is 1, the word is taken for 0.
    """
    stages = len(word).bit_length()
    far: Value = bit_signal(m, places[stages:].any()) if len(places) > stages else _NO
    gone = bit_signal(m, far | nothing)
    lost: Value = _NO
    for stage in reversed(range(min(stages, len(places)))):
        distance, by = 1 << stage, places[stage]
        lost = bit_signal(m, lost | ((by | far) & word[:distance].any()))
        if stage == stages - 1:
            lost = bit_signal(m, lost | (far & word[distance:].any()))
        # The first stage selects neither the one nor the other of what is gone.
        moves, stays = bit_signal(m, by & ~gone), bit_signal(m, ~(by | gone))
        padded = Cat(word, Const(0, distance))
        word = Cat(
            bit_signal(m, (padded[place + distance] & moves) | (word[place] & stays))
            for place in range(len(word))
        )
        far = gone = _NO
    return Cat(word[0] | (lost & ~nothing), word[1:])
