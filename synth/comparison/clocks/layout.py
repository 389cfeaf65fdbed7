"""Which PEs are compared with estimated wires, at equal clocks and at the least area."""

from collections.abc import Mapping, Sequence

from lmul.synth.comparison.clocks.points import LONG, PE, USUAL, clocked_designs
from lmul.synth.comparison.points import STIMULUS
from lmul.synth.layout.wires import SETTINGS
from lmul.synth.measure.measurement import Point

__all__ = ["LAYOUT_CLOCKS", "LEAST_AREA", "layout_points", "with_wires"]


LEAST_AREA = ""
"""In place of a clock: the smallest circuits, each at a speed of its own."""

LAYOUT_CLOCKS: Mapping[str, Sequence[str]] = {"e4m3": (LONG, USUAL), "bf16": (LEAST_AREA,)}
"""Periods by format, the longest first."""


def layout_points() -> list[Point]:
    """PEs of L-Mul and of those that it is compared with, with each setting of wires."""
    return [
        with_wires(design, clock, wires)
        for fmt, clocks in LAYOUT_CLOCKS.items()
        for clock in clocks
        for wires in SETTINGS
        for kind, design in clocked_designs(fmt, PE).items()
        if kind != "mitchell"
    ]


def with_wires(design: str, clock: str, wires: str) -> Point:
    """The measurement of a PE at a clock or the least area, with a setting of wires."""
    measure = "clock" if clock else "energy"
    return Point(design, measure, stimulus=STIMULUS, clock=clock, wires=wires)
