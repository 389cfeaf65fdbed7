"""The report's table of ranges: what other orders of the same statements give."""

from lmul.hdl.designs.design import Design
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.measure.variation import ORDERS, Spread
from lmul.synth.tables.methods import cells_method
from lmul.synth.tables.table import NOTHING, Table

__all__ = ["spread_table"]


def spread_table(document: ReportDocument) -> Table:
    """Median and range of each circuit's gates, area, delay and energy."""
    rows = []
    for name, one in document.cells.spreads.items():
        design = Design.parse(name)
        fmt = design.format.name if design.format else NOTHING
        each = (one.gates, one.area, one.delay, one.energy)
        rows.append(
            [design.level, fmt, name, *(text for figure in each for text in _shown(figure))]
        )
    return Table(
        "Median and range over orders of statements, ftz",
        [
            "level",
            "format",
            "circuit",
            *("gates", "range"),
            *("µm²", "range"),
            *("ps", "range"),
            *("fJ", "range"),
        ],
        rows,
        [
            f"Each circuit as written and with its statements in {ORDERS} other orders, which mean "
            "the same: the tools' heuristics follow the order, and what they give moves by as much "
            "as is shown. Of two circuits whose ranges overlap, neither is said to take less. An "
            "array is mapped as written alone; most of it is one PE many times, and its range is "
            "taken to be its PE's, in proportion.",
        ],
        text_columns=3,
        strong=frozenset({3, 5, 7, 9}),
        method=cells_method(document.cells),
    )


def _shown(one: Spread) -> tuple[str, str]:
    return f"{one.median:.0f}", f"{one.least:.0f}–{one.most:.0f}"
