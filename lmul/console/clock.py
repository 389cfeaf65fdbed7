"""Designs at a clock as a table for the terminal, and as a report's JSON."""

from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Group

from lmul.console.terminal import figure_table
from lmul.synth.liberty.conditions import Conditions
from lmul.synth.measure.clocked import Clocked
from lmul.synth.measure.variation import Spread
from lmul.synth.timing.search import AtClock
from lmul.tools import yosys
from lmul.tools.metrics import Report

__all__ = ["clock_report", "clock_tables", "clocked_report", "clocked_table"]


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


def clocked_report(found: Sequence[Clocked]) -> Report:
    """The report document of ``lmul energy --clock --json``."""
    return Report(yosys.tool_versions(), [], {"clock": [asdict(one) for one in found]})


def clocked_table(found: Sequence[Clocked]) -> Group:
    """Area and energy of each design at a clock, with their ranges over several mappings."""
    first = found[0]
    title = f"At a clock of {first.clock_ps / 1000:g} ns: {first.stimulus}"
    table = figure_table(title, "µm²", "range", "fJ", "range", "delay, ps", "mapping as written")
    for one in found:
        table.add_row(
            one.design,
            *_ranged(one.area),
            *_ranged(one.energy),
            f"{one.delays[0]:.0f}",
            one.mappings[0] or "least area",
        )
    missed = [
        f"{one.design} misses the clock by {-one.slack_ps:.0f} ps: the fastest circuit is shown"
        for one in found
        if one.slack_ps < 0
    ]
    said = (
        f"Library {first.library}, no wires. Medians over orders of statements. fJ of an operation "
        "in the same netlist, clock pins and one period's leakage included; each result was "
        "compared with the golden model's."
    )
    return Group(table, *missed, said)


def _ranged(one: Spread | None) -> tuple[str, str]:
    return (f"{one.median:.1f}", f"{one.least:.1f}-{one.most:.1f}") if one else ("", "")
