"""The verdict: what energy L-Mul saves at one clock, beside what, and at what error."""

from collections.abc import Sequence

from lmul.synth.clocks.front import FrontRow, front_rows
from lmul.synth.comparison.clocks.kept import ratio_of
from lmul.synth.comparison.clocks.points import ARRAY, DOT, PE
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.dots import USUAL_TERMS, USUAL_WINDOWS
from lmul.synth.comparison.headline import FIRST_FORMATS
from lmul.synth.measure.variation import Ratio
from lmul.synth.tables.levels import level_error, level_ratio, shown_ratio
from lmul.synth.tables.table import percent

__all__ = ["HOW_SURE", "verdict"]


HOW_SURE = (
    "Cells alone, no wires; a saving is told only where the ranges of several mappings do not "
    "overlap. Every circuit gave the golden model's results, bit for bit."
)
"""What stands below the verdict."""

_PARTS = {
    **{2: "half", 3: "a third", 4: "a quarter", 5: "a fifth", 6: "a sixth", 7: "a seventh"},
    **{8: "an eighth", 9: "a ninth", 10: "a tenth", 11: "an eleventh", 12: "a twelfth"},
}
_ROUNDING = 0.02  # what a part in words may be off


_WHOSE = {PE: "a multiply-accumulate unit's (PE's)", ARRAY: f"an {ARRAY}'s"}


def verdict(document: ReportDocument) -> list[str]:
    """At most five sentences, each from this report's figures.

    What is saved is told in words: the figures stand in the table below.
    """
    rows = [row for row in front_rows(document) if row.level in _WHOSE]
    said = []
    for fmt in dict.fromkeys(row.format for row in rows):
        own = [row for row in rows if row.format == fmt]
        same: dict[str, list[str]] = {}  # levels of which the same is said
        for level in dict.fromkeys(row.level for row in own):
            saved = _saved([row for row in own if row.level == level])
            same.setdefault(saved, []).append(_WHOSE[level])
        told = [f"of {' and '.join(whose)} energy L-Mul {saved}" for saved, whose in same.items()]
        clock = own[0].clock.removesuffix("fo4")
        said.append(f"{fmt}, all at one clock of {clock} inverter delays: {'; '.join(told)}.")
    return [*said, *_dots(document), *_errors(document), *_least_area(document)]


def _saved(rows: Sequence[FrontRow]) -> str:
    """Beside which twins L-Mul saves how much, the largest saving first."""
    found: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda row: row.energy.median if row.energy.told else 1.0):
        found.setdefault(_part(row.energy), []).append(row.twin)
    told = [f"{part} beside {' and '.join(twins)}" for part, twins in found.items()]
    return ", ".join(told).replace(", saves ", ", ")


def _part(ratio: Ratio) -> str:
    """``"saves a tenth"``, ``"takes 4 % more"``."""
    if not ratio.told:
        return "saves nothing that can be told"
    share = abs(1 - ratio.median)
    near = round(1 / share) if share else 0
    part = _PARTS.get(near)
    words = part if part and abs(1 / near - share) <= _ROUNDING else percent(share)
    return f"saves {words}" if ratio.median < 1 else f"takes {words} more"


def _errors(document: ReportDocument) -> list[str]:
    """Of real dot products, the error of encoding their operands included."""
    told = []
    for fmt in (fmt for fmt in document.formats if fmt in FIRST_FORMATS):
        mine, exact = (level_error(document, fmt, PE, kind) for kind in ("lmul", "exact"))
        if mine is not None and exact:
            told.append(f"{mine / exact:.1f} times in {fmt}")
    if not told:
        return []
    return [f"With L-Mul real dot products err more than with exact products: {', '.join(told)}."]


def _dots(document: ReportDocument) -> list[str]:
    """Where a product is most of the circuit."""
    rows = [row for row in front_rows(document) if (row.level, row.twin) == (DOT, "exact")]
    if not rows:
        return []
    told = [
        f"in {row.format} {shown_ratio(row.area)} and {shown_ratio(row.energy)}" for row in rows
    ]
    least = _thrifty(document, [row.format for row in rows])
    cores = [
        f"in {fmt} {percent(core.median)}"
        for fmt in USUAL_WINDOWS
        if (core := document.dots.usual_ratio(fmt, "exact", "core_energy_fj"))
    ]
    core = f"; of its core's energy, at the least area, {', '.join(cores)}" if cores else ""
    return [
        f"Of a unit that sums {USUAL_TERMS} products at once, as matrix engines do, L-Mul takes of "
        f"exact's area and energy at that clock {', '.join(told)}{least}{core}."
    ]


def _thrifty(document: ReportDocument, formats: Sequence[str]) -> str:
    """The same of the energy where that is what was searched for."""
    told = []
    for fmt in formats:
        mine, its = (document.clocks.least_energy(fmt, DOT, kind) for kind in ("lmul", "exact"))
        if ratio := ratio_of(mine, its, "energy"):
            told.append(f"in {fmt} {percent(ratio.median)}")
    if not told:
        return ""
    return f"; of the energy, where both are the units that take the least of it, {', '.join(told)}"


def _least_area(document: ReportDocument) -> list[str]:
    """The other end of the curve, and why so little of a product's saving is left."""
    told = []
    for fmt in (fmt for fmt in document.formats if fmt in FIRST_FORMATS):
        ratios = [level_ratio(document, fmt, level, "exact") for level in ("multiplier", PE)]
        if all(ratios):
            multiplier, pe = (percent(ratio.median) for ratio in ratios if ratio)
            told.append(f"in {fmt} {multiplier} of a multiplier's energy, {pe} of a PE's")
    if not told:
        return []
    return [
        "At the least area, each circuit at its own speed, L-Mul takes of exact's "
        f"{'; '.join(told)}: most goes into what stands around a product."
    ]
