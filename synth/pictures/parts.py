"""Stacked bars: what something is made of, a bar each, a colour a part."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from lmul.synth.comparison.cell_survey import AREA, WITHOUT_GLITCHES
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
from lmul.synth.gates.scale import total
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
    "unpack": "#DDCC77",
    "product": "#AA4499",
    "pack": "#CC6677",
    "align": "#999933",
    "accumulate": "#7799CC",
    "PEs": "#7799CC",
    "drain registers": "#999933",
    "rounders": "#CC6677",
    "edges": "#DDCC77",
    "stream ports": "#AA4499",
    "registers": "#BBBBBB",
    "control": "#777777",
}
"""From the foot of a bar to its top: Paul Tol's colours, which colour-blind readers tell apart,
and none of them a kind's. Parts of one bar have colours of their own."""

_LEAST_SHOWN = 0.01  # of the tallest bar


def stacked_bars(
    bars: Mapping[str, Mapping[str, float]],
    unit: str,
    labels: Mapping[str, str],
) -> Draw:
    """What draws a bar for each entry.

    Parameters
    ----------
    bars : mapping of bar to (mapping of part to value)
    unit : str
        Of the values, for the axis.
    labels : mapping of bar to str
        What stands above it.
    """
    sums = {bar: sum(parts.values()) for bar, parts in bars.items()}
    tallest = max(sums.values())
    lines = max(text.count("\n") for text in labels.values()) + 1

    def draw(axes: Axes) -> None:
        floor = [0.0] * len(bars)
        for part, colour in PART_COLOURS.items():
            heights = [parts.get(part, 0.0) for parts in bars.values()]
            if max(heights) < _LEAST_SHOWN * tallest:
                continue
            axes.bar(range(len(bars)), heights, 0.72, bottom=floor, color=colour, linewidth=0)
            floor = [low + height for low, height in zip(floor, heights, strict=True)]
        for place, bar in enumerate(bars):
            axes.text(
                place,
                sums[bar] + 0.02 * tallest,
                labels[bar],
                ha="center",
                va="bottom",
                fontsize=8,
                color=INK,
            )
        axes.set_xticks(range(len(bars)), list(bars))
        axes.set_ylabel(unit)
        axes.set_ylim(0, tallest * (1.02 + 0.07 * lines))
        axes.grid(axis="y", color=INK, alpha=0.15, linewidth=0.6)
        axes.set_axisbelow(True)

    return draw


def _parts_key(bars: Iterable[Mapping[str, float]]) -> dict[str, tuple[str, str]]:
    """The parts of those bars; two of one colour in different bars share an entry."""
    named: dict[str, list[str]] = {}
    found = list(bars)
    for part, colour in PART_COLOURS.items():
        if any(one.get(part, 0) >= _LEAST_SHOWN * sum(one.values()) for one in found):
            named.setdefault(colour, []).append(part)
    return {", ".join(parts): (colour, "") for colour, parts in named.items()}


_SIDE = 16


@dataclass(frozen=True)
class _Bar:
    kind: str
    parts: Sequence[PartCount]
    gates: float
    scale: int = 1

    @property
    def by_part(self) -> dict[str, float]:
        return {part.part: part.gates / self.scale for part in self.parts}

    @property
    def flipflops(self) -> float:
        return sum(part.flipflops for part in self.parts) / self.scale


def gates_by_part(document: ReportDocument) -> Picture:
    """Stacked bars: the gates of a PE, and an array's gates for each of its PEs."""
    mac = document.mac
    panels: list[tuple[str, Draw]] = []
    shown: list[_Bar] = []
    for fmt in (fmt for fmt in document.formats if fmt in COUNTED_FORMATS):
        names = {kind: pe_name(kind, fmt, "ftz") for kind in pe_kinds(fmt)}
        if fmt != "bf16":
            names |= {"int8": INT8_PE}
        splits = {kind: mac.splits[name] for kind, name in names.items() if name in mac.splits}
        bars = [_Bar(kind, one.parts, one.whole.gates) for kind, one in splits.items()]
        if bars:
            panels.append((f"a PE, {fmt}", _panel(bars)))
            shown += bars
    found = {kind: array_parts(mac, kind, "e4m3", "ftz", _SIDE) for kind in (*ARRAY_KINDS, "int8")}
    bars = [
        _Bar(kind, parts, total(parts).gates / _SIDE**2, _SIDE**2)
        for kind, parts in found.items()
        if parts
    ]
    if bars:
        shown += bars
        panels.append((f"{_SIDE}x{_SIDE} array, e4m3, a PE's share", _panel(bars)))
    return Picture(
        "parts",
        "L-Mul makes the product small; what aligns and adds it up stays",
        "Two-input gates and inverters by part, each part synthesised apart, under ftz. The upper "
        "number is the whole circuit, which is flattened and may differ from the bar by a few; "
        "the lower one flip-flops, which are not in the bars.",
        panels,
        GATES,
        _parts_key(bar.by_part for bar in shown),
    )


def _panel(bars: Sequence[_Bar]) -> Draw:
    return stacked_bars(
        {bar.kind: bar.by_part for bar in bars},
        "gates",
        {bar.kind: f"{bar.gates:.0f}\n{bar.flipflops:.0f} FF" for bar in bars},
    )


_LEVELS = {"multiplier": multipliers_in_cells, "PE": pes_in_cells}


def area_by_part_picture(document: ReportDocument) -> Picture:
    """Stacked bars: the area of multipliers and PEs, part by part."""
    return _by_part(
        document,
        "area-parts",
        AREA,
        "L-Mul shrinks the product's area, and leaves packing, aligning and summing",
        "µm² by part, each part mapped apart, under ftz. int8's product is handed on as "
        "rows of bits, which the sum adds up.",
    )


def energy_by_part_picture(document: ReportDocument) -> Picture:
    """Stacked bars: the energy of multipliers and PEs, part by part."""
    return _by_part(
        document,
        "energy-parts",
        WITHOUT_GLITCHES,
        "L-Mul shrinks the product's energy, and leaves registers and sums",
        "fJ an operation by part, without glitches, each part mapped apart, under ftz. Registers "
        "include their clock pins.",
    )


def _by_part(document: ReportDocument, name: str, what: str, title: str, caption: str) -> Picture:
    cells = document.cells
    found, unit = (cells.area_parts, "µm²") if what == AREA else (cells.energy_parts, "fJ")
    panels, shown = [], []
    for level, designs in _LEVELS.items():
        for fmt in document.formats:
            names = {
                kind: name
                for kind, name in designs(fmt, "ftz").items()
                if name in found and kind not in ("lmul_formula", "mitchell")
            }
            if "lmul" in names:
                bars = {kind: found[name] for kind, name in names.items()}
                figures = {kind: cells.figure(name, what) for kind, name in names.items()}
                labels = {kind: f"{value or 0:,.0f}" for kind, value in figures.items()}
                panels.append((f"{level}, {fmt}", stacked_bars(bars, unit, labels)))
                shown += bars.values()
    return Picture(
        name,
        title,
        f"{caption} The number is the whole circuit, mapped at once, and may differ from the sum.",
        panels,
        cells_method(cells),
        _parts_key(shown),
    )
