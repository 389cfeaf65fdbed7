"""Designs at a clock as a table for the terminal, and as a report's JSON."""

from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Group

from lmul.console.terminal import figure_table, wires_note, written_note
from lmul.synth.liberty.conditions import Conditions
from lmul.synth.measure.clocked import Clocked
from lmul.synth.measure.variation import Spread
from lmul.synth.timing.hold import Hold
from lmul.synth.timing.search.at_clock import AtClock
from lmul.tools import yosys
from lmul.tools.metrics import Report

__all__ = ["clock_report", "clock_tables", "clocked_report", "clocked_table"]


def clock_report(found: Sequence[AtClock], held: Sequence[Hold]) -> Report:
    """The report document of ``lmul synth --clock --json``; ``held`` is each one's."""
    tools = yosys.tool_versions()
    conditions = {one.mapped.library.name: _conditions(one) for one in found}
    rows = [
        one.section() | {"hold_slack_ps": hold.slack_ps, "hold_slack_opensta_ps": hold.opensta_ps}
        for one, hold in zip(found, held, strict=True)
    ]
    sections = {"clock": rows, "conditions": conditions}
    return Report(tools, [m for one in found for m in one.metrics()], sections)


def _conditions(one: AtClock) -> dict[str, str | float]:
    return {"wires": one.timing.wires, "fo4_ps": round(one.timing.conditions.fo4_ps, 3)}


def clock_tables(found: Sequence[AtClock], held: Sequence[Hold]) -> Group:
    """The circuit of each design, whether it meets the clock, and the command that remakes it.

    ``held`` is each one's hold.
    """
    around: Conditions = found[0].timing.conditions
    clock = found[0].clock_ps
    title = f"At a clock of {clock / 1000:g} ns, {clock / around.fo4_ps:.0f} inverter delays"
    beside = any(hold.opensta_ps is not None for hold in held)
    table = figure_table(
        title,
        *("µm²", "registers", "delay, ps", "slack, ps", "hold slack, ps"),
        *(["by OpenSTA"] if beside else []),
        "mapping",
    )
    table.columns[-1].no_wrap = not any(one.parts for one in found)
    for one, hold in zip(found, held, strict=True):
        table.add_row(
            one.design,
            f"{one.area_um2:.1f}",
            f"{one.mapped.sequential_um2:.1f}",
            f"{one.timing.delay_ps:.0f}",
            f"{one.slack_ps:.0f}",
            _slack(hold.slack_ps),
            *([_slack(hold.opensta_ps)] if beside else []),
            one.how,
        )
    missed = [
        f"{one.design} misses the clock by {-one.slack_ps:.0f} ps: the fastest of {one.tried} "
        "mappings is shown"
        for one in found
        if one.slack_ps < 0
    ]
    missed += [
        f"{one.design} does not meet hold, by {-hold.slack_ps:.0f} ps"
        for one, hold in zip(found, held, strict=True)
        if hold.slack_ps is not None and hold.slack_ps < 0
    ]
    library, wires = found[0].mapped.library.name, wires_note(found[0].timing.wires)
    said = (
        f"Library {library}, {wires}; an inverter that drives four takes {around.fo4_ps:.0f} ps. "
        "The delay has the registers' clock-to-output and setup times in it. Hold slack: what the "
        "shortest path between two registers has left of the hold time at its end, with a clock "
        "that comes to all at once; - where there is no such path, or the library has no hold "
        "times. Made again by:"
    )
    return Group(table, *missed, said, *[f"  {one.command}" for one in found])


def _slack(ps: float | None) -> str:
    return "-" if ps is None else f"{ps:.0f}"


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
            one.mappings[0],
        )
    missed = [
        f"{one.design} misses the clock by {-one.slack_ps:.0f} ps: the fastest circuit is shown"
        for one in found
        if one.slack_ps < 0
    ]
    sought = "Searched for the least energy. " if first.least else ""
    said = (
        f"Library {first.library}, {wires_note(first.wires)}. {sought}Medians over orders of "
        "statements. fJ of an operation in the same netlist, clock pins and one period's leakage "
        "included; each result was compared with the golden model's."
    )
    leaves = [
        f"{one.design}, an estimate in no other figure: the last stage of its clock tree would "
        f"take {one.leaves_fj:.0f} fJ an operation and {one.leaves_um2:.0f} µm²"
        for one in found
        if one.leaves_fj
    ]
    gates = [
        f"{one.design}, an estimate in no other figure: "
        + written_note(one.written)
        + f"; with their clocks gated, by {one.gates_um2:.0f} µm² of gates, an operation would "
        "take {} fJ ({})".format(*_ranged(one.gated))
        for one in found
        if one.gated
    ]
    return Group(table, *missed, said, *leaves, *gates)


def _ranged(one: Spread | None) -> tuple[str, str]:
    return (f"{one.median:.1f}", f"{one.least:.1f}-{one.most:.1f}") if one else ("", "")
