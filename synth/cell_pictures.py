"""Pictures of designs in cells: area and energy by part, area against delay."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from lmul.hdl.design import Design
from lmul.synth.cell_points import curve_designs, multipliers_in_cells, pes_in_cells
from lmul.synth.cell_tables import cells_method
from lmul.synth.pictures import COLOURS, INK, MARKERS, Draw, Picture, legend
from lmul.synth.report_document import ReportDocument
from lmul.synth.stacked_bars import stacked_bars

__all__ = ["area_by_part_picture", "area_delay_picture", "energy_by_part_picture"]

_LEVELS = {"multiplier": multipliers_in_cells, "PE": pes_in_cells}


def area_by_part_picture(document: ReportDocument) -> Picture:
    """Stacked bars: the area of multipliers and PEs, part by part."""
    return Picture(
        "area-parts",
        "Where the area of multipliers and PEs is",
        "µm² by part, each part mapped apart, under ftz; the number is their sum. In a multiplier "
        "L-Mul shrinks the product and leaves unpacking and packing; in a PE what aligns, adds up "
        "and holds the sum is the same for all kinds. int8's product leaves its last addition to "
        "the sum.",
        _stacked(document, document.cells.area_parts, "µm²"),
        cells_method(document.cells),
    )


def energy_by_part_picture(document: ReportDocument) -> Picture:
    """Stacked bars: the energy of multipliers and PEs, part by part."""
    return Picture(
        "energy-parts",
        "Where the energy of multipliers and PEs goes",
        "fJ an operation by part, without glitches, each part mapped apart, under ftz; the number "
        "is their sum. Registers include their clock pins.",
        _stacked(document, document.cells.energy_parts, "fJ"),
        cells_method(document.cells),
    )


def _stacked(
    document: ReportDocument, found: Mapping[str, Mapping[str, float]], unit: str
) -> list[tuple[str, Draw]]:
    panels = []
    for level, designs in _LEVELS.items():
        for fmt in document.formats:
            names = {
                kind: name
                for kind, name in designs(fmt, "ftz").items()
                if name in found and kind not in ("lmul_formula", "mitchell")
            }
            if "lmul" in names:
                bars = {kind: found[name] for kind, name in names.items()}
                panels.append((f"{level}, {fmt}", stacked_bars(bars, unit)))
    return panels


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
        "Area against delay",
        "Each point is a mapping that no other of the same circuit beats in both, from the "
        "smallest to the fastest found, with sizing and buffers; to the lower left is better. "
        "Those of other circuits: “lmul synth DESIGN --curve”.",
        panels,
        cells_method(document.cells),
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
                label=kind,
            )
        axes.set_xlabel("delay, ns")
        axes.set_ylabel("µm²")
        axes.set_xlim(left=0)
        axes.set_ylim(0, max(area for points in curves.values() for _, area in points) * 1.25)
        axes.grid(color=INK, alpha=0.15, linewidth=0.6)
        axes.set_axisbelow(True)
        legend(axes, loc="upper right", ncols=3)

    return draw
