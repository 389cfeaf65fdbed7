"""The integer twin: 8-bit signed operands, their product, a 32-bit sum."""

from amaranth import Cat, Const, Module, Value, signed
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.ripple import bit_signal, full_adder, half_adder
from lmul.hdl.signed_sum import pass_on

__all__ = ["INT8_BITS", "SUM_BITS", "AccumulateInt8", "Int8Edge", "Int8Product"]

INT8_BITS = 8
SUM_BITS = 32

_Operand = data.StructLayout({"value": signed(INT8_BITS)})
_Product = data.StructLayout({"value": signed(2 * INT8_BITS)})


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
    """The exact product of two signed integers: rows of full adders, after Baugh and Wooley.

    Their trick inverts the partial products of exactly one sign bit and adds two constant ones, so
    that every row is added and none is extended.

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
        x = Value.cast(self.x.value).as_unsigned()
        y = Value.cast(self.y.value).as_unsigned()
        n = INT8_BITS
        rows = [
            [
                bit_signal(m, ~(x[i] & y[j]) if (i == n - 1) != (j == n - 1) else x[i] & y[j])
                for i in range(n)
            ]
            for j in range(n)
        ]
        # The constants are 2**n and 2**(2n - 1): the first is a carry into the second row's top.
        low = [rows[0][0]]
        above: list[Value] = [*rows[0][1:], Const(1, 1)]
        for row in rows[1:]:
            total, carry = [], None
            for a, b in zip(above, row, strict=True):
                bit, carry = half_adder(m, a, b) if carry is None else full_adder(m, a, b, carry)
                total.append(bit)
            assert carry is not None
            low.append(total[0])
            above = [*total[1:], carry]
        m.d.comb += self.p.value.eq(Cat(*low, *above[:-1], ~above[-1]))
        return m


class AccumulateInt8(wiring.Component):
    """The next sum of a product and a sum; the register is the PE's.

    Combinational.

    Members
    -------
    p : In(Int8Product.product_layout)
    acc : In(signed(32))
    total : Out(signed(32))
    """

    width = SUM_BITS

    def __init__(self) -> None:
        super().__init__(
            {"p": In(_Product), "acc": In(signed(SUM_BITS)), "total": Out(signed(SUM_BITS))}
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        product = Value.cast(self.p.value).as_unsigned()
        top = product[-1]
        total = []
        carry: Value | None = None
        for bit, addend in zip(self.acc[: len(product)], product, strict=True):
            one, carry = (
                half_adder(m, bit, addend) if carry is None else full_adder(m, bit, addend, carry)
            )
            total.append(one)
        assert carry is not None
        # Above the product its sign is added, or a carry: both at once change nothing.
        goes = bit_signal(m, carry ^ top)
        above = pass_on(m, Value.cast(self.acc)[len(product) :], goes, top)
        m.d.comb += self.total.eq(Cat(*total, above))
        return m
