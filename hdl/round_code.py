"""Round a significand with its exponent to a code: nearest even, gradual underflow, once."""

from amaranth import Cat, Const, Module, Mux, Value

from lmul.hdl.formats import FloatFormat
from lmul.hdl.policy import Overflow
from lmul.hdl.ripple import add, add_constant, at_least, bit_signal

__all__ = ["round_code", "round_word", "shift_to_top"]


def round_word(
    m: Module,
    fmt: FloatFormat,
    overflow: Overflow,
    exponent: Value,
    word: Value,
    special: Value | None = None,
) -> Value:
    """The magnitude code nearest to ``word``, wherever its highest set bit is.

    Parameters
    ----------
    m, fmt, overflow, special
        As for :func:`round_code`.
    exponent : Value
        The exponent field of the word's highest bit, less 1; unsigned.
    word : Value
        The significand, at least ``m + 2`` bits.
    """
    shifted, places = shift_to_top(m, word, exponent)
    width = max(len(exponent), len(places))
    exponent = Cat(exponent, Const(0, width - len(exponent)))
    places = Cat(places, Const(0, width - len(places)))
    exponent = add(m, exponent, ~places, Const(1, 1))[:width]
    return round_code(m, fmt, overflow, exponent, shifted, special)


def shift_to_top(m: Module, word: Value, most: Value) -> tuple[Value, Value]:
    """Shift a word to the left until its highest bit is set, or by ``most`` places.

    In stages, the longest first: one shifts where its bits at the top are empty, and ``most`` still
    allows it.

    Returns
    -------
    tuple of Value
        The word, and by how many places it was shifted. A word of zeros stays one.
    """
    bits = list(word)
    stages = (len(bits) - 1).bit_length()
    limits = [*most[:stages], *[Const(0, 1)] * (stages - len(most))]
    # Once a stage is left out that ``most`` has, all that follow are allowed.
    free: Value = most[stages:].any() if len(most) > stages else Const(0, 1)
    places: list[Value] = []
    for stage in reversed(range(stages)):
        distance = 1 << stage
        top = len(bits) - distance
        empty = bit_signal(m, ~Cat(*bits[top:]).any())
        by = bit_signal(m, empty & (free | limits[stage]))
        free = bit_signal(m, free | limits[stage] & ~empty)
        below = [Const(0, 1)] * distance + bits
        bits = [
            # At the top all bits are zero where the shift takes place.
            bit_signal(m, bit | by & lower if place >= top else Mux(by, lower, bit))
            for place, (bit, lower) in enumerate(zip(bits, below, strict=False))
        ]
        places.insert(0, by)
    return Cat(*bits), Cat(*places)


def round_code(
    m: Module,
    fmt: FloatFormat,
    overflow: Overflow,
    exponent: Value,
    word: Value,
    special: Value | None = None,
) -> Value:
    """The magnitude code nearest to ``word``, ties to even.

    Parameters
    ----------
    m : Module
        Where intermediate signals are driven.
    fmt : FloatFormat
        Of the code.
    overflow : str
        What becomes of a value beyond the largest finite one, judged after rounding: as the
        policy's knob. ``wrap`` keeps the code modulo ``2**(e + m)``.
    exponent : Value
        The exponent field of the word's highest bit, less 1. It means nothing where that bit is 0,
        in a subnormal or a zero.
    word : Value
        The significand, at least ``m + 2`` bits.
    special : Value or None
        Where it is 1, exponent and word are those of Inf or NaN, and become its code.
    """
    bits = fmt.mantissa_bits
    hidden, kept = word[-1], word[-1 - bits : -1]
    guard, rest = word[-2 - bits], word[: -2 - bits]
    up = bit_signal(m, guard & (kept[0] | rest.any()))
    rounded = add_constant(m, Cat(kept, Const(0, 1)), 0, up)
    room = max(fmt.exponent_bits, len(exponent)) + 1
    field = [bit_signal(m, bit & hidden) for bit in exponent]
    field += [Const(0, 1)] * (room - len(field))
    # The leading one, shifted in place, makes up for the exponent's missing 1.
    field = add(m, field, [hidden, *[Const(0, 1)] * (room - 1)], rounded[bits])[:room]
    code = Cat(rounded[:bits], field)
    magnitude = code[: fmt.magnitude_bits]
    if overflow == "wrap":
        return magnitude
    beyond = at_least(m, code, fmt.max_code + 1)
    if special is not None:
        beyond = beyond & ~special
    limit = fmt.max_code
    if overflow == "nonsaturating":
        limit = fmt.inf_code if fmt.has_inf else fmt.nan_code if fmt.has_nan else fmt.max_code
    assert limit is not None
    return Mux(bit_signal(m, beyond), limit & fmt.magnitude_mask, magnitude)
