"""The report's table of luck: what other orders of the same statements give."""

from lmul.hdl.design import Design
from lmul.synth.cell_survey import CellSurvey
from lmul.synth.cell_tables import cells_method
from lmul.synth.noise import ORDERS
from lmul.synth.report_document import ReportDocument
from lmul.synth.report_table import NOTHING, Table, percent
from lmul.synth.spread_points import spread_designs

__all__ = ["luck", "spread_table"]


def luck(cells: CellSurvey, level: str) -> float | None:
    """How far an energy may lie off by luck: the widest half of a spread, as a share of its median.

    None where no design of this level was measured.
    """
    return max(
        (
            (one.energy.most - one.energy.least) / 2 / one.energy.median
            for name, one in cells.spreads.items()
            if Design.parse(name).level == level
        ),
        default=None,
    )


def spread_table(document: ReportDocument) -> Table:
    """Areas and energies as written, and least, median and most of several orders."""
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
        areas, energies = (
            [f"{value:.0f}" for value in (each.as_written, each.least, each.median, each.most)]
            for each in (one.area, one.energy)
        )
        rows.append([design.level, design.kind, *areas, *energies, share])
    return Table(
        "Luck of the mapping, e4m3, ftz",
        [
            "level",
            "kind",
            "µm²",
            "least",
            "median",
            "most",
            "fJ",
            "least",
            "median",
            "most",
            "lmul : it, median fJ",
        ],
        rows,
        [
            f"Each circuit as written and with its statements in {ORDERS} other orders, which mean "
            "the same: ABC's heuristics follow the order. All other tables have the circuit as "
            "written. Of two that lie nearer than these spreads, neither is said to be better.",
        ],
        text_columns=2,
        strong=frozenset({4, 8}),
        method=cells_method(document.cells),
    )
