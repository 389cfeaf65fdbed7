"""Pack: a Product, with the zero, NaN and Inf flags beside it, becomes a code."""

from amaranth import Cat, Const, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.formats import FloatFormat
from lmul.hdl.operand import ProductLayout
from lmul.hdl.policy import Policy
from lmul.hdl.ripple import add_constant, at_least
from lmul.hdl.rounding import Kept, round_to_even, shift_right

__all__ = ["Pack"]


class Pack(wiring.Component):
    """Round a product once, to nearest even, and give its code under a policy.

    Overflow and tiny results are judged on the value rounded with its exponent unbounded.

    Combinational.

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
        An operand is zero; the product's exponent and significand then mean nothing.
    nan, inf : In(1)
        The result is NaN (whatever ``inf``), or infinite with the product's sign. Without
        meaning under ``specials="ignore"``.
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

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        fmt, policy, layout, excess = self.fmt, self.policy, self.layout, self.excess
        exp, sig = self.product.exp, self.product.sig
        bits, top = fmt.mantissa_bits, fmt.exponent_bits
        gradual = policy.tiny == "gradual"

        # Two bits left of the point: shifted until one is left. The exponent of that and a carry
        # out of rounding never meet: the largest doubled significand is below 4 - 2**(2 - m).
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
            m.d.comb += self.code.eq(Cat(mantissa, exponent, self.product.neg))
            return m

        normal = Signal()
        keep = Signal()
        if gradual:
            m.d.comb += [
                keep.eq(alive & ~self.zero),
                normal.eq(at_least(m, exp, excess) & ~self.zero),
            ]
            lowest = exponent[0] & normal | carry & keep & ~normal
        else:
            m.d.comb += [
                normal.eq(at_least(m, exp, excess + 1, increment) & ~self.zero),
                keep.eq(normal),
            ]
            lowest = exponent[0] & normal
        magnitude = Cat(
            (bit & keep for bit in mantissa), lowest, (bit & normal for bit in exponent[1:])
        )
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
        """Mantissa and carry; nothing to do where the product is a code already."""
        as_it_is = (self.layout.fraction_bits, self.layout.integer_bits) == (
            self.fmt.mantissa_bits,
            1,
        )
        if as_it_is and self.policy.tiny != "gradual":
            return kept.bits[: self.fmt.mantissa_bits], Const(0, 1)
        return round_to_even(m, kept, self.fmt.mantissa_bits)

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
        m.d.comb += overflow.eq(at_least(m, exp, self.excess + limit + 1, carry))
        return overflow

    def _finish(self, m: Module, magnitude: Value, overflow: Value) -> None:
        fmt, policy = self.fmt, self.policy
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
        if fmt.nan_code is not None:
            special.append((nan, fmt.nan_code & fmt.magnitude_mask))
        code = []
        for place, bit in enumerate(magnitude):
            runs: list[tuple[int, list[Value]]] = []
            for condition, constant in special:
                level = constant >> place & 1
                if runs and runs[-1][0] == level:
                    runs[-1][1].append(condition)
                else:
                    runs.append((level, [condition]))
            for level, conditions in runs:
                any_of = Cat(*conditions).any()
                bit = bit | any_of if level else bit & ~any_of
            code.append(bit)
        neg: Value = self.product.neg
        if not fmt.has_negative_zero:
            neg = neg & Cat(*code).any()
        if fmt.nan_code is not None:
            neg = neg | nan if fmt.nan_code >> fmt.magnitude_bits else neg & ~nan
        m.d.comb += self.code.eq(Cat(*code, neg))
