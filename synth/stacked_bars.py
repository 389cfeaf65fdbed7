"""Stacked bars: what something is made of, a bar each, a colour a part."""

from collections.abc import Mapping

from matplotlib.axes import Axes

from lmul.synth.pictures import INK, Draw

__all__ = ["PART_COLOURS", "stacked_bars"]

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
