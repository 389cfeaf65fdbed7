"""The exact accumulator: a two's-complement sum of products, none of them ever rounded."""

from amaranth import Module, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.align import Align
from lmul.hdl.operand import ProductLayout
from lmul.hdl.product_range import ProductRange
from lmul.hdl.signed_sum import add_signed

__all__ = ["AccumulateExact"]


class AccumulateExact(wiring.Component):
    """The next sum of a product and a sum.

    Combinational; the register is the PE's.

    Parameters
    ----------
    layout : ProductLayout
        Of the product unit in front, whose ``exp`` starts at 0.
    range : ProductRange
        Of its products: the sum's lsb is the smallest product bit.
    k_max : int
        So many of the largest products fit.

    Members
    -------
    p : In(ProductLayout)
    acc : In(signed)
    total : Out(signed)
        ``acc + p``, in units of ``2**lsb``.

    Attributes
    ----------
    width, lsb : int
        Of the sum.
    """

    def __init__(self, layout: ProductLayout, range: ProductRange, k_max: int) -> None:
        self.layout = layout
        self.range = range
        self.width = range.accumulator_bits(k_max)
        self.lsb = range.lsb
        super().__init__(
            {"p": In(layout), "acc": In(signed(self.width)), "total": Out(signed(self.width))}
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        m.submodules.align = align = Align(self.layout, self.lsb, self.range.magnitude_bits)
        m.d.comb += [
            *(align.p[name].eq(self.p[name]) for name, _ in self.layout),
            self.total.eq(add_signed(m, self.acc, align.magnitude, self.p.neg)),
        ]
        return m
