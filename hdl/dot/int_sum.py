"""The sum of a group of integers' products and an accumulator."""

from amaranth import Cat, Const, Module, Value
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.arithmetic.columns import add_columns
from lmul.hdl.arithmetic.form import form
from lmul.hdl.numbers.formats import INT8
from lmul.hdl.products.int8 import SUM_BITS, Int8Product, Int8Rows

__all__ = ["IntSum"]


class IntSum(wiring.Component):
    """An accumulator plus the products of N pairs of integers, modulo ``2**32``.

    Combinational. The rows of all products and the accumulator are added by one tree.

    Parameters
    ----------
    terms : int
        N.

    Members
    -------
    products : In(ArrayLayout of the unit's product layout)
    acc : In(32)
    total : Out(32)
    """

    def __init__(self, terms: int) -> None:
        self.terms = terms
        self._unit = Int8Rows if form() == "gates" else Int8Product
        products = data.ArrayLayout(self._unit.product_layout, terms)
        super().__init__({"products": In(products), "acc": In(SUM_BITS), "total": Out(SUM_BITS)})

    def product_unit(self) -> Int8Product | Int8Rows:
        """What makes a product of this sum."""
        return self._unit()

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        if self._unit is Int8Product:
            values: list[Value] = [Value.cast(self.acc).as_signed()]
            values += [self.products[index].value for index in range(self.terms)]
            while len(values) > 1:
                pairs = [a + b for a, b in zip(values[::2], values[1::2], strict=False)]
                values = pairs + values[2 * len(pairs) :]
            m.d.comb += self.total.eq(values[0])
            return m
        # Each product's columns add up to 2**15 more than it is.
        constant = (-self.terms << 2 * INT8.width - 1) % (1 << SUM_BITS)
        columns = [[bit] for bit in self.acc]
        for place, column in enumerate(columns):
            if constant >> place & 1:
                column.append(Const(1, 1))
        for index in range(self.terms):
            bits_by_place = Int8Rows.columns(self.products[index])
            for column, bits in zip(columns, bits_by_place, strict=False):
                column += bits
        total, _ = add_columns(m, columns)
        m.d.comb += self.total.eq(Cat(*total))
        return m
