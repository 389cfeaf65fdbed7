"""Where L-Mul is worth building: its energy beside each twin's, level by level, and its error."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from matplotlib.axes import Axes

from lmul.synth.comparison.cell_survey import ENERGY
from lmul.synth.comparison.clocks.points import CLOCKS, PE
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.dots import USUAL_TERMS
from lmul.synth.measure.variation import Ratio
from lmul.synth.pictures.picture import COLOURS, INK, MARKERS, Draw, Picture, kinds_key
from lmul.synth.tables.levels import LEVELS, TWINS, level_error, level_ratio

__all__ = ["WORTH", "Shares", "worth_picture", "worth_shares"]


WORTH = "where-l-mul-pays"
"""The file's stem."""

_FORMATS = ("e4m3", "bf16", "fp16", "fp32")
_DOT_FIGURES = (
    (f"core that sums\n{USUAL_TERMS} products", "core_energy_fj"),
    ("whole unit\naround it", "energy_fj"),
)
"""What is told of dot-product units: the row's name, and the figure."""

_ASIDE = 0.2  # of a twin's mark from the next one's
_ROW_INCHES = 0.46
_LEAST_RIGHT = 115  # per cent, so that a panel shows room on the worse side

Shares = Mapping[str, Ratio]
"""By twin, what L-Mul takes of its energy."""


def worth_picture(document: ReportDocument) -> Picture:
    """One panel a format: circuits from the multiplier outwards, a mark for each twin."""
    found = {fmt: dict(worth_shares(document, fmt)) for fmt in _FORMATS}
    found = {fmt: rows for fmt, rows in found.items() if any(rows.values())}
    # The same rows in each panel, so that one line of sight is one circuit.
    circuits = list(dict.fromkeys(name for rows in found.values() for name in rows if rows[name]))
    panels = []
    for fmt, rows in found.items():
        beside = [twin for twin in TWINS if any(twin in shares for shares in rows.values())]
        shown = [(name, rows.get(name, {})) for name in circuits]
        panels.append((fmt, _panel(shown, _errors(document, fmt, beside))))
    return Picture(
        WORTH,
        "Where L-Mul is worth building: the energy that it takes of its twins', and its error",
        "Per cent of each twin's energy an operation: left of the line L-Mul takes less. From top "
        "to bottom more and more of the circuit is alike for all kinds; a core and its unit are "
        f"those of dot products of {USUAL_TERMS} terms, at the least area, with a register behind "
        "the unit's core. At a clock, counted in delays of an inverter that drives four, all "
        "circuits have one. A bar is the range that several mappings allow; without a bar each "
        "circuit was mapped once. Errors are those of real dot products, that of encoding the "
        "operands included. Real attention operands, subnormals flushed, real delays, no wires.",
        panels,
        None,
        {f"beside {twin}": shown for twin, shown in kinds_key(TWINS).items()},
        (4.4, 1.2 + _ROW_INCHES * len(circuits)),
    )


def worth_shares(document: ReportDocument, fmt: str) -> Iterator[tuple[str, Shares]]:
    """Each circuit's name and what L-Mul takes there, from the multiplier outwards."""
    for level in ("multiplier", PE):
        yield (
            f"{level},\nleast area",
            _shares(lambda twin, level=level: _least_area(document, fmt, level, twin)),
        )
        for told, figure in _DOT_FIGURES if level == "multiplier" else ():
            yield (
                told,
                _shares(lambda twin, figure=figure: document.dots.usual_ratio(fmt, twin, figure)),
            )
    clock = document.clocks.first_clock(fmt)
    for level in CLOCKS if clock else ():
        yield (
            f"{level} at\n{clock.removesuffix('fo4')} FO4",
            _shares(
                lambda twin, level=level: document.clocks.ratio(fmt, level, twin, clock, "energy")
            ),
        )


def _least_area(document: ReportDocument, fmt: str, level: str, twin: str) -> Ratio | None:
    """Without a range where each circuit was mapped once, as those that are kept."""
    if found := level_ratio(document, fmt, level, twin):
        return found
    names = LEVELS[level](fmt)
    once = document.cells.ratio(names.get("lmul", ""), names.get(twin, ""), ENERGY)
    return None if once is None else Ratio(once, once, once)


def _shares(ratio: Callable[[str], Ratio | None]) -> Shares:
    return {twin: one for twin in TWINS if (one := ratio(twin))}


def _errors(document: ReportDocument, fmt: str, beside: Sequence[str]) -> str:
    """Of PEs; of the usual dot-product unit, whose terms lose next to nothing, where none is."""
    found = {
        kind: level_error(document, fmt, PE, kind) or document.dots.usual_error(fmt, kind)
        for kind in ("lmul", *beside)
    }
    known = [f"{kind} {100 * one:.2g}" for kind, one in found.items() if one is not None]
    return f"\nerrs, %: {', '.join(known)}" if known else ""


def _panel(rows: Sequence[tuple[str, Shares]], errors: str) -> Draw:
    def draw(axes: Axes) -> None:
        axes.axvline(100, color=INK, linewidth=0.8, alpha=0.6)
        for place, (_, shares) in enumerate(rows):
            for number, (twin, ratio) in enumerate(shares.items()):
                axes.errorbar(
                    [100 * ratio.median],
                    [place + _ASIDE * (number - (len(shares) - 1) / 2)],
                    xerr=[
                        [100 * (ratio.median - ratio.least)],
                        [100 * (ratio.most - ratio.median)],
                    ],
                    color=COLOURS[twin],
                    marker=MARKERS[twin],
                    markersize=6,
                    linewidth=1.2,
                    capsize=2 if ratio.least < ratio.most else 0,
                )
        axes.set_yticks(range(len(rows)), [circuit for circuit, _ in rows])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_xlim(0, max(_LEAST_RIGHT, axes.get_xlim()[1]))
        axes.set_xlabel(f"of a twin's energy, %{errors}", fontsize=9)
        axes.grid(axis="x", color=INK, alpha=0.15, linewidth=0.6)
        axes.set_axisbelow(True)

    return draw
