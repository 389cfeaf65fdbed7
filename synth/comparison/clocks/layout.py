"""Which PEs are compared with estimated wires, at equal clocks."""

from collections.abc import Mapping, Sequence

from lmul.synth.comparison.clocks.points import LONG, PE, USUAL, clocked_designs
from lmul.synth.comparison.points import STIMULUS
from lmul.synth.layout.wires import NONE, SETTINGS
from lmul.synth.measure.measurement import Point

__all__ = ["LAYOUT_CLOCKS", "layout_points", "with_wires"]


LAYOUT_CLOCKS: Mapping[str, Sequence[str]] = {"e4m3": (LONG, USUAL), "bf16": (LONG, USUAL)}
"""Periods by format, the longest first."""


def layout_points() -> list[Point]:
    """PEs of L-Mul and of those that it is compared with, with each setting of wires.

    Without wires they are those of :func:`lmul.synth.comparison.clocks.points.clock_points`.
    """
    return [
        with_wires(design, clock, wires)
        for fmt, clocks in LAYOUT_CLOCKS.items()
        for clock in clocks
        for wires in SETTINGS
        if wires != NONE
        for kind, design in clocked_designs(fmt, PE).items()
        if kind != "mitchell"
    ]


def with_wires(design: str, clock: str, wires: str) -> Point:
    """The measurement of a PE at a clock with a setting of wires."""
    return Point(design, "clock", stimulus=STIMULUS, clock=clock, wires=wires)
