"""The sum of a group of aligned products."""

from amaranth import Cat, Const, Module, Value, signed
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.arithmetic.adders import bit_signal
from lmul.hdl.arithmetic.columns import add_columns
from lmul.hdl.arithmetic.form import form

__all__ = ["SignedSum"]


class SignedSum(wiring.Component):
    """The sum of N words, some of them negative, in two's complement.

    Combinational.

    Parameters
    ----------
    terms : int
        N.
    size : int
        Bits of a word.
    floors : bool
        Words are cut ones, and the cut is toward minus infinity.

    Members
    -------
    words : In(ArrayLayout of size bits)
        Magnitudes.
    neg : In(N)
        Their signs.
    cut : In(N)
        With ``floors``: a word has lost bits, so that a negative one counts for one more.
    sum : Out(signed)

    Attributes
    ----------
    terms, size, floors
    width : int
        Bits of the sum: ``size``, those that N words can add to it, and the sign.
    """

    def __init__(self, terms: int, size: int, floors: bool = False) -> None:
        self.terms = terms
        self.size = size
        self.floors = floors
        self.width = size + (terms - 1).bit_length() + 1
        super().__init__(
            {
                "words": In(data.ArrayLayout(size, terms)),
                "neg": In(terms),
                "sum": Out(signed(self.width)),
            }
            | ({"cut": In(terms)} if floors else {})
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        words = [Value.cast(self.words[index]) for index in range(self.terms)]
        size, width, negs = self.size, self.width, list(self.neg)
        # A negative word's complement is one less than it, and so is the cut one's floor.
        ones = (
            [bit_signal(m, a & ~b) for a, b in zip(negs, self.cut, strict=True)]
            if self.floors
            else negs
        )
        inverted = [
            Cat(bit_signal(m, bit ^ neg) for bit in word)
            for word, neg in zip(words, negs, strict=True)
        ]
        if form() != "gates":
            total = [
                Cat(word, neg).as_signed() + one
                for word, neg, one in zip(inverted, negs, ones, strict=True)
            ]
            while len(total) > 1:  # as a tree: in a chain, the expression would grow too deep
                pairs = [a + b for a, b in zip(total[::2], total[1::2], strict=False)]
                total = pairs + total[2 * len(pairs) :]
            m.d.comb += self.sum.eq(total[0])
            return m
        # A sign is inverted in place of extended; a constant makes up for that.
        constant = (-len(words) << size) % (1 << width)
        columns: list[list[Value]] = [[word[place] for word in inverted] for place in range(size)]
        columns += [[] for _ in range(width - size)]
        columns[0] += ones
        columns[size] += [bit_signal(m, ~neg) for neg in negs]
        for place, column in enumerate(columns):
            if constant >> place & 1:
                column.append(Const(1, 1))
        total, _ = add_columns(m, columns)
        m.d.comb += self.sum.eq(Cat(*total))
        return m
