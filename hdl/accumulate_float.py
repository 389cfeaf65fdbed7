"""The floating-point accumulator: a sum rounded after each addition."""

from amaranth import Cat, Const, Module, Mux, Signal, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.float_word import float_word, shift_right_sticky
from lmul.hdl.formats import FloatFormat
from lmul.hdl.operand import ProductLayout
from lmul.hdl.policy import Overflow
from lmul.hdl.ripple import bit_signal
from lmul.hdl.round_code import leading_zeros, round_code

__all__ = ["AccumulateFloat"]

# Below both significands. The lost part of the smaller one is at least 4 places below the larger
# one's top, so the difference has its top at most 2 places lower (3 with a significand that is
# not normalised): its guard bit stays above the sticky one.
_GUARD_BITS = 5


class AccumulateFloat(wiring.Component):
    """The next sum of an unrounded product and a sum: one addition, rounded once.

    To nearest even, with gradual underflow. Once Inf (or NaN, where there is no Inf), a sum stays
    so.

    Combinational; the register is the PE's.

    Parameters
    ----------
    layout : ProductLayout
        Of the product unit in front.
    fmt : FloatFormat
        Of the sum.
    overflow : str
        The policy's knob.

    Members
    -------
    p : In(ProductLayout)
    acc, total : In(width), Out(width)
        Codes.
    """

    def __init__(self, layout: ProductLayout, fmt: FloatFormat, overflow: Overflow) -> None:
        self.layout = layout
        self.fmt = fmt
        self.overflow: Overflow = overflow
        super().__init__({"p": In(layout), "acc": In(fmt.width), "total": Out(fmt.width)})

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        fmt = self.fmt
        sig = self.p.sig & (~self.p.zero).replicate(len(self.p.sig))
        acc = float_word(m, self.acc, fmt)
        width = max(len(sig), len(acc.sig)) + _GUARD_BITS

        # The exponent fields of the highest bits, in the sum's format.
        highest = len(sig) - 1 - self.layout.exp_bias + fmt.bias
        bits = max(len(self.p.exp), fmt.exponent_bits, highest.bit_length()) + 2
        field = Signal(signed(bits))
        distance = Signal(signed(bits + 1))
        leads = Signal()
        m.d.comb += [
            field.eq(self.p.exp + highest),
            distance.eq(field - acc.exp),
            leads.eq((distance >= 0) & sig.any()),
        ]
        product = Cat(Const(0, width - len(sig)), sig)
        sum_before = Cat(Const(0, width - len(acc.sig)), acc.sig)
        larger, smaller = Signal(width), Signal(width)
        places = Signal(bits)
        m.d.comb += [
            larger.eq(Mux(leads, product, sum_before)),
            smaller.eq(Mux(leads, sum_before, product)),
            places.eq(Mux(leads, distance, -distance)),
        ]
        shifted = shift_right_sticky(m, smaller, places)
        differ = bit_signal(m, acc.neg ^ self.p.neg)
        # Where the larger exponent belongs to a smaller significand, the difference is negative.
        total = Signal(signed(width + 2))
        m.d.comb += total.eq(Mux(differ, larger - shifted, larger + shifted))
        flips = bit_signal(m, total[-1])
        magnitude = Signal(width + 1)
        m.d.comb += magnitude.eq(Mux(flips, -total, total))
        neg = bit_signal(m, Mux(leads, self.p.neg, acc.neg) ^ flips)

        top = Signal(bits)  # of the word's highest bit, one above both significands; at least 2
        m.d.comb += top.eq(Mux(leads, field, acc.exp) + 1)
        zeros = leading_zeros(m, magnitude)
        shift = Signal(len(zeros))
        exponent = Signal(bits)
        m.d.comb += [
            # A subnormal's exponent field is that of the smallest normal number.
            shift.eq(Mux(zeros < top, zeros, top - 1)),
            exponent.eq(top - shift),
        ]
        word = (magnitude << shift)[: width + 1]
        code = round_code(m, fmt, self.overflow, exponent, word)
        # Of an exact difference of zero neither the exponent nor the sign is anything.
        some = bit_signal(m, magnitude.any())
        rounded = Cat(code, neg) & some.replicate(fmt.width)
        m.d.comb += self.total.eq(Mux(acc.special, self.acc, rounded))
        return m
