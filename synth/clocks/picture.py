"""Shares of energy from the least area to short clocks: L-Mul's PE over each twin's."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from lmul.synth.clocks.tables import clock_method
from lmul.synth.comparison.clocks.points import CLOCKS, PE
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.headline import FIRST_FORMATS
from lmul.synth.measure.variation import Ratio
from lmul.synth.pictures.picture import COLOURS, INK, MARKERS, Draw, Picture, kinds_key
from lmul.synth.tables.levels import TWINS, level_ratio

__all__ = ["ENERGY_BY_CLOCK", "energy_by_clock_picture"]


ENERGY_BY_CLOCK = "energy-clocks"
"""The file's stem."""

_LEAST_AREA = "least\narea"
_ASIDE = 0.1  # of a twin's points from the next one's

_Line = Sequence[tuple[int, Ratio]]
"""Places on the axis of clocks, and what L-Mul takes there."""


def energy_by_clock_picture(document: ReportDocument) -> Picture:
    """One panel a format: clocks from left to right, a line for each twin."""
    panels = []
    for fmt in (fmt for fmt in document.formats if fmt in FIRST_FORMATS):
        clocks = [clock for clock in CLOCKS[PE].get(fmt, ()) if clock.endswith("fo4")]
        lines = {twin: line for twin in TWINS if (line := _line(document, fmt, twin, clocks))}
        if lines:
            ticks = [_LEAST_AREA, *(f"{clock.removesuffix('fo4')} FO4" for clock in clocks)]
            panels.append((fmt, _panel(ticks, lines)))
    return Picture(
        ENERGY_BY_CLOCK,
        "Energy that a PE of L-Mul takes of its twins', from the least area to short clocks",
        "Per cent of each twin's energy a multiply-accumulate, with what the ranges of several "
        "mappings allow; below 100 L-Mul takes less. At the least area each circuit has a speed of "
        "its own; at a clock, counted in delays of an inverter that drives four, all have one. "
        "Real attention operands, subnormals flushed, real delays, no wires.",
        panels,
        clock_method(document.clocks),
        kinds_key(TWINS),
        (4.6, 3.0),
    )


def _line(document: ReportDocument, fmt: str, twin: str, clocks: Sequence[str]) -> _Line:
    ratios = [
        level_ratio(document, fmt, PE, twin),
        *(document.clocks.ratio(fmt, PE, twin, clock, "energy") for clock in clocks),
    ]
    return [(place, ratio) for place, ratio in enumerate(ratios) if ratio]


def _panel(ticks: Sequence[str], lines: dict[str, _Line]) -> Draw:
    def draw(axes: Axes) -> None:
        axes.axhline(100, color=INK, linewidth=0.8, alpha=0.6)
        for number, (twin, line) in enumerate(lines.items()):
            aside = _ASIDE * (number - (len(lines) - 1) / 2)
            medians = [100 * ratio.median for _, ratio in line]
            axes.errorbar(
                [place + aside for place, _ in line],
                medians,
                [
                    [100 * (ratio.median - ratio.least) for _, ratio in line],
                    [100 * (ratio.most - ratio.median) for _, ratio in line],
                ],
                color=COLOURS[twin],
                marker=MARKERS[twin],
                markersize=6,
                linewidth=1.2,
                capsize=3,
            )
        axes.set_xticks(range(len(ticks)), ticks)
        axes.set_xlim(-0.4, len(ticks) - 0.6)
        axes.set_ylabel("L-Mul takes, % of a twin's fJ")
        axes.grid(axis="y", color=INK, alpha=0.15, linewidth=0.6)
        axes.set_axisbelow(True)

    return draw
