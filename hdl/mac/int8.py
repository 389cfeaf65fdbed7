"""The integer twin: 8-bit signed operands, their product, a 32-bit sum."""

from dataclasses import dataclass
from typing import Any

from amaranth import Cat, Const, Module, Signal, Value, signed
from amaranth.hdl import Shape
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.arithmetic.adders import bit_signal, pass_on, step
from lmul.hdl.arithmetic.columns import add_columns
from lmul.hdl.arithmetic.compress import compress, settled
from lmul.hdl.arithmetic.form import form, is_fast
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.group.int_sum import IntSum, int_unit
from lmul.hdl.group.lanes import LanesLayout, lane_resets
from lmul.hdl.group.product import ProductGroup
from lmul.hdl.numbers.accumulator import DEFAULT_K_MAX, Accumulator
from lmul.hdl.numbers.formats import INT8
from lmul.hdl.numbers.sum_parts import SUM_BITS, SumParts
from lmul.hdl.products.int8 import PLACES, Int8Product, Int8Rows, Int8Words
from lmul.hdl.sums.saved_carries import AccumulateInt8Saved, Segments, int8_low, kept_layout

__all__ = ["AccumulateInt8", "Int8Edge", "IntDatapath", "int_sum_bits"]


_WHOLE = SumParts(SUM_BITS, 0, SUM_BITS)
_EXACT = Accumulator("exact")


class Int8Edge(wiring.Component):
    """Nothing to unpack: a lane that is not kept is 0.

    Combinational.

    Members
    -------
    code : In(8)
        Two's complement.
    keep : In(1)
    operand : Out(layout)
    nan : Out(1)
        Always 0.
    """

    layout = Int8Product.operand_layout

    def __init__(self) -> None:
        super().__init__(
            {"code": In(INT8.width), "keep": In(1), "operand": Out(self.layout), "nan": Out(1)}
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        m.d.comb += self.operand.value.eq(self.code & self.keep.replicate(INT8.width))
        return m


class AccumulateInt8(wiring.Component):
    """The next sum of a product and a sum; the register is the PE's.

    Combinational.

    Parameters
    ----------
    unit : Int8Product or Int8Rows
        The product unit in front; the first where sums are written as operators.
    parts : SumParts
        Of a sum, which has at least 17 bits.

    Members
    -------
    p : In(unit.product_layout)
    acc : In(signed(width))
    total : Out(signed(width))
    above : Out(1)
        Where a part of the sum is written on change only: it is another one.
    """

    def __init__(self, unit: Int8Product | Int8Rows, parts: SumParts = _WHOLE) -> None:
        self.parts = parts
        self._columns = unit.columns
        shape = signed(parts.width)
        writes = {name: Out(1) for name in parts.rare}
        super().__init__(
            {"p": In(unit.product_layout), "acc": In(shape), "total": Out(shape), **writes}
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        if self.parts.rare:
            # It changes by one or not at all, so that its last bit tells.
            last = self.parts.stop
            m.d.comb += self.above.eq(self.total[last] ^ self.acc[last])
        if form() in ("sums", "products"):
            m.d.comb += self.total.eq(self.acc + self.p.value)
            return m
        acc = Value.cast(self.acc)
        if is_fast():
            m.d.comb += self.total.eq(self._fast(m, acc))
            return m
        *columns, top = self._columns(self.p)
        low, carries = add_columns(
            m, [[bit, *rest] for bit, rest in zip(acc, columns, strict=False)]
        )
        # Of these two and the constant -1 there is a carry, a borrow, or nothing left.
        first, second = (*carries, *top)
        goes = bit_signal(m, ~(first ^ second))
        above = pass_on(m, acc[len(low) :], goes, bit_signal(m, ~first))
        m.d.comb += self.total.eq(Cat(*low, above))
        return m

    def _fast(self, m: Module, acc: Value) -> Value:
        """The sum's lower bits as one more row of the tree; the upper ones change by one."""
        columns = self._columns(self.p)[:PLACES]
        *_, top = self._columns(self.p)
        rows = [[bit, *rest] for bit, rest in zip(acc, columns, strict=False)]
        first, second = compress(m, [*rows, top], PLACES + 2)
        total = Signal(PLACES + 2)
        m.d.comb += total.eq(first + second)
        # Below 3 * 2**15, and the product's constant is -2**15.
        *low, one, two = total
        above = step(m, acc[PLACES:], two, bit_signal(m, ~(one | two)))
        return Cat(*low, above)


_LARGEST_PRODUCT = 1 << (2 * INT8.width - 2)  # the lowest integer's square


def int_sum_bits(k_max: int) -> int:
    """Bits that hold every sum of so many products, the sign among them."""
    return (k_max * _LARGEST_PRODUCT).bit_length() + 1


@dataclass(frozen=True)
class IntDatapath:
    """Multiply and accumulate 8-bit signed integers: the integer twin.

    Parameters
    ----------
    k_max : int
        The longest dot product: up to 131071, since so many squares of -128 fit into 32 bits.
    stages : int
        Registers between operands and accumulation: 1 behind the product, 2 also in it.
    sum_bits : int
        Width of a sum: 32 in designs; where PEs are compared at equal ``k_max``, what that needs.
    terms : int
        Pairs that a PE takes at once.
    carries : int
        A carry of the sum is kept every so many places; 0: none is.
    accumulator : Accumulator
        ``exact`` or a ``dualW``.

    Raises
    ------
    TypeError, ValueError
        When a parameter is of the wrong type or out of range.
    """

    k_max: int = DEFAULT_K_MAX
    stages: int = 0
    sum_bits: int = SUM_BITS
    terms: int = 1
    carries: int = 0
    accumulator: Accumulator = _EXACT

    def __post_init__(self) -> None:
        MacDesign(
            "pe",
            "int8",
            INT8,
            accumulator=self.accumulator,
            k_max=self.k_max,
            stages=self.stages,
            terms=self.terms,
            carries=self.carries,
        )
        if self.terms > 1 and self.sum_bits != SUM_BITS:
            raise ValueError(f"Sums of {self.terms!r} products at once have {SUM_BITS} bits")
        limit = ((1 << (self.sum_bits - 1)) - 1) // _LARGEST_PRODUCT
        if self.k_max > limit:
            raise ValueError(f"k_max of int8 must be at most {limit}, not {self.k_max!r}")

    code_width = INT8.width
    limits_k = True
    has_nan = False
    has_inf = False

    @property
    def edge_layout(self) -> data.StructLayout:
        """The members of an operand behind its edge."""
        return Int8Edge.layout

    @property
    def operand_layout(self) -> data.StructLayout:
        """The members of a PE's operand: one integer, or several side by side."""
        return LanesLayout.of(self.edge_layout, self.terms)

    @property
    def operand_reset(self) -> dict[str, Any]:
        """What makes an operand a zero."""
        return lane_resets({"value": 0}, self.terms)

    @property
    def product_reset(self) -> dict[str, Any]:
        """What makes a product a zero."""
        zero = {"value": 0}
        if self.terms == 1:
            zero |= Int8Words.ZERO  # several pairs never come as two words
        return lane_resets(zero, self.terms)

    @property
    def sum_shape(self) -> Shape:
        """The width and sign of the accumulator's register."""
        return signed(self.sum_bits)

    @property
    def segments(self) -> Segments | None:
        """How a sum is parted that keeps carries; None: it keeps none."""
        if not self.carries:
            return None
        made = self._made
        layout = made.product_layout
        columns = made.columns(layout(Const(0, layout.size)))
        heights = [1 + self.terms * len(column) for column in columns]
        return Segments(self.sum_bits, int8_low(self.terms), self.carries, settled(heights))

    @property
    def sum_parts(self) -> SumParts:
        """Which of the register's bits are written in each cycle."""
        return SumParts.of_integers(self.accumulator, self.sum_bits)

    @property
    def result_layout(self) -> data.StructLayout:
        """What leaves a PE."""
        return data.StructLayout({"sum": self.sum_shape})

    @property
    def kept_layout(self) -> data.StructLayout:
        """The same with what is kept of a sum, where that is more than the sum."""
        return kept_layout(self.result_layout, self.segments)

    def edge(self, second: bool) -> Int8Edge:
        """The edge of either operand."""
        return Int8Edge()

    def product_unit(self) -> Int8Product | Int8Rows | Int8Words | ProductGroup:
        """The multiplier of a PE, or as many as it takes pairs.

        Its rows are added up in it before a register, to two words where a sum keeps carries, and
        where FPGAs' carry chains add them.
        """
        made = self._made
        if self.terms > 1:
            return ProductGroup([made() for _ in range(self.terms)])
        return Int8Product(self.stages > 1) if made is Int8Product else made()

    @property
    def _made(self) -> type[Int8Product] | type[Int8Rows] | type[Int8Words]:
        """What makes each product."""
        if self.terms > 1:
            return int_unit(bool(self.stages))
        if self.stages == 1 and self.carries and form() not in ("sums", "products"):
            return Int8Words
        return Int8Product if self.stages or form() in ("sums", "products") else Int8Rows

    def accumulation_unit(
        self, unit: Int8Product | Int8Rows | Int8Words | ProductGroup, resolves: bool = True
    ) -> AccumulateInt8 | AccumulateInt8Saved | IntSum:
        """The accumulation behind it; see :class:`AccumulateInt8Saved`."""
        if self.segments:
            return AccumulateInt8Saved(unit, self.terms, self.segments, resolves)
        if isinstance(unit, ProductGroup):
            return IntSum(self.terms, whole=bool(self.stages))
        assert not isinstance(unit, Int8Words)
        return AccumulateInt8(unit, self.sum_parts)
