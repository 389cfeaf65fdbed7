"""How each measure of a point is made: what it calls, its figures, and its detail."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace

from lmul.hdl.designs.design import Design
from lmul.synth.energy.energy import measure as measure_energy
from lmul.synth.energy.figures import Energy
from lmul.synth.fpga.luts import form_for, luts
from lmul.synth.fpga.place import place_seed
from lmul.synth.gates.breakdown import parts
from lmul.synth.gates.circuit import Circuit
from lmul.synth.gates.core import core_circuit
from lmul.synth.gates.count import count
from lmul.synth.layout.wires import NONE
from lmul.synth.liberty.default import EMBEDDED
from lmul.synth.mapping.area import area
from lmul.synth.mapping.breakdown import area_by_part
from lmul.synth.measure.clocked import clocked
from lmul.synth.measure.errors import errors
from lmul.synth.measure.figures import (
    cell_metrics,
    clock_metrics,
    core_metrics,
    gate_metrics,
    lut_metrics,
)
from lmul.synth.measure.measurement import STATIONARY, Measured, Point, find, keep
from lmul.synth.measure.variation import mapped_spread
from lmul.synth.timing.area_delay import InCells, curve, in_cells
from lmul.tools.metrics import Metric

__all__ = ["measure", "measured"]


OnProgress = Callable[[int, int, str], None]


def measured(point: Point, on_progress: OnProgress | None = None) -> Measured:
    """The result of a point, from the cache, else measured now and kept.

    Parameters
    ----------
    point : Point
    on_progress : callable, optional
        Called with what is done, what there is in all, and what was done last; of ``clock`` alone.

    Raises
    ------
    TypeError, ValueError, OSError
        For a stimulus, library or device that can't be used with this design.
    ToolNotFound, ToolFailed
        When a tool is missing or rejects the circuit.
    """
    if found := find(point):
        return found
    return keep(point, measure(point, on_progress))


_CHECKED_ON = "uniform"  # all finite codes: subnormals, both zeros, sums that overflow
_CHECKED_PAIRS = 1 << 16


def measure(point: Point, on_progress: OnProgress | None = None) -> Measured:
    """Measure a point now, whatever the cache holds.

    Progress is told as :func:`measured` tells it.

    Detail by measure:

    - ``gates``: ``count``, the fields of :class:`lmul.synth.gates.count.GateCount`; ``verilog``,
      the SHA-256 of the text that was counted.
    - ``split``, of PEs, arrays and dot-product units: ``parts``, each part's gates and flip-flops;
      ``core``, the count of a dot-product unit's.
    - ``core``, of dot-product units: ``count``, ``area`` and ``energy`` of
      :mod:`lmul.synth.gates.core`.
    - ``area``, and ``cells``, which is area and delay: the fields of
      :class:`lmul.synth.timing.area_delay.InCells`, the longest path without its steps.
    - ``curve``: ``points``, each :meth:`lmul.synth.timing.area_delay.CurvePoint.section`.
    - ``energy``: the fields of :class:`lmul.synth.energy.figures.Energy`, with parts of arrays
      alone.
    - ``parts``, of multipliers, PEs and dot-product units: ``area`` and ``energy`` by part.
    - ``spread``, of product units, multipliers and PEs: the fields of
      :class:`lmul.synth.measure.variation.MappedSpread`.
    - ``clock``: the fields of :class:`lmul.synth.measure.clocked.Clocked`.
    - ``luts``: the fields of :class:`lmul.synth.fpga.luts.LutCount`.
    - ``fpga``: the fields of :class:`lmul.synth.fpga.place.PlacedDesign`.
    - ``error``: the fields of :class:`lmul.sim.accuracy.operands.DotError`, or of
      :meth:`lmul.sim.accuracy.pairs.ErrorStats.as_dict`.
    - ``check``: ``compared``, how many results of the netlist, mapped to the embedded library,
      equal the golden model's in every bit, and ``stimulus``.

    Raises
    ------
    TypeError, ValueError, OSError, ToolNotFound, ToolFailed
        As :func:`lmul.synth.measure.measure.measured`.
    """
    if point.measure == "clock":  # the one that takes minutes
        return _clock(point, on_progress)
    return _WAYS[point.measure](point)


def _gates(point: Point) -> Measured:
    circuit = Circuit.of(point.design)
    gates = count(circuit)
    text = hashlib.sha256(circuit.verilog.encode()).hexdigest()
    return Measured(tuple(gate_metrics(circuit, gates)), {"count": asdict(gates), "verilog": text})


def _split(point: Point) -> Measured:
    core = None
    if Design.parse(point.design).level == "dot":
        core = asdict(count(core_circuit(point.design)))
    return Measured((), {"parts": [asdict(part) for part in parts(point.design)], "core": core})


def _core(point: Point) -> Measured:
    circuit = core_circuit(point.design)
    gates, inside = count(circuit), area(circuit, point.liberty)
    energy = _energy_of(point, core=True)
    metrics = core_metrics(Design.parse(point.design), gates, inside, energy)
    detail = {"count": asdict(gates), "area": asdict(inside), "energy": asdict(energy)}
    return Measured(tuple(metrics), detail)


def _area(point: Point) -> Measured:
    circuit = Circuit.of(point.design)
    return _in_cells(circuit, InCells(area(circuit, point.liberty), None, None))


def _cells(point: Point) -> Measured:
    circuit = Circuit.of(point.design)
    return _in_cells(circuit, in_cells(circuit, point.liberty, wires=point.wires or NONE))


def _in_cells(circuit: Circuit, found: InCells) -> Measured:
    detail = {
        "area": asdict(found.area),
        "timing": asdict(replace(found.timing, path=())) if found.timing else None,
        "opensta_ps": found.opensta_ps,
    }
    return Measured(tuple(cell_metrics(circuit, found)), detail)


def _curve(point: Point) -> Measured:
    circuit = Circuit.of(point.design)
    points = curve(circuit, point.liberty, wires=point.wires or NONE)
    fastest = points[-1]
    library = fastest.area.library
    figures = (
        ("fastest_ps", fastest.timing.delay_ps, "ps"),
        ("fastest_um2", fastest.area.area_um2, "um2"),
    )
    metrics = tuple(
        Metric(circuit.name, circuit.level, name, value, unit, library=library)
        for name, value, unit in figures
    )
    return Measured(metrics, {"points": [one.section() for one in points]})


def _energy(point: Point) -> Measured:
    found = _energy_of(point)
    return Measured(tuple(found.metrics()), asdict(found))


def _parts(point: Point) -> Measured:
    area = area_by_part(point.design, point.liberty)
    return Measured((), {"area": area, "energy": dict(_energy_of(point, parts=True).parts)})


def _energy_of(point: Point, parts: bool = False, core: bool = False) -> Energy:
    name = point.stimulus.removesuffix(STATIONARY)
    found = measure_energy(
        point.design,
        name,
        liberty=point.liberty,
        stationary=name != point.stimulus,
        parts=parts,
        core=core,
        wires=point.wires or NONE,
    )
    if len(found) != 1:
        raise ValueError(
            f"Stimulus {point.stimulus!r} is {len(found)} stimuli; a point has one, such as "
            "'attention QK'"
        )
    return found[0]


def _spread(point: Point) -> Measured:
    name = point.stimulus.removesuffix(STATIONARY)
    if name != point.stimulus:
        raise ValueError("Spreads are measured without stationary weights")
    return Measured((), asdict(mapped_spread(point.design, name, point.liberty)))


def _clock(point: Point, on_progress: OnProgress | None) -> Measured:
    wires = point.wires or NONE
    found = clocked(
        *(point.design, point.clock, point.stimulus, point.liberty),
        on_progress=on_progress,
        wires=wires,
        least=point.least,
        mapping=point.mapping,
    )
    return Measured(tuple(clock_metrics(found)), asdict(found))


def _luts(point: Point) -> Measured:
    circuit = Circuit.of(point.design, form_for(point.dsp))
    found = luts(circuit, point.device, point.dsp)
    return Measured(tuple(lut_metrics(circuit, found)), asdict(found))


def _fpga(point: Point) -> Measured:
    found = place_seed(point.design, point.device, point.seed, point.dsp)
    return Measured(tuple(found.metrics()), asdict(found))


def _error(point: Point) -> Measured:
    metrics, detail = errors(Design.parse(point.design), point.stimulus)
    return Measured(tuple(metrics), detail)


def _check(point: Point) -> Measured:
    # An energy is measured of right results alone: it raises where one is wrong.
    [found] = measure_energy(
        point.design,
        _CHECKED_ON,
        liberty=EMBEDDED,
        pairs=_CHECKED_PAIRS,
        parts=False,
        glitches=False,
    )
    return Measured((), {"compared": found.operations, "stimulus": found.stimulus})


_WAYS: Mapping[str, Callable[[Point], Measured]] = {
    "gates": _gates,
    "split": _split,
    "core": _core,
    "area": _area,
    "cells": _cells,
    "curve": _curve,
    "energy": _energy,
    "parts": _parts,
    "spread": _spread,
    "luts": _luts,
    "fpga": _fpga,
    "error": _error,
    "check": _check,
}
