"""Align: a significand takes its place among the bits of a fixed-point word."""

from amaranth import Cat, Const, Module, Mux, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.operand import ProductLayout
from lmul.hdl.ripple import bit_signal

__all__ = ["Align", "shift_left"]


class Align(wiring.Component):
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
        word = shift_left(m, self.p.sig, self.p.exp, below, below + self.width)
        m.d.comb += self.magnitude.eq(word)
        return m


def shift_left(m: Module, word: Value, places: Value, low: int, high: int) -> Value:
    """Bits ``low`` to ``high - 1`` of ``word << places``.

    Stages from the shortest to the longest: the word grows as late as it can, and where only one
    of two shifts has a bit, an AND does for a multiplexer.

    Parameters
    ----------
    m : Module
        Where intermediate signals are driven.
    word, places : Value
        Unsigned.
    low, high : int
        What is kept; the caller knows that nothing is set above ``high``.
    """
    bits: list[Value] = list(word)
    for stage, by in enumerate(places):
        distance = 1 << stage
        shifted: list[Value] = []
        for place in range(min(len(bits) + distance, high)):
            stays = place < len(bits)
            moves = place >= distance
            if stays and moves:
                bit: Value = Mux(by, bits[place - distance], bits[place])
            elif stays:
                bit = bits[place] & ~by
            elif moves:
                bit = bits[place - distance] & by
            else:
                bit = Const(0, 1)
            shifted.append(bit_signal(m, bit))
        bits = shifted
    bits += [Const(0, 1)] * (high - len(bits))
    return Cat(*bits[low:high])
