"""Rounders at a column's end: a sum becomes a code of the result's format, rounded once."""

from amaranth import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.data import StructLayout
from amaranth.lib.wiring import In, Out

from lmul.hdl.arithmetic.adders import add_constant, bit_signal
from lmul.hdl.arithmetic.fields import float_word
from lmul.hdl.arithmetic.rounding import round_code, round_word
from lmul.hdl.arithmetic.shifters import shift_right_sticky
from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.policy import Overflow

__all__ = ["RoundFixed", "RoundFloat", "with_special"]


class RoundFixed(wiring.Component):
    """Round a two's-complement sum: nearest even, gradual underflow, overflow by policy.

    Combinational. A sum of 0 is +0.

    Parameters
    ----------
    layout : StructLayout
        Of a result: ``sum``, and perhaps ``overflow``, ``pos`` and ``neg``.
    lsb : int
        The sum's last bit is worth ``2**lsb``.
    fmt : FloatFormat
        Of the code: fp32, bf16 or fp16.
    overflow : str
        The policy's knob.

    Members
    -------
    result : In(layout)
    code : Out(width)
    overflowed : Out(1)
        The result's ``overflow``, where it has one; 0 of a sum that is Inf or NaN.
    """

    def __init__(
        self, layout: StructLayout, lsb: int, fmt: FloatFormat, overflow: Overflow
    ) -> None:
        self.lsb = lsb
        self.fmt = fmt
        self.overflow: Overflow = overflow
        flag = {"overflowed": Out(1)} if "overflow" in layout.members else {}
        super().__init__({"result": In(layout), "code": Out(fmt.width), **flag})

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        fmt = self.fmt
        total = Value.cast(self.result.sum).as_unsigned()
        neg = total[-1]
        # A signal, since each bit's use of an expression would be a copy of all of it.
        flipped = Signal(len(total))
        m.d.comb += flipped.eq(total ^ neg.replicate(len(total)))
        word: Value = add_constant(m, flipped, 0, neg)
        # Room below for the mantissa and a guard bit, above for the smallest normal number.
        below = max(0, fmt.mantissa_bits + 2 - len(word))
        top = self.lsb + len(word) - 1 + fmt.bias  # the highest bit's exponent field
        above = max(0, 1 - top)
        word = Cat(Const(0, below), word, Const(0, above))
        magnitude = round_word(m, fmt, self.overflow, Const(top + above - 1), word)
        m.d.comb += self.code.eq(with_special(fmt, magnitude, neg, self.result))
        marks = dict(iter(self.result.shape()))
        if "overflow" in marks:
            # What Inf's fields spell was added up as well; of that the flag must not speak.
            special = self.result.pos | self.result.neg if "pos" in marks else Const(0, 1)
            m.d.comb += self.overflowed.eq(self.result.overflow & ~special)
        return m


class RoundFloat(wiring.Component):
    """Round a floating-point sum to another format, or pass it on.

    Combinational. A sum of 0 is +0; Inf stays Inf whatever the policy; NaN is the canonical one.

    Parameters
    ----------
    layout : StructLayout
        Of a result: ``sum``, and perhaps ``pos`` and ``neg``.
    source : FloatFormat
        Of the sum.
    fmt : FloatFormat
        Of the code: fp32, bf16 or fp16.
    overflow : str
        The policy's knob.

    Members
    -------
    result : In(layout)
    code : Out(width)
    """

    def __init__(
        self, layout: StructLayout, source: FloatFormat, fmt: FloatFormat, overflow: Overflow
    ) -> None:
        self.source = source
        self.fmt = fmt
        self.overflow: Overflow = overflow
        super().__init__({"result": In(layout), "code": Out(fmt.width)})

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        fmt, source = self.fmt, self.source
        given = float_word(m, Value.cast(self.result.sum), source)
        nonzero = bit_signal(m, given.sig.any())
        if source == fmt:
            magnitude = Value.cast(self.result.sum)[: fmt.magnitude_bits]
        else:
            magnitude = self._round(m, given.exp, given.sig)
        assert fmt.inf_code is not None and fmt.nan_code is not None
        code = Cat(magnitude, given.neg) & nonzero.replicate(fmt.width)
        infinite = Cat(Const(fmt.inf_code, fmt.magnitude_bits), given.neg)
        special = Mux(given.nan, Const(fmt.nan_code, fmt.width), infinite)
        code = Mux(given.special, special, code)
        m.d.comb += self.code.eq(
            with_special(fmt, code[: fmt.magnitude_bits], code[-1], self.result)
        )
        return m

    def _round(self, m: Module, exp: Value, sig: Value) -> Value:
        fmt, source = self.fmt, self.source
        word = Cat(Const(0, max(0, fmt.mantissa_bits + 3 - len(sig))), sig)
        # Of the exponent field, less 1, in the result's format.
        moved = fmt.bias - source.bias
        bits = max(source.exponent_bits, fmt.exponent_bits) + 2
        exponent = add_constant(m, Cat(exp, Const(0, bits - len(exp))), moved - 1)
        if moved > 0:  # what is subnormal here can be normal there
            return round_word(m, fmt, self.overflow, exponent, word)
        if moved < 0:
            tiny = exponent[-1]
            places = add_constant(m, exponent ^ tiny.replicate(bits), 0, tiny)
            word = shift_right_sticky(m, word, places & tiny.replicate(bits))
        return round_code(m, fmt, self.overflow, exponent, word)


def with_special(fmt: FloatFormat, magnitude: Value, neg: Value, result) -> Value:
    """The code, or Inf or NaN where the result is marked so."""
    code = Cat(magnitude, neg)
    if "pos" not in dict(iter(result.shape())):
        return code
    assert fmt.inf_code is not None and fmt.nan_code is not None
    infinite = Cat(Const(fmt.inf_code, fmt.magnitude_bits), result.neg)
    special = Mux(result.pos & result.neg, fmt.nan_code, infinite)
    return Mux(result.pos | result.neg, special, code)
