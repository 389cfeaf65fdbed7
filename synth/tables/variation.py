"""The report's table of ranges: what other orders of the same statements give."""

from lmul.hdl.designs.design import Design
from lmul.synth.comparison.cell_survey import AREA, DELAY, ENERGY
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.measure.variation import ORDERS, Ratio, Spread
from lmul.synth.tables.levels import LEVELS, shown_ratio
from lmul.synth.tables.methods import cells_method
from lmul.synth.tables.table import Table

__all__ = ["losses", "spread_table"]


def losses(document: ReportDocument) -> dict[str, Ratio]:
    """Where another kind takes less than L-Mul by more than both ranges, in words."""
    found = {}
    for fmt in document.formats:
        for level, designs in LEVELS.items():
            names = designs(fmt)
            for other in ("lmul_rne", "mitchell", "int8"):
                for what, label in {AREA: "area", DELAY: "delay", ENERGY: "energy"}.items():
                    ratio = document.cells.ratio_range(
                        names.get("lmul", ""), names.get(other, ""), what
                    )
                    if ratio and ratio.told and ratio.least > 1:
                        told = f"{fmt} {level}: {shown_ratio(ratio)} of {other}'s {label}"
                        found[told] = ratio
    return found


def spread_table(document: ReportDocument) -> Table:
    """Median and range of each circuit's gates, area, delay and energy."""
    rows = []
    for name, one in document.cells.spreads.items():
        design = Design.parse(name)
        fmt = design.format.name
        each = (one.gates, one.area, one.delay, one.energy)
        rows.append(
            [design.level, fmt, name, *(text for figure in each for text in _shown(figure))]
        )
    lost = "; ".join(losses(document))
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
            *([f"Where L-Mul takes more, beyond both ranges: {lost}."] if lost else []),
        ],
        text_columns=3,
        strong=frozenset({3, 5, 7, 9}),
        wide=frozenset({5, 6, 7, 8}),
        method=cells_method(document.cells),
    )


def _shown(one: Spread) -> tuple[str, str]:
    return f"{one.median:.0f}", f"{one.least:.0f}–{one.most:.0f}"
