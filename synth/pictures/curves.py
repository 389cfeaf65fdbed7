"""The picture of area against delay."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from lmul.hdl.designs.design import Design
from lmul.synth.comparison.designs import curve_designs
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.pictures.picture import COLOURS, INK, MARKERS, Draw, Picture, kinds_key
from lmul.synth.tables.methods import cells_method

__all__ = ["area_delay_picture"]


def area_delay_picture(document: ReportDocument) -> Picture:
    """Lines: the area that a circuit takes as it must be faster, one panel a format and level."""
    curves = document.cells.curves
    panels = []
    for level in ("multiplier", "pe"):
        for fmt in document.formats:
            names = [name for name in curve_designs(fmt).get(level, []) if name in curves]
            if names:
                title = f"{'PE' if level == 'pe' else level}, {fmt}"
                panels.append((title, _curves({name: curves[name] for name in names})))
    return Picture(
        "area-delay",
        "What it costs each kind to be faster",
        "Each point is a mapping that no other of the same circuit beats in both, from the "
        "smallest to the fastest found, with sizing and buffers; to the lower left is better. "
        "Those of other circuits: “lmul synth DESIGN --curve”.",
        panels,
        cells_method(document.cells),
        kinds_key(Design.parse(name).kind for name in curves),
    )


def _curves(curves: Mapping[str, Sequence[tuple[float, float]]]) -> Draw:
    def draw(axes: Axes) -> None:
        for name, points in curves.items():
            kind = Design.parse(name).kind
            delays, areas = zip(*points, strict=True)
            axes.plot(
                [delay / 1000 for delay in delays],
                areas,
                color=COLOURS[kind],
                marker=MARKERS[kind],
                markersize=6,
                markeredgecolor="#ffffff",
                markeredgewidth=0.5,
                linewidth=1.4,
            )
        axes.set_xlabel("delay, ns")
        axes.set_ylabel("µm²")
        axes.set_xlim(left=0)
        axes.set_ylim(0, max(area for points in curves.values() for _, area in points) * 1.05)
        axes.grid(color=INK, alpha=0.15, linewidth=0.6)
        axes.set_axisbelow(True)

    return draw
