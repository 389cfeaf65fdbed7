"""Fixed-point sums that keep some of their carries: no addition waits for a long one.

A sum's lower places are parted into segments. What is carried out of one is kept in a register,
and added to the next one in the next cycle, so that a carry passes the places of one segment alone.
So it is with what goes from the lower places to the upper ones, which only step up or down by one.
What is kept is made one word once for each sum.
"""

from collections.abc import Sequence

from amaranth import Cat, Const, Module, Shape, Value, signed
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.arithmetic.adders import add, bit_signal, pass_on
from lmul.hdl.arithmetic.compress import compress
from lmul.hdl.group.fixed_align import FixedAlign
from lmul.hdl.group.product import ExactGroup, ProductGroup
from lmul.hdl.numbers.product_range import ProductRange
from lmul.hdl.products.int8 import PLACES, Int8Product, Int8Rows, Int8Words
from lmul.hdl.products.operand import ProductLayout

__all__ = [
    "AccumulateGroupSaved",
    "AccumulateInt8Saved",
    "AccumulateSaved",
    "Segments",
    "Whole",
    "int8_low",
    "kept_layout",
]


def int8_low(terms: int = 1) -> int:
    """The lower places of int8's sums, where so many products are added at once.

    With all its kept carries, a sum of L places is so far below ``3 * 2**L`` that no products take
    it there, nor below ``-2**L``.
    """
    return PLACES + max(2, (terms - 1).bit_length())


class Segments:
    """How a sum is parted.

    Parameters
    ----------
    width : int
        Bits of the sum.
    low : int
        Its lower places: those that a product has bits in.
    size : int
        Places of a segment; the last one has two at least, and what is left.
    settled : int
        So many of the lowest places have one bit to add, and never carry: no segment ends there.

    Attributes
    ----------
    width, low
    places : sequence of int
        Where a carry is kept: the first place of each segment but the lowest.
    shape : Shape
        Of what is kept: the sum, above it those carries, and whether the upper places are still to
        step up, and down.
    """

    def __init__(self, width: int, low: int, size: int, settled: int = 0) -> None:
        self.width = width
        self.low = low
        starts = range(size, low - 1, size)
        self.places: Sequence[int] = [start for start in starts if start > settled]
        self.shape: Shape = Shape(width + len(self.places) + 2)

    def add(
        self, m: Module, one: Value, other: Value, carry: Value, kept: Value
    ) -> tuple[list[Value], list[Value]]:
        """The sum of two words, and the carries to keep: no carry leaves its segment.

        ``carry`` is added in the last place, and each of ``kept`` in the first one of a segment.
        """
        starts, ends = [0, *self.places], [*self.places, len(one)]
        total: list[Value] = []
        carries: list[Value] = []
        for start, end, into in zip(starts, ends, [carry, *kept], strict=True):
            *bits, out = add(m, one[start:end], other[start:end], into)
            total += bits
            carries.append(out)
        return [*total, carries[-1]], carries[:-1]


def kept_layout(result: data.StructLayout, segments: Segments | None) -> data.StructLayout:
    """A PE's result with what is kept in place of its ``sum``; itself where nothing is."""
    if segments is None:
        return result
    return data.StructLayout(dict(result.members) | {"sum": segments.shape})


class _Kept:
    """What is kept, taken apart, its upper places stepped."""

    def __init__(self, m: Module, parted: Segments, word: Value) -> None:
        self.low = word[: parted.low]
        *self.carries, up, down = word[parted.width :]
        upper = word[parted.low : parted.width]
        self.upper = pass_on(m, upper, bit_signal(m, up | down), down)


def _whole(m: Module, parted: Segments, kept: _Kept) -> Value:
    carries: list[Value] = [Const(0, 1)] * parted.low
    for place, carry in zip(parted.places, kept.carries, strict=True):
        carries[place] = carry
    *low, carry = add(m, kept.low, carries)
    return Cat(*low, pass_on(m, kept.upper, carry, Const(0, 1)))


class Whole(wiring.Component):
    """What is kept of a sum, as one word.

    Combinational.

    Parameters
    ----------
    segments : Segments

    Members
    -------
    kept : In(segments.shape)
    whole : Out(signed)
    """

    def __init__(self, segments: Segments) -> None:
        self.segments = segments
        super().__init__({"kept": In(segments.shape), "whole": Out(signed(segments.width))})

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        kept = _Kept(m, self.segments, self.kept)
        m.d.comb += self.whole.eq(_whole(m, self.segments, kept))
        return m


class _Saved(wiring.Component):
    """The next sum of a product and a sum that keeps carries; the register is the PE's.

    Combinational.

    Parameters
    ----------
    layout : StructLayout
        Of the product unit in front.
    segments : Segments
    resolves : bool
        What is kept is made one word here, while the next sum begins; else ``starts`` and
        ``whole`` are not there.

    Members
    -------
    p : In(layout)
    acc, total : In(segments.shape), Out(segments.shape)
        What is kept.
    starts : In(1)
        A sum begins: what is kept is of the one before, and not added to.
    whole : Out(signed)
        What is kept in ``acc``, as one word.
    """

    def __init__(self, layout, segments: Segments, resolves: bool) -> None:
        self.segments = segments
        self.resolves = resolves
        shape = segments.shape
        starts = {"starts": In(1)} if resolves else {}
        whole = {"whole": Out(signed(segments.width))} if resolves else {}
        super().__init__(
            {"p": In(layout), "acc": In(shape), **starts, "total": Out(shape), **whole}
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        parted = self.segments
        acc = _Kept(m, parted, self.acc)
        low, upper, carries = (list(word) for word in (acc.low, acc.upper, acc.carries))
        if self.resolves:
            goes_on = ~self.starts
            low, upper, carries = (
                [bit_signal(m, bit & goes_on) for bit in word] for word in (low, upper, carries)
            )
        total, carries, up, down = self._next(m, low, carries)
        if self.resolves:
            m.d.comb += self.whole.eq(_whole(m, parted, acc))
        m.d.comb += self.total.eq(Cat(*total[: parted.low], *upper, *carries, up, down))
        return m

    def _next(
        self, m: Module, low: Sequence[Value], kept: Sequence[Value]
    ) -> tuple[list[Value], list[Value], Value, Value]:
        """The lower places, the carries to keep, and whether the upper places go up, or down."""
        raise NotImplementedError


class AccumulateSaved(_Saved):
    """The next exact sum of a product and a sum.

    Parameters
    ----------
    layout : ProductLayout
        Of the product unit in front, whose ``exp`` starts at 0.
    range : ProductRange
        Of its products: the sum's lsb is the smallest product bit.
    segments, resolves
    """

    def __init__(
        self, layout: ProductLayout, range: ProductRange, segments: Segments, resolves: bool
    ) -> None:
        self.layout = layout
        self.range = range
        super().__init__(layout, segments, resolves)

    def _next(
        self, m: Module, low: Sequence[Value], kept: Sequence[Value]
    ) -> tuple[list[Value], list[Value], Value, Value]:
        neg = self.p.neg
        m.submodules.align = align = FixedAlign(self.layout, self.range.lsb, len(low))
        m.d.comb += [align.p[name].eq(self.p[name]) for name, _ in self.layout]
        addend = [bit_signal(m, bit ^ neg) for bit in align.magnitude]
        (*total, carry), carries = self.segments.add(m, low, addend, neg, kept)
        return total, carries, bit_signal(m, carry & ~neg), bit_signal(m, neg & ~carry)


class AccumulateGroupSaved(_Saved):
    """The same of a group's sum.

    Parameters
    ----------
    group : ExactGroup
        In front.
    segments : Segments
        Of as many lower places as the group's sum has beside its sign.
    resolves
    """

    def __init__(self, group: ExactGroup, segments: Segments, resolves: bool) -> None:
        super().__init__(group.product_layout, segments, resolves)

    def _next(
        self, m: Module, low: Sequence[Value], kept: Sequence[Value]
    ) -> tuple[list[Value], list[Value], Value, Value]:
        *addend, neg = Value.cast(self.p.sum)
        (*total, carry), carries = self.segments.add(m, low, addend, Const(0, 1), kept)
        return total, carries, bit_signal(m, carry & ~neg), bit_signal(m, neg & ~carry)


class AccumulateInt8Saved(_Saved):
    """The same of int8's products: a sum's lower places are one more row of the products' tree.

    Parameters
    ----------
    unit : Int8Product, Int8Rows, Int8Words or ProductGroup
        In front.
    terms : int
        How many products it gives.
    segments : Segments
        Of :func:`int8_low` lower places.
    resolves
    """

    def __init__(
        self,
        unit: Int8Product | Int8Rows | Int8Words | ProductGroup,
        terms: int,
        segments: Segments,
        resolves: bool,
    ) -> None:
        self._columns = unit.columns
        self._terms = terms
        super().__init__(unit.product_layout, segments, resolves)

    def _next(
        self, m: Module, low: Sequence[Value], kept: Sequence[Value]
    ) -> tuple[list[Value], list[Value], Value, Value]:
        # The columns' sum is 2**15 more for each product, with a constant 2**places more in all.
        columns = [*self._columns(self.p), *([] for _ in range(len(low) - PLACES - 1))]
        constant = (1 << len(low)) - (self._terms << PLACES)
        for place, column in enumerate(columns):
            if constant >> place & 1:
                column.append(Const(1, 1))
        rows = [[bit, *column] for bit, column in zip(low, columns, strict=True)]
        one, other = compress(m, rows, len(low) + 1)
        total, carries = self.segments.add(m, one, other, Const(0, 1), kept)
        first, second = total[len(low) :]
        return total, carries, second, bit_signal(m, ~(first | second))
