"""The near path of a fast float sum: a difference of words at most one place apart.

Only such a difference can lose more than one place at the top, and it loses none at the bottom: it
is subtracted and shifted up. Where the product has no more bits than the sum it needs no rounding.
"""

from amaranth import Cat, Const, Module, Mux, Value

from lmul.hdl.arithmetic.adders import add, add_constant, bit_signal, choose
from lmul.hdl.arithmetic.prefix import compound_sum, leading_zeros
from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.sums.float_sides import PathSum, Sides

__all__ = ["near_path"]


def near_path(m: Module, fmt: FloatFormat, sides: Sides) -> tuple[PathSum, Value]:
    """The difference of two words at most one place apart, and whether it is what is wanted.

    It is not where the first place is not lost: the far path rounds.
    """
    width = len(sides.sig)
    bits = fmt.exponent_bits
    # Of a distance from -1 to 1 the last two bits tell which.
    above = bit_signal(m, sides.distance[0] & ~sides.distance[1])
    below = bit_signal(m, sides.distance[0] & sides.distance[1])
    product = _raised(m, sides.sig, above)
    total = _raised(m, sides.acc_sig, below)
    less, difference = compound_sum(m, product, ~total)
    # It carries where the product is larger; where it does not, the complement is the difference.
    larger = bit_signal(m, less[-1])
    *word, first = choose(m, larger, difference[:-1], ~less[:-1])
    # All bits but the first count from the lower of both fields.
    field = choose(m, below, sides.field[:bits], sides.acc_field[:bits])
    # A 1 where the exponent ends: a bit there can come to the top, with an exponent of 1.
    ends = [bit_signal(m, field == width - place) for place in range(width)]
    count = leading_zeros(m, [bit | end for bit, end in zip(word, ends, strict=True)])
    shifted = Cat(*word)
    for stage in reversed(range(len(count))):
        moved = Cat(Const(0, min(1 << stage, width)), shifted[: max(width - (1 << stage), 0)])
        shifted = choose(m, count[stage], moved, shifted)
    count = Cat(count, Const(0, bits))[:bits]
    exponent = add(m, field, ~count, Const(1, 1))[:bits]
    # Below the top the exponent is 1, where it ended, but for a zero.
    equal = bit_signal(m, product == total)
    exponent = [exponent[0] & shifted[-1], *(bit & ~equal for bit in exponent[1:])]
    dropped = width - 1 - fmt.mantissa_bits
    code = Cat(shifted[dropped:-1], *exponent)
    beyond: Value = Const(0, 1)
    if dropped:
        up = shifted[dropped - 1] & (shifted[: dropped - 1].any() | shifted[dropped])
        *bits_of_code, carry = add_constant(m, Cat(code, Const(0, 1)), 0, bit_signal(m, up))
        code = Cat(*bits_of_code)
        full = code[fmt.mantissa_bits :].all() if fmt.has_inf else Const(0, 1)
        beyond = bit_signal(m, carry | full)
    neg = bit_signal(m, Mux(larger, sides.neg, sides.acc_neg) & ~equal)
    close = (
        ~sides.distance[1:].any()  # 0 or 1
        # A subnormal sum and a product below it, or one that gets there, are to be rounded.
        | (sides.distance.all() & (sides.acc_field != 1))
    )
    return PathSum(code, neg, beyond), bit_signal(m, sides.differ & close & ~first)


def _raised(m: Module, word: Value, up: Value) -> Value:
    """A word a bit wider, a place up where ``up``."""
    return choose(m, up, Cat(Const(0, 1), word), Cat(word, Const(0, 1)))
