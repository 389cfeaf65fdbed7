"""The registry of accumulations: one component per accumulator, drop-in for each other."""

from amaranth.hdl import Shape, signed, unsigned

from lmul.hdl.group.product import AlignedGroup, ExactGroup, WindowGroup
from lmul.hdl.numbers.accumulator import Accumulator
from lmul.hdl.numbers.policy import Policy
from lmul.hdl.numbers.product_range import ProductRange
from lmul.hdl.numbers.sum_parts import SumParts
from lmul.hdl.products.base import ProductUnit
from lmul.hdl.sums.accumulate_dual import AccumulateDual
from lmul.hdl.sums.accumulate_fixed import (
    AccumulateExact,
    AccumulateExactGroup,
    AccumulateWindow,
    AccumulateWindowGroup,
)
from lmul.hdl.sums.accumulate_float import AccumulateFloat, AccumulateGroup

__all__ = ["AccumulationUnit", "accumulation_unit", "sum_shape"]


AccumulationUnit = (
    AccumulateExact
    | AccumulateDual
    | AccumulateWindow
    | AccumulateFloat
    | AccumulateExactGroup
    | AccumulateWindowGroup
    | AccumulateGroup
)
"""Ports ``p`` (as of the unit in front), ``acc`` and ``total`` (both of :func:`sum_shape`)."""


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
    unit: ProductUnit | AlignedGroup | ExactGroup | WindowGroup,
    range: ProductRange,
    policy: Policy,
    k_max: int,
) -> AccumulationUnit:
    """The accumulation behind a product unit, or behind a group of products.

    Parameters
    ----------
    accumulator : Accumulator
        Of a group: a float one behind an AlignedGroup, ``exact`` behind an ExactGroup, a window
        behind a WindowGroup.
    unit : ProductUnit, AlignedGroup, ExactGroup or WindowGroup
        Its operands have exponents from 0 up.
    range : ProductRange
        Of its products.
    policy : Policy
        Its ``overflow`` knob is for sums that are rounded.
    k_max : int
        Of an exact accumulator.
    """
    if isinstance(unit, AlignedGroup):
        assert accumulator.format is not None
        return AccumulateGroup(unit, accumulator.format, policy.overflow)
    if isinstance(unit, ExactGroup):
        return AccumulateExactGroup(unit, range.accumulator_bits(k_max))
    if isinstance(unit, WindowGroup):
        return AccumulateWindowGroup(unit)
    layout = unit.product_layout
    if accumulator.window is not None:
        return AccumulateWindow(layout, *accumulator.window)
    if accumulator.format is not None:
        return AccumulateFloat(layout, accumulator.format, policy.overflow)
    parts = SumParts.of(accumulator, range, range.accumulator_bits(k_max))
    if parts.rare:
        return AccumulateDual(layout, range, parts)
    return AccumulateExact(layout, range, k_max)
