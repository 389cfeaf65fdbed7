"""The exact accumulator: a two's-complement sum of products, none of them ever rounded."""

from amaranth import Cat, Module, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.align import Align
from lmul.hdl.operand import ProductLayout
from lmul.hdl.product_range import ProductRange
from lmul.hdl.ripple import bit_signal, full_adder

__all__ = ["AccumulateExact", "add_signed"]


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


def add_signed(
    m: Module, acc: Value, magnitude: Value, neg: Value, carry: Value | None = None
) -> Value:
    """``acc - magnitude`` where ``neg``, else ``acc + magnitude``; as wide as ``acc``.

    With ``carry`` given in place of ``neg``, ``acc + ~magnitude + carry`` where ``neg``.

    Above the magnitude's width only a carry or a borrow is left, at three gates a bit: it is
    passed on as "there is one", which changes the bit and goes on where that was 1 (a carry) or 0
    (a borrow).
    """
    low = len(magnitude)
    total = []
    carry = neg if carry is None else carry
    for bit, addend in zip(acc[:low], magnitude, strict=True):
        one, carry = full_adder(m, bit, bit_signal(m, addend ^ neg), carry)
        total.append(one)
    goes = bit_signal(m, carry ^ neg)
    for place in range(low, len(acc)):
        bit = acc[place]
        total.append(bit_signal(m, bit ^ goes))
        goes = bit_signal(m, goes & (bit ^ neg))
    return Cat(*total)
