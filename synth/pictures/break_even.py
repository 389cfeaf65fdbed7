"""What L-Mul takes of a PE's energy and area against what the PE sums in."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from lmul.hdl.numbers.accumulator import Accumulator
from lmul.synth.comparison.cell_survey import AREA, ENERGY
from lmul.synth.comparison.designs import ACCUMULATORS, sum_bits, window_pes
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.pictures.picture import (
    COLOURS,
    INK,
    MARKERS,
    Draw,
    Picture,
    kinds_key,
    place_labels,
)
from lmul.synth.tables.methods import cells_method

__all__ = ["break_even_picture"]


_WHAT = {"energy": ENERGY, "area": AREA}
_OTHERS = ("exact", "lmul_rne")


def break_even_picture(document: ReportDocument) -> Picture:
    """Lines: the share of a twin's PE that L-Mul's takes, by the sum's width and kind."""
    panels = []
    for fmt in (fmt for fmt in document.formats if fmt in ACCUMULATORS):
        for label, what in _WHAT.items():
            found = _shares(document, fmt, what)
            if len(found) > 1:  # one sum is no comparison of sums
                panels.append((f"{fmt} PE, {label}", _panel(found)))
    return Picture(
        "break-even",
        "What L-Mul takes of a PE, by what the PE sums in",
        "What L-Mul's PE takes of the energy or area of the exact product's PE and of that of "
        "lmul_rne, the smallest exactly rounding one; above the line L-Mul takes more. "
        "Windows of so many bits, then the exact sum, then sums in floating point. What each sum "
        "keeps of the real tile's accuracy is in the table of sums.",
        panels,
        cells_method(document.cells),
        {f"of {kind}'s": shown for kind, shown in kinds_key(_OTHERS).items()},
    )


def _shares(document: ReportDocument, fmt: str, what: str) -> list[tuple[str, dict[str, float]]]:
    """By sum, in the order of drawing: what L-Mul takes of each other kind's."""
    names = window_pes(fmt)
    found = []
    for accumulator in sorted(ACCUMULATORS[fmt], key=lambda name: _place(fmt, name)):
        ratios = {
            other: document.cells.ratio(names[accumulator, "lmul"], names[accumulator, other], what)
            for other in _OTHERS
        }
        taken = {other: ratio for other, ratio in ratios.items() if ratio is not None}
        if len(taken) == len(ratios):
            found.append((_label(fmt, accumulator), taken))
    return found


def _place(fmt: str, accumulator: str) -> tuple[bool, int]:
    given = Accumulator(accumulator)
    if given.window:
        return False, given.window[0]
    if given.format:
        return True, given.format.width
    return False, sum_bits("exact", fmt, "ftz")


def _label(fmt: str, accumulator: str) -> str:
    given = Accumulator(accumulator)
    if given.window:
        return str(given.window[0])
    return accumulator if given.format else f"exact\n{sum_bits('exact', fmt, 'ftz')}"


def _panel(found: Sequence[tuple[str, dict[str, float]]]) -> Draw:
    def draw(axes: Axes) -> None:
        fixed = [place for place, (label, _) in enumerate(found) if label[0] in "0123456789e"]
        points = [
            (place, 100 * taken[k]) for k in _OTHERS for place, (_, taken) in enumerate(found)
        ]
        for other in _OTHERS:
            values = [100 * taken[other] for _, taken in found]
            style = {"color": COLOURS[other], "marker": MARKERS[other], "markersize": 7}
            axes.plot(fixed, [values[place] for place in fixed], **style)
            rest = [place for place in range(len(found)) if place not in fixed]
            axes.plot(rest, [values[place] for place in rest], linestyle="none", **style)
        axes.axhline(100, color=INK, linewidth=1)
        axes.set_xticks(range(len(found)), [label for label, _ in found])
        axes.set_xlabel("what the PE sums in: bits of a fixed sum, or a format")
        axes.set_ylabel("L-Mul takes, %")
        values = [100.0, *(value for _, value in points)]
        axes.set_ylim(min(values) - 5, max(values) + 5)
        axes.set_xlim(-0.5, len(found) - 0.5)
        axes.grid(axis="y", color=INK, alpha=0.15, linewidth=0.6)
        axes.set_axisbelow(True)
        place_labels(axes, points, {i: f"{value:.0f}" for i, (_, value) in enumerate(points)})

    return draw
