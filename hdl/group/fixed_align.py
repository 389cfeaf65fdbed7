"""A product shifted to its place in a fixed-point sum."""

from amaranth import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.arithmetic.shifters import shift_left
from lmul.hdl.products.operand import ProductLayout

__all__ = ["FixedAlign"]


class FixedAlign(wiring.Component):
    """A product's significand in its place among the bits of an exact sum.

    Combinational.

    Parameters
    ----------
    layout : ProductLayout
        Of the product unit in front, whose ``exp`` starts at 0.
    lsb : int
        The last bit kept is worth ``2**lsb``; no product has a bit below it.
    width : int
        Bits of the largest product.

    Members
    -------
    p : In(ProductLayout)
    magnitude : Out(width)
    """

    def __init__(self, layout: ProductLayout, lsb: int, width: int) -> None:
        self.layout = layout
        self.lsb = lsb
        self.width = width
        super().__init__({"p": In(layout), "magnitude": Out(width)})

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        # Bits below the smallest product bit exist in no product, only in the shifter.
        below = self.layout.exp_bias + self.lsb
        p = self.p
        word = shift_left(m, p.sig, p.exp, below, below + self.width, p.zero)
        m.d.comb += self.magnitude.eq(word)
        return m
