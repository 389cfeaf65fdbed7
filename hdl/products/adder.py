"""Product units that add the operands as integers: L-Mul, Mitchell, and the exactly rounded one."""

from functools import partial

from amaranth import Cat, Const, Module, Value

from lmul.hdl.arithmetic.adders import add, add_constant
from lmul.hdl.arithmetic.gate_list import Gate, build_gates
from lmul.hdl.products.base import ProductUnit
from lmul.hdl.products.operand import ProductLayout

__all__ = ["AdderProduct", "rounded_sum"]


def rounded_sum(m: Module, x: Value, y: Value) -> Value:
    """``x + y + c``, one bit wider than ``x``.

    Parameters
    ----------
    m : Module
        Where the sum's signals are driven.
    x, y : Value
        Mantissas of one width, 1 to 3 bits.
    """
    match len(x):
        case 1:  # c is always 0
            return add(m, x, y)
        case 2:  # c is 1 for 1 and 2, either way round: 1.25 * 1.5 = 1.875, a tie, to 2
            return add(m, x, y, (x[0] ^ y[0]) & (x[1] ^ y[1]) & (x[0] ^ x[1]))
        case 3:
            signals = build_gates(m, _GATES, [*x, *y])
            return Cat(signals[place] for place in _SUM)
        case bits:
            raise ValueError(f"Mantissas must have 1 to 3 bits, not {bits!r}")


# Three full adders and c take 34 gates by synth and ABC. A random walk over netlists (a change is
# kept if all 64 sums stay right and the gates don't become more) found many of 27 gates and none
# smaller; ABC restructures them into 27 to 38, and this is one of those that it leaves alone.
_GATES: tuple[Gate, ...] = (
    ("xnor", 4, 1),
    ("xnor", 2, 1),
    ("xor", 0, 3),
    ("nor", 2, 5),
    ("xnor", 2, 3),
    ("xnor", 2, 5),
    ("xor", 0, 5),
    ("and", 6, 4),
    ("nor", 3, 0),
    ("and", 7, 12),
    ("xor", 5, 4),
    ("or", 10, 16),
    ("nand", 14, 9),
    ("nand", 16, 6),
    ("nand", 19, 11),
    ("nand", 17, 20),
    ("or", 15, 21),
    ("xnor", 22, 8),
    ("nand", 8, 22),
    ("xnor", 14, 24),
    ("nor", 25, 6),
    ("xor", 13, 26),
    ("xor", 25, 6),
    ("xnor", 11, 27),
    ("and", 29, 20),
    ("and", 23, 18),
    ("nor", 9, 30),
)
"""0 to 2 are the bits of x, 3 to 5 those of y."""

_SUM = (31, 28, 29, 32)
"""Which signals are the sum's bits, the last place first."""

_FINER_GATES: tuple[Gate, ...] = (
    ("xor", 0, 2),
    ("and", 0, 2),
    ("xnor", 1, 3),
    ("xnor", 6, 5),
    ("or", 7, 6),
    ("xor", 0, 1),
    ("or", 5, 9),
    ("and", 1, 6),
    ("xnor", 4, 7),
    ("and", 12, 10),
    ("xnor", 8, 11),
)
"""0 and 1 are the bits of x, 2 and 3 those of y. Simulated annealing found none of ten gates."""

_FINER_SUM = (13, 4, 7, 14)


def finer_sum(m: Module, x: Value, y: Value) -> Value:
    """The exact product's code, rounded at three bits, of two mantissas of two bits; 4 bits."""
    signals = build_gates(m, _FINER_GATES, [*x, *y])
    return Cat(signals[place] for place in _FINER_SUM)


class AdderProduct(ProductUnit):
    """Multiply by adding: exponent and mantissa in one word, a mantissa carry runs into the
    exponent by itself.

    The sum of two words is the product's logarithm to first order (Mitchell 1962). ``lmul`` adds
    a constant (arXiv 2410.00907, equation 2); ``lmul_rne`` adds the one carry that makes the sum
    the exact product rounded to nearest even, ``lmul_rne1`` what makes it that with one bit more.
    The bias is not subtracted: it is in ``exp_bias``.

    With registers, it adds mantissas and exponents apart, and the mantissas' carry behind them.

    Combinational otherwise. Where the gates go, for e4m3: 32 for seven bits of adder (L-Mul's
    offset is its carry-in), 1 for the sign, 4 for zero: 37. No mask of the three mantissa bits
    can be shared, since with a zero operand the other one's bits still run into them.
    ``lmul_rne`` takes 52: 27 for the mantissas' rounded sum, 20 for the exponents, and the same 5.
    From four mantissa bits on, ``lmul``'s offset costs another 2 for every bit from it up.
    """

    def _layout(self) -> ProductLayout:
        m = self.fmt.mantissa_bits
        # The offset's last bit and lmul_rne's carry are the adder's carry-in. More than that is
        # added by a chain of half adders, which takes along for nothing what pack would have to
        # subtract of the bias below its top bit.
        self._constant = self.offset & ~1
        exp_bias = 2 * self.operand_layout.exp_bias
        if self._constant:
            lacking = (self.fmt.bias - exp_bias) % (1 << (self.fmt.exponent_bits - 1))
            self._constant += lacking << m
            exp_bias += lacking
        # lmul_rne's carry is never 1 for the two largest mantissas
        largest = 2 * self.operand_layout.max_magnitude + (self.offset & 1) + self._constant
        fraction = m + (self.kind == "lmul_rne1")
        return ProductLayout(
            exponent_bits=largest.bit_length() - m,
            significand_bits=fraction + 1,
            fraction_bits=fraction,
            exp_bias=exp_bias + fraction,
            marks_zero=self.operand_layout.marks_zero,
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        bits = self.product_layout.fraction_bits
        x, y = Cat(self.x.man, self.x.exp), Cat(self.y.man, self.y.exp)
        carry = Const(1, 1) if self.offset & 1 else None
        own_sums = {"lmul_rne": rounded_sum, "lmul_rne1": finer_sum}
        if self.kind in own_sums or self.registered:
            sums = own_sums.get(self.kind, partial(add, carry=carry))
            low = self._late(m, "man", sums(m, self.x.man, self.y.man))
            total = Cat(low[:-1], self._exponent(m, low[-1]))
        else:
            total = add(m, x, y, carry)
        if self._constant:
            room = self.product_layout.exponent_bits + bits - len(total)
            total = add_constant(m, Cat(total, Const(0, max(0, room))), self._constant)
        nonzero = self._late(m, "nonzero", self._sign_and_zero(m))
        m.d.comb += [
            self.p.exp.eq(total[bits:]),
            self.p.sig.eq(Cat((bit & nonzero for bit in total[:bits]), nonzero)),
        ]
        return m
