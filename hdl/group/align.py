"""A group of products, their significands shifted to the largest exponent among them."""

from collections.abc import Sequence

from amaranth import Cat, Const, Module, Mux, Value
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.arithmetic.adders import add, bit_signal
from lmul.hdl.arithmetic.delay import Cuts
from lmul.hdl.arithmetic.form import is_fast
from lmul.hdl.arithmetic.shifters import shift_right_sticky
from lmul.hdl.products.operand import ProductLayout

__all__ = ["Align"]


class Align(wiring.Component):
    """Shift each product's significand to the largest exponent's.

    Combinational, or with registers half way to the largest exponent, or behind it.

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
    cuts : sequence of str
        ``"comparing"`` and ``"largest"`` for registers there.

    Members
    -------
    p : In(ArrayLayout of ProductLayout)
    exp : Out(exponent_bits)
        The largest exponent of those that are not zero; 0 if there is none.
    words : Out(ArrayLayout of window bits)
        Magnitudes in units of ``2**(exp - exp_bias + significand_bits - window)``.
    en : In(1)
        Where there are registers: while it is 0, they hold.

    Attributes
    ----------
    layout, terms, window, sticky, cuts
    """

    def __init__(
        self,
        layout: ProductLayout,
        terms: int,
        window: int,
        sticky: bool,
        cuts: Sequence[str] = (),
    ) -> None:
        self.layout = layout
        self.terms = terms
        self.window = window
        self.sticky = sticky
        self.cuts = cuts
        super().__init__(
            {
                "p": In(data.ArrayLayout(layout, terms)),
                "exp": Out(layout.exponent_bits),
                "words": Out(data.ArrayLayout(window, terms)),
            }
            | Cuts.ports(cuts)
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        cuts = Cuts.of(self, self.cuts)
        products = [self.p[index] for index in range(self.terms)]
        find = _largest_by_pairs if is_fast() else _largest
        largest = find(m, [p.exp for p in products], [p.zero for p in products], cuts)
        (largest,) = cuts.at(m, "largest", largest=largest)
        m.d.comb += self.exp.eq(largest)
        for index, p in enumerate(products):
            exp, sig, zero = p.exp, p.sig, p.zero
            for place in ("comparing", "largest"):
                exp, sig, zero = cuts.at(m, place, exp=exp, sig=sig, zero=zero)
            places = add(m, largest, ~exp, Const(1, 1))[: len(largest)]
            m.d.comb += self.words[index].eq(self._shifted(m, sig, places, zero))
        return m

    def _shifted(self, m: Module, sig: Value, places: Value, zero: Value) -> Value:
        below = max(0, len(sig) - self.window)  # lost wherever the product stands
        word = Cat(Const(0, max(0, self.window - len(sig))), sig[below:])
        if not self.sticky or not below:
            return shift_right_sticky(m, word, places, zero, keeps_lost=self.sticky)
        word = Cat(bit_signal(m, sig[:below].any()), word)
        shifted = shift_right_sticky(m, word, places, zero)
        return Cat(shifted[0] | shifted[1], shifted[2:])


def _largest(m: Module, words: Sequence[Value], zeros: Sequence[Value], cuts: Cuts) -> Value:
    """The largest word of those that are not marked: four gates a bit and word.

    From the first bit down: where a word that may still be the largest has a 1, those with a 0
    are out.
    """
    alive = [bit_signal(m, ~zero) for zero in zeros]
    bits: list[Value] = []
    for place in reversed(range(len(words[0]))):
        if place == max(0, len(words[0]) // 2 - 1):
            words = _half_way(m, cuts, "word", words)
            alive, bits = _half_way(m, cuts, "alive", alive), _half_way(m, cuts, "largest", bits)
        ones = [bit_signal(m, live & word[place]) for live, word in zip(alive, words, strict=True)]
        bit = bit_signal(m, Cat(*ones).any())
        bits.insert(0, bit)
        alive = [bit_signal(m, one | live & ~bit) for one, live in zip(ones, alive, strict=True)]
    return Cat(*bits)


def _largest_by_pairs(
    m: Module, words: Sequence[Value], zeros: Sequence[Value], cuts: Cuts
) -> Value:
    """The same in rounds, each of which compares by one carry."""
    left = [
        Cat(bit_signal(m, bit & ~zero) for bit in word)
        for word, zero in zip(words, zeros, strict=True)
    ]
    rounds = (len(left) - 1).bit_length()
    for number in range(rounds):
        if number == rounds // 2:
            left = _half_way(m, cuts, "word", left)
        pairs = [
            Cat(bit_signal(m, bit) for bit in Mux(bit_signal(m, a > b), a, b))
            for a, b in zip(left[::2], left[1::2], strict=False)
        ]
        left = pairs + left[2 * len(pairs) :]
    return left[0]


def _half_way(m: Module, cuts: Cuts, name: str, words: Sequence[Value]) -> list[Value]:
    """Words behind the registers half way, where there are some."""
    return [cuts.at(m, "comparing", **{f"{name}_{i}": word})[0] for i, word in enumerate(words)]
