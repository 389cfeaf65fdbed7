"""Which sums are compared whose upper and lower bits are written on change only."""

from collections.abc import Mapping, Sequence

from lmul.hdl.designs.parts import MacKind
from lmul.hdl.numbers.formats import INT8
from lmul.synth.comparison.clocks.points import USUAL
from lmul.synth.comparison.designs import INT8_PE, pe_name
from lmul.synth.comparison.points import STIMULUS
from lmul.synth.measure.measurement import Point

__all__ = [
    "CLOCKED_SUMS",
    "GATED_KINDS",
    "GATED_SUMS",
    "area_of",
    "at_a_clock",
    "energy_of",
    "gated_pe",
    "gated_points",
]


GATED_SUMS: Mapping[str, Sequence[str]] = {
    "e4m3": ("exact", "dual24", "dual14_-10", "dual12_-8"),
    "e5m2": ("exact", "dual42", "dual18_-6", "dual14_-4"),
    INT8.name: ("exact", "dual16"),
}
"""Accumulators by format: the whole sum in each cycle; as narrow as the real tile seldom leaves;
the same without the low bits that it seldom has; and narrower."""

GATED_KINDS: Mapping[str, Sequence[MacKind]] = {
    "e4m3": ("lmul", "lmul_rne", "exact"),
    "e5m2": ("lmul", "exact"),
    INT8.name: ("int8",),
}

CLOCKED_SUMS: Mapping[str, Mapping[MacKind, str]] = {
    "e4m3": {"lmul": "dual12_-8", "lmul_rne": "dual14_-10", "exact": "dual14_-10"},
    "e5m2": {"lmul": "dual18_-6", "lmul_rne": "dual18_-6", "exact": "dual14_-4"},
}
"""What is measured at a clock: of each kind the sum that took the least energy at the least area.
(e5m2's ``lmul_rne`` is not there; its products are as wide as L-Mul's.)"""


def gated_pe(fmt: str, kind: MacKind, sums: str) -> str:
    """The PE under ftz."""
    if kind == "int8":
        return INT8_PE if sums == "exact" else f"{INT8_PE}-{sums}"
    return pe_name(kind, fmt, "ftz", sums)


def area_of(design: str) -> Point:
    """The measurement of a PE's area."""
    return Point(design, "area")


def energy_of(design: str) -> Point:
    """The measurement of a PE's energy, and of what clock gates would change."""
    return Point(design, "energy", stimulus=STIMULUS)


def at_a_clock(design: str) -> Point:
    """The measurement of a PE's smallest circuit that meets the usual clock."""
    return Point(design, "clock", stimulus=STIMULUS, clock=USUAL)


def gated_points() -> list[Point]:
    """PEs with each of these sums, at the least area; and at a clock, each with its best."""
    least = [
        point
        for fmt, kinds in GATED_KINDS.items()
        for kind in kinds
        for sums in GATED_SUMS[fmt]
        for point in (area_of(gated_pe(fmt, kind, sums)), energy_of(gated_pe(fmt, kind, sums)))
    ]
    clocked = [
        at_a_clock(gated_pe(fmt, kind, sums))
        for fmt, kinds in CLOCKED_SUMS.items()
        for kind, sums in kinds.items()
    ]
    return [*least, *clocked]
