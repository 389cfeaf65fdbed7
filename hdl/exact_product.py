"""The conventional product unit: exponents added, significands multiplied in full."""

from amaranth import Cat, Module, Signal

from lmul.hdl.formats import FloatFormat
from lmul.hdl.operand import OperandLayout, ProductLayout
from lmul.hdl.product_base import ProductBase
from lmul.hdl.ripple import add
from lmul.hdl.significand import multiply_significands

__all__ = ["ExactProduct"]


class ExactProduct(ProductBase):
    """Multiply the significands: (m + 1) by (m + 1) bits.

    Combinational. Where the gates go, for e4m3, 73 in all: 45 to the significands, 17 to the sum
    of the exponents, 1 to the sign, 2 to see a zero and 7 to mask its mantissas and leading one.

    Parameters
    ----------
    fmt : FloatFormat
    operands : OperandLayout or None
        The layout of ``x`` and ``y``; None is ``OperandLayout(fmt)``, for flushed subnormals.

    Members
    -------
    x, y : In(OperandLayout)
    p : Out(ProductLayout)
    """

    def __init__(self, fmt: FloatFormat, operands: OperandLayout | None = None) -> None:
        operands = operands or OperandLayout(fmt)
        m = fmt.mantissa_bits
        product = ProductLayout(
            exponent_bits=operands.exponent_bits + 1,
            significand_bits=2 * m + 2,
            fraction_bits=2 * m,
            exp_bias=2 * operands.exp_bias + 2 * m,
            marks_zero=operands.marks_zero,
        )
        super().__init__("exact", fmt, 0, operands, product)

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        bits = self.fmt.mantissa_bits
        nonzero = self._sign_and_zero(m)
        x_man, y_man = Signal(bits), Signal(bits)
        m.d.comb += [
            # Masked mantissas leave a lone leading one: one gate less than masking the product.
            x_man.eq(self.x.man & nonzero.replicate(bits)),
            y_man.eq(self.y.man & nonzero.replicate(bits)),
        ]
        sig = multiply_significands(m, x_man, y_man)
        m.d.comb += [
            self.p.exp.eq(add(m, self.x.exp, self.y.exp)),
            self.p.sig.eq(Cat(sig[: 2 * bits], sig[2 * bits] & nonzero, sig[2 * bits + 1])),
        ]
        return m
