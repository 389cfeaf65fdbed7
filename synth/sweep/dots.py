"""What a sweep's pictures show: two figures of each design, by what can be compared."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.mac import MacDesign
from lmul.synth.measure.measurement import Measured, Point

__all__ = ["Dot", "Dots", "Panel", "area_delay", "error_area", "error_energy"]


_LEVELS = {
    "product": "product units",
    "multiplier": "multipliers",
    "pe": "PEs",
    "array": "arrays",
    "dot": "dot-product units",
}


@dataclass(frozen=True)
class Panel:
    """What is comparable, and how it is measured; ``stimulus`` is that of errors."""

    what: str
    library: str
    x_label: str
    y_label: str
    stimulus: str = ""


@dataclass(frozen=True)
class Dot:
    """A design's figures, or those of one of its mappings."""

    design: str
    x: float
    y: float


Dots = Mapping[Panel, Sequence[Dot]]


def _figures(
    found: Mapping[Point, Measured], measure: str, name: str
) -> Iterator[tuple[Point, str, float]]:
    for point, result in found.items():
        for metric in result.metrics:
            if (point.measure, metric.name) == (measure, name):
                yield point, metric.library or "", metric.value


def _errors(found: Mapping[Point, Measured]) -> dict[tuple[str, str], float]:
    """Percent, by design and stimulus."""
    return {(p.design, p.stimulus): 100 * value for p, _, value in _figures(found, "error", "mred")}


def error_energy(found: Mapping[Point, Measured]) -> Dots:
    """Energy against error on the same operands where there is one, else on whatever there is."""
    errors = _errors(found)
    dots: dict[Panel, list[Dot]] = {}
    for point, library, energy in _figures(found, "energy", "energy_fj"):
        own = {s: value for (design, s), value in errors.items() if design == point.design}
        if point.stimulus in own:
            own = {point.stimulus: own[point.stimulus]}
        for stimulus, error in own.items():
            panel = Panel(
                _comparable(point.design),
                library,
                f"fJ an operation, {Path(point.stimulus).name}",
                _error_label(point.design, stimulus),
                stimulus,
            )
            dots.setdefault(panel, []).append(Dot(point.design, energy, error))
    return dots


def error_area(found: Mapping[Point, Measured]) -> Dots:
    """Area against error."""
    errors = _errors(found)
    dots: dict[Panel, list[Dot]] = {}
    areas = {
        (point.design, library): area
        for measure in ("area", "cells")
        for point, library, area in _figures(found, measure, "area_um2")
    }
    for (name, library), area in areas.items():
        for (design, stimulus), error in errors.items():
            if design == name:
                panel = Panel(
                    _comparable(design),
                    library,
                    "area, µm²",
                    _error_label(design, stimulus),
                    stimulus,
                )
                dots.setdefault(panel, []).append(Dot(design, area, error))
    return dots


def area_delay(found: Mapping[Point, Measured]) -> Dots:
    """Delay against area, of every mapping that was measured."""
    delays = {
        (point.design, library): value
        for point, library, value in _figures(found, "cells", "delay_ps")
    }
    mappings = [
        (point.design, library, delays[point.design, library], area)
        for point, library, area in _figures(found, "cells", "area_um2")
        if (point.design, library) in delays
    ]
    mappings += [
        (point.design, one["library"], one["delay_ps"], one["area_um2"])
        for point, result in found.items()
        if point.measure == "curve"
        for one in result.detail["points"]
    ]
    dots: dict[Panel, list[Dot]] = {}
    for design, library, delay, area in dict.fromkeys(mappings):
        panel = Panel(_comparable(design), library, "longest path, ps", "area, µm²")
        dots.setdefault(panel, []).append(Dot(design, delay, area))
    return dots


def _comparable(name: str) -> str:
    design = Design.parse(name)
    what = _LEVELS[design.level]
    if isinstance(design, MacDesign) and design.level == "array":
        return f"{design.rows}x{design.columns} {what}"
    return what


def _error_label(name: str, stimulus: str) -> str:
    # As lmul.synth.measure.errors: of multipliers single products, of what accumulates whole sums.
    whole = stimulus != "mantissas" and Design.parse(name).level != "multiplier"
    return f"error of {'dot ' if whole else ''}products, %"
