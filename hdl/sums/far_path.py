"""The far path of a fast float sum: whatever loses at most one place at the top.

The lower word is shifted down. What is rounded is a choice of a sum and the sum plus 1, which are
made at once: no carry waits for another.
"""

from amaranth import Cat, Const, Module, Mux, Value

from lmul.hdl.arithmetic.adders import add, add_constant, bit_signal, choose
from lmul.hdl.arithmetic.prefix import compound_sum
from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.sums.float_sides import PathSum, Sides, at_top

__all__ = ["far_path"]


_EARLY = 3
"""Bits of the distance by which both words are shifted before it is known which is the lower one.
The last bits of a difference are there first."""


def far_path(m: Module, fmt: FloatFormat, sides: Sides) -> PathSum:
    """The sum, or a difference that begins in one of the first two places of the larger word."""
    kept = fmt.mantissa_bits + 1
    # Below the kept bits are those of one place more, of the place that rounds it, and of the rest.
    width = max(len(sides.sig) + 1, kept + 3)
    low = width - kept
    # The word that is not shifted is the one to negate where it may be the smaller one, or else
    # the other: of the two sums, one is the difference, rounded, or the complement of it.
    turned = bit_signal(m, sides.differ & sides.tiny)
    minus = bit_signal(m, sides.differ & ~sides.tiny)
    fixed = choose(m, sides.leads, at_top(sides.sig, width), at_top(sides.acc_sig, width))
    moved = Cat(bit_signal(m, bit ^ minus) for bit in _lowered(m, sides, width))
    *rest, carry = add(m, fixed[:low], moved[:low], minus)
    high = [bit_signal(m, bit ^ turned) for bit in fixed[low:]]
    # Half adders leave the last place with one bit, so that 2 may be added to it without a carry.
    halves = [bit_signal(m, a ^ b) for a, b in zip(high, moved[low:], strict=True)]
    twos = [bit_signal(m, a & b) for a, b in zip(high, moved[low:], strict=True)]
    plain, plus = compound_sum(m, Cat(*halves[1:], Const(0, 1)), Cat(*twos))
    first = halves[0]

    def total(one: Value, other: Value) -> list[Value]:
        """The places of the sum with two bits added to its last one."""
        more = bit_signal(m, (one & other) | (first & (one | other)))
        return [bit_signal(m, first ^ one ^ other), *choose(m, more, plus[:kept], plain[:kept])]

    before = total(carry, Const(0, 1))
    odd, top, out = before[0], before[-2], before[-1]
    guard, under, below = rest[-1], rest[-2], rest[:-2]
    below = bit_signal(m, Cat(*below).any())
    # Rounded where the first bit of the sum is in its place, one place above, one below it.
    still = total(carry, bit_signal(m, guard & (under | below | odd)))
    up = bit_signal(m, under & (below | guard))
    raised = [bit_signal(m, guard ^ up), *total(carry, bit_signal(m, guard & up))]
    sticky = bit_signal(m, guard | under | below)
    lowered = total(carry, bit_signal(m, odd & (sticky | before[1])))[1:]
    # The moved word less the fixed one, rounded where it is positive; else its complement.
    round_up = bit_signal(m, guard & (under | below | ~first))
    positive = total(Const(1, 1), Const(0, 1))[-1]
    tiny = choose(
        m, positive, Cat(*total(Const(1, 1), round_up)), ~Cat(*total(Const(0, 1), round_up))
    )

    field = choose(m, sides.leads, sides.field, sides.acc_field)
    rises = bit_signal(m, sides.differ & ~turned & ~top & (field != 1))
    falls = bit_signal(m, ~sides.differ & out)
    stands = bit_signal(m, ~(turned | rises | falls))
    words = ((turned, tiny), (rises, raised), (falls, lowered), (stands, still))
    mantissa = [
        bit_signal(m, Cat(is_it & word[place] for is_it, word in words).any())
        for place in range(fmt.mantissa_bits)
    ]
    # A difference carries out of its top place, always, and a rounded one twice or not at all.
    overflows = bit_signal(m, still[-1] ^ sides.differ)
    exponent, beyond = _exponent(
        m,
        fmt,
        field,
        more=bit_signal(m, falls | (stands & overflows)),
        less=bit_signal(m, rises & ~raised[-2]),
        none=bit_signal(m, (turned & ~tiny[kept - 1]) | (stands & ~overflows & ~still[kept - 1])),
    )
    # No difference is +0, nor is a sum of zeros.
    equal = turned & Cat(*halves).all() & ~sticky
    zero = bit_signal(m, equal | (sides.stays & ~sides.acc_sig.any()))
    neg = Mux(bit_signal(m, Mux(turned, positive, sides.leads)), sides.neg, sides.acc_neg)
    return PathSum(Cat(*mantissa, exponent), bit_signal(m, neg & ~zero), beyond)


def _exponent(
    m: Module, fmt: FloatFormat, field: Value, more: Value, less: Value, none: Value
) -> tuple[Value, Value]:
    """A field, plus 1 or less 1, or 0; and whether it is beyond those of finite numbers."""
    bits = fmt.exponent_bits
    words = []
    for step in (1, -1, 0):
        word = add_constant(m, field, step) if step else field
        full = word[:bits].all() if fmt.has_inf else Const(0, 1)
        beyond = (word[bits:].any() | full) & ~word[-1]
        words.append(Cat(word[:bits], bit_signal(m, beyond)))
    chosen = choose(m, more, words[0], choose(m, less, words[1], words[2]))
    word = Cat(bit_signal(m, bit & ~none) for bit in chosen)
    return word[:-1], word[-1]


def _lowered(m: Module, sides: Sides, width: int) -> Value:
    """The word that lies lower, shifted down, its last bit set where anything is lost.

    Zero where the sum stays as it is.
    """
    spare = (1 << _EARLY) - 1
    distance = sides.distance
    below = distance[-1]
    # A negative distance is one more than its complement: the product starts a place lower.
    product = at_top(Cat(sides.sig, Const(0, 1)), width + spare + 1)[1:]
    total = at_top(sides.acc_sig, width + spare)
    for stage in range(_EARLY):
        product = _down(m, product, ~distance[stage], 1 << stage)
        total = _down(m, total, distance[stage], 1 << stage)
    word = choose(m, below, product, total)
    places = [bit_signal(m, bit ^ below) for bit in distance[:-1]]
    stages = width.bit_length()
    lost = [word[:spare].any()]
    word = word[spare:]
    for stage in range(_EARLY, stages):
        lost.append(places[stage] & word[: 1 << stage].any())
        word = _down(m, word, places[stage], 1 << stage)
    far = bit_signal(m, Cat(*places[stages:]).any())
    lost.append(far & word.any())
    gone = bit_signal(m, far | sides.stays)
    word = [bit_signal(m, bit & ~gone) for bit in word]
    return Cat(word[0] | (Cat(*lost).any() & ~sides.stays), *word[1:])


def _down(m: Module, word: Value, by: Value, places: int) -> Value:
    places = min(places, len(word))
    return choose(m, by, Cat(word[places:], Const(0, places)), word)
