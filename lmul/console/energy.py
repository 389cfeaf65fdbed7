"""Energies as tables for the terminal, and as a report document."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table

from lmul.console.synthesis import restructuring_note
from lmul.console.terminal import figure_table, wires_note, written_note
from lmul.synth.energy.figures import Energy
from lmul.synth.mapping.mapping import AREA_HASH
from lmul.tools import yosys
from lmul.tools.metrics import Report

__all__ = ["energy_report", "energy_tables"]


def energy_tables(found: Sequence[Energy]) -> Group:
    """Energy by cause, then by part, then how it was measured; all of one call."""
    first = found[0]
    shown: list[RenderableType] = []
    for stimulus in dict.fromkeys(one.stimulus for one in found):
        these = [one for one in found if one.stimulus == stimulus]
        shown.append(_by_cause(stimulus, these))
        if split := [one for one in these if one.parts]:
            shown.append(_by_part(split))
    shown += [
        f"Library {first.library}; {first.frequency / 1e6:g} MHz; {first.transition:.0f} ps "
        f"transition at the ports; {wires_note(first.wires)}; no load behind outputs. Each result "
        "was compared with the golden model's.",
        "real delays: with the glitches that the cells' own delays make and let through; the "
        "figure to compare. Its bounds: without glitches (zero delay), and unit delay (every gate "
        "takes one unit of time, no pulse is too short). glitches: what they add at real delays. "
        "nets to leakage: without glitches. ports: what drives the ports spends on their pins, the "
        "clock's among them; in no sum.",
    ]
    shown += restructuring_note(one.restructuring for one in found)
    shown += _leaves(found)
    shown += _gates(found)
    if any(one.stimulus.startswith("uniform") for one in found):
        shown.append("uniform codes: all alike but NaN and Inf, for every level.")
    if arrays := [one for one in found if one.level == "array"]:
        shapes = dict.fromkeys((one.design, one.shape, one.cycles) for one in arrays)
        shown.append(
            "Arrays: an operation is a multiply-accumulate of 64 products of M x K by K x N, fill "
            "and drain included: "
            + "; ".join(
                f"{name} {' x '.join(map(str, shape or ()))} in {cycles} cycles"
                for name, shape, cycles in shapes
            )
            + ". All cells are simulated, and the buffers behind nets that reach many cells, as "
            "in the array's delay."
        )
    return Group(*shown)


def _leaves(found: Sequence[Energy]) -> list[str]:
    """The last stage of each design's clock tree, in no sum."""
    return [
        f"{one.design}, an estimate in no sum: the last stage of its clock tree would be "
        f"{one.leaves.count} {one.leaves.buffer}, {one.leaves.area_um2:.0f} µm², each for up to "
        f"{one.leaves.each} flip-flops, and take {one.leaves_fj:.1f} fJ an operation"
        for one in {one.design: one for one in found}.values()
        if one.leaves
    ]


def _gates(found: Sequence[Energy]) -> list[str]:
    """What clock gates would change, where a part of a sum is written on change only."""
    return [
        f"{one.design}, {one.stimulus}, an estimate: "
        + written_note(one.writes)
        + f"; with their clocks gated by {gates.count} {gates.cell}, {gates.area_um2:.0f} µm², "
        f"{gates.saved:.1f} fJ less in clock pins and {gates.taken:.1f} fJ more in the gates, an "
        f"operation would take {one.gated:.1f} fJ"
        for one in found
        if (gates := one.gates)
    ]


def _by_cause(stimulus: str, found: Sequence[Energy]) -> Table:
    table = figure_table(
        f"fJ an operation: {stimulus}",
        "real delays",
        "without glitches",
        "unit delay",
        "nets",
        "inside cells",
        "clock pins",
        "leakage",
        "glitches",
        "ports",
        "operations",
    )
    for one in found:
        figures = (
            one.real_delays,
            one.without_glitches,
            one.unit_delay,
            one.switching,
            one.internal,
            one.clock,
            one.leakage,
            one.glitches,
            one.ports,
        )
        table.add_row(one.design, *(f"{f:.1f}" for f in figures), f"{one.operations:,}")
    return table


def _by_part(found: Sequence[Energy]) -> Table:
    parts = list(dict.fromkeys(part for one in found for part in one.parts))
    table = figure_table(
        "fJ an operation by part, without glitches; parts mapped apart", *parts, "sum"
    )
    for one in found:
        figures = [f"{one.parts[part]:.1f}" if part in one.parts else "" for part in parts]
        table.add_row(one.design, *figures, f"{sum(one.parts.values()):.1f}")
    return table


def energy_report(found: Sequence[Energy]) -> Report:
    """The report document of ``lmul energy --json``: metrics, conditions, causes and parts."""
    tools = yosys.tool_versions() | {"script of area": AREA_HASH}
    conditions: Mapping[str, Any] = {
        "frequency_hz": found[0].frequency,
        "transition_ps": round(found[0].transition, 3),
        "wires": found[0].wires,
        "output_load_ff": 0,
    }
    rows = [
        {
            "design": one.design,
            "library": one.library,
            "stimulus": one.stimulus,
            "operations": one.operations,
            "restructuring": one.restructuring,
            "nets_fj": round(one.switching, 3),
            "inside_fj": round(one.internal, 3),
            "clock_fj": round(one.clock, 3),
            "leakage_fj": round(one.leakage, 6),
            "glitches_fj": round(one.glitches, 3),
            "unit_delay_glitches_fj": round(one.unit_glitches, 3),
            "ports_fj": round(one.ports, 3),
            "clock_leaves_fj": round(one.leaves_fj, 3),
            "clock_leaves": asdict(one.leaves) if one.leaves else None,
            "clock_gates": asdict(one.gates) if one.gates else None,
            "written": one.writes,
            "shape": one.shape,
            "cycles": one.cycles,
            "parts_fj": {part: round(value, 3) for part, value in one.parts.items()},
        }
        for one in found
    ]
    sections = {"energy": {"conditions": conditions, "rows": rows}}
    return Report(tools, [metric for one in found for metric in one.metrics()], sections)
