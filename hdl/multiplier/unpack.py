"""Unpack: a code becomes an Operand, with its NaN and Inf flags beside it."""

from amaranth import Cat, Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.arithmetic.fields import special_flags
from lmul.hdl.arithmetic.normalize import normalize
from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.policy import Policy
from lmul.hdl.products.operand import OperandLayout

__all__ = ["Unpack", "operand_layout"]


class Unpack(wiring.Component):
    """Read a code as a normalised operand.

    Combinational.

    Parameters
    ----------
    fmt : FloatFormat
    policy : Policy
        Its ``zero``, ``subnormals`` and ``specials`` knobs are obeyed.

    Members
    -------
    code : In(width)
    operand : Out(OperandLayout)
    nan, inf : Out(1)
        What the code is instead of a number; the operand's exponent and mantissa then mean
        nothing. Always 0 under ``specials="ignore"``.
    """

    def __init__(self, fmt: FloatFormat, policy: Policy) -> None:
        self.fmt = fmt
        self.policy = policy
        self.layout = operand_layout(fmt, policy)
        super().__init__(
            {"code": In(fmt.width), "operand": Out(self.layout), "nan": Out(1), "inf": Out(1)}
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        fmt = self.fmt
        man = self.code[: fmt.mantissa_bits]
        exp = self.code[fmt.mantissa_bits : fmt.magnitude_bits]
        m.d.comb += self.operand.neg.eq(self.code[-1])

        match self.policy.subnormals:
            case "raw":
                m.d.comb += [self.operand.exp.eq(exp), self.operand.man.eq(man)]
            case "flush":
                m.d.comb += [
                    self.operand.zero.eq(~exp.any()),
                    self.operand.exp.eq(exp),
                    self.operand.man.eq(man),
                ]
            case "normalize":
                exponent, mantissa = normalize(m, exp, man, self.layout.exponent_bits)
                m.d.comb += [
                    self.operand.zero.eq(~self.code[: fmt.magnitude_bits].any()),
                    self.operand.exp.eq(Cat(exponent[:-1], ~exponent[-1])),
                    self.operand.man.eq(mantissa),
                ]

        if self.policy.specials == "propagate":
            nan, inf = special_flags(fmt, self.code)
            m.d.comb += [self.nan.eq(nan), self.inf.eq(inf)]
        return m


def operand_layout(fmt: FloatFormat, policy: Policy) -> OperandLayout:
    """The layout of operands that are unpacked under a policy."""
    return OperandLayout(
        fmt,
        normalizes=policy.subnormals == "normalize",
        reads_specials=policy.specials == "ignore",
    )
