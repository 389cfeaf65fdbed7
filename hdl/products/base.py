"""Product units: what all of them have in common, and the unit of a kind."""

from amaranth import Const, Module, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.arithmetic.adders import bit_signal
from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.kinds import Kind
from lmul.hdl.products.operand import OperandLayout, ProductLayout

__all__ = ["ProductUnit"]


class ProductUnit(wiring.Component):
    """Two operands in, their unrounded product out. Combinational.

    Parameters
    ----------
    kind : str
    fmt : FloatFormat
    offset : int
        The added constant in units of ``2**-m``.
    operands : OperandLayout
    product : ProductLayout

    Members
    -------
    x, y : In(OperandLayout)
    p : Out(ProductLayout)

    Attributes
    ----------
    kind, fmt, offset, operand_layout, product_layout
    exp_bias : int
        The product layout's.
    """

    def __init__(
        self,
        kind: Kind,
        fmt: FloatFormat,
        offset: int,
        operands: OperandLayout,
        product: ProductLayout,
    ) -> None:
        self.kind: Kind = kind
        self.fmt = fmt
        self.offset = offset
        self.operand_layout = operands
        self.product_layout = product
        self.exp_bias = product.exp_bias
        super().__init__({"x": In(operands), "y": In(operands), "p": Out(product)})

    def _sign_and_zero(self, m: Module) -> Value:
        """Drive ``p.neg`` and what marks a zero; what ``sig`` has to be masked with is returned."""
        m.d.comb += self.p.neg.eq(self.x.neg ^ self.y.neg)
        zero = bit_signal(m, self.x.zero | self.y.zero)
        if not self.product_layout.marks_zero:
            return bit_signal(m, ~zero)
        m.d.comb += self.p.zero.eq(zero)
        return Const(1, 1)
