"""Designs at a clock as a table for the terminal, and as a report's JSON."""

from collections.abc import Sequence

from rich.console import Group

from lmul.console.terminal import figure_table
from lmul.synth.liberty.conditions import Conditions
from lmul.synth.timing.clock import AtClock
from lmul.tools import yosys
from lmul.tools.metrics import Report

__all__ = ["clock_report", "clock_tables"]


def clock_report(found: Sequence[AtClock]) -> Report:
    """The report document of ``lmul synth --clock --json``."""
    tools = yosys.tool_versions()
    conditions = {one.mapped.library.name: _conditions(one) for one in found}
    sections = {"clock": [one.section() for one in found], "conditions": conditions}
    return Report(tools, [m for one in found for m in one.metrics()], sections)


def _conditions(one: AtClock) -> dict[str, str | float]:
    return {"wires": "none", "fo4_ps": round(one.timing.conditions.fo4_ps, 3)}


def clock_tables(found: Sequence[AtClock]) -> Group:
    """The circuit of each design, whether it meets the clock, and the command that remakes it."""
    around: Conditions = found[0].timing.conditions
    clock = found[0].clock_ps
    title = f"At a clock of {clock / 1000:g} ns, {clock / around.fo4_ps:.0f} inverter delays"
    table = figure_table(title, "µm²", "registers", "delay, ps", "slack, ps", "mapping")
    table.columns[-1].no_wrap = True
    for one in found:
        table.add_row(
            one.design,
            f"{one.mapped.area_um2:.1f}",
            f"{one.mapped.sequential_um2:.1f}",
            f"{one.timing.delay_ps:.0f}",
            f"{one.slack_ps:.0f}",
            one.way.name if one.way else "least area",
        )
    missed = [
        f"{one.design} misses the clock by {-one.slack_ps:.0f} ps: the fastest of {one.tried} "
        "mappings is shown"
        for one in found
        if one.slack_ps < 0
    ]
    library = found[0].mapped.library.name
    said = (
        f"Library {library}, no wires; an inverter that drives four takes {around.fo4_ps:.0f} ps. "
        "The delay has the registers' clock-to-output and setup times in it. Made again by:"
    )
    return Group(table, *missed, said, *[f"  {one.command}" for one in found])
