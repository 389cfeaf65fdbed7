"""Normalise: a subnormal's mantissa is shifted until its leading one is the hidden bit."""

from amaranth import Cat, Const, Module, Mux, Value

from lmul.hdl.arithmetic.adders import bit_signal

__all__ = ["normalize"]


# One-hot takes 13, 18, 31, 86 gates for e5m2, e4m3, e3m4, bf16; stages take 14, 18, 36, 75.
_MAX_ONE_HOT_BITS = 4


def normalize(
    m: Module, exp: Value, man: Value, width: int, normal: Value | None = None
) -> tuple[Value, Value]:
    """Exponent and mantissa fields as those of a normalised number.

    Parameters
    ----------
    m : Module
        Where intermediate signals are driven.
    exp, man : Value
        The code's fields, unsigned. Nothing is promised where both are zero.
    width : int
        Bits of the result's exponent, more than ``exp`` has and enough for ``1 - len(man)``.
    normal : Value or None
        Whether ``exp`` is not zero, where that is known already.

    Returns
    -------
    tuple of Value
        The exponent in two's complement, from ``1 - len(man)`` up; the mantissa without its
        leading one.
    """
    normal = bit_signal(m, exp.any() if normal is None else normal)
    if len(man) <= _MAX_ONE_HOT_BITS:
        return _by_place(m, exp, man, width, normal)
    return _by_stages(m, exp, man, width, normal)


def _by_place(m: Module, exp: Value, man: Value, width: int, normal: Value) -> tuple[Value, Value]:
    """Each place of the leading one selects what it makes of every bit."""
    bits = len(man)
    none_above: Value = bit_signal(m, ~normal)
    mantissa = [[bit & normal] for bit in man]
    lowered = [[bit] for bit in exp] + [[] for _ in range(width - len(exp))]
    for below in range(bits):  # the top place first; E = -below there
        place = bits - 1 - below
        # A zero needs no care: the last place is where the leading one is if nowhere else.
        here = bit_signal(m, none_above & man[place] if place else none_above)
        for source in range(place):
            mantissa[source + below + 1].append(here & man[source])
        for target, terms in enumerate(lowered):
            if -below >> target & 1:
                terms.append(here)
        none_above = bit_signal(m, none_above & ~man[place])
    return (
        Cat(Cat(*terms).any() if terms else Const(0, 1) for terms in lowered),
        Cat(Cat(*terms).any() for terms in mantissa),
    )


def _by_stages(m: Module, exp: Value, man: Value, width: int, normal: Value) -> tuple[Value, Value]:
    """A logarithmic shifter: as long as the top 2**k bits are zero, they are shifted out."""
    word: list[Value] = [*man, normal]
    bits = len(word)
    shifts: list[Value] = []
    for stage in reversed(range((bits - 1).bit_length())):
        distance = 1 << stage
        empty = bit_signal(m, ~Cat(*word[bits - distance :]).any())
        shifts.insert(0, empty)
        below = [Const(0, 1)] * distance + word
        word = [
            # Bits that are zero where the shift takes place need no multiplexer.
            bit_signal(
                m, bit | empty & lower if place >= bits - distance else Mux(empty, lower, bit)
            )
            for place, (bit, lower) in enumerate(zip(word, below, strict=False))
        ]
    # E = 1 - shift where exp is zero: a negation of shift / 2, and the last bit by itself
    exponent = [exp[0] | ~(normal | shifts[0])]
    borrow: Value = Const(0, 1)
    for place in range(1, width):
        bit = borrow
        if place < len(shifts):
            bit = bit_signal(m, shifts[place] ^ borrow)
            borrow = bit_signal(m, shifts[place] | borrow)
        exponent.append(exp[place] | bit if place < len(exp) else bit)
    return Cat(*exponent), Cat(*word[:-1])
