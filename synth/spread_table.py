"""The report's table of luck: what other orders of the same statements give."""

from collections.abc import Callable, Mapping

from lmul.hdl.design import Design
from lmul.synth.cell_survey import AREA, DELAY, ENERGY, CellSurvey
from lmul.synth.cell_tables import cells_method
from lmul.synth.noise import ORDERS, MappedSpread, Spread
from lmul.synth.report_document import ReportDocument
from lmul.synth.report_table import NOTHING, Table, percent
from lmul.synth.spread_points import spread_designs

__all__ = ["SPREAD_TITLE", "luck", "spread_table"]

SPREAD_TITLE = "Luck of the mapping, e4m3, ftz"

_SPREADS: Mapping[str, Callable[[MappedSpread], Spread]] = {
    AREA: lambda one: one.area,
    DELAY: lambda one: one.delay,
    ENERGY: lambda one: one.energy,
}


def luck(cells: CellSurvey, level: str, what: str) -> float | None:
    """How far a figure may lie off by luck: the widest half of a spread, as a share of its median.

    Parameters
    ----------
    cells : CellSurvey
    level : str
        ``"multiplier"`` or ``"pe"``.
    what : str
        Area, delay or energy, as :mod:`lmul.synth.cell_survey` calls them.

    Returns
    -------
    float or None
        None where no design of this level was measured.
    """
    found = [
        _SPREADS[what](one)
        for name, one in cells.spreads.items()
        if Design.parse(name).level == level
    ]
    return max(((one.most - one.least) / 2 / one.median for one in found), default=None)


def spread_table(document: ReportDocument) -> Table:
    """Figures as written, and the median and range of several orders."""
    found = document.cells.spreads
    rows = []
    for name in spread_designs(document.formats):
        if name not in found:
            continue
        design, one = Design.parse(name), found[name]
        lmul = found.get(name.replace(f"{design.kind}-", "lmul-", 1))
        share = NOTHING
        if lmul and design.kind != "lmul":
            share = percent(lmul.energy.median / one.energy.median)
        shown = [text for each in (one.area, one.delay, one.energy) for text in _shown(each)]
        rows.append([design.level, design.kind, *shown, share])
    return Table(
        SPREAD_TITLE,
        [
            "level",
            "kind",
            *("µm²", "median", "range"),
            *("ps", "median", "range"),
            *("fJ", "median", "range"),
            "lmul : it, median fJ",
        ],
        rows,
        [
            f"Each circuit as written and with its statements in {ORDERS} other orders, which mean "
            "the same: ABC's heuristics follow the order. All other tables have the circuit as "
            "written. Of two that lie nearer than these spreads, neither is said to be better.",
        ],
        text_columns=2,
        strong=frozenset({3, 6, 9}),
        method=cells_method(document.cells),
    )


def _shown(one: Spread) -> tuple[str, str, str]:
    return f"{one.as_written:.0f}", f"{one.median:.0f}", f"{one.least:.0f} to {one.most:.0f}"
