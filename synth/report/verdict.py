"""The first page: what L-Mul takes of its twins' energy, level by level, and at what error."""

from collections.abc import Callable, Mapping

from lmul.synth.comparison.cell_survey import ENERGY
from lmul.synth.comparison.designs import (
    ARRAY_SIDE,
    arrays_in_cells,
    multipliers_in_cells,
    pe_name,
    pes_in_cells,
)
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.headline import FIRST_FORMATS
from lmul.synth.comparison.points import products_in_cells
from lmul.synth.measure.variation import ORDERS, Ratio
from lmul.synth.tables.methods import cells_method
from lmul.synth.tables.table import NOTHING, Table, percent

__all__ = ["LEVELS", "VERDICT_TITLE", "level_table", "shown_ratio", "verdict"]


VERDICT_TITLE = "L-Mul's energy, and what it takes of its twins'"
ARRAY_LEVEL = f"{ARRAY_SIDE}x{ARRAY_SIDE} array"
LEVELS: Mapping[str, Callable[[str], dict[str, str]]] = {
    "product": products_in_cells,
    "multiplier": lambda fmt: multipliers_in_cells(fmt, "ftz"),
    "PE": lambda fmt: pes_in_cells(fmt, "ftz"),
    ARRAY_LEVEL: lambda fmt: arrays_in_cells(fmt, ARRAY_SIDE),
}
_TWINS = ("lmul_rne", "exact", "int8")
_PLACES = {ARRAY_LEVEL: f"in an {ARRAY_LEVEL}", "PE": "in a PE", "multiplier": "alone"}
_MATRIX = "QK"


def level_table(document: ReportDocument) -> Table:
    """One row a format and level."""
    rows = []
    for fmt in document.formats:
        for level, names in LEVELS.items():
            named = names(fmt)
            mine = document.cells.spread(named.get("lmul", ""), ENERGY)
            if mine is None:
                continue
            ratios = [_ratio(document, fmt, level, twin) for twin in _TWINS]
            cells = [NOTHING if ratio is None else shown_ratio(ratio) for ratio in ratios]
            fj = f"{mine.median:.0f} ({mine.least:.0f}–{mine.most:.0f})"
            rows.append([fmt, level, fj, *cells])
    return Table(
        VERDICT_TITLE,
        ["format", "level", "L-Mul, fJ", *(f"of {twin}'s" for twin in _TWINS)],
        rows,
        [
            "fJ of a product or a multiply-accumulate in cells, on real attention operands, no "
            f"wires, no glitches, subnormals flushed. Median of {1 + ORDERS} mappings of the same "
            "circuit, their range in brackets; ≈ where the two circuits' ranges overlap, so that "
            "no difference is told. An array is mapped once; its range is its PE's, in proportion. "
            "lmul_rne is the smallest multiplier that rounds exactly; exact the conventional one.",
        ],
        text_columns=2,
        strong=frozenset({3}),
        method=cells_method(document.cells),
    )


def shown_ratio(ratio: Ratio) -> str:
    """``"63 % (58–67)"``, with ≈ where the ranges overlap."""
    low, high = (f"{100 * value:.0f}" for value in (ratio.least, ratio.most))
    return f"{'' if ratio.told else '≈ '}{percent(ratio.median)} ({low}–{high})"


def verdict(document: ReportDocument) -> list[str]:
    """At most five sentences, each from this run's figures."""
    said = []
    for fmt in (fmt for fmt in document.formats if fmt in FIRST_FORMATS):
        row = document.row(fmt, "ftz")
        smallest = row.smallest_exact if row else "exact"
        if smallest != "exact" and (told := _at_levels(document, fmt, smallest)):
            said.append(
                f"{fmt}: of the energy of {smallest}, the smallest twin that rounds exactly, L-Mul "
                f"takes {told}."
            )
        if told := _at_levels(document, fmt, "exact"):
            array = _ratio(document, fmt, ARRAY_LEVEL, "int8")
            int8 = f"; of int8's array {shown_ratio(array)}" if array else ""
            said.append(f"{fmt}: of the conventional exact circuits' L-Mul takes {told}{int8}.")
        said += _errors(document, fmt)
    return said


def _at_levels(document: ReportDocument, fmt: str, twin: str) -> str:
    found = {level: _ratio(document, fmt, level, twin) for level in _PLACES}
    told = [
        f"{shown_ratio(ratio)} {_PLACES[level]}"
        for level, ratio in found.items()
        if ratio is not None
    ]
    return ", ".join(told)


def _ratio(document: ReportDocument, fmt: str, level: str, twin: str) -> Ratio | None:
    names = LEVELS[level](fmt)
    return document.cells.ratio_range(names.get("lmul", ""), names.get(twin, ""), ENERGY)


def _errors(document: ReportDocument, fmt: str) -> list[str]:
    """On real dot products, the format's own error included."""
    found = [
        document.mac.errors.get((pe_name(kind, fmt, "ftz"), _MATRIX)) for kind in ("lmul", "exact")
    ]
    if found[0] is None or found[1] is None:
        return []
    mine, exact = (one.error.relative for one in found if one)
    times = f", {mine / exact:.1f} times as much" if exact else ""
    return [
        f"{fmt}: real dot products, operands rounded to nearest, err by {percent(mine, 1)} with "
        f"L-Mul and by {percent(exact, 1)} with an exact product{times}."
    ]
