"""What L-Mul saves of a PE against what the PE sums in: where it breaks even."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from lmul.hdl.numbers.accumulator import Accumulator
from lmul.synth.comparison.cell_survey import AREA, ENERGY
from lmul.synth.comparison.designs import ACCUMULATORS, sum_bits, window_pes
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.pictures.picture import COLOURS, INK, MARKERS, Draw, Picture, legend
from lmul.synth.tables.methods import cells_method

__all__ = ["break_even_picture"]


_WHAT = {"energy": ENERGY, "area": AREA}


def break_even_picture(document: ReportDocument) -> Picture:
    """Lines: the share of a PE that L-Mul saves, by the sum's width and kind."""
    panels = []
    for fmt in (fmt for fmt in document.formats if fmt in ACCUMULATORS):
        for label, what in _WHAT.items():
            found = _savings(document, fmt, what)
            if len(found) > 1:  # one sum is no comparison of sums
                panels.append((f"{fmt} PE, {label}", _panel(found)))
    return Picture(
        "break-even",
        "What L-Mul saves of a PE, by what the PE sums in",
        "Share of a PE's energy or area that L-Mul saves against the exact product and against "
        "lmul_rne, the smallest exactly rounding one; below the zero line L-Mul takes more. "
        "Windows of so many bits, then the exact sum, then sums in floating point. What each sum "
        "keeps of the real tile's accuracy is in the next picture and in the table of sums.",
        panels,
        cells_method(document.cells),
    )


def _savings(document: ReportDocument, fmt: str, what: str) -> list[tuple[str, dict[str, float]]]:
    """By sum, in the order of drawing: what L-Mul saves against each other kind."""
    names = window_pes(fmt)
    found = []
    for accumulator in sorted(ACCUMULATORS[fmt], key=lambda name: _place(fmt, name)):
        ratios = {
            other: document.cells.ratio(names[accumulator, "lmul"], names[accumulator, other], what)
            for other in ("exact", "lmul_rne")
        }
        saved = {other: 1 - ratio for other, ratio in ratios.items() if ratio is not None}
        if len(saved) == len(ratios):
            found.append((_label(fmt, accumulator), saved))
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
        for other in ("exact", "lmul_rne"):
            values = [100 * saved[other] for _, saved in found]
            style = {"color": COLOURS[other], "marker": MARKERS[other], "markersize": 7}
            axes.plot(fixed, [values[place] for place in fixed], label=f"against {other}", **style)
            rest = [place for place in range(len(found)) if place not in fixed]
            axes.plot(rest, [values[place] for place in rest], linestyle="none", **style)
            for place, value in enumerate(values):
                axes.annotate(
                    f"{value:.0f}",
                    (place, value),
                    (0, 7),
                    textcoords="offset points",
                    ha="center",
                    fontsize=8,
                    color=INK,
                )
        axes.axhline(0, color=INK, linewidth=1)
        axes.set_xticks(range(len(found)), [label for label, _ in found])
        axes.set_xlabel("what the PE sums in: bits of a fixed sum, or a format")
        axes.set_ylabel("saved by L-Mul, %")
        highest = max(100 * value for _, saved in found for value in saved.values())
        lowest = min(0.0, *(100 * value for _, saved in found for value in saved.values()))
        axes.set_ylim(lowest - 4, highest * 1.3 + 4)
        axes.set_xlim(-0.5, len(found) - 0.5)
        axes.grid(axis="y", color=INK, alpha=0.15, linewidth=0.6)
        axes.set_axisbelow(True)
        legend(axes, loc="upper right")

    return draw
