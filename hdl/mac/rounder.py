"""Rounders at a column's end: a sum becomes a code of the result's format, rounded once."""

from collections.abc import Mapping

from amaranth import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.data import StructLayout
from amaranth.lib.wiring import In, Member, Out

from lmul.hdl.arithmetic.adders import add_constant, bit_signal
from lmul.hdl.arithmetic.delay import Cuts, delay
from lmul.hdl.arithmetic.fields import float_word
from lmul.hdl.arithmetic.rounding import round_code, round_word
from lmul.hdl.arithmetic.shifters import shift_right_sticky
from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.policy import Overflow

__all__ = ["RoundFixed", "RoundFloat", "with_special"]


_CUTS: Mapping[int, tuple[str, ...]] = {
    0: (),
    1: ("magnitude",),
    2: ("magnitude", "shifting"),
    3: ("magnitude", "shifting", "shifted"),
}
"""Where the registers of a rounder stand, by their number: behind the sum's magnitude, half way
through the shift, and behind it, before the increment. The first two cuts leave the shortest paths
and the fewest registers for their number: measured of e4m3 and e5m2 sums, by area and by speed."""

_CUTS_FROM_THE_FRONT: Mapping[int, tuple[str, ...]] = {
    0: (),
    1: ("sum",),
    2: ("sum", "magnitude"),
    3: ("sum", "magnitude", "shifting"),
}
"""The same where there is logic before the sum in its cycle: the first takes it as it comes."""


def _ports(layout: StructLayout, fmt: FloatFormat, stages: int) -> dict[str, Member]:
    """A rounder's members; an enable where there is something to enable."""
    if stages not in _CUTS:
        raise ValueError(f"Stages of a rounder must be from 0 to {max(_CUTS)}, not {stages!r}")
    enable = {"en": In(1)} if stages else {}
    return {"result": In(layout), "code": Out(fmt.width), **enable}


class RoundFixed(wiring.Component):
    """Round a two's-complement sum: nearest even, gradual underflow, overflow by policy.

    A sum of 0 is +0. Combinational, or with ``stages`` registers on every way through it.

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
    stages : int
        0 to 3 registers.
    from_the_front : bool
        The first register takes the sum as it comes, since there is logic before it in its cycle.

    Members
    -------
    result : In(layout)
    code : Out(width)
        Of the result ``stages`` enabled cycles ago.
    en : In(1)
        Where there are registers: while it is 0, they hold.
    overflowed : Out(1)
        The result's ``overflow``, where it has one; 0 of a sum that is Inf or NaN.
    """

    def __init__(
        self,
        layout: StructLayout,
        lsb: int,
        fmt: FloatFormat,
        overflow: Overflow,
        stages: int = 0,
        from_the_front: bool = False,
    ) -> None:
        self.from_the_front = from_the_front
        self.lsb = lsb
        self.fmt = fmt
        self.overflow: Overflow = overflow
        self.stages = stages
        flag = {"overflowed": Out(1)} if "overflow" in layout.members else {}
        super().__init__(_ports(layout, fmt, stages) | flag)

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        cuts = _CUTS_FROM_THE_FRONT if self.from_the_front else _CUTS
        fmt, late = self.fmt, _Late(self, cuts)
        given = Value.cast(self.result.sum).as_unsigned()
        (total,) = late.cuts.at(m, "sum", total=given)
        neg = total[-1]
        # A signal, since each bit's use of an expression would be a copy of all of it.
        flipped = Signal(len(total))
        m.d.comb += flipped.eq(total ^ neg.replicate(len(total)))
        word: Value = add_constant(m, flipped, 0, neg)
        (word,) = late.cuts.at(m, "magnitude", word=word)
        # Room below for the mantissa and a guard bit, above for the smallest normal number.
        below = max(0, fmt.mantissa_bits + 2 - len(word))
        top = self.lsb + len(word) - 1 + fmt.bias  # the highest bit's exponent field
        above = max(0, 1 - top)
        word = Cat(Const(0, below), word, Const(0, above))
        magnitude = round_word(m, fmt, self.overflow, Const(top + above - 1), word, cuts=late.cuts)
        marks = late.marks(m)
        m.d.comb += self.code.eq(
            with_special(fmt, magnitude, late(m, "negative", given[-1]), marks)
        )
        if "overflow" in marks:
            # What Inf's fields spell was added up as well; of that the flag must not speak.
            special = marks["pos"] | marks["neg"] if "pos" in marks else Const(0, 1)
            m.d.comb += self.overflowed.eq(marks["overflow"] & ~special)
        return m


class RoundFloat(wiring.Component):
    """Round a floating-point sum to another format, or pass it on.

    A sum of 0 is +0; Inf stays Inf whatever the policy; NaN is the canonical one. Combinational,
    or with ``stages`` registers on every way through it.

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
    stages : int
        0 to 3 registers.

    Members
    -------
    result : In(layout)
    code : Out(width)
        Of the result ``stages`` enabled cycles ago.
    en : In(1)
        Where there are registers: while it is 0, they hold.
    """

    def __init__(
        self,
        layout: StructLayout,
        source: FloatFormat,
        fmt: FloatFormat,
        overflow: Overflow,
        stages: int = 0,
    ) -> None:
        self.source = source
        self.fmt = fmt
        self.overflow: Overflow = overflow
        self.stages = stages
        super().__init__(_ports(layout, fmt, stages))

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        fmt, source, late = self.fmt, self.source, _Late(self)
        given = float_word(m, Value.cast(self.result.sum), source)
        nonzero = bit_signal(m, given.sig.any())
        if source == fmt:
            magnitude = late(m, "sum", Value.cast(self.result.sum)[: fmt.magnitude_bits])
        else:
            magnitude = self._round(m, given.exp, given.sig, late.cuts)
        assert fmt.inf_code is not None and fmt.nan_code is not None
        neg = late(m, "negative", given.neg)
        code = Cat(magnitude, neg) & late(m, "nonzero", nonzero).replicate(fmt.width)
        infinite = Cat(Const(fmt.inf_code, fmt.magnitude_bits), neg)
        special = Mux(late(m, "nan", given.nan), Const(fmt.nan_code, fmt.width), infinite)
        code = Mux(late(m, "special", given.special), special, code)
        m.d.comb += self.code.eq(
            with_special(fmt, code[: fmt.magnitude_bits], code[-1], late.marks(m))
        )
        return m

    def _round(self, m: Module, exp: Value, sig: Value, cuts: Cuts) -> Value:
        fmt, source = self.fmt, self.source
        word = Cat(Const(0, max(0, fmt.mantissa_bits + 3 - len(sig))), sig)
        # Of the exponent field, less 1, in the result's format.
        moved = fmt.bias - source.bias
        bits = max(source.exponent_bits, fmt.exponent_bits) + 2
        exponent = add_constant(m, Cat(exp, Const(0, bits - len(exp))), moved - 1)
        exponent, word = cuts.at(m, "magnitude", exponent=exponent, word=word)
        if moved > 0:  # what is subnormal here can be normal there
            return round_word(m, fmt, self.overflow, exponent, word, cuts=cuts)
        if moved < 0:
            tiny = exponent[-1]
            places = add_constant(m, exponent ^ tiny.replicate(bits), 0, tiny)
            places = places & tiny.replicate(bits)
            exponent, places, word = cuts.at(
                m, "shifting", exponent=exponent, places=places, word=word
            )
            word = shift_right_sticky(m, word, places)
        else:
            exponent, word = cuts.at(m, "shifting", exponent=exponent, word=word)
        exponent, word = cuts.at(m, "shifted", exponent=exponent, word=word)
        return round_code(m, fmt, self.overflow, exponent, word)


class _Late:
    """A rounder's registers: ``cuts`` on the way of the sum, and as many beside it."""

    def __init__(
        self, rounder: RoundFixed | RoundFloat, cuts: Mapping[int, tuple[str, ...]] = _CUTS
    ) -> None:
        self._result = rounder.result
        self._stages = rounder.stages
        self._en: Value = rounder.en if rounder.stages else Const(1, 1)
        self.cuts = Cuts(cuts[rounder.stages], self._en)

    def __call__(self, m: Module, name: str, value: Value) -> Value:
        """What passes the sum's logic by, when that is done."""
        return delay(m, value, self._stages, self._en, f"late_{name}")

    def marks(self, m: Module) -> dict[str, Value]:
        """The result's members beside its sum, so much later."""
        return {
            name: self(m, name, self._result[name])
            for name, _ in self._result.shape()
            if name != "sum"
        }


def with_special(
    fmt: FloatFormat, magnitude: Value, neg: Value, marks: Mapping[str, Value]
) -> Value:
    """The code, or Inf or NaN where the result is marked so."""
    code = Cat(magnitude, neg)
    if "pos" not in marks:
        return code
    assert fmt.inf_code is not None and fmt.nan_code is not None
    infinite = Cat(Const(fmt.inf_code, fmt.magnitude_bits), marks["neg"])
    special = Mux(marks["pos"] & marks["neg"], fmt.nan_code, infinite)
    return Mux(marks["pos"] | marks["neg"], special, code)
