"""Which circuits of the report are compared with the golden model as netlists."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from lmul.synth.comparison.designs import (
    WINDOW_KINDS,
    array_name,
    has_int8_beside,
    has_pes,
    int8_array_name,
)
from lmul.synth.measure.measurement import Measured, Point

__all__ = ["check_points", "checked", "weight_stationary"]


_COSTED = ("gates", "split", "area", "cells", "curve", "energy", "parts", "spread")
_SIDE = 2


def check_points(points: Iterable[Point], simulated: Collection[str]) -> list[Point]:
    """A comparison for each design that is counted or mapped to cells.

    Parameters
    ----------
    points : iterable of Point
        All that is measured.
    simulated : collection of str
        Designs whose Verilog is simulated on all pairs of codes, and left out here.
    """
    designs = dict.fromkeys(point.design for point in points if point.measure in _COSTED)
    return [Point(name, "check") for name in designs if name not in simulated]


def weight_stationary(formats: Sequence[str]) -> list[Point]:
    """Small arrays of the other flow, of which the report shows cycles."""
    names = [
        array_name(kind, fmt, side=_SIDE, flow="ws")
        for fmt in formats
        if has_pes(fmt) and has_int8_beside(fmt)
        for kind in WINDOW_KINDS
    ]
    names += [int8_array_name(_SIDE, "ws")] if names else []
    return [Point(name, "check") for name in names]


def checked(found: Mapping[Point, Measured]) -> dict[str, int]:
    """By design, how many of its netlist's results were compared; all of them were right."""
    return {
        point.design: one.detail["compared"]
        for point, one in found.items()
        if point.measure == "check"
    }
