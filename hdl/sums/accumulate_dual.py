"""The exact sum in a narrow register, with wide ones beside it that are written when they change.

Published as dMAC of MGS (arXiv 2504.09072), which sorts products by exponent into narrow
accumulators. Here the sum is one word, the exact accumulator's, cut into parts.
"""

from amaranth import Cat, Module, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.arithmetic.adders import add, add_signed, bit_signal
from lmul.hdl.group.fixed_align import FixedAlign
from lmul.hdl.numbers.product_range import ProductRange
from lmul.hdl.numbers.sum_parts import SumParts
from lmul.hdl.products.operand import ProductLayout

__all__ = ["AccumulateDual"]


class AccumulateDual(wiring.Component):
    """The next sum of a product and a sum, and which of the sum's parts differ from the last ones.

    Combinational; the registers are the PE's. The part above changes where the product reaches
    into it, or the narrow part carries or borrows; the part below where the product does.

    Parameters
    ----------
    layout : ProductLayout
        Of the product unit in front, whose ``exp`` starts at 0.
    range : ProductRange
        Of its products: the sum's lsb is the smallest product bit.
    parts : SumParts
        Of the sum.

    Members
    -------
    p : In(ProductLayout)
    acc : In(signed)
    total : Out(signed)
        ``acc + p``, in units of ``2**lsb``.
    above, below : Out(1)
        That part of ``total`` is not that of ``acc``. ``below`` only where there is such a part.
    """

    def __init__(self, layout: ProductLayout, range: ProductRange, parts: SumParts) -> None:
        self.layout = layout
        self.range = range
        self.parts = parts
        shape = signed(parts.width)
        writes = {name: Out(1) for name in parts.rare}
        super().__init__({"p": In(layout), "acc": In(shape), "total": Out(shape), **writes})

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        bits = self.range.magnitude_bits
        m.submodules.align = align = FixedAlign(self.layout, self.range.lsb, bits)
        m.d.comb += [align.p[name].eq(self.p[name]) for name, _ in self.layout]
        acc, magnitude = Value.cast(self.acc).as_unsigned(), align.magnitude
        start, stop = self.parts.start, self.parts.stop
        neg: Value = self.p.neg
        low: list[Value] = []
        carry = neg
        if start:
            # Nothing of the product here: neither a bit nor a borrow moves.
            reaches = bit_signal(m, magnitude[:start].any())
            takes = bit_signal(m, neg & reaches)
            *low, out = add(m, acc[:start], magnitude[:start] ^ takes.replicate(start), takes)
            carry = bit_signal(m, out | neg & ~reaches)
            m.d.comb += self.below.eq(reaches)
        addend = magnitude[start:stop] ^ neg.replicate(stop - start)
        *middle, carry = add(m, acc[start:stop], addend, carry)
        top = magnitude[stop:]
        m.d.comb += [
            self.above.eq(top.any() | (carry ^ neg)),
            self.total.eq(Cat(*low, *middle, add_signed(m, acc[stop:], top, neg, carry))),
        ]
        return m
