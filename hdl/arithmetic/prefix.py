"""Parallel prefixes: a sum and the sum plus 1 by one carry tree, and leading zeros."""

from collections.abc import Sequence

from amaranth import Cat, Const, Module, Mux, Value

from lmul.hdl.arithmetic.adders import bit_signal

__all__ = ["compound_sum", "leading_zeros"]


def compound_sum(m: Module, a: Value, b: Value) -> tuple[Value, Value]:
    """``a + b`` and ``a + b + 1``, one bit wider than the two words of one width.

    Sklansky's tree: for each place whether the places up to it make a carry, and whether they
    pass one on. Both sums take their carries from it.
    """
    makes = [bit_signal(m, x & y) for x, y in zip(a, b, strict=True)]
    differs = [bit_signal(m, x ^ y) for x, y in zip(a, b, strict=True)]
    passes = [bit_signal(m, x | y) for x, y in zip(a, b, strict=True)]
    width, distance = len(makes), 1
    while distance < width:
        before = list(zip(makes, passes, strict=True))
        for place in range(width):
            if place & distance:
                below = (place & ~(distance - 1)) - 1
                makes[place] = bit_signal(m, makes[place] | passes[place] & before[below][0])
                passes[place] = bit_signal(m, makes[place] | passes[place] & before[below][1])
        distance *= 2
    # What passes a carry on or makes one is one word: it is the carry where 1 is added.
    return (
        Cat(differs[0], *(d ^ c for d, c in zip(differs[1:], makes, strict=False)), makes[-1]),
        Cat(~differs[0], *(d ^ c for d, c in zip(differs[1:], passes, strict=False)), passes[-1]),
    )


def leading_zeros(m: Module, word: Sequence[Value]) -> Value:
    """How many zeros are above the highest 1 of a word, by halves; means nothing where it is 0."""
    width = 1 << (len(word) - 1).bit_length()
    return _halves(m, [Const(0, 1)] * (width - len(word)) + [*word])[1]


def _halves(m: Module, bits: list[Value]) -> tuple[Value, Value]:
    """Whether any of a power of two of bits is 1, and the zeros above the highest."""
    if len(bits) == 1:
        return bits[0], Const(0, 0)
    middle = len(bits) // 2
    (low, low_count), (high, high_count) = (_halves(m, bits[:middle]), _halves(m, bits[middle:]))
    count = [bit_signal(m, Mux(high, a, b)) for a, b in zip(high_count, low_count, strict=True)]
    return bit_signal(m, low | high), Cat(*count, ~high)
