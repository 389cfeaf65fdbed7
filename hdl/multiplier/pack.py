"""Pack: a Product, with the zero, NaN and Inf flags beside it, becomes a code."""

from collections.abc import Sequence

from amaranth import Cat, Const, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.arithmetic.adders import add_constant, at_least
from lmul.hdl.arithmetic.override import overridden
from lmul.hdl.arithmetic.rounding import round_to_even
from lmul.hdl.arithmetic.shifters import Kept, shift_right
from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.policy import Policy
from lmul.hdl.products.operand import ProductLayout

__all__ = ["Pack"]


class Pack(wiring.Component):
    """Round a product once, to nearest even, and give its code under a policy.

    Overflow and tiny results are judged on the value rounded with its exponent unbounded.

    Combinational. Where the gates go, in ``lmul`` of e4m3 under ``lax``: 32 the adder, 1 the sign,
    7 the operands' zeros, and 29 here: 5 to subtract the bias, 2 for tiny results and zeros
    together, 8 for overflow and its inverse, 14 to clear and set seven bits. ``ftz`` adds 13 for
    NaN operands, 1 for the sign of NaN and 3 to force its code.

    Parameters
    ----------
    fmt : FloatFormat
    policy : Policy
        Its ``tiny``, ``overflow`` and ``specials`` knobs are obeyed.
    layout : ProductLayout
        Of the product unit in front.

    Members
    -------
    product : In(ProductLayout)
    zero : In(1)
        An operand is zero. The product's significand then means nothing, and its exponent must
        be no larger than that of the smallest number with the same other operand.
    nan, inf : In(1)
        The result is NaN; it is NaN or infinite with the product's sign: ``nan`` never comes
        without ``inf`` where the format has an Inf. Without meaning under ``specials="ignore"``.
    code : Out(width)
    """

    def __init__(self, fmt: FloatFormat, policy: Policy, layout: ProductLayout) -> None:
        self.fmt = fmt
        self.policy = policy
        self.layout = layout
        # sig / 2**fraction_bits * 2**(E - bias), E = exp - excess
        self.excess = layout.exp_bias - layout.fraction_bits - fmt.bias
        super().__init__(
            {
                "product": In(layout),
                "zero": In(1),
                "nan": In(1),
                "inf": In(1),
                "code": Out(fmt.width),
            }
        )

    @property
    def _is_rounded(self) -> bool:
        """Whether the product has a format's mantissa already, and no second integer bit."""
        return self.layout.significand_bits == self.fmt.mantissa_bits + 1

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        fmt, policy, layout, excess = self.fmt, self.policy, self.layout, self.excess
        exp, sig = self.product.exp, self.product.sig
        bits, top = fmt.mantissa_bits, fmt.exponent_bits

        # Two bits left of the point: shifted until one is left. The exponent of that and a carry
        # out of rounding never meet: the largest doubled significand is 4 - 3 / 2**m.
        doubled = sig[-1] if layout.integer_bits == 2 else Const(0, 1)
        places, alive = self._places(m, exp, doubled)
        kept = shift_right(m, sig, layout.fraction_bits - bits, places)
        mantissa, carry = self._round(m, kept)
        increment = Signal()
        m.d.comb += increment.eq(doubled | carry)

        # E = exp - excess + increment
        width = max(len(exp), top)
        exponent = add_constant(m, Cat(exp, Const(0, width - len(exp))), -excess, increment)[:top]
        if policy.is_bare:
            self._drive(m, [*mantissa, *exponent, self.product.neg])
            return m

        normal = Signal()
        keep = Signal()
        lowest: Value = exponent[0]
        if policy.tiny == "gradual":
            m.d.comb += [
                keep.eq(alive & ~self.zero),
                normal.eq(at_least(m, exp, excess) & ~self.zero),
            ]
            lowest = lowest & normal | carry & keep & ~normal
        else:
            m.d.comb += [
                normal.eq(at_least(m, exp, excess + 1, increment) & ~self.zero),
                keep.eq(normal),
            ]
        # each bit of the magnitude, and what it is kept by
        magnitude = [(bit, keep) for bit in mantissa]
        magnitude += [(bit, normal) for bit in exponent]
        if policy.tiny == "gradual":
            magnitude[bits] = (lowest, Const(1, 1))
        elif top > 1:
            magnitude[-1] = (self._highest(m, exp, increment), normal)
        self._finish(m, magnitude, self._overflow(m, exp, mantissa, increment))
        return m

    def _places(self, m: Module, exp: Value, doubled: Value) -> tuple[Value, Value]:
        """How far the significand is shifted right, and whether anything is left of it."""
        if self.policy.tiny != "gradual":
            return (doubled if self.layout.integer_bits == 2 else Const(0, 0)), Const(1, 1)
        # From this many places on, kept bits and guard are zero.
        nothing = self.fmt.mantissa_bits + self.layout.integer_bits + 1
        count = (nothing - 1).bit_length()
        small = Signal()
        m.d.comb += small.eq(~at_least(m, exp, self.excess + 1))
        below = add_constant(m, ~exp[:count], self.excess + 2)  # excess + 1 - exp
        places = Signal(count)
        m.d.comb += places.eq(below & small.replicate(count) | (doubled & ~small))
        return places, at_least(m, exp, self.excess + 2 - (1 << count))

    def _round(self, m: Module, kept: Kept) -> tuple[Value, Value]:
        """Mantissa and carry."""
        if self._is_rounded and self.policy.tiny != "gradual":
            return kept.bits[: self.fmt.mantissa_bits], Const(0, 1)
        return round_to_even(m, kept, self.fmt.mantissa_bits)

    def _highest(self, m: Module, exp: Value, increment: Value) -> Value:
        """E's top bit where E is in range; 1 beyond, so that saturation need not set it."""
        half = 1 << (self.fmt.exponent_bits - 1)
        if self.excess != half - 1 or not self._is_rounded:
            return at_least(m, exp, self.excess + half, increment)
        # The usual bias and no increment: E > 0 where exp has a one from bit e - 1 up, and of
        # those bits the lowest alone leaves E's top bit to the carry out of the bits below.
        low = self.fmt.exponent_bits - 1
        return exp[low + 1 :].any() | exp[:low].all()

    def _overflow(self, m: Module, exp: Value, mantissa: Value, increment: Value) -> Value:
        fmt = self.fmt
        limit, most = divmod(fmt.max_code, 1 << fmt.mantissa_bits)
        carry = Signal(name="beyond_max")
        # The code above the largest finite one is NaN in fn formats, all ones; a doubled
        # significand never rounds to all ones, so the two increments don't meet.
        if most != fmt.mantissa_mask:
            m.d.comb += carry.eq(increment | mantissa.all())
        else:
            m.d.comb += carry.eq(increment)
        overflow = Signal()
        beyond = at_least(m, exp, self.excess + limit + 1, carry)
        # From a bias of 2 on, zero's exponent is too small for any operand to overflow with it.
        m.d.comb += overflow.eq(beyond if fmt.bias > 1 else beyond & ~self.zero)
        return overflow

    def _finish(self, m: Module, magnitude: list[tuple[Value, Value]], overflow: Value) -> None:
        """Override the magnitude where the result is no finite number in range; the sign."""
        fmt, policy = self.fmt, self.policy
        quiet = fmt.mantissa_bits - 1
        # (condition, code), the strongest last
        special: list[tuple[Value, int]] = []
        nan, inf = Const(0, 1), Const(0, 1)
        if policy.specials == "propagate":
            nan, inf = self.nan, self.inf
        if policy.overflow == "nonsaturating" and fmt.has_inf:
            inf = inf | overflow
        elif policy.overflow == "nonsaturating" and fmt.has_nan:
            nan = nan | overflow
        else:
            special.append((overflow, fmt.max_code))
        if fmt.inf_code is not None:
            special.append((inf, fmt.inf_code))
        elif fmt.nan_code is not None:
            special.append((nan, fmt.nan_code & fmt.magnitude_mask))
        code = overridden(m, magnitude, special)
        if fmt.has_inf:  # inf is set too; NaN is one bit more
            code = Cat(code[:quiet], code[quiet] | nan, code[quiet + 1 :])
        neg: Value = self.product.neg
        if not fmt.has_negative_zero:
            neg = neg & code.any()
        if fmt.nan_code is not None:
            neg = neg | nan if fmt.nan_code >> fmt.magnitude_bits else neg & ~nan
        self._drive(m, [*code, neg])

    def _drive(self, m: Module, bits: Sequence[Value]) -> None:
        """The result, bit by bit, so that the Verilog has one port for them all."""
        m.d.comb += [self.code[place].eq(bit) for place, bit in enumerate(bits)]
