"""Align: a significand takes its place among the bits of a fixed-point word."""

from collections.abc import Iterator

from amaranth import Cat, Const, Module, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.operand import ProductLayout
from lmul.hdl.ripple import bit_signal

__all__ = ["Align", "shift_left"]

_DECODER = {1: 1, 2: 6, 3: 15}
"""Gates to decode so many bits."""

_MOST_BITS = max(_DECODER)


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
        p = self.p
        word = shift_left(m, p.sig, p.exp, below, below + self.width, p.zero)
        m.d.comb += self.magnitude.eq(word)
        return m


def shift_left(
    m: Module, word: Value, places: Value, low: int, high: int, zero: Value | None = None
) -> Value:
    """Bits ``low`` to ``high - 1`` of ``word << places``, or none of them.

    In stages, those for the short shifts first: the word grows as late as it can. A stage takes
    one to three bits of ``places``, decoded: each bit of its result is an OR of as many bits as
    can come to lie there, and for most bits that is one.

    Parameters
    ----------
    m : Module
        Where intermediate signals are driven.
    word, places : Value
        Unsigned.
    low, high : int
        What is kept; the caller knows that nothing is set above ``high``.
    zero : Value or None
        Where it is 1, no bit is set: the last stage selects nothing.
    """
    bits: list[Value] = list(word)
    start = 0
    plan = _plan(len(word), len(places), low, high)
    for stage, taken in enumerate(plan):
        alive = Const(1, 1)
        if zero is not None and stage == len(plan) - 1:
            alive = ~zero
        lines = _decode(m, places[start : start + taken], alive)
        bits = [
            bit_signal(m, Cat(bits[source] & lines[line] for line, source in terms).any())
            for terms in _terms(len(bits), start, taken, high)
        ]
        start += taken
    bits += [Const(0, 1)] * (high - len(bits))
    return Cat(*bits[low:high])


def _decode(m: Module, word: Value, alive: Value) -> list[Value]:
    """A line for each value of ``word``, all of them 0 unless ``alive``."""
    lines = [alive]
    for bit in word:
        lines = [bit_signal(m, line & way) for way in (~bit, bit) for line in lines]
    return lines


def _terms(width: int, start: int, taken: int, high: int) -> list[list[tuple[int, int]]]:
    """For each bit behind a stage: the lines that select a bit for it, and which bit."""
    distance, ways = 1 << start, 1 << taken
    reach = min(width + (ways - 1) * distance, high)
    return [
        [
            (line, place - line * distance)
            for line in range(ways)
            if 0 <= place - line * distance < width
        ]
        for place in range(reach)
    ]


def _plan(width: int, places: int, low: int, high: int) -> tuple[int, ...]:
    """The bits of ``places`` that each stage takes: those with the fewest gates in all.

    Where most bits of a stage are ORs, ABC makes fewer gates of plain multiplexers than are counted
    here, and of a decoder's lines more.
    """
    plans = (plan for plan in _compositions(places) if _is_sparse(plan, width))
    return min(plans, key=lambda plan: _cost(plan, width, low, high))


def _is_sparse(plan: tuple[int, ...], width: int) -> bool:
    """Whether wide stages have two bits to choose from in half of their places at most."""
    start = 0
    for taken in plan:
        distance = 1 << start
        if taken > 1 and 2 * (width - distance) > distance:
            return False
        width, start = width + ((1 << taken) - 1) * distance, start + taken
    return True


def _compositions(total: int) -> Iterator[tuple[int, ...]]:
    """The ways to write ``total`` as a sum of numbers from 1 to 3, few large ones last."""
    if not total:
        yield ()
    for last in range(1, min(total, _MOST_BITS) + 1):
        for rest in _compositions(total - last):
            yield (*rest, last)


def _cost(plan: tuple[int, ...], width: int, low: int, high: int) -> int:
    """The gates of a shifter: ANDs and ORs of what is needed, and the decoders."""
    stages, start = [], 0
    for taken in plan:
        stages.append(_terms(width, start, taken, high))
        width, start = len(stages[-1]), start + taken
    needed: set[int] = set(range(low, min(high, width)))
    gates = sum(_DECODER[taken] for taken in plan)
    for terms in reversed(stages):
        gates += sum(2 * len(terms[place]) - 1 for place in needed)
        needed = {source for place in needed for _, source in terms[place]}
    return gates
