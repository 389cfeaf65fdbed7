"""The product unit of a truncated multiplier: significands multiplied, low columns left out.

Truncated multipliers are old (Schulte and Swartzlander, VLSI Signal Processing VI, 1993); what is
added in their last column to make up for the others is a matter of choice. Here it is the next
column, its bits taken in pairs (King and Swartzlander, Asilomar 1997, add each of them).
"""

from itertools import zip_longest

from amaranth import Cat, Const, Module, Signal, Value

from lmul.hdl.arithmetic.adders import add, bit_signal
from lmul.hdl.arithmetic.columns import add_columns
from lmul.hdl.arithmetic.compress import compress
from lmul.hdl.arithmetic.form import form, is_fast
from lmul.hdl.numbers.kinds import KINDS
from lmul.hdl.products.base import ProductUnit
from lmul.hdl.products.operand import ProductLayout

__all__ = ["TruncatedProduct"]


class TruncatedProduct(ProductUnit):
    """Multiply the significands without the partial products below ``2**-last_place``.

    Combinational, or with registers before the last two words are added up. An operand without
    mantissa gives the other one's significand, as in an exact product.
    """

    def _layout(self) -> ProductLayout:
        last = KINDS[self.kind].last_place
        assert last is not None
        self._last = last
        fraction = max(self.fmt.mantissa_bits, last)
        return ProductLayout(
            exponent_bits=self.operand_layout.exponent_bits + 1,
            significand_bits=fraction + 2,
            fraction_bits=fraction,
            exp_bias=2 * self.operand_layout.exp_bias + fraction,
            marks_zero=self.operand_layout.marks_zero,
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        width = len(self.p.sig)
        columns = self._columns(m)
        if form() in ("sums", "products"):
            total = Signal(width)
            words = (Cat(*word) for word in zip_longest(*columns, fillvalue=Const(0, 1)))
            m.d.comb += total.eq(sum(words, Const(0, 1)))
            sig = self._late(m, "sig", total)
        elif is_fast() or self.registered:
            first, second = compress(m, columns, width)
            first, second = self._late(m, "first", first), self._late(m, "second", second)
            sig = (first + second if is_fast() else add(m, first, second))[:width]
        else:
            low, carries = add_columns(m, columns)
            sig = Cat(*low, *carries)
        nonzero = self._late(m, "nonzero", self._sign_and_zero(m))
        m.d.comb += [
            self.p.exp.eq(self._late(m, "exp", add(m, self.x.exp, self.y.exp))),
            self.p.sig.eq(sig & nonzero.replicate(width)),
        ]
        return m

    def _columns(self, m: Module) -> list[list[Value]]:
        """The significand's bits by their place, the last first; their sum is below 4."""
        bits, last = self.fmt.mantissa_bits, self._last
        x, y = (dict(enumerate(reversed(side.man), 1)) for side in (self.x, self.y))
        fraction = self.product_layout.fraction_bits
        columns: list[list[Value]] = [[] for _ in range(fraction)] + [[Const(1, 1)]]
        for i in range(1, bits + 1):
            columns[fraction - i] += [x[i], y[i]]
        for i in range(1, bits + 1):
            for j in range(1, bits + 1):
                if i + j <= last:
                    columns[fraction - i - j].append(bit_signal(m, x[i] & y[j]))
                elif i + j == last + 1 and i <= j:
                    either = x[i] & y[j] | x[j] & y[i] if i < j else x[i] & y[i]
                    columns[fraction - last].append(bit_signal(m, either))
        return columns
