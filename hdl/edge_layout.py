"""What travels through an array: an operand made ready at the edge for a cheap product unit."""

from amaranth.lib import data

from lmul.hdl.formats import FloatFormat
from lmul.hdl.operand import OperandLayout
from lmul.hdl.policy import Policy

__all__ = ["EdgeLayout"]


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
        As in :class:`~lmul.hdl.operand.OperandLayout`.
    inf : 1 bit
        The operand is infinite; ``exp`` and ``man`` then mean nothing. Only where it can be. (A
        NaN makes a whole row or column NaN, so its flag stays at the edge.)

    Attributes
    ----------
    exponent_bits, mantissa_bits, exp_bias, max_magnitude : int
        As in :class:`~lmul.hdl.operand.OperandLayout`.
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
