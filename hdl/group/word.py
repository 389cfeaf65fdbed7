"""A group's sum, ready to be added to a floating-point accumulator."""

from collections.abc import Sequence

from amaranth import Cat, Const, Module, Shape, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.arithmetic.adders import add, add_constant, choose
from lmul.hdl.arithmetic.delay import Cuts
from lmul.hdl.arithmetic.shifters import shift_to_top
from lmul.hdl.group.core import GroupCore
from lmul.hdl.products.operand import ProductLayout

__all__ = ["GroupWord"]


class GroupWord(wiring.Component):
    """A group's sum as an unrounded product: its magnitude shifted up until the first bit is 1.

    Combinational, or with registers where the magnitude is there.

    Parameters
    ----------
    core : GroupCore
    cuts : sequence of str
        ``"magnitude"`` for registers there.

    Members
    -------
    exp, sum : In
        As the core's.
    p : Out(layout)
    en : In(1)
        Where there are registers: while it is 0, they hold.

    Attributes
    ----------
    layout : ProductLayout
    """

    def __init__(self, core: GroupCore, cuts: Sequence[str] = ()) -> None:
        self.cuts = cuts
        given = core.layout
        ports = core.signature.members
        total = ports["sum"].shape
        bits = Shape.cast(total).width - 1
        # The exponent counts from the lowest place that the sum's first bit can be shifted from.
        self._reach = (1 << (bits - 1).bit_length()) - 1
        largest = (1 << given.exponent_bits) - 1 + self._reach
        self.layout = ProductLayout(
            exponent_bits=largest.bit_length(),
            significand_bits=bits,
            fraction_bits=bits - 1,
            exp_bias=given.exp_bias - given.significand_bits + core.window + self._reach,
            marks_zero=True,
        )
        super().__init__(
            {"exp": In(ports["exp"].shape), "sum": In(total), "p": Out(self.layout)}
            | Cuts.ports(cuts)
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        total = Value.cast(self.sum).as_unsigned()
        neg = total[-1]
        if self.cuts:  # no carry waits for the sign
            magnitude = choose(m, neg, add_constant(m, ~total[:-1], 1), total[:-1])
        else:
            flipped = Signal(len(total) - 1)
            m.d.comb += flipped.eq(total[:-1] ^ neg.replicate(len(total) - 1))
            magnitude = add_constant(m, flipped, 0, neg)
        magnitude, neg, exp = Cuts.of(self, self.cuts).at(
            m, "magnitude", word=magnitude, neg=neg, exp=Value.cast(self.exp)
        )
        word, places = shift_to_top(m, magnitude, Const(self._reach, self._reach.bit_length()))
        width = self.layout.exponent_bits
        exp, up = (Cat(side, Const(0, width - len(side))) for side in (exp, ~places))
        m.d.comb += [
            self.p.neg.eq(neg),
            self.p.zero.eq(~word[-1]),
            self.p.sig.eq(word),
            self.p.exp.eq(add(m, exp, up)[:width]),
        ]
        return m
