"""A sweep's Pareto pictures: error against energy and area, area against delay."""

from collections.abc import Mapping, Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from lmul.hdl.designs.design import Design
from lmul.synth.measure.measurement import Measured, Point
from lmul.synth.pictures.picture import COLOURS, INK, Draw, Picture, front
from lmul.synth.sweep.dots import Dot, Dots, Panel, area_delay, error_area, error_energy

__all__ = ["NAMES", "pareto_pictures", "pareto_text"]


_HOW = (
    "Each point is a design; to the lower left is better. Ringed, numbered and joined by the line: "
    "designs that no other of the panel beats in both. Errors of products are means of their "
    "magnitudes, those of dot products norm-wise."
)
_WHAT = {
    "error-energy": (
        "Error against energy",
        "Energy of an operation, with real delays.",
        error_energy,
    ),
    "error-area": ("Error against area", "Area of the mapped circuit, no wires.", error_area),
    "area-delay": (
        "Area against delay",
        "The longest path against the area, mapped for area alone, and for several delays where "
        "curves were measured.",
        area_delay,
    ),
}
NAMES = tuple(_WHAT)
"""Of the pictures' files; a sweep that lacks one of the two figures has no such picture."""

_MARKERS = ("o", "^", "D", "v", "P", "X", "*", "<", ">", "h", "p")
_INTEGER = "#7f7f7f"


def pareto_pictures(found: Mapping[Point, Measured]) -> list[Picture]:
    """The pictures that a sweep's figures allow; a panel holds what can be compared.

    Panels are by level, an array's size, library and stimuli. Energies stand against errors on the
    same operands where those were measured, else against whatever errors there are.
    """
    pictures = []
    for name, (title, caption, of) in _WHAT.items():
        dots = _comparable(of(found))
        panels = [(_title(panel, dots), _panel(panel, some)) for panel, some in dots.items()]
        if panels:
            pictures.append(Picture(name, title, f"{caption} {_HOW}", panels))
    return pictures


def pareto_text(found: Mapping[Point, Measured]) -> str:
    """The same pictures as Markdown, with the designs that their numbers mean; empty for none."""
    lines: list[str] = []
    for name, (title, caption, of) in _WHAT.items():
        dots = _comparable(of(found))
        if dots:
            lines += [f"# {title}", "", f"![{title}]({name}.svg)", "", f"{caption} {_HOW}", ""]
        for panel, some in dots.items():
            lines += [
                f"**{_title(panel, dots)}** ({panel.library}; {panel.x_label}; {panel.y_label})",
                "",
            ]
            for number, ((x, y), designs) in enumerate(_best(some).items(), 1):
                lines.append(f"{number}. {', '.join(designs)}: {_number(x)}; {_number(y)}")
            lines.append("")
    return "\n".join(lines)


def _comparable(dots: Dots) -> Dots:
    """Panels of two designs or more."""
    return {panel: some for panel, some in dots.items() if len({dot.design for dot in some}) > 1}


def _title(panel: Panel, dots: Dots) -> str:
    several = len({other.library for other in dots}) > 1
    return ", ".join(part for part in (panel.what, panel.stimulus, panel.library * several) if part)


def _best(dots: Sequence[Dot]) -> dict[tuple[float, float], list[str]]:
    """Where the best are, and which designs they are, from left to right."""
    places: dict[tuple[float, float], list[str]] = {}
    for index in front([(dot.x, dot.y) for dot in dots]):
        places.setdefault((dots[index].x, dots[index].y), []).append(dots[index].design)
    return places


def _panel(panel: Panel, dots: Sequence[Dot]) -> Draw:
    designs = {dot.design: Design.parse(dot.design) for dot in dots}
    formats = list(dict.fromkeys(design.format.name for design in designs.values()))
    markers = {fmt: _MARKERS[index % len(_MARKERS)] for index, fmt in enumerate(formats)}
    colours = {d.kind: COLOURS.get(d.kind, _INTEGER) for d in designs.values()}

    def draw(axes: Axes) -> None:
        best = _best(dots)
        axes.step(*zip(*best, strict=True), where="post", color=INK, alpha=0.4, linewidth=1)
        for dot in dots:
            design = designs[dot.design]
            axes.plot(
                dot.x,
                dot.y,
                markers[design.format.name],
                color=colours[design.kind],
                markersize=6,
                markeredgecolor="#ffffff",
                markeredgewidth=0.5,
                linestyle="none",
            )
        for number, (x, y) in enumerate(best, 1):
            axes.plot(x, y, "o", markersize=11, markerfacecolor="none", markeredgecolor=INK)
            axes.annotate(
                str(number), (x, y), (6, 5), textcoords="offset points", fontsize=7, color=INK
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


def _number(value: float, _place: object = None) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


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
