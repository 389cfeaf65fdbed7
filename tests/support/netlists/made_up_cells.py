"""Areas, delays and energies that nobody measured, for what shows them."""

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.mac import MacDesign
from lmul.synth.comparison.cell_survey import CellSurvey
from lmul.synth.comparison.points import cell_points, spread_points
from lmul.synth.measure.measurement import Measured, Point
from lmul.tools.metrics import Metric

__all__ = ["made_up", "made_up_cells"]

_BASE = {"product": 100, "multiplier": 100, "pe": 1000, "array": 0}
_OF_KIND = {"lmul": 1.0, "lmul_rne": 1.25, "exact": 2.0, "int8": 4.0}
_OF_FORMAT = {"bf16": 4.0, "fp16": 5.0, "fp32": 20.0}


def made_up_cells(formats, full=True) -> CellSurvey:
    """Exact takes twice, lmul_rne 5/4 of L-Mul's, of all at any level; PEs ten times a multiplier.

    An array takes 1000 for each PE and 500 for each row, in L-Mul's kind.
    """
    points = [*cell_points(formats, full), *spread_points(formats, full)]
    return CellSurvey({point: made_up(point) for point in points})


def _value(name: str) -> float:
    design = Design.parse(name)
    base = _BASE[design.level]
    if isinstance(design, MacDesign) and design.level == "array":
        base = 1000 * design.rows**2 + 500 * design.rows
    return base * _OF_KIND.get(design.kind, 1.5) * _OF_FORMAT.get(design.format.name, 1.0)


def made_up(point: Point) -> Measured:
    """What a point would give; spreads are 10 % to either side, the median as written."""
    value = _value(point.design)
    if point.measure == "spread":
        factors = {"gates": 1.0, "area": 1.0, "delay": 10.0}
        factors |= {"energy": 2.0, "without_glitches": 1.5, "unit_delay": 3.0}
        return Measured((), {name: _spread(factor * value) for name, factor in factors.items()})
    areas = {"area_um2": 1.0, "area_nand2": 0.25, "sequential_um2": 0.2}
    names = {
        "area": areas,
        "cells": areas | {"delay_ps": 10.0, "buffers_um2": 0.012},
        "energy": {
            "energy_fj": 2.0,
            "energy_without_glitches_fj": 1.5,
            "energy_unit_delay_fj": 3.0,
        },
        "curve": {"fastest_ps": 5.0},
        "parts": {},
    }[point.measure]
    level = Design.parse(point.design).level
    detail = {
        "library": "toy",
        "operations": 1024,
        "frequency": 1e8,
        "transition": 50.0,
        "area": {"product": value / 2, "pack": 1.0},
        "energy": {"product": value, "pack": value},
        "points": [{"delay_ps": 10 * value, "area_um2": value}],
    }
    figures = (
        Metric(point.design, level, name, factor * value, library="toy", stimulus=point.stimulus)
        for name, factor in names.items()
    )
    return Measured(tuple(figures), detail)


def _spread(value: float) -> dict[str, float]:
    return {"as_written": value, "least": 0.9 * value, "median": value, "most": 1.1 * value}
