"""The sum of a group of aligned products."""

from collections.abc import Sequence

from amaranth import Cat, Const, Module, Value, signed
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.arithmetic.adders import add, bit_signal
from lmul.hdl.arithmetic.columns import add_columns
from lmul.hdl.arithmetic.compress import compress
from lmul.hdl.arithmetic.delay import Cuts
from lmul.hdl.arithmetic.form import form, is_fast

__all__ = ["SignedSum"]


class SignedSum(wiring.Component):
    """The sum of N words, some of them negative, in two's complement.

    Combinational, or with registers before the last addition.

    Parameters
    ----------
    terms : int
        N.
    size : int
        Bits of a word.
    floors : bool
        Words are cut ones, and the cut is toward minus infinity.
    cuts : sequence of str
        ``"compressed"`` for registers where two words are left to add.

    Members
    -------
    words : In(ArrayLayout of size bits)
        Magnitudes.
    neg : In(N)
        Their signs.
    cut : In(N)
        With ``floors``: a word has lost bits, so that a negative one counts for one more.
    sum : Out(signed)
    en : In(1)
        Where there are registers: while it is 0, they hold.

    Attributes
    ----------
    terms, size, floors
    width : int
        Bits of the sum: ``size``, those that N words can add to it, and the sign.
    """

    def __init__(
        self, terms: int, size: int, floors: bool = False, cuts: Sequence[str] = ()
    ) -> None:
        self.terms = terms
        self.size = size
        self.floors = floors
        self.cuts = cuts
        self.width = size + (terms - 1).bit_length() + 1
        super().__init__(
            {
                "words": In(data.ArrayLayout(size, terms)),
                "neg": In(terms),
                "sum": Out(signed(self.width)),
            }
            | ({"cut": In(terms)} if floors else {})
            | Cuts.ports(cuts)
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        words = [Value.cast(self.words[index]) for index in range(self.terms)]
        negs = list(self.neg)
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
        # With registers, what is before them is a tree of full adders, unless adders are a FPGA's.
        if form() == "gates" or (is_fast() and self.cuts):
            m.d.comb += self.sum.eq(self._sum_of_bits(m, inverted, ones))
        else:
            m.d.comb += self.sum.eq(self._sum_of_words(m, inverted, ones))
        return m

    def _sum_of_words(self, m: Module, inverted: Sequence[Value], ones: Sequence[Value]) -> Value:
        total: list[Value] = [
            Cat(word, neg).as_signed() + one
            for word, neg, one in zip(inverted, self.neg, ones, strict=True)
        ]
        while len(total) > 1:  # as a tree: in a chain, the expression would grow too deep
            if len(total) == 2:
                late = Cuts.of(self, self.cuts).at(m, "compressed", one=total[0], other=total[1])
                total = [word.as_signed() for word in late] if self.cuts else total
            pairs = [a + b for a, b in zip(total[::2], total[1::2], strict=False)]
            total = pairs + total[2 * len(pairs) :]
        return total[0]

    def _sum_of_bits(self, m: Module, inverted: Sequence[Value], ones: Sequence[Value]) -> Value:
        # A sign is inverted in place of extended; a constant makes up for that.
        size, width = self.size, self.width
        constant = (-len(inverted) << size) % (1 << width)
        columns: list[list[Value]] = [[word[place] for word in inverted] for place in range(size)]
        columns += [[] for _ in range(width - size)]
        columns[0] += ones
        columns[size] += [bit_signal(m, ~neg) for neg in self.neg]
        for place, column in enumerate(columns):
            if constant >> place & 1:
                column.append(Const(1, 1))
        if not self.cuts:
            total, _ = add_columns(m, columns)
            return Cat(*total)
        one, other = compress(m, columns, width)
        one, other = Cuts.of(self, self.cuts).at(m, "compressed", one=one, other=other)
        return add(m, one, other)[:width]
