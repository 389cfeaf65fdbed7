"""Energy level by level: L-Mul and its twins in the product, the multiplier, the PE, the array."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from lmul.synth.comparison.cell_survey import ENERGY
from lmul.synth.comparison.clocks.points import ARRAY
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.headline import FIRST_FORMATS
from lmul.synth.pictures.picture import COLOURS, INK, Draw, Picture, kinds_key, right_labels
from lmul.synth.tables.levels import LEVELS, TWINS, level_ratio
from lmul.synth.tables.methods import cells_method
from lmul.synth.tables.table import percent

__all__ = ["ENERGY_BY_LEVEL", "energy_by_level_picture"]


ENERGY_BY_LEVEL = "energy-levels"
"""The file's stem."""

_KINDS = ("lmul", *TWINS)
_ROW_INCHES = 0.205

_Bar = tuple[str, float, str]
"""Kind, fJ, and what stands at its end."""


def energy_by_level_picture(document: ReportDocument) -> Picture:
    """Bars: fJ of a product and of a multiply-accumulate, one panel a format."""
    panels, rows = [], 0
    for fmt in (fmt for fmt in document.formats if fmt in FIRST_FORMATS):
        groups = {level: bars for level in LEVELS if (bars := _bars(document, fmt, level))}
        if not groups:
            continue
        rows = max(rows, sum(1 + len(bars) for bars in groups.values()))
        panels.append((fmt, _panel(groups)))
    return Picture(
        ENERGY_BY_LEVEL,
        f"Of exact's energy L-Mul takes {_taken(document, 'product')} in the product and "
        f"{_taken(document, ARRAY)} in an {ARRAY}",
        "fJ of a product, and of a multiply-accumulate in a PE and in an array; in per cent, what "
        "L-Mul takes of it. Real attention operands, subnormals flushed, real delays, no wires.",
        panels,
        cells_method(document.cells),
        kinds_key(_KINDS, markers=False),
        (4.6, 0.75 + _ROW_INCHES * rows),
    )


def _taken(document: ReportDocument, level: str) -> str:
    """What L-Mul takes of the exact circuits' energy at a level, from the least to the most."""
    found = (level_ratio(document, fmt, level, "exact") for fmt in document.formats)
    shown = sorted({round(100 * one.median) for one in found if one})
    return (
        f"{shown[0]}–{shown[-1]}\u00a0%" if len(shown) > 1 else f"{shown[0] if shown else 0}\u00a0%"
    )


def _bars(document: ReportDocument, fmt: str, level: str) -> list[_Bar]:
    bars = []
    for kind in _KINDS:
        energy = document.cells.figure(LEVELS[level](fmt).get(kind, ""), ENERGY)
        if energy is None:
            continue
        ratio = level_ratio(document, fmt, level, kind) if kind != "lmul" else None
        share = f", {percent(ratio.median)}" if ratio else ""
        bars.append((kind, energy, f"{energy:,.0f} fJ{share}"))
    return bars


def _panel(groups: Mapping[str, Sequence[_Bar]]) -> Draw:
    def draw(axes: Axes) -> None:
        place = 0.0
        ticks: list[tuple[float, str]] = []
        words: list[tuple[float, str]] = []
        for level, bars in groups.items():
            axes.text(0, place, level, va="center", fontsize=8.5, fontweight="bold", color=INK)
            for kind, energy, told in bars:
                place += 1
                axes.barh(place, energy, 0.8, color=COLOURS[kind], linewidth=0)
                ticks.append((place, kind))
                words.append((place, told))
            place += 1.1
        axes.set_yticks([at for at, _ in ticks], [kind for _, kind in ticks])
        axes.set_ylim(place - 0.5, -0.6)
        right_labels(axes, [at for at, _ in words], [told for _, told in words])
        axes.set_xlim(0, max(bar[1] for bars in groups.values() for bar in bars))
        axes.set_xlabel("fJ")
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.grid(axis="x", color=INK, alpha=0.15, linewidth=0.6)
        axes.set_axisbelow(True)

    return draw
