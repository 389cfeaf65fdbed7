"""Synthesis results under the names that reports use."""

from dataclasses import replace

from lmul.hdl.designs.design import Design
from lmul.synth.energy.figures import Energy
from lmul.synth.fpga.luts import LutCount
from lmul.synth.gates.circuit import Circuit
from lmul.synth.gates.count import GateCount
from lmul.synth.mapping.area import AreaResult
from lmul.synth.measure.clocked import Clocked
from lmul.synth.timing.area_delay import InCells
from lmul.tools.metrics import Metric

__all__ = ["cell_metrics", "clock_metrics", "core_metrics", "gate_metrics", "lut_metrics"]


def gate_metrics(circuit: Design | Circuit, gates: GateCount) -> list[Metric]:
    """Gates, flip-flops and what is derived from them."""
    name, level = circuit.name, circuit.level
    return [
        Metric(name, level, "gates", gates.gates, "gates"),
        Metric(name, level, "inverters", gates.inverters, "gates"),
        Metric(name, level, "flipflops", gates.flipflops, "flip-flops"),
        Metric(name, level, "depth", gates.depth, "gates"),
        Metric(name, level, "transistors", gates.transistors, "transistors"),
        Metric(name, level, "paper_weight", gates.paper_weight, "gates", library="yosys"),
    ]


def core_metrics(
    design: Design, gates: GateCount, area: AreaResult, energy: Energy
) -> list[Metric]:
    """Gates, area and energy of a dot-product unit's core."""
    name, level = design.name, design.level
    return [
        Metric(name, level, "core_gates", gates.gates, "gates"),
        Metric(name, level, "core_area_um2", area.area_um2, "um2", library=area.library),
        *(
            replace(one, design=name, level=level, name=f"core_{one.name}")
            for one in energy.metrics()
        ),
    ]


def cell_metrics(circuit: Design | Circuit, found: InCells) -> list[Metric]:
    """Area, the flip-flops' share of it, delays where they were measured, and their buffers."""
    area, timing, opensta_ps = found
    figures = [
        ("area_um2", area.area_um2, "um2"),
        ("area_nand2", area.nand2_equivalents, "NAND2 areas"),
        ("sequential_um2", area.sequential_um2, "um2"),
    ]
    if timing is not None:
        figures.append(("delay_ps", timing.delay_ps, "ps"))
        if timing.buffers:
            figures.append(("buffers_um2", timing.buffers_um2, "um2"))
    if opensta_ps is not None:
        figures.append(("delay_opensta_ps", opensta_ps, "ps"))
    return [
        Metric(circuit.name, circuit.level, name, value, unit, library=area.library)
        for name, value, unit in figures
    ]


def clock_metrics(found: Clocked) -> list[Metric]:
    """Area and energy at a clock, medians over orders, and the delay as written; without an energy
    where the clock is missed.
    """
    figures = [
        ("area_um2", found.area.median, "um2"),
        ("sequential_um2", found.sequential.median, "um2"),
        ("delay_ps", found.delays[0], "ps"),
    ]
    figures += [
        (name, spread.median, "fJ")
        for name, spread in (("energy_fj", found.energy), ("energy_gated_clock_fj", found.gated))
        if spread is not None
    ]
    level = Design.parse(found.design).level
    return [
        Metric(
            *(found.design, level, f"clock_{name}", value, unit),
            library=found.library,
            stimulus=found.stimulus if unit == "fJ" else None,
        )
        for name, value, unit in figures
    ]


def lut_metrics(circuit: Design | Circuit, count: LutCount) -> list[Metric]:
    """LUTs, carries, and DSP blocks where they were allowed."""
    library = f"{count.family} with DSPs" if count.dsp else count.family
    figures = [
        (f"lut{count.lut_size}", count.luts, "LUTs"),
        ("carries", count.carries, "cells"),
    ]
    if count.dsp:
        figures.append(("dsps", count.dsps, "blocks"))
    return [
        Metric(circuit.name, circuit.level, name, value, unit, library=library)
        for name, value, unit in figures
    ]
