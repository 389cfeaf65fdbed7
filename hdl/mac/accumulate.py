"""The registry of accumulations: one component per accumulator, drop-in for each other."""

from amaranth.hdl import Shape, signed, unsigned

from lmul.hdl.mac.accumulate_fixed import AccumulateExact, AccumulateWindow
from lmul.hdl.mac.accumulate_float import AccumulateFloat
from lmul.hdl.numbers.accumulator import Accumulator
from lmul.hdl.numbers.policy import Policy
from lmul.hdl.numbers.product_range import ProductRange
from lmul.hdl.products.operand import ProductLayout

__all__ = ["AccumulationUnit", "accumulation_unit", "sum_shape"]


AccumulationUnit = AccumulateExact | AccumulateWindow | AccumulateFloat
"""Ports ``p`` (ProductLayout), ``acc`` and ``total`` (both of :func:`sum_shape`)."""


def sum_shape(accumulator: Accumulator, range: ProductRange, k_max: int) -> Shape:
    """What a PE's accumulator holds: an integer in units of its last bit, or a code.

    A window has a sticky flag beside it, ``overflow``.
    """
    if accumulator.window is not None:
        return signed(accumulator.window[0])
    if accumulator.format is not None:
        return unsigned(accumulator.format.width)
    return signed(range.accumulator_bits(k_max))


def accumulation_unit(
    accumulator: Accumulator,
    layout: ProductLayout,
    range: ProductRange,
    policy: Policy,
    k_max: int,
) -> AccumulationUnit:
    """The accumulation behind a product unit.

    Parameters
    ----------
    accumulator : Accumulator
    layout : ProductLayout
        Of the product unit, whose operands have exponents from 0 up.
    range : ProductRange
        Of its products.
    policy : Policy
        Its ``overflow`` knob is for sums that are rounded.
    k_max : int
        Of an exact accumulator.
    """
    if accumulator.window is not None:
        return AccumulateWindow(layout, *accumulator.window)
    if accumulator.format is not None:
        return AccumulateFloat(layout, accumulator.format, policy.overflow)
    return AccumulateExact(layout, range, k_max)
