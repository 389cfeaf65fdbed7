"""Which sums are compared whose upper and lower bits are written on change only."""

from collections.abc import Mapping, Sequence

from lmul.hdl.designs.parts import MacKind
from lmul.hdl.numbers.formats import INT8
from lmul.synth.comparison.designs import INT8_PE, pe_name
from lmul.synth.comparison.points import STIMULUS
from lmul.synth.measure.measurement import Point

__all__ = ["GATED_KINDS", "GATED_SUMS", "area_of", "energy_of", "gated_pe", "gated_points"]


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


def gated_points() -> list[Point]:
    """PEs with each of these sums, at the least area."""
    return [
        point
        for fmt, kinds in GATED_KINDS.items()
        for kind in kinds
        for sums in GATED_SUMS[fmt]
        for point in (area_of(gated_pe(fmt, kind, sums)), energy_of(gated_pe(fmt, kind, sums)))
    ]
