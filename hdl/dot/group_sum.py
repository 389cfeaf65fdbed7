"""The sum of a group of products, aligned to the largest exponent among them."""

from collections.abc import Sequence

from amaranth import Cat, Const, Module, Signal, Value, signed
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.arithmetic.adders import add, bit_signal
from lmul.hdl.arithmetic.form import form
from lmul.hdl.arithmetic.shifters import shift_right_sticky
from lmul.hdl.products.int8 import add_columns
from lmul.hdl.products.operand import ProductLayout

__all__ = ["GroupSum"]


class GroupSum(wiring.Component):
    """Shift each product's significand to the largest exponent's, and add them as integers.

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
    sum : Out(signed)
        In units of ``2**(exp - exp_bias + significand_bits - window)``.

    Attributes
    ----------
    layout, terms, window, sticky
    width : int
        Bits of the sum: ``window``, those that N products can add to it, and the sign.
    """

    def __init__(self, layout: ProductLayout, terms: int, window: int, sticky: bool) -> None:
        self.layout = layout
        self.terms = terms
        self.window = window
        self.sticky = sticky
        self.width = window + (terms - 1).bit_length() + 1
        super().__init__(
            {
                "p": In(data.ArrayLayout(layout, terms)),
                "exp": Out(layout.exponent_bits),
                "sum": Out(signed(self.width)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        products = [self.p[index] for index in range(self.terms)]
        largest = _largest(m, [p.exp for p in products], [p.zero for p in products])
        m.d.comb += self.exp.eq(largest)
        words = []
        for p in products:
            places = add(m, largest, ~p.exp, Const(1, 1))[: len(largest)]
            words.append(self._shifted(m, p.sig, places, p.zero))
        negs = [p.neg for p in products]
        m.d.comb += self.sum.eq(_signed_sum(m, words, negs, self.width))
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


def _signed_sum(m: Module, words: Sequence[Value], negs: Sequence[Value], width: int) -> Value:
    """The sum of words, some of them negative, in two's complement."""
    size = len(words[0])
    inverted = [
        Cat(bit_signal(m, bit ^ neg) for bit in word) for word, neg in zip(words, negs, strict=True)
    ]
    if form() != "gates":
        total = Signal(signed(width))
        terms: list[Value] = [
            Cat(word, neg).as_signed() + neg for word, neg in zip(inverted, negs, strict=True)
        ]
        while len(terms) > 1:  # as a tree: in a chain, the expression would grow too deep
            pairs = [a + b for a, b in zip(terms[::2], terms[1::2], strict=False)]
            terms = pairs + terms[2 * len(pairs) :]
        m.d.comb += total.eq(terms[0])
        return total
    # A sign is inverted in place of extended; a constant makes up for that.
    constant = (-len(words) << size) % (1 << width)
    columns: list[list[Value]] = [[word[place] for word in inverted] for place in range(size)]
    columns += [[] for _ in range(width - size)]
    columns[0] += negs
    columns[size] += [bit_signal(m, ~neg) for neg in negs]
    for place, column in enumerate(columns):
        if constant >> place & 1:
            column.append(Const(1, 1))
    total, _ = add_columns(m, columns)
    return Cat(*total)
