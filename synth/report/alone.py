"""Tables of the report that need no other measurement than their own."""

from collections.abc import Callable, Mapping, Sequence

from lmul.synth.clocks.carries import carries_table
from lmul.synth.clocks.energies import energy_table
from lmul.synth.clocks.gated import clocked_gated_table, gated_table
from lmul.synth.clocks.layout import layout_table
from lmul.synth.clocks.nodes import node_table
from lmul.synth.clocks.tables import clock_share_table, clock_table, same_width_table
from lmul.synth.comparison.cell_survey import dot_survey
from lmul.synth.comparison.clocks.kept import Compared, KeptCircuits, clock_survey
from lmul.synth.comparison.designs import REPORT_FORMATS
from lmul.synth.comparison.dots import window_points
from lmul.synth.comparison.headline import FIRST_FORMATS
from lmul.synth.measure.runs import Progress, all_points
from lmul.synth.tables.dots import COST_TITLE, WINDOW_TITLE, cost_table, window_table
from lmul.synth.tables.table import Table

__all__ = ["table_alone"]


_OF_KEPT_CIRCUITS: Sequence[Callable[[Compared], Table]] = (
    clock_share_table,
    clock_table,
    same_width_table,
    energy_table,
    carries_table,
    node_table,
    layout_table,
    gated_table,
    clocked_gated_table,
)


def table_alone(name: str, full: bool, on_progress: Progress | None = None) -> Table | None:
    """The table of that name, if it can be made without the rest of the report.

    Parameters
    ----------
    name : str
    full : bool
        In all formats of a full report; those of kept circuits alone have fewer otherwise.
    on_progress : callable, optional
        As for :func:`lmul.synth.measure.runs.all_points`.

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
    way = next((way for title, way in ways.items() if Table(title, (), ()).name == name), None)
    if way is not None:
        found = way()
    else:
        kept = KeptCircuits(REPORT_FORMATS if full else FIRST_FORMATS, clock_survey())
        tables = (make(kept) for make in _OF_KEPT_CIRCUITS)
        found = next((table for table in tables if table.name == name), None)
    if found is not None and not found.rows:
        raise ValueError(f"Nothing is kept for the table {name!r}: make accepted measures it")
    return found and found.filled()
