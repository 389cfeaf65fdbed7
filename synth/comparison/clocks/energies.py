"""Which circuits are searched for the least energy at one clock, in place of the smallest."""

from collections.abc import Mapping, Sequence

from lmul.synth.comparison.clocks.points import DOT, PE, USUAL, clocked_designs
from lmul.synth.comparison.designs import WINDOW_KINDS
from lmul.synth.comparison.points import STIMULUS
from lmul.synth.measure.measurement import ENERGY, Point

__all__ = ["LEAST_ENERGY", "energy_points"]


LEAST_ENERGY: Mapping[str, Sequence[str]] = {
    PE: ("e4m3", "e5m2", "bf16"),
    DOT: ("e4m3", "e5m2", "bf16", "fp16"),
}
"""Formats by level."""

_KINDS = (*WINDOW_KINDS, "int8")


def energy_points() -> list[Point]:
    """L-Mul's circuits and those of its twins, at the usual clock."""
    return list(
        dict.fromkeys(
            Point(design, "clock", stimulus=STIMULUS, clock=USUAL, least=ENERGY)
            for level, formats in LEAST_ENERGY.items()
            for fmt in formats
            for kind, design in clocked_designs(fmt, level).items()
            if kind in _KINDS
        )
    )
