"""The verdict: what L-Mul takes of its twins' energy, level by level, and at what error."""

from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.headline import FIRST_FORMATS
from lmul.synth.measure.variation import ORDERS
from lmul.synth.tables.levels import ARRAY_LEVEL, level_error, level_ratio, shown_ratio
from lmul.synth.tables.table import percent

__all__ = ["HOW_SURE", "verdict"]


HOW_SURE = (
    f"Energies: medians of {1 + ORDERS} mappings of the same circuit, in brackets what their "
    "ranges allow (an array's range is its PE's), ≈ where they overlap; cells alone, real delays, "
    "no wires. Every circuit gave the golden model's results, bit for bit."
)
"""What stands below the verdict."""


def verdict(document: ReportDocument) -> list[str]:
    """At most five sentences, each from this run's figures."""
    said = []
    for fmt in (fmt for fmt in document.formats if fmt in FIRST_FORMATS):
        row = document.row(fmt, "ftz")
        smallest = row.smallest_exact if row else "exact"
        if smallest != "exact":
            said += _energy(document, fmt, smallest, "the smallest that rounds exactly")
        said += _energy(document, fmt, "exact", "the conventional multiplier")
        said += _errors(document, fmt)
    return said


def _energy(document: ReportDocument, fmt: str, twin: str, told: str) -> list[str]:
    array, pe, multiplier = (
        level_ratio(document, fmt, level, twin) for level in (ARRAY_LEVEL, "PE", "multiplier")
    )
    if array is None or pe is None or multiplier is None:
        return []
    integer = level_ratio(document, fmt, ARRAY_LEVEL, "int8") if twin == "exact" else None
    int8 = f"; of int8's array {shown_ratio(integer)}" if integer else ""
    return [
        f"{fmt}: with L-Mul an {ARRAY_LEVEL} takes {shown_ratio(array)} of the energy that it "
        f"takes with {twin}, {told}; a PE {shown_ratio(pe)}, a multiplier alone "
        f"{shown_ratio(multiplier)}{int8}."
    ]


def _errors(document: ReportDocument, fmt: str) -> list[str]:
    """Of real dot products, the error of encoding their operands included."""
    mine, exact = (level_error(document, fmt, "PE", kind) for kind in ("lmul", "exact"))
    if mine is None or not exact:
        return []
    return [
        f"{fmt}: with L-Mul real dot products err by {percent(mine, 1)}, with an exact product by "
        f"{percent(exact, 1)}: {mine / exact:.1f} times as much."
    ]
