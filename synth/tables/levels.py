"""Energy and error level by level: product unit, multiplier, PE, array."""

from collections.abc import Callable, Mapping

from lmul.synth.comparison.cell_survey import ENERGY, UNIT_DELAY, WITHOUT_GLITCHES
from lmul.synth.comparison.clocks.points import ARRAY, PE
from lmul.synth.comparison.designs import (
    ARRAY_SIDE,
    arrays_in_cells,
    multipliers_in_cells,
    pes_in_cells,
)
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.points import products_in_cells
from lmul.synth.measure.variation import ORDERS, Ratio
from lmul.synth.tables.methods import cells_method
from lmul.synth.tables.table import NOTHING, Table, error, percent

__all__ = [
    "LEVELS",
    "LEVEL_TITLE",
    "TWINS",
    "level_error",
    "level_ratio",
    "level_table",
    "shown_ratio",
]


LEVEL_TITLE = "Energy that L-Mul takes of its twins', and its error"
LEVELS: Mapping[str, Callable[[str], dict[str, str]]] = {
    "product": products_in_cells,
    "multiplier": lambda fmt: multipliers_in_cells(fmt, "ftz"),
    PE: lambda fmt: pes_in_cells(fmt, "ftz"),
    ARRAY: lambda fmt: arrays_in_cells(fmt, ARRAY_SIDE),
}
"""Designs by kind of a format, at each level."""

TWINS = ("lmul_rne", "exact", "int8")
"""What L-Mul is compared with: the smallest that rounds exactly, the conventional one, integers."""

_MATRIX = "QK"
_ARTICLES = {PE: "a PE", ARRAY: f"an {ARRAY}"}
_ERRING = ("lmul", "lmul_rne", "exact")


def level_ratio(document: ReportDocument, fmt: str, level: str, twin: str) -> Ratio | None:
    """The energy of L-Mul's circuit over its twin's; None where one was not measured."""
    names = LEVELS[level](fmt)
    return document.cells.ratio_range(names.get("lmul", ""), names.get(twin, ""), ENERGY)


def level_error(document: ReportDocument, fmt: str, level: str, kind: str) -> float | None:
    """What a kind's results err by, a share; None where it was not measured.

    Of products and multipliers the mean over mantissa pairs; of PEs and arrays the norm-wise error
    of real dot products, that of encoding their operands included.
    """
    if level in ("product", "multiplier"):
        for pair in document.errors.pairs:
            if (pair.format.name, pair.kind) == (fmt, kind):
                return (pair.unrounded if level == "product" else pair.packed).mred
        return None
    if kind == "int8":
        whole = document.mac.int8.get(_MATRIX)
        return whole.relative if whole else None
    name = pes_in_cells(fmt, "ftz").get(kind, "")
    measured = document.mac.errors.get((name, _MATRIX))
    return measured.error.relative if measured else None


def shown_ratio(ratio: Ratio) -> str:
    """``"63 % (58–67)"``, with ≈ where the ranges overlap; no range of less than a percent."""
    low, high = (f"{100 * value:.0f}" for value in (ratio.least, ratio.most))
    within = f" ({low}–{high})" if low != high else ""
    return f"{'' if ratio.told else '≈ '}{percent(ratio.median)}{within}"


def _bounds(document: ReportDocument) -> list[str]:
    """What L-Mul takes of the exact circuits' energy at either bound of real delays."""
    told = []
    for level in (PE, ARRAY):
        for fmt in document.formats:
            names = LEVELS[level](fmt)
            found = [
                document.cells.ratio(names.get("lmul", ""), names.get("exact", ""), figure)
                for figure in (WITHOUT_GLITCHES, UNIT_DELAY)
            ]
            if None not in found:
                least, most = (percent(ratio) for ratio in found if ratio is not None)
                told.append(f"{least} and {most} in {_ARTICLES[level]} of {fmt}")
    if not told:
        return []
    return [
        "Without glitches, and with unit delay, which made more of them in every circuit, "
        f"L-Mul takes of exact's energy {', '.join(told)}."
    ]


def level_table(document: ReportDocument) -> Table:
    """One row a format and level."""
    rows = []
    for fmt in document.formats:
        for level, names in LEVELS.items():
            mine = document.cells.figure(names(fmt).get("lmul", ""), ENERGY)
            ratios = [level_ratio(document, fmt, level, twin) for twin in TWINS]
            if mine is None or not any(ratios):
                continue
            shares = [NOTHING if ratio is None else shown_ratio(ratio) for ratio in ratios]
            errors = [level_error(document, fmt, level, kind) for kind in _ERRING]
            erring = [NOTHING if one is None else error(one) for one in errors]
            rows.append([fmt, level, f"{mine:.0f}", *shares, *erring])
    return Table(
        LEVEL_TITLE,
        [
            "format",
            "level",
            "L-Mul, fJ",
            *(f"takes of {twin}'s" for twin in TWINS),
            "L-Mul errs, %",
            *(f"{kind} errs, %" for kind in _ERRING[1:]),
        ],
        rows,
        [
            "fJ of a product or a multiply-accumulate in cells, with real delays, on real "
            f"attention operands, no wires, subnormals flushed. Medians of {1 + ORDERS} mappings "
            "of the same circuit, in brackets what their ranges allow; ≈ where the two circuits' "
            "ranges overlap, so that no difference is told. An array is mapped once: the range "
            "shown is its PE's, in proportion, not its own.",
            *_bounds(document),
            "Errors of products and multipliers: mean over all mantissa pairs. Of PEs and arrays: "
            "real dot products against float64, the error of encoding the operands included.",
        ],
        text_columns=2,
        strong=frozenset({3}),
        wide=frozenset({2, 5, 7}),
        method=cells_method(document.cells),
    )
