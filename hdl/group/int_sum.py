"""The sum of a group of integers' products and an accumulator."""

from collections.abc import Sequence

from amaranth import Cat, Const, Module, Value
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.arithmetic.adders import add_signed
from lmul.hdl.arithmetic.columns import add_columns
from lmul.hdl.arithmetic.delay import Cuts
from lmul.hdl.arithmetic.form import form
from lmul.hdl.group.lanes import LanesLayout, lanes
from lmul.hdl.numbers.formats import INT8
from lmul.hdl.numbers.sum_parts import SUM_BITS
from lmul.hdl.products.int8 import Int8Product, Int8Rows

__all__ = ["IntSum", "int_unit"]


def int_unit(whole: bool) -> type[Int8Product] | type[Int8Rows]:
    """What makes a product of a sum: one number, which registers want, or rows of bits."""
    return Int8Product if whole or form() != "gates" else Int8Rows


class IntSum(wiring.Component):
    """An accumulator plus the products of N pairs of integers, modulo ``2**32``.

    Combinational: the rows of all products and the accumulator are added by one tree. Or with
    registers at the cuts ``"products"``, where each product is there as one number, and
    ``"core"``, where their sum is.

    Parameters
    ----------
    terms : int
        N.
    cuts : sequence of str
    whole : bool
        Products come as one number each, as they must where there are registers behind them.

    Members
    -------
    p : In(LanesLayout of the unit's product layout)
    acc : In(32)
    total : Out(32)
    en : In(1)
        Where there are registers: while it is 0, they hold.
    """

    def __init__(self, terms: int, cuts: Sequence[str] = (), whole: bool = False) -> None:
        self.terms = terms
        self.cuts = cuts
        self._unit = int_unit(whole or "products" in cuts)
        products = LanesLayout(self._unit.product_layout, terms)
        super().__init__(
            {"p": In(products), "acc": In(SUM_BITS), "total": Out(SUM_BITS)} | Cuts.ports(cuts)
        )

    def product_unit(self) -> Int8Product | Int8Rows:
        """What makes a product of this sum."""
        return self._unit()

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        cuts = Cuts.of(self, self.cuts)
        given = {f"p{index}": Value.cast(lane) for index, lane in enumerate(lanes(self.p))}
        *words, acc = cuts.at(m, "products", **given, acc=self.acc)
        products = [data.View(self._unit.product_layout, word) for word in words]
        if "core" not in cuts:
            m.d.comb += self.total.eq(self._sum(m, products, acc))
            return m
        width = 2 * INT8.width + (self.terms - 1).bit_length()
        total, acc = cuts.at(m, "core", sum=self._sum(m, products, Const(0, width)), acc=acc)
        neg = total[-1]
        magnitude = total[:-1] ^ neg.replicate(width - 1)
        m.d.comb += self.total.eq(add_signed(m, acc, magnitude, neg, Const(0, 1)))
        return m

    def _sum(self, m: Module, products: Sequence[data.View], first: Value) -> Value:
        """The products and a first word, modulo what that has room for."""
        width = len(first)
        if form() != "gates":
            values: list[Value] = [first.as_signed(), *(product.value for product in products)]
            while len(values) > 1:
                pairs = [a + b for a, b in zip(values[::2], values[1::2], strict=False)]
                values = pairs + values[2 * len(pairs) :]
            return values[0][:width]
        # Each product's columns add up to 2**15 more than it is.
        constant = (-self.terms << 2 * INT8.width - 1) % (1 << width)
        columns = [[] if isinstance(first, Const) else [bit] for bit in first]
        for place, column in enumerate(columns):
            if constant >> place & 1:
                column.append(Const(1, 1))
        for product in products:
            for column, bits in zip(columns, self._unit.columns(product), strict=False):
                column += bits
        total, _ = add_columns(m, columns)
        return Cat(*total)
