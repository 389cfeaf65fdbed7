"""The edge of an array: each code is unpacked once, for a whole row or column of PEs."""

from amaranth import Cat, Const, Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.edge_layout import EdgeLayout
from lmul.hdl.formats import FloatFormat
from lmul.hdl.policy import Policy
from lmul.hdl.ripple import add_constant
from lmul.hdl.unpack import Unpack

__all__ = ["Edge"]


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
