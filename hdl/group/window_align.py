"""A product in its place in a window of bits, what is below cut away."""

from typing import Any

from amaranth import Cat, Const, Module, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.arithmetic.adders import add_constant, at_least, bit_signal
from lmul.hdl.arithmetic.shifters import shift_left
from lmul.hdl.products.operand import ProductLayout

__all__ = ["WindowAlign", "window_place"]


class WindowAlign(wiring.Component):
    """A product's magnitude among the bits of a window, and twice the window for what is beyond.

    Combinational.

    Parameters
    ----------
    layout : ProductLayout
        Of the product unit in front, whose ``exp`` starts at 0.
    width, lsb : int
        The window: ``width`` bits from ``2**lsb`` up.

    Members
    -------
    p : In(ProductLayout)
    magnitude : Out(width + 1)
        At most ``2**width``, in units of ``2**lsb``.
    cut : Out(1)
        A bit was below, and the product is not beyond.
    beyond : Out(1)
        The product is ``2**width`` units or more.
    """

    def __init__(self, layout: ProductLayout, width: int, lsb: int) -> None:
        self.layout = layout
        self.width = width
        self.lsb = lsb
        super().__init__(
            {"p": In(layout), "magnitude": Out(width + 1), "cut": Out(1), "beyond": Out(1)}
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        inside, cut, beyond = window_place(m, self.layout, self.p, self.width, self.lsb)
        m.d.comb += [
            self.magnitude.eq(Cat(inside & ~beyond.replicate(self.width), beyond)),
            self.cut.eq(cut & ~beyond),
            self.beyond.eq(beyond),
        ]
        return m


def window_place(
    m: Module, layout: ProductLayout, p: Any, width: int, lsb: int
) -> tuple[Value, Value, Value]:
    """A product's bits in a window, whether one is below it, whether one is above."""
    sig, exp = p.sig, p.exp
    below = layout.exp_bias + lsb  # the exp of a product whose last bit is the lsb
    # Where exp is smaller than that by the whole significand, nothing is left of it: from
    # there on shifts are counted.
    start = max(0, below - len(sig))
    low = below - start
    frame = low + width + len(sig)
    small: Value = Const(0, 1)
    if start:
        small = bit_signal(m, ~at_least(m, exp, start))
        exp = add_constant(m, exp, -start)
    most = (frame - 1).bit_length()
    far: Value = exp[most:].any() if len(exp) > most else Const(0, 1)
    if low < 0:  # no product has bits as low as the window's end
        sig, low = Cat(Const(0, -low), sig), 0
        frame = width + len(sig)
    places = exp[:most]
    reach = len(sig) + (1 << len(places)) - 1
    zero = p.zero
    outside = bit_signal(m, small | far | zero)
    word = shift_left(m, sig, places, 0, max(reach, low + width), outside)
    return (
        word[low : low + width],
        bit_signal(m, small & ~zero | word[:low].any()),
        bit_signal(m, far & ~small & ~zero | word[low + width :].any()),
    )
