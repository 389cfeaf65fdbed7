"""Stacked bars: what something is made of, a bar each, a colour a part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from lmul.synth.comparison.designs import (
    ARRAY_KINDS,
    COUNTED_FORMATS,
    INT8_PE,
    multipliers_in_cells,
    pe_kinds,
    pe_name,
    pes_in_cells,
)
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.mac_survey import array_parts
from lmul.synth.gates.breakdown import PartCount
from lmul.synth.pictures.picture import INK, Draw, Picture
from lmul.synth.tables.methods import GATES, cells_method

__all__ = [
    "PART_COLOURS",
    "area_by_part_picture",
    "energy_by_part_picture",
    "gates_by_part",
    "stacked_bars",
]


PART_COLOURS: Mapping[str, str] = {
    "unpack": "#E69F00",
    "product": "#D55E00",
    "pack": "#CC79A7",
    "align": "#56B4E9",
    "accumulate": "#0072B2",
    "PEs": "#0072B2",
    "drain registers": "#56B4E9",
    "rounders": "#CC79A7",
    "edges": "#E69F00",
    "stream ports": "#F0E442",
    "registers": "#009E73",
    "control": "#999999",
}
"""From the foot of a bar to its top; parts of one bar have colours of their own."""


def stacked_bars(
    bars: Mapping[str, Mapping[str, float]],
    unit: str,
    labels: Mapping[str, str] | None = None,
) -> Draw:
    """What draws a bar for each entry.

    Parameters
    ----------
    bars : mapping of bar to (mapping of part to value)
    unit : str
        Of the values, for the axis.
    labels : mapping of bar to str, optional
        What stands above it; the sum when left out.
    """
    sums = {bar: sum(parts.values()) for bar, parts in bars.items()}
    told = labels or {bar: f"{value:.0f}" for bar, value in sums.items()}
    tallest = max(sums.values())
    lines = max(text.count("\n") for text in told.values()) + 1

    def draw(axes: Axes) -> None:
        floor = [0.0] * len(bars)
        for part, colour in PART_COLOURS.items():
            heights = [parts.get(part, 0.0) for parts in bars.values()]
            if max(heights) < 0.01 * tallest:
                continue
            axes.bar(
                range(len(bars)), heights, 0.72, bottom=floor, color=colour, label=part, linewidth=0
            )
            floor = [low + height for low, height in zip(floor, heights, strict=True)]
        for place, bar in enumerate(bars):
            axes.text(
                place,
                sums[bar] + 0.02 * tallest,
                told[bar],
                ha="center",
                va="bottom",
                fontsize=8,
                color=INK,
            )
        axes.set_xticks(range(len(bars)), list(bars))
        axes.set_ylabel(unit)
        axes.set_ylim(0, tallest * (1.28 + 0.11 * lines))
        axes.grid(axis="y", color=INK, alpha=0.15, linewidth=0.6)
        axes.set_axisbelow(True)
        legend = axes.legend(
            fontsize=8, frameon=False, labelcolor=INK, loc="upper center", ncols=3, reverse=True
        )
        legend.set_in_layout(False)

    return draw


_SIDE = 16


@dataclass(frozen=True)
class _Bar:
    kind: str
    parts: Sequence[PartCount]
    scale: int = 1

    @property
    def gates(self) -> float:
        return sum(part.gates for part in self.parts) / self.scale

    @property
    def flipflops(self) -> float:
        return sum(part.flipflops for part in self.parts) / self.scale


def gates_by_part(document: ReportDocument) -> Picture:
    """Stacked bars: the gates of a PE, and an array's gates for each of its PEs."""
    mac = document.mac
    panels: list[tuple[str, Draw]] = []
    for fmt in (fmt for fmt in document.formats if fmt in COUNTED_FORMATS):
        names = {kind: pe_name(kind, fmt, "ftz") for kind in pe_kinds(fmt)}
        if fmt != "bf16":
            names |= {"int8": INT8_PE}
        bars = [_Bar(k, mac.splits[name].parts) for k, name in names.items() if name in mac.splits]
        if bars:
            panels.append((f"a PE, {fmt}", _panel(bars)))
    found = {kind: array_parts(mac, kind, "e4m3", "ftz", _SIDE) for kind in (*ARRAY_KINDS, "int8")}
    bars = [_Bar(kind, parts, _SIDE**2) for kind, parts in found.items() if parts]
    if bars:
        panels.append((f"{_SIDE}x{_SIDE} array, e4m3, a PE's share", _panel(bars)))
    return Picture(
        "parts",
        "Where the gates of PEs and arrays are",
        "Two-input gates and inverters by part, each part synthesised apart, under ftz; the upper "
        "number is their sum, the lower one flip-flops, which are not in the bars. L-Mul makes "
        "the product small; what aligns and adds it up is the same for all kinds.",
        panels,
        method=GATES,
    )


def _panel(bars: Sequence[_Bar]) -> Draw:
    return stacked_bars(
        {bar.kind: {part.part: part.gates / bar.scale for part in bar.parts} for bar in bars},
        "gates",
        {bar.kind: f"{bar.gates:.0f}\n{bar.flipflops:.0f} FF" for bar in bars},
    )


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
