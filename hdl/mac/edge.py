"""The edge of an array: each code is unpacked once, for a whole row or column of PEs."""

from amaranth import Cat, Const, Module
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.arithmetic.adders import add_constant
from lmul.hdl.multiplier.unpack import Unpack
from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.policy import Policy
from lmul.hdl.products.operand import OperandLayout

__all__ = ["Edge", "EdgeLayout"]


class EdgeLayout(OperandLayout):
    """An Operand whose smallest exponent is 0, with room for a folded constant.

    With exponents from 0 up, a product's exponent is the number of places by which its
    significand is shifted into the accumulator.

    Parameters
    ----------
    fmt : FloatFormat
    policy : Policy
        Its ``subnormals`` knob says where exponents start, its ``specials`` knob where they end
        and whether there is a flag for Inf.
    folded : int
        The largest constant added to an operand, in units of ``2**-m``.

    Members
    -------
    neg, zero, exp, man
        As in :class:`~lmul.hdl.products.operand.OperandLayout`.
    inf : 1 bit
        The operand is infinite; ``exp`` and ``man`` then mean nothing. Only where it can be. (A
        NaN makes a whole row or column NaN, so its flag stays at the edge.)

    Attributes
    ----------
    exponent_bits, mantissa_bits, exp_bias, max_magnitude : int
        As in :class:`~lmul.hdl.products.operand.OperandLayout`.
    lowest : int
        The exponent field that ``exp = 0`` stands for: ``1 - m`` for normalised subnormals.
    has_inf : bool
    marks_zero : bool
        True: a product's zero goes round the product unit, to where it is cheapest to mask.
    """

    marks_zero = True

    def __init__(self, fmt: FloatFormat, policy: Policy, folded: int = 0) -> None:
        self.mantissa_bits = fmt.mantissa_bits
        self.normalizes = policy.subnormals == "normalize"
        self.has_inf = fmt.has_inf and policy.specials == "propagate"
        self.lowest = {"raw": 0, "flush": 1, "normalize": 1 - fmt.mantissa_bits}[policy.subnormals]
        self.exp_bias = fmt.bias - self.lowest
        largest = fmt.magnitude_mask if policy.specials == "ignore" else fmt.max_code
        self.max_magnitude = largest - (self.lowest << fmt.mantissa_bits) + folded
        self.exponent_bits = max(1, self.max_magnitude.bit_length() - fmt.mantissa_bits)
        members = {"neg": 1, "zero": 1, "exp": self.exponent_bits, "man": self.mantissa_bits}
        if self.has_inf:
            members["inf"] = 1
        data.StructLayout.__init__(self, members)


class Edge(wiring.Component):
    """Make an operand of a code: subnormals normalised, exponents from 0, a constant folded in.

    Combinational.

    Parameters
    ----------
    fmt : FloatFormat
    policy : Policy
        Its ``zero``, ``subnormals`` and ``specials`` knobs are obeyed.
    layout : EdgeLayout
        Of the operand.
    folded : int
        The constant added to it, in units of ``2**-m``: L-Mul's offset, for one of two operands.

    Members
    -------
    code : In(width)
    keep : In(1)
        0 gives a zero operand, whatever the code and the policy.
    operand : Out(EdgeLayout)
    nan : Out(1)
        The code is NaN and kept. Always 0 under ``specials="ignore"``.
    """

    def __init__(
        self, fmt: FloatFormat, policy: Policy, layout: EdgeLayout, folded: int = 0
    ) -> None:
        self.fmt = fmt
        self.policy = policy
        self.layout = layout
        self.folded = folded
        super().__init__(
            {"code": In(fmt.width), "keep": In(1), "operand": Out(layout), "nan": Out(1)}
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        m.submodules.unpack = unpack = Unpack(self.fmt, self.policy)
        bits, layout = self.fmt.mantissa_bits, self.layout
        # Unpack's exponents start elsewhere; one constant moves them and adds the offset.
        moved = layout.exp_bias - unpack.layout.exp_bias
        width = layout.exponent_bits + bits
        word = Cat(unpack.operand.man, unpack.operand.exp, Const(0, width))[:width]
        word = add_constant(m, word, (moved << bits) + self.folded)
        # Codes that are not kept may be unknown to a simulator, and no logic behind a zero's mark
        # is sure to keep that out of a sum: a netlist has masks where its maker put them.
        zero = unpack.operand.zero
        m.d.comb += [
            unpack.code.eq(self.code & self.keep.replicate(self.fmt.width)),
            self.operand.neg.eq(unpack.operand.neg),
            self.operand.zero.eq(zero | ~self.keep if self.policy.subnormals == "raw" else zero),
            Cat(self.operand.man, self.operand.exp).eq(word),
            self.nan.eq(unpack.nan),
        ]
        if layout.has_inf:
            m.d.comb += self.operand.inf.eq(unpack.inf)
        return m
