"""The conventional product unit: exponents added, significands multiplied in full."""

from collections.abc import Callable

from amaranth import Cat, Const, Module, Signal, Value

from lmul.hdl.arithmetic.adders import add, bit_signal
from lmul.hdl.arithmetic.compress import compress
from lmul.hdl.arithmetic.form import form, is_fast
from lmul.hdl.arithmetic.gate_list import build_gates
from lmul.hdl.products.base import ProductUnit
from lmul.hdl.products.operand import ProductLayout

__all__ = ["SEARCHED_BITS", "ExactProduct", "multiply_significands", "searched_significands"]


SEARCHED_BITS = 3
"""Mantissa bits of the one array that is here."""

_GATES = (
    ("nand", 4, 0),
    ("nand", 5, 2),
    ("and", 2, 3),
    ("xnor", 1, 4),
    ("and", 1, 5),
    ("nand", 2, 4),
    ("nand", 1, 3),
    ("xor", 5, 2),
    ("or", 0, 3),
    ("nand", 1, 4),
    ("xnor", 11, 10),
    ("and", 3, 0),
    ("and", 5, 0),
    ("xor", 6, 12),
    ("nand", 15, 17),
    ("or", 17, 15),
    ("xnor", 7, 17),
    ("and", 9, 5),
    ("xnor", 21, 8),
    ("nand", 18, 24),
    ("and", 14, 20),
    ("or", 21, 24),
    ("and", 21, 22),
    ("xor", 25, 27),
    ("or", 20, 22),
    ("nand", 29, 19),
    ("xnor", 30, 13),
    ("and", 9, 31),
    ("xor", 26, 29),
    ("nand", 16, 34),
    ("xor", 28, 35),
    ("or", 33, 36),
    ("nor", 32, 23),
    ("nand", 22, 36),
    ("xnor", 32, 39),
    ("xnor", 37, 15),
    ("or", 41, 38),
    ("nand", 7, 42),
    ("xnor", 7, 42),
    ("xnor", 41, 40),
    ("xor", 33, 36),
    ("xor", 34, 16),
    ("xor", 24, 18),
)
"""0 to 2 are the bits of x, 3 to 5 those of y."""

_PRODUCT = (17, 19, 48, 47, 46, 45, 44, 43)
"""Which signals are the product's bits, the last place first."""


def searched_significands(m: Module, x: Value, y: Value) -> Value:
    """``(8 + x) * (8 + y)`` of two 3-bit mantissas, 8 bits.

    Parameters
    ----------
    m : Module
        Where the gates' signals are driven.
    x, y : Value
    """
    signals = build_gates(m, _GATES, [*x, *y])
    return Cat(signals[place] for place in _PRODUCT)


_MIN_BOOTH_BITS = 7


Late = Callable[[Module, str, Value], Value]


def multiply_significands(m: Module, x: Value, y: Value, late: Late | None = None) -> Value:
    """``(2**n + x) * (2**n + y)`` of two n-bit mantissas, 2n + 2 bits.

    Parameters
    ----------
    m : Module
        Where the array's signals are driven.
    x, y : Value
        Mantissas of one width.
    late : callable, optional
        Puts a register with a name behind a value: at one place on every way.
    """
    product = Signal(2 * len(x) + 2)
    if form() == "products":
        m.d.comb += product.eq(Cat(x, Const(1, 1)) * Cat(y, Const(1, 1)))
        return late(m, "sig", product) if late else product
    if is_fast():
        first, second = compress(m, _columns(m, x, y), len(product))
        if late:
            first, second = late(m, "first", first), late(m, "second", second)
        m.d.comb += product.eq(first + second)
        return product
    if late:
        return _rows(m, x, y, late)
    if len(x) == SEARCHED_BITS:
        return searched_significands(m, x, y)
    if len(x) >= _MIN_BOOTH_BITS:
        return _booth(m, x, y)
    return _rows(m, x, y)


def _columns(m: Module, x: Value, y: Value) -> list[list[Value]]:
    """The partial products' bits, the leading ones among them, by their place."""
    columns: list[list[Value]] = [[] for _ in range(2 * len(x) + 1)]
    for i, a in enumerate((*x, Const(1, 1))):
        for j, b in enumerate((*y, Const(1, 1))):
            columns[i + j].append(bit_signal(m, a & b))
    return columns


def _rows(m: Module, x: Value, y: Value, late: Late | None = None) -> Value:
    """A row of partial products for each bit of ``y``, then ``x + y`` in the upper half.

    Registers stand before that last sum. Its carries are shared: where it adds x[i] and y[i],
    their product is there.
    """
    bits = len(x)
    rows = [[bit_signal(m, x[i] & y[j]) for i in range(bits)] for j in range(bits)]
    low = rows[0][:1]
    above: list[Value] = [*rows[0][1:], Const(0, 1)]
    for row in rows[1:]:
        first, *above = add(m, row, above)
        low.append(first)
    both = add(m, x, y)
    if late:
        low = list(late(m, "low", Cat(*low)))
        above = list(late(m, "above", Cat(*above)))
        both = late(m, "both", both)
    upper = add(m, above, both[:-1])
    # The product is below 4, so of these two carries and the leading one no carry arises.
    first, second = both[-1], upper[-1]
    return Cat(*low, upper[:-1], ~(first ^ second), first | second)


def _booth(m: Module, x: Value, y: Value) -> Value:
    """Radix-4 Booth digits of y's significand, a row of full adders for each.

    The last bit of ``y`` is taken first, as a plain row: then there is a sum for the first
    digit's negation to be carried into. A row costs 9 gates a bit and stands for two plain rows,
    which cost 12. The leading one makes the last digit positive; its row has no negation.
    """
    one, nought = Const(1, 1), Const(0, 1)
    multiple = [*x, one]
    digits = [nought, *y[1:], one, nought, nought]
    width = len(multiple) + 1
    once = [*multiple, nought]
    twice = [nought, *multiple]
    first = [bit_signal(m, bit & y[0]) for bit in multiple]
    product, above = first[:1], first[1:]
    # A partial sum is negative exactly where the last digit's upper bit is set.
    sign: Value = nought
    for place in range(0, len(y) + 1, 2):
        low, mid, high = digits[place : place + 3]
        is_one = bit_signal(m, low ^ mid)
        is_two = bit_signal(m, (high ^ mid) & ~is_one)
        row = [
            bit_signal(m, (is_one & a | is_two & b) ^ high)
            for a, b in zip(once, twice, strict=True)
        ]
        extended = above + [sign] * (width - len(above))
        negated = None if high is nought else high
        *above, _ = add(m, extended, row, negated)
        product += above[:2]
        above, sign = above[2:], high
    return Cat(*product, *above)[: 2 * len(x) + 2]


class ExactProduct(ProductUnit):
    """Multiply the significands: (m + 1) by (m + 1) bits.

    Combinational, or with registers before the last two words are added up. Where the gates go,
    for e4m3, 73 in all: 45 to the significands, 17 to the sum of the exponents, 1 to the sign, 2
    to see a zero and 7 to mask its mantissas and leading one.
    """

    def _layout(self) -> ProductLayout:
        m = self.fmt.mantissa_bits
        return ProductLayout(
            exponent_bits=self.operand_layout.exponent_bits + 1,
            significand_bits=2 * m + 2,
            fraction_bits=2 * m,
            exp_bias=2 * self.operand_layout.exp_bias + 2 * m,
            marks_zero=self.operand_layout.marks_zero,
        )

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
        sig = multiply_significands(m, x_man, y_man, self._late if self.registered else None)
        leading = self._late(m, "nonzero", nonzero)
        m.d.comb += [
            self.p.exp.eq(self._late(m, "exp", add(m, self.x.exp, self.y.exp))),
            self.p.sig.eq(Cat(sig[: 2 * bits], sig[2 * bits] & leading, sig[2 * bits + 1])),
        ]
        return m
