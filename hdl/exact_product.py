"""The conventional product unit: exponents added, significands multiplied in full."""

from amaranth import Cat, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.formats import FloatFormat
from lmul.hdl.operand import OperandLayout, ProductLayout
from lmul.hdl.ripple import add, full_adder, half_adder

__all__ = ["ExactProduct"]


class ExactProduct(wiring.Component):
    """Multiply the significands: (m + 1) by (m + 1) bits.

    Combinational.

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
        self.kind = "exact"
        self.fmt = fmt
        self.offset = 0
        self.operand_layout = operands or OperandLayout(fmt)
        m = fmt.mantissa_bits
        self.product_layout = ProductLayout(
            exponent_bits=self.operand_layout.exponent_bits + 1,
            significand_bits=2 * m + 2,
            fraction_bits=2 * m,
            exp_bias=2 * self.operand_layout.exp_bias + 2 * m,
        )
        self.exp_bias = self.product_layout.exp_bias
        super().__init__(
            {
                "x": In(self.operand_layout),
                "y": In(self.operand_layout),
                "p": Out(self.product_layout),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        nonzero = Signal()
        sig = _significands(m, self.x.man, self.y.man)
        m.d.comb += [
            nonzero.eq(~(self.x.zero | self.y.zero)),
            self.p.neg.eq(self.x.neg ^ self.y.neg),
            self.p.exp.eq(add(m, self.x.exp, self.y.exp)),
            self.p.sig.eq(sig & nonzero.replicate(len(sig))),
        ]
        return m


def _significands(m: Module, x: Value, y: Value) -> Value:
    """``(2**n + x) * (2**n + y)`` of two n-bit mantissas.

    The leading ones are constants, so the product is 2**2n + 2**n (x + y) + x y: n**2 partial
    products, and x and y in the n columns above.
    Half adders on x[i] and y[i] have the partial product x[i] y[i] for a carry: it is there.
    """
    bits = len(x)
    columns: list[list[Value]] = [[] for _ in range(2 * bits + 2)]
    for i in range(bits):
        for j in range(bits):
            partial = Signal(name=f"partial_{i}_{j}")
            m.d.comb += partial.eq(x[i] & y[j])
            columns[i + j].append(partial)
            if i == j:
                columns[bits + i + 1].append(partial)
    for i in range(bits):
        differ = Signal(name=f"differ_{i}")
        m.d.comb += differ.eq(x[i] ^ y[i])
        columns[bits + i].append(differ)
    product = []
    for place, column in enumerate(columns):
        if place == 2 * bits:
            break
        while len(column) > 1:
            latest, *others = (column.pop() for _ in range(min(3, len(column))))
            if len(others) == 2:
                bit, carry = full_adder(m, *others, latest)
            else:
                bit, carry = half_adder(m, *others, latest)
            column.append(bit)
            columns[place + 1].append(carry)
        product.append(column[0])
    # The product is below 4: at most 2 of the three carries arrive above the leading one.
    top = Cat(*columns[2 * bits])
    return Cat(*product, ~top.xor(), top.any())
