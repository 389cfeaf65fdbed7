"""Tables of the report that need no other measurement than their own."""

from collections.abc import Callable, Mapping

from lmul.synth.comparison.cell_survey import dot_survey
from lmul.synth.comparison.dots import window_points
from lmul.synth.measure.runs import Progress, all_points
from lmul.synth.tables.dots import COST_TITLE, WINDOW_TITLE, cost_table, window_table
from lmul.synth.tables.table import Table

__all__ = ["table_alone"]


def table_alone(name: str, on_progress: Progress | None = None) -> Table | None:
    """The table of that name, if it can be made without the rest of the report.

    Raises
    ------
    ValueError
        When nothing is kept for it.
    ToolNotFound, ToolFailed
        As :func:`lmul.synth.measure.runs.all_points`.
    """
    ways: Mapping[str, Callable[[], Table]] = {
        COST_TITLE: lambda: cost_table(dot_survey({})),
        WINDOW_TITLE: lambda: window_table(
            dot_survey(all_points(window_points(), on_progress=on_progress))
        ),
    }
    for title, way in ways.items():
        if Table(title, (), ()).name == name:
            if not (table := way()).rows:
                raise ValueError(
                    f"Nothing is kept for the table {name!r}: make accepted measures it"
                )
            return table.filled()
    return None
