"""A sweep's Pareto pictures: error against energy and area, area against delay."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from lmul.hdl.design import Design
from lmul.hdl.mac_design import MacDesign
from lmul.synth.pareto import front
from lmul.synth.pictures import COLOURS, INK, Draw, Picture
from lmul.synth.point import Measured, Point

__all__ = ["NAMES", "pareto_pictures"]

NAMES = ("error-energy", "error-area", "area-delay")
"""Of the pictures' files; a sweep that lacks one of the two figures has no such picture."""

_HOW = (
    "Each point is a design; to the lower left is better. Ringed, and joined by the line: designs "
    "that no other of the panel beats in both, with their policy and accumulator. Errors of "
    "products are means of their magnitudes, those of dot products norm-wise."
)
_MARKERS = ("o", "^", "D", "v", "P", "X", "*", "<", ">", "h", "p")
_INTEGER = "#7f7f7f"
_LEVELS = {"product": "product units", "multiplier": "multipliers", "pe": "PEs", "array": "arrays"}


@dataclass(frozen=True)
class _Panel:
    """What is comparable, and how it is measured."""

    what: str
    library: str
    x_label: str
    y_label: str


@dataclass(frozen=True)
class _Dot:
    design: str
    x: float
    y: float


_Dots = Mapping[_Panel, Sequence[_Dot]]


def pareto_pictures(found: Mapping[Point, Measured]) -> list[Picture]:
    """The pictures that a sweep's figures are enough for, a panel for what can be compared.

    Panels are by level, an array's size, library and stimuli. Energies stand against errors on the
    same operands where those were measured, else against whatever errors there are.
    """
    titles = ("Error against energy", "Error against area", "Area against delay")
    captions = (
        f"Energy of an operation, without glitches. {_HOW}",
        f"Area of the mapped circuit, no wires. {_HOW}",
        "The longest path against the area, mapped for area alone, and for several delays where "
        f"curves were measured. {_HOW}",
    )
    pictures = []
    all_dots = (_error_energy(found), _error_area(found), _area_delay(found))
    for name, title, caption, dots in zip(NAMES, titles, captions, all_dots, strict=True):
        panels = [
            (_title(panel, dots), _panel(panel, of_panel))
            for panel, of_panel in dots.items()
            if len({dot.design for dot in of_panel}) > 1
        ]
        if panels:
            pictures.append(Picture(name, title, caption, panels))
    return pictures


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


def _error_energy(found: Mapping[Point, Measured]) -> _Dots:
    errors = _errors(found)
    dots: dict[_Panel, list[_Dot]] = {}
    for point, library, energy in _figures(found, "energy", "energy_fj"):
        own = {s: value for (design, s), value in errors.items() if design == point.design}
        if point.stimulus in own:
            own = {point.stimulus: own[point.stimulus]}
        for stimulus, error in own.items():
            panel = _Panel(
                _comparable(point.design),
                library,
                f"fJ an operation, {Path(point.stimulus).name}",
                _error_label(point.design, stimulus),
            )
            dots.setdefault(panel, []).append(_Dot(point.design, energy, error))
    return dots


def _error_area(found: Mapping[Point, Measured]) -> _Dots:
    errors = _errors(found)
    dots: dict[_Panel, list[_Dot]] = {}
    for point, library, area in _figures(found, "cells", "area_um2"):
        for (design, stimulus), error in errors.items():
            if design == point.design:
                panel = _Panel(
                    _comparable(design), library, "area, µm²", _error_label(design, stimulus)
                )
                dots.setdefault(panel, []).append(_Dot(design, area, error))
    return dots


def _area_delay(found: Mapping[Point, Measured]) -> _Dots:
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
    dots: dict[_Panel, list[_Dot]] = {}
    for design, library, delay, area in dict.fromkeys(mappings):
        panel = _Panel(_comparable(design), library, "longest path, ps", "area, µm²")
        dots.setdefault(panel, []).append(_Dot(design, delay, area))
    return dots


def _comparable(name: str) -> str:
    design = Design.parse(name)
    what = _LEVELS[design.level]
    if isinstance(design, MacDesign) and design.level == "array":
        return f"{design.rows}x{design.columns} {what}"
    return what


def _error_label(name: str, stimulus: str) -> str:
    # As lmul.synth.point_error: of multipliers single products, of what accumulates whole sums.
    if stimulus == "mantissas" or Design.parse(name).level == "multiplier":
        return f"error of products, {stimulus}, %"
    return f"error of dot products, {stimulus}, %"


def _title(panel: _Panel, dots: _Dots) -> str:
    several = len({other.library for other in dots}) > 1
    return f"{panel.what}, {panel.library}" if several else panel.what


def _panel(panel: _Panel, dots: Sequence[_Dot]) -> Draw:
    designs = {dot.design: Design.parse(dot.design) for dot in dots}
    formats = list(dict.fromkeys(_format(design) for design in designs.values()))
    markers = {fmt: _MARKERS[index % len(_MARKERS)] for index, fmt in enumerate(formats)}
    colours = {d.kind: COLOURS.get(d.kind, _INTEGER) for d in designs.values()}

    def draw(axes: Axes) -> None:
        best = [dots[index] for index in front([(dot.x, dot.y) for dot in dots])]
        axes.step(
            [dot.x for dot in best],
            [dot.y for dot in best],
            where="post",
            color=INK,
            alpha=0.4,
            linewidth=1,
        )
        for dot in dots:
            design = designs[dot.design]
            axes.plot(
                dot.x,
                dot.y,
                markers[_format(design)],
                color=colours[design.kind],
                markersize=6,
                markeredgecolor="#ffffff",
                markeredgewidth=0.5,
                linestyle="none",
            )
        for dot in best:
            axes.plot(dot.x, dot.y, "o", markersize=11, markerfacecolor="none", markeredgecolor=INK)
            axes.annotate(
                _options(designs[dot.design]),
                (dot.x, dot.y),
                (5, -11),
                textcoords="offset points",
                fontsize=7,
                color=INK,
            )
        for scale, limits, values in (
            (axes.set_xscale, axes.set_xlim, [dot.x for dot in dots]),
            (axes.set_yscale, axes.set_ylim, [dot.y for dot in dots]),
        ):
            low, high = min(values), max(values)
            if low > 0 and high / low >= 10:
                scale("log")
                limits(low / (high / low) ** 0.1, high * (high / low) ** 0.1)
            else:
                limits(min(0.0, low), high * 1.1 or 1.0)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(_number)
        axes.set_xlabel(panel.x_label)
        axes.set_ylabel(panel.y_label)
        axes.grid(color=INK, alpha=0.15, linewidth=0.6, which="major")
        axes.set_axisbelow(True)
        _legend(axes, colours, markers)

    return draw


def _number(value: float, _place: object) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _options(design: Design) -> str:
    """What neither colour nor marker tell."""
    if design.format is None or design.level == "product":
        return ""
    told = [design.policy.name]
    if isinstance(design, MacDesign) and design.accumulator is not None:
        told.append(design.accumulator.name)
    return " ".join(told)


def _format(design: Design) -> str:
    return "int8" if design.format is None else design.format.name


def _legend(axes: Axes, colours: Mapping[str, str], markers: Mapping[str, str]) -> None:
    plain = {"linestyle": "none", "markeredgewidth": 0}
    handles: list[Artist] = [Patch(color=c, label=kind) for kind, c in colours.items()]
    if len(markers) > 1:
        handles += [
            Line2D([], [], marker=m, color=INK, label=fmt, alpha=0.6, **plain)
            for fmt, m in markers.items()
            if fmt != "int8"
        ]
    axes.legend(
        handles=handles,
        fontsize=8,
        frameon=False,
        labelcolor=INK,
        loc="upper center",
        bbox_to_anchor=(0.5, -0.2),
        ncols=4,
    )
