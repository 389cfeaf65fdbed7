"""A group of products, their significands shifted to the largest exponent among them."""

from collections.abc import Sequence

from amaranth import Cat, Const, Module, Value
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.arithmetic.adders import add, bit_signal
from lmul.hdl.arithmetic.shifters import shift_right_sticky
from lmul.hdl.products.operand import ProductLayout

__all__ = ["Align"]


class Align(wiring.Component):
    """Shift each product's significand to the largest exponent's.

    Combinational.

    Parameters
    ----------
    layout : ProductLayout
        Of each product; it marks zeros.
    terms : int
        N: products.
    window : int
        W: bits of a shifted significand that are kept; the first is the first of a significand
        with the largest exponent.
    sticky : bool
        The last bit kept is set where any was shifted out of the window, else those are cut.

    Members
    -------
    p : In(ArrayLayout of ProductLayout)
    exp : Out(exponent_bits)
        The largest exponent of those that are not zero; 0 if there is none.
    words : Out(ArrayLayout of window bits)
        Magnitudes in units of ``2**(exp - exp_bias + significand_bits - window)``.

    Attributes
    ----------
    layout, terms, window, sticky
    """

    def __init__(self, layout: ProductLayout, terms: int, window: int, sticky: bool) -> None:
        self.layout = layout
        self.terms = terms
        self.window = window
        self.sticky = sticky
        super().__init__(
            {
                "p": In(data.ArrayLayout(layout, terms)),
                "exp": Out(layout.exponent_bits),
                "words": Out(data.ArrayLayout(window, terms)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        products = [self.p[index] for index in range(self.terms)]
        largest = _largest(m, [p.exp for p in products], [p.zero for p in products])
        m.d.comb += self.exp.eq(largest)
        for index, p in enumerate(products):
            places = add(m, largest, ~p.exp, Const(1, 1))[: len(largest)]
            m.d.comb += self.words[index].eq(self._shifted(m, p.sig, places, p.zero))
        return m

    def _shifted(self, m: Module, sig: Value, places: Value, zero: Value) -> Value:
        below = max(0, len(sig) - self.window)  # lost wherever the product stands
        word = Cat(Const(0, max(0, self.window - len(sig))), sig[below:])
        if not self.sticky or not below:
            return shift_right_sticky(m, word, places, zero, keeps_lost=self.sticky)
        word = Cat(bit_signal(m, sig[:below].any()), word)
        shifted = shift_right_sticky(m, word, places, zero)
        return Cat(shifted[0] | shifted[1], shifted[2:])


def _largest(m: Module, words: Sequence[Value], zeros: Sequence[Value]) -> Value:
    """The largest word of those that are not marked: four gates a bit and word.

    From the first bit down: where a word that may still be the largest has a 1, those with a 0
    are out.
    """
    alive = [bit_signal(m, ~zero) for zero in zeros]
    bits: list[Value] = []
    for place in reversed(range(len(words[0]))):
        ones = [bit_signal(m, live & word[place]) for live, word in zip(alive, words, strict=True)]
        bit = bit_signal(m, Cat(*ones).any())
        bits.insert(0, bit)
        alive = [bit_signal(m, one | live & ~bit) for one, live in zip(ones, alive, strict=True)]
    return Cat(*bits)
