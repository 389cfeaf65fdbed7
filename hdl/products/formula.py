"""The product unit of L-Mul's formula read literally: 1 + x + y + 2**-l, not renormalised."""

from amaranth import Cat, Const, Module

from lmul.hdl.arithmetic.adders import add, add_constant
from lmul.hdl.products.base import ProductUnit
from lmul.hdl.products.operand import ProductLayout

__all__ = ["FormulaProduct"]


class FormulaProduct(ProductUnit):
    """Add the exponents, and apart from them 1 + x + y + offset (arXiv 2410.00907, equation 1).

    Where the mantissas' sum passes one, the carry stays in the significand as its second integer
    bit; it does not run into the exponent as in ``lmul``.

    Combinational, or with registers behind the operands' sums.
    """

    def _layout(self) -> ProductLayout:
        m = self.fmt.mantissa_bits
        return ProductLayout(
            exponent_bits=self.operand_layout.exponent_bits + 1,
            significand_bits=m + 2,  # 1 + x + y + offset < 4
            fraction_bits=m,
            exp_bias=2 * self.operand_layout.exp_bias + m,
            marks_zero=self.operand_layout.marks_zero,
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        bits = self.fmt.mantissa_bits
        total = add(m, self.x.man, self.y.man, Const(1, 1) if self.offset & 1 else None)
        total = self._late(m, "total", total)
        one = 1 << bits
        sig = add_constant(m, Cat(total, Const(0, 1)), one + (self.offset & ~1))
        nonzero = self._late(m, "nonzero", self._sign_and_zero(m))
        m.d.comb += [
            self.p.exp.eq(self._late(m, "exp", add(m, self.x.exp, self.y.exp))),
            self.p.sig.eq(sig & nonzero.replicate(len(sig))),
        ]
        return m
