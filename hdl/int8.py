"""The integer twin: 8-bit signed operands, their product, a 32-bit sum."""

from amaranth import Cat, Module, Value, signed
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.int8_rows import ROW_PLACES, add_columns, add_rows, booth_bits, booth_columns
from lmul.hdl.ripple import bit_signal
from lmul.hdl.signed_sum import pass_on
from lmul.hdl.written import form

__all__ = ["INT8_BITS", "SUM_BITS", "AccumulateInt8", "Int8Edge", "Int8Product", "Int8Rows"]

INT8_BITS = 8
SUM_BITS = 32

_Operand = data.StructLayout({"value": signed(INT8_BITS)})
_Product = data.StructLayout({"value": signed(2 * INT8_BITS)})
_Rows = data.StructLayout({"bits": len(ROW_PLACES)})


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

    layout = _Operand

    def __init__(self) -> None:
        super().__init__(
            {"code": In(INT8_BITS), "keep": In(1), "operand": Out(_Operand), "nan": Out(1)}
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        m.d.comb += self.operand.value.eq(self.code & self.keep.replicate(INT8_BITS))
        return m


class Int8Product(wiring.Component):
    """The exact product of two signed integers.

    Combinational.

    Members
    -------
    x, y : In(operand_layout)
    p : Out(product_layout)
    """

    operand_layout = _Operand
    product_layout = _Product

    def __init__(self) -> None:
        super().__init__({"x": In(_Operand), "y": In(_Operand), "p": Out(_Product)})

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        if form() == "products":
            m.d.comb += self.p.value.eq(self.x.value * self.y.value)
            return m
        bits = booth_bits(m, Value.cast(self.x.value), Value.cast(self.y.value))
        if form() == "sums":
            m.d.comb += self.p.value.eq(add_rows(m, bits))
            return m
        low, (top,) = add_columns(m, booth_columns(bits))
        m.d.comb += self.p.value.eq(Cat(*low, ~top))
        return m

    @staticmethod
    def columns(p: data.View) -> list[list[Value]]:
        """Bits of ``p`` for each of 16 places; their sum, less ``2**15``, is the product."""
        *low, top = Value.cast(p.value)
        return [[bit] for bit in (*low, ~top)]


class Int8Rows(wiring.Component):
    """The exact product of two signed integers, as rows of bits that are not added up yet.

    Combinational.

    Members
    -------
    x, y : In(operand_layout)
    p : Out(product_layout)
    """

    operand_layout = _Operand
    product_layout = _Rows

    def __init__(self) -> None:
        super().__init__({"x": In(_Operand), "y": In(_Operand), "p": Out(_Rows)})

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        bits = booth_bits(m, Value.cast(self.x.value), Value.cast(self.y.value))
        m.d.comb += self.p.bits.eq(Cat(bits))
        return m

    @staticmethod
    def columns(p: data.View) -> list[list[Value]]:
        """Bits of ``p`` for each of 16 places; their sum, less ``2**15``, is the product."""
        return [*booth_columns(list(Value.cast(p.bits))), []]


class AccumulateInt8(wiring.Component):
    """The next sum of a product and a sum; the register is the PE's.

    Combinational.

    Parameters
    ----------
    unit : Int8Product or Int8Rows
        The product unit in front; the first where sums are written as operators.
    width : int
        Of a sum, at least 17 bits.

    Members
    -------
    p : In(unit.product_layout)
    acc : In(signed(width))
    total : Out(signed(width))
    """

    def __init__(self, unit: Int8Product | Int8Rows, width: int = SUM_BITS) -> None:
        self.width = width
        self._columns = unit.columns
        super().__init__(
            {
                "p": In(unit.product_layout),
                "acc": In(signed(width)),
                "total": Out(signed(width)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        if form() != "gates":
            m.d.comb += self.total.eq(self.acc + self.p.value)
            return m
        acc = Value.cast(self.acc)
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
