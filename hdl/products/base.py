"""Product units: what all of them have in common."""

from amaranth import Const, Module, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.arithmetic.adders import add, add_constant, bit_signal
from lmul.hdl.arithmetic.delay import Cuts, delay
from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.kinds import Kind
from lmul.hdl.products.operand import OperandLayout, ProductLayout

__all__ = ["ProductUnit"]


class ProductUnit(wiring.Component):
    """Two operands in, their unrounded product out.

    Combinational, or with a register on every way, where it parts the longest one in circuits for
    short clocks. After reset it holds a product of zeros.

    Parameters
    ----------
    kind : str
    fmt : FloatFormat
    offset : int
        The added constant in units of ``2**-m``; 0 of a kind without one.
    operands : OperandLayout
        The layout of ``x`` and ``y``.
    registered : bool

    Members
    -------
    x, y : In(OperandLayout)
    p : Out(ProductLayout)
    en : In(1)
        Of a registered unit: while it is 0, the register holds.

    Attributes
    ----------
    kind, fmt, offset, operand_layout, product_layout, registered
    exp_bias : int
        The product layout's.
    """

    def __init__(
        self,
        kind: Kind,
        fmt: FloatFormat,
        offset: int,
        operands: OperandLayout,
        registered: bool = False,
    ) -> None:
        self.kind: Kind = kind
        self.fmt = fmt
        self.offset = offset
        self.operand_layout = operands
        self.product_layout = product = self._layout()
        self.exp_bias = product.exp_bias
        self.registered = registered
        ports = {"x": In(operands), "y": In(operands), "p": Out(product)}
        super().__init__(ports | Cuts.ports(["product"] if registered else []))

    def _layout(self) -> ProductLayout:
        """The layout of ``p``, from what the constructor was given."""
        raise NotImplementedError

    def _late(self, m: Module, name: str, value: Value, reset: int = 0) -> Value:
        """The value, in a registered unit an enabled cycle later; ``reset`` stands there first."""
        if not self.registered or isinstance(value, Const):
            return value
        return delay(m, value, 1, self.en, f"late_{name}", reset)

    def _exponent(self, m: Module, carry: Value) -> Value:
        """The exponents' sum and the mantissas' carry, which comes a cycle later with registers."""
        if not self.registered:
            return add(m, self.x.exp, self.y.exp, carry)
        total = self._late(m, "exp", add(m, self.x.exp, self.y.exp))
        return add_constant(m, total, 0, carry)

    def _sign_and_zero(self, m: Module) -> Value:
        """Drive ``p.neg`` and what marks a zero; what ``sig`` has to be masked with is returned.

        In a registered unit both come a cycle later, and the mask does not.
        """
        m.d.comb += self.p.neg.eq(self._late(m, "neg", self.x.neg ^ self.y.neg))
        zero = bit_signal(m, self.x.zero | self.y.zero)
        if not self.product_layout.marks_zero:
            return bit_signal(m, ~zero)
        m.d.comb += self.p.zero.eq(self._late(m, "zero", zero, 1))
        return Const(1, 1)
