"""What the report knows of designs in cells: figures by design, curves, parts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from lmul.hdl.designs.mac import MacDesign
from lmul.synth.comparison.accepted import accepted
from lmul.synth.comparison.designs import ARRAY_COUNTED, arrays_in_cells
from lmul.synth.comparison.dots import DotSurvey, dot_points, window_points
from lmul.synth.comparison.points import (
    cell_points,
    corrected_points,
    fmax_metrics,
    kept_points,
    lut_points,
    placed_points,
    spread_points,
    spreads,
)
from lmul.synth.gates.scale import composed_area
from lmul.synth.measure.measurement import Measured, Point
from lmul.synth.measure.variation import MappedSpread, Ratio, Spread
from lmul.tools.metrics import Metric

__all__ = [
    "AREA",
    "BUFFERS",
    "DELAY",
    "ENERGY",
    "GATES",
    "NAND2",
    "REGISTERS",
    "UNIT_DELAY",
    "WITHOUT_GLITCHES",
    "CellSurvey",
    "array_area",
    "cell_survey",
    "dot_survey",
    "survey_points",
]


GATES = "gates"
AREA, REGISTERS, NAND2 = "area_um2", "sequential_um2", "area_nand2"
BUFFERS = "buffers_um2"
DELAY = "delay_ps"
ENERGY = "energy_fj"  # with real delays
WITHOUT_GLITCHES, UNIT_DELAY = "energy_without_glitches_fj", "energy_unit_delay_fj"  # its bounds


_SPREADS: Mapping[str, Callable[[MappedSpread], Spread]] = {
    GATES: lambda one: one.gates,
    AREA: lambda one: one.area,
    DELAY: lambda one: one.delay,
    ENERGY: lambda one: one.energy,
    WITHOUT_GLITCHES: lambda one: one.without_glitches,
    UNIT_DELAY: lambda one: one.unit_delay,
}


@dataclass(frozen=True)
class CellSurvey:
    """What was measured of designs in the embedded library.

    Attributes
    ----------
    found : mapping of Point to Measured
        Of this run, and those that are kept in the repository.
    kept, kept_corrected : str
        Where the latter come from, a sentence; of corrected kinds another.
    """

    found: Mapping[Point, Measured] = field(default_factory=dict)
    kept: str = ""
    kept_corrected: str = ""

    @cached_property
    def metrics(self) -> list[Metric]:
        """All figures, under the names that reports use; what was placed, as one of all seeds."""
        found = [
            metric
            for point, one in self.found.items()
            if point.measure != "fpga"
            for metric in one.metrics
        ]
        return found + fmax_metrics(self.found)

    @cached_property
    def _figures(self) -> dict[tuple[str, str], float]:
        return {(metric.design, metric.name): metric.value for metric in self.metrics}

    def figure(self, design: str, name: str) -> float | None:
        """A design's figure, such as :data:`AREA`; None where it was not measured.

        The median, where several orders of its statements were; else as written.
        """
        found = self._own_spread(design, name)
        return self._figures.get((design, name)) if found is None else found.median

    def spread(self, design: str, name: str) -> Spread | None:
        """A figure with its range; None where either was not measured.

        An array has its PE's range, in proportion: most of it is one PE many times, which is
        mapped once.
        """
        if found := self._own_spread(design, name):
            return found
        figure = self._figures.get((design, name))
        if figure is None or not design.startswith("array-"):
            return None
        pe = replace(MacDesign.parse(design), level="pe", rows=1, columns=1, flow="os")
        found = self._own_spread(pe.name, name)
        return None if found is None else found.at(figure)

    def _own_spread(self, design: str, name: str) -> Spread | None:
        one = self.spreads.get(design)
        return None if one is None or name not in _SPREADS else _SPREADS[name](one)

    def ratio(self, design: str, other: str, name: str) -> float | None:
        """A design's figure over another's; None where one was not measured."""
        mine, its = self.figure(design, name), self.figure(other, name)
        return None if mine is None or not its else mine / its

    def ratio_range(self, design: str, other: str, name: str) -> Ratio | None:
        """As :meth:`ratio`, with what both ranges allow; None where one has none."""
        mine, its = self.spread(design, name), self.spread(other, name)
        return None if mine is None or its is None else mine.over(its)

    def share(self, design: str, part: str, whole: str) -> float | None:
        """One of a design's figures over another; None where one was not measured."""
        mine, its = self.figure(design, part), self.figure(design, whole)
        return None if mine is None or not its else mine / its

    @cached_property
    def curves(self) -> dict[str, list[tuple[float, float]]]:
        """By design, delay (ps) and area (µm²) from the smallest mapping to the fastest."""
        return {
            point.design: [(step["delay_ps"], step["area_um2"]) for step in one.detail["points"]]
            for point, one in self.found.items()
            if point.measure == "curve"
        }

    def energy_detail(self) -> Mapping[str, Any] | None:
        """The conditions of energies: any one's fields; None where none was measured."""
        details = (one.detail for point, one in self.found.items() if point.measure == "energy")
        return next((detail for detail in details if detail), None)  # kept figures have none

    @cached_property
    def area_parts(self) -> dict[str, Mapping[str, float]]:
        """By design, its area by part, µm²."""
        return self._parts("area")

    @cached_property
    def energy_parts(self) -> dict[str, Mapping[str, float]]:
        """By design, its energy by part, fJ."""
        return self._parts("energy")

    @cached_property
    def spreads(self) -> dict[str, MappedSpread]:
        """By design, how far other orders of its statements move area and energy."""
        return spreads(self.found)

    def _parts(self, what: str) -> dict[str, Mapping[str, float]]:
        return {
            point.design: one.detail[what]
            for point, one in self.found.items()
            if point.measure == "parts"
        }


def survey_points(formats: Sequence[str], full: bool = False) -> list[Point]:
    """What is to be measured, for :func:`lmul.synth.measure.runs.run_points`."""
    luts = lut_points(formats) if full else []
    return [*cell_points(formats, full), *spread_points(formats, full), *luts]


def cell_survey(
    found: Mapping[Point, Measured], formats: Sequence[str], full: bool = False
) -> CellSurvey:
    """Put together what was measured, and what is kept of large arrays, FPGAs, corrected kinds.

    Parameters
    ----------
    found : mapping of Point to Measured
        The results of :func:`survey_points`.
    formats : sequence of str
    full : bool
        As there.
    """
    kept, corrected = accepted(), accepted("corrected")
    shown = kept.of([*placed_points(formats), *kept_points(formats)])
    shown |= corrected.of(corrected_points(formats))
    measured = {point: found[point] for point in survey_points(formats, full)}
    return CellSurvey(shown | measured, kept.told, corrected.told)


def dot_survey(found: Mapping[Point, Measured]) -> DotSurvey:
    """What is kept of dot-product units, and errors that were measured."""
    kept = accepted("dots")
    errors = {point: found[point] for point in window_points() if point in found}
    return DotSurvey(kept.of(dot_points()), kept.told, errors)


def array_area(cells: CellSurvey, fmt: str, kind: str, side: int) -> tuple[float, float] | None:
    """An array's area and the flip-flops' share of it, µm²; None where none was mapped."""
    if side in ARRAY_COUNTED:
        name = arrays_in_cells(fmt, side).get(kind, "")
        area, registers = cells.figure(name, AREA), cells.figure(name, REGISTERS)
        return None if area is None or registers is None else (area, registers)
    found = [array_area(cells, fmt, kind, counted) for counted in ARRAY_COUNTED]
    if found[0] is None or found[1] is None:
        return None
    pairs = zip(*found, strict=True)
    area, registers = (composed_area(ARRAY_COUNTED, pair, side) for pair in pairs)
    return area, registers
