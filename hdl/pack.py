"""Pack: a Product, with the NaN and Inf flags beside it, becomes a code."""

from amaranth import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from lmul.hdl.formats import FloatFormat
from lmul.hdl.operand import ProductLayout
from lmul.hdl.policy import Policy
from lmul.hdl.rounding import round_normal, round_subnormal

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
    nan, inf : In(1)
        The result is NaN (whatever ``inf``), or infinite with the product's sign. Without
        meaning under ``specials="ignore"``.
    code : Out(width)
    """

    def __init__(self, fmt: FloatFormat, policy: Policy, layout: ProductLayout) -> None:
        self.fmt = fmt
        self.policy = policy
        self.layout = layout
        super().__init__(
            {"product": In(layout), "nan": In(1), "inf": In(1), "code": Out(fmt.width)}
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        fmt, policy, layout = self.fmt, self.policy, self.layout
        bits, fraction_bits = fmt.mantissa_bits, layout.fraction_bits
        sig, neg = self.product.sig, self.product.neg

        # sig / 2**fraction_bits * 2**(E - bias), E = exp - excess
        excess = layout.exp_bias - fraction_bits - fmt.bias
        rounded = round_normal(m, self.product.exp, sig, fraction_bits, bits)
        unbounded = rounded - (excess << bits)  # signed, wide enough
        if policy.is_bare:
            m.d.comb += self.code.eq(Cat(unbounded[: fmt.magnitude_bits], neg))
            return m

        zero = ~sig[fraction_bits:].any()
        tiny = unbounded < fmt.min_normal_code
        overflow = ~zero & (unbounded > fmt.max_code)
        magnitude: Value = unbounded[: fmt.magnitude_bits]
        small: Value = Const(0, fmt.magnitude_bits)
        if policy.tiny == "gradual":
            below = Signal(range(max(2, 2 + abs(excess) + (1 << layout.exponent_bits))))
            m.d.comb += below.eq(1 + excess - self.product.exp)  # only used where positive
            small = round_subnormal(m, below, sig, fraction_bits, bits)
        magnitude = Mux(zero, 0, Mux(tiny, small, magnitude))

        nan: Value = Const(0)
        inf: Value = Const(0)
        if policy.specials == "propagate":
            nan, inf = self.nan, self.inf
        if policy.overflow == "nonsaturating" and fmt.has_inf:
            inf = inf | overflow
        elif policy.overflow == "nonsaturating" and fmt.has_nan:
            nan = nan | overflow
        else:
            magnitude = Mux(overflow, fmt.max_code, magnitude)
        if fmt.inf_code is not None:
            magnitude = Mux(inf, fmt.inf_code, magnitude)
        if not fmt.has_negative_zero:
            neg = neg & magnitude.any()
        code = Cat(magnitude[: fmt.magnitude_bits], neg)
        if fmt.nan_code is not None:
            code = Mux(nan, fmt.nan_code, code)
        m.d.comb += self.code.eq(code)
        return m
