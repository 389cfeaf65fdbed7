"""Fixed-point accumulators: the exact sum, and a window of it."""

from amaranth import Cat, Const, Module, Mux, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.arithmetic.adders import add_signed, bit_signal
from lmul.hdl.group.fixed_align import FixedAlign
from lmul.hdl.group.product import ExactGroup, WindowGroup
from lmul.hdl.group.window_align import window_place
from lmul.hdl.numbers.product_range import ProductRange
from lmul.hdl.products.operand import ProductLayout

__all__ = ["AccumulateExact", "AccumulateExactGroup", "AccumulateWindow", "AccumulateWindowGroup"]


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
        m.submodules.align = align = FixedAlign(self.layout, self.lsb, self.range.magnitude_bits)
        m.d.comb += [
            *(align.p[name].eq(self.p[name]) for name, _ in self.layout),
            self.total.eq(add_signed(m, self.acc, align.magnitude, self.p.neg)),
        ]
        return m


class AccumulateExactGroup(wiring.Component):
    """The next sum of a group's sum and a sum.

    Combinational; the register is the PE's.

    Parameters
    ----------
    group : ExactGroup
        In front.
    width : int
        Of the sum, wider than the group's.

    Members
    -------
    p : In(group.product_layout)
    acc, total : In(signed(width)), Out(signed(width))
        In the group's units.
    """

    def __init__(self, group: ExactGroup, width: int) -> None:
        shape = signed(width)
        super().__init__({"p": In(group.product_layout), "acc": In(shape), "total": Out(shape)})

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        word = Value.cast(self.p.sum)
        neg = word[-1]
        # A negative sum's complement is one less than its magnitude: no carry goes in.
        magnitude = word[:-1] ^ neg.replicate(len(word) - 1)
        m.d.comb += self.total.eq(add_signed(m, self.acc, magnitude, neg, Const(0, 1)))
        return m


class AccumulateWindow(wiring.Component):
    """The next sum of a product and a sum, both in a window of bits.

    A product's bits below the window are cut toward minus infinity. A sum that leaves the window
    stays at its end.

    Combinational; the registers are the PE's.

    Parameters
    ----------
    layout : ProductLayout
        Of the product unit in front.
    width, lsb : int
        The window: ``width`` bits of two's complement from ``2**lsb`` up.

    Members
    -------
    p : In(ProductLayout)
    acc : In(signed)
    total : Out(signed)
    overflow : Out(1)
        The sum has left the window.
    """

    def __init__(self, layout: ProductLayout, width: int, lsb: int) -> None:
        self.layout = layout
        self.width = width
        self.lsb = lsb
        super().__init__(
            {
                "p": In(layout),
                "acc": In(signed(width)),
                "total": Out(signed(width)),
                "overflow": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        width = self.width
        inside, cut, beyond = window_place(m, self.layout, self.p, self.width, self.lsb)
        neg = self.p.neg
        # Two bits more than the window hold its sum with a product of its whole width.
        acc = Value.cast(self.acc).as_unsigned()
        acc = Cat(acc, acc[-1], acc[-1])
        total = add_signed(m, acc, inside, neg, bit_signal(m, neg & ~cut))
        top = total[width - 1 :]
        leaves = bit_signal(m, beyond | (top.any() & ~top.all()))
        below = bit_signal(m, Mux(beyond, neg, total[-1]))
        end = Cat((~below).replicate(width - 1), below)
        m.d.comb += [self.overflow.eq(leaves), self.total.eq(Mux(leaves, end, total[:width]))]
        return m


class AccumulateWindowGroup(wiring.Component):
    """The next sum of a group's sum and a sum in a window, at whose ends it stays.

    Combinational; the registers are the PE's.

    Parameters
    ----------
    group : WindowGroup
        In front.

    Members
    -------
    p : In(group.product_layout)
    acc, total : In(signed(width)), Out(signed(width))
        In units of the window's last bit.
    overflow : Out(1)
        The sum has left the window, or a product is beyond twice the window.
    """

    def __init__(self, group: WindowGroup) -> None:
        self.width = group.width
        shape = signed(group.width)
        ports = {"acc": In(shape), "total": Out(shape), "overflow": Out(1)}
        super().__init__({"p": In(group.product_layout)} | ports)

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        word, acc = Value.cast(self.p.sum), Value.cast(self.acc)
        neg, sign = word[-1], acc[-1]
        magnitude = word[:-1] ^ neg.replicate(len(word) - 1)
        wide = Cat(acc, sign.replicate(len(word) + 1 - self.width))
        # A negative sum's complement is one less than its magnitude: no carry goes in.
        total = add_signed(m, wide, magnitude, neg, Const(0, 1))
        top, below = total[self.width - 1 :], total[-1]
        leaves = bit_signal(m, top.any() & ~top.all())
        end = Cat((~below).replicate(self.width - 1), below)
        m.d.comb += [
            self.overflow.eq(leaves | self.p.beyond),
            self.total.eq(Mux(leaves, end, total[: self.width])),
        ]
        return m
