"""The floating-point accumulator: a sum rounded after each addition, of a product or a group."""

from collections.abc import Sequence

from amaranth import Cat, Const, Module, Mux, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.arithmetic.adders import add, add_constant, bit_signal, choose
from lmul.hdl.arithmetic.delay import Cuts
from lmul.hdl.arithmetic.fields import FloatWord, float_word
from lmul.hdl.arithmetic.form import form
from lmul.hdl.arithmetic.rounding import overflow_code, round_word
from lmul.hdl.arithmetic.shifters import shift_right_sticky
from lmul.hdl.group.product import AlignedGroup
from lmul.hdl.group.word import GroupWord
from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.policy import Overflow
from lmul.hdl.products.operand import ProductLayout
from lmul.hdl.sums.far_path import far_path
from lmul.hdl.sums.float_sides import beside
from lmul.hdl.sums.near_path import near_path

__all__ = ["AccumulateFloat", "AccumulateGroup"]


# Below both significands, beside one for each integer bit of the product's. Where places of the
# smaller one are lost, it starts at least 4 below the larger one's top, and the difference at most
# 1 (with two integer bits 5, and 2): the guard bit stays above the sticky one.
_GUARD_BITS = 2


class AccumulateFloat(wiring.Component):
    """The next sum of an unrounded product and a sum: one addition, rounded once.

    To nearest even, with gradual underflow. Once Inf (or NaN, where there is no Inf), a sum stays
    so.

    Combinational, or with registers on the way; the register that keeps a sum is the PE's. In the
    form ``fastest`` a sum without registers is made in two paths.

    Parameters
    ----------
    layout : ProductLayout
        Of the product unit in front.
    fmt : FloatFormat
        Of the sum.
    overflow : str
        The policy's knob.
    cuts : sequence of str
        Where registers stand, in their order on the way: ``"placed"``, behind the shift to the
        larger exponent; ``"total"``, behind the addition; ``"absolute"``, where the sum's magnitude
        is there; ``"shifting"``, half way through its normalising; ``"shifted"``, behind that;
        ``"rounded"``, before the exponent is added to the rounded mantissa.

    Members
    -------
    p : In(ProductLayout)
    acc, total : In(width), Out(width)
        Codes.
    en : In(1)
        Where there are registers: while it is 0, they hold.
    """

    def __init__(
        self,
        layout: ProductLayout,
        fmt: FloatFormat,
        overflow: Overflow,
        cuts: Sequence[str] = (),
    ) -> None:
        self.layout = layout
        self.fmt = fmt
        self.overflow: Overflow = overflow
        self.cuts = cuts
        ports = {"p": In(layout), "acc": In(fmt.width), "total": Out(fmt.width)}
        super().__init__(ports | Cuts.ports(cuts))

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        fmt, p, cuts = self.fmt, self.p, Cuts.of(self, self.cuts)
        acc = float_word(m, Value.cast(self.acc), fmt)
        if form() == "fastest" and not self.cuts:
            m.d.comb += self.total.eq(self._in_two_paths(m, acc))
            return m
        width = max(len(p.sig), len(acc.sig)) + _GUARD_BITS + self.layout.integer_bits

        # The exponent fields of the highest bits, in the sum's format.
        highest = len(p.sig) - 1 - self.layout.exp_bias + fmt.bias
        bits = max(len(p.exp), fmt.exponent_bits, highest.bit_length()) + 2
        field = add_constant(m, _widened(p.exp, bits), highest)
        acc_field = _widened(acc.exp, bits)
        distance = add(m, field, ~acc_field, Const(1, 1))[:bits]
        below = distance[-1]
        # Where the sum is special or the product zero, the sum stays as it is.
        stays = bit_signal(m, acc.special | p.zero)
        leads = bit_signal(m, ~(below | stays))
        product = Cat(Const(0, width - len(p.sig)), p.sig)
        sum_before = Cat(Const(0, width - len(acc.sig)), acc.sig)
        larger = choose(m, leads, product, sum_before)
        # A negative distance is one more than its complement: the product starts a place lower.
        smaller = choose(m, leads, sum_before, Cat(product[1:], Const(0, 1)))
        places = distance[:-1] ^ below.replicate(bits - 1)
        shifted = shift_right_sticky(m, smaller, places, stays)

        differ = bit_signal(m, acc.neg ^ p.neg)
        neg = acc.neg ^ (leads & differ)
        larger, shifted, differ, neg, special = cuts.at(
            m, "placed", larger=larger, smaller=shifted, differ=differ, neg=neg, special=acc.special
        )
        leads, field, acc_field = cuts.at(m, "placed", leads=leads, field=field, acc=acc_field)
        total = add(m, larger, shifted ^ differ.replicate(width), differ)
        total, neg, differ, special = cuts.at(
            m, "total", sum=total, neg=neg, differ=differ, special=special
        )
        # Where the larger exponent belongs to a smaller significand, the difference is negative.
        flips = bit_signal(m, differ & ~total[-1])
        if "absolute" in cuts:  # no carry waits for the sign
            magnitude = choose(m, flips, add_constant(m, ~total[:-1], 1), total[:-1])
        else:
            magnitude = add_constant(m, total[:-1] ^ flips.replicate(width), 0, flips)
        word = Cat(magnitude, bit_signal(m, total[-1] & ~differ))
        # The word's highest bit is one above both significands.
        exponent = choose(m, leads, field, acc_field)[: bits - 1]
        (exponent,) = cuts.at(m, "total", exponent=exponent)
        word, exponent, neg, special = cuts.at(
            m, "absolute", word=word, exponent=exponent, neg=neg ^ flips, special=special
        )
        for place in ("shifting", "shifted", "rounded"):
            (special,) = cuts.at(m, place, special=special)
        code = round_word(m, fmt, self.overflow, exponent, word, special, cuts)
        # An exact difference of zero is +0.
        neg = bit_signal(m, neg & word.any())
        for place in ("shifting", "shifted", "rounded"):
            (neg,) = cuts.at(m, place, neg=neg)
        m.d.comb += self.total.eq(Cat(code, neg))
        return m

    def _in_two_paths(self, m: Module, acc: FloatWord) -> Value:
        """The same in two paths with one long shift each, and no carry after another."""
        fmt = self.fmt
        sides = beside(m, self.layout, fmt, self.p, acc)
        near, fits = near_path(m, fmt, sides)
        far = far_path(m, fmt, sides)
        code = choose(m, fits, near.code, far.code)
        neg = bit_signal(m, Mux(fits, near.neg, far.neg))
        if self.overflow != "wrap":
            beyond = Mux(fits, near.beyond, far.beyond)
            if fmt.specials == "fn":
                beyond = beyond | code.all()
            limit = Const(overflow_code(fmt, self.overflow), fmt.magnitude_bits)
            code = choose(m, bit_signal(m, beyond & ~acc.special), limit, code)
        return Cat(code, neg)


class AccumulateGroup(wiring.Component):
    """The next sum of a group of products and a sum: one addition, rounded once.

    Combinational; the register is the PE's.

    Parameters
    ----------
    group : AlignedGroup
        In front.
    fmt : FloatFormat
        Of the sum.
    overflow : str
        The policy's knob.

    Members
    -------
    p : In(group.product_layout)
    acc, total : In(width), Out(width)
        Codes.
    """

    def __init__(self, group: AlignedGroup, fmt: FloatFormat, overflow: Overflow) -> None:
        self._word = GroupWord(group.core)
        self._accumulate = AccumulateFloat(self._word.layout, fmt, overflow)
        super().__init__(
            {"p": In(group.product_layout), "acc": In(fmt.width), "total": Out(fmt.width)}
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        m.submodules.word = word = self._word
        m.submodules.accumulate = accumulate = self._accumulate
        m.d.comb += [
            word.exp.eq(self.p.exp),
            word.sum.eq(self.p.sum),
            *(accumulate.p[name].eq(word.p[name]) for name, _ in word.layout),
            accumulate.acc.eq(self.acc),
            self.total.eq(accumulate.total),
        ]
        return m


def _widened(word: Value, width: int) -> Value:
    return Cat(word, Const(0, width - len(word)))
