"""The report on the console: the headline, what it says, and what was verified."""

from dataclasses import replace

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from lmul.synth.clocks.front import front_table
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.report.findings import findings
from lmul.synth.report.verdict import verdict
from lmul.synth.tables.claims import claim_table
from lmul.synth.tables.errors import verified_table
from lmul.synth.tables.gates import headline_table
from lmul.synth.tables.table import NOTHING, Table

__all__ = ["console", "console_table"]


def console(document: ReportDocument) -> RenderableType:
    """What ``lmul report`` prints: the verdict and one table; of a full report more."""
    said = [
        *(Text(line) for line in verdict(document)),
        *_if_measured(front_table(document), "L-Mul errs, %", "it errs, %"),
    ]
    if not document.full:
        return Group(*said)
    return Group(
        *said,
        *_if_measured(headline_table(document), "mitchell", "lmul_formula"),
        *_if_measured(claim_table(document)),
        Text(),
        *(Text(f"• {text}") for text in findings(document)),
        *_if_measured(verified_table(document)),
    )


def _if_measured(table: Table, *left: str) -> list[RenderableType]:
    """A table that has rows, less empty columns and some more: 80 characters hold not all."""
    if not table.rows:
        return []
    blank = [
        [NOTHING if table.columns[place] in left else cell for place, cell in enumerate(row)]
        for row in table.rows
    ]
    return [Text(), console_table(replace(table, rows=blank).filled())]


def console_table(table: Table, notes: bool = True) -> RenderableType:
    """A table for rich's console; a rule separates groups of equal first cells."""
    drawn = RichTable(
        title=table.title,
        title_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,
        padding=0,
        pad_edge=False,
    )
    for index, column in enumerate(table.columns):
        drawn.add_column(
            column.replace("_", "_\n"),
            justify="left" if index < table.text_columns else "right",
            style="bold" if index in table.strong else None,
        )
    for row, following in zip(table.rows, [*table.rows[1:], None], strict=True):
        ends = following is not None and following[0] != row[0] and table.text_columns > 1
        drawn.add_row(*row, end_section=ends)
    if not notes:
        return drawn
    return Group(drawn, *(Padding(Text(note, style="dim"), (0, 0, 0, 2)) for note in table.notes))
