"""The history of the headline figures as a table, a picture and JSON."""

import json
import math
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from lmul.synth.history.figures import Figure
from lmul.synth.history.snapshots import Breaks, Snapshot, breaks
from lmul.synth.pictures.picture import COLOURS, INK, MARKERS, Draw, Picture, kinds_key
from lmul.synth.tables.table import NOTHING, Table

__all__ = ["history_json", "history_picture", "history_table", "moved"]


SCHEMA = 1
_MOST_LABELS = 12
_LONGEST = 16  # letters of a version
_LEAST_SPAN = 4.0  # of an axis in per cent: a smaller move is small on paper too


def moved(figure: Figure, cuts: Sequence[int]) -> float | None:
    """By how much a figure moved since the last change of versions; None with fewer than two.

    In its own unit where that is a percentage, else in per cent.
    """
    since = max(cuts, default=0)
    values = [value for value in figure.values[since:] if value is not None]
    if len(values) < 2:
        return None
    difference = values[-1] - values[0]
    if figure.unit == "%":
        return difference
    return 100 * difference / values[0] if values[0] else None


def history_table(snapshots: Sequence[Snapshot], figures: Sequence[Figure]) -> Table:
    """A row a figure: the first and the last value since the last change of versions."""
    cuts = breaks(snapshots)
    since = max(cuts, default=0)
    rows = []
    for figure in figures:
        values = [value for value in figure.values[since:] if value is not None]
        if not values:
            continue
        unit = "" if figure.unit == "gates" else f" {figure.unit}"
        digits = 0 if figure.unit == "gates" else 1
        change = moved(figure, list(cuts))
        points = "points" if figure.unit == "%" else "%"
        rows.append(
            [
                figure.name,
                f"{values[0]:.{digits}f}{unit}",
                f"{values[-1]:.{digits}f}{unit}",
                NOTHING if change is None else f"{change:+.1f} {points}",
                str(len(values)),
            ]
        )
    labels = [one.label for one in snapshots]
    return Table(
        f"Headline figures from {labels[since]} to {labels[-1]}",
        ["figure", "was", "is", "moved", "reports"],
        rows,
        [_told(labels, at, versions) for at, versions in cuts.items()],
    )


def history_picture(snapshots: Sequence[Snapshot], figures: Sequence[Figure]) -> Picture:
    """A panel a format, level and quantity; a line a figure, broken where versions change."""
    cuts = breaks(snapshots)
    labels = [one.label for one in snapshots]
    panels: dict[str, list[Figure]] = {}
    for figure in figures:
        if figure.panel:
            panels.setdefault(figure.panel, []).append(figure)
    return Picture(
        "history",
        f"Headline figures from {labels[0]} to {labels[-1]}",
        "What L-Mul takes of its twins' energy and gates, in the twins' colours, and what dot "
        "products err by. "
        + " ".join(_told(labels, at, versions) for at, versions in cuts.items()),
        [(title, _lines(labels, cuts, shown)) for title, shown in panels.items()],
        key=kinds_key(figure.kind for figure in figures if figure.panel),
    )


def history_json(snapshots: Sequence[Snapshot], figures: Sequence[Figure]) -> str:
    """The figures with a value a report, the reports' tools, and where versions change."""
    document = {
        "schema": SCHEMA,
        "reports": [
            {"file": str(one.file), "label": one.label, "tools": dict(one.report.tools)}
            for one in snapshots
        ],
        "breaks": [
            {"before": at, "tools": {name: list(pair) for name, pair in versions.items()}}
            for at, versions in breaks(snapshots).items()
        ],
        "figures": [
            {"name": one.name, "unit": one.unit, "kind": one.kind, "values": list(one.values)}
            for one in figures
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _told(labels: Sequence[str], at: int, versions: Mapping[str, tuple[str, str]]) -> str:
    changed = ", ".join(f"{name} {old} → {new}" for name, (old, new) in versions.items())
    return f"Nothing is compared across {labels[at]}, where versions change: {changed}."


def _change(versions: Mapping[str, tuple[str, str]]) -> str:
    """The tools that changed, in a word or two."""
    (name, (_, new)), *others = versions.items()
    return f"{name} {new[:_LONGEST]}{f' and {len(others)} more' if others else ''}"


def _lines(labels: Sequence[str], cuts: Breaks, figures: Sequence[Figure]) -> Draw:
    def draw(axes: Axes) -> None:
        for figure in figures:
            for start, end in zip((0, *cuts), (*cuts, len(labels)), strict=True):
                points = [(at, figure.values[at]) for at in range(start, end)]
                points = [(at, value) for at, value in points if value is not None]
                axes.plot(
                    [at for at, _ in points],
                    [value for _, value in points],
                    color=COLOURS[figure.kind],
                    marker=MARKERS[figure.kind],
                    markersize=5,
                    linewidth=1.4,
                )
        for at, versions in cuts.items():
            axes.axvline(at - 0.5, color=INK, alpha=0.6, linewidth=0.8, linestyle=(0, (4, 3)))
            axes.annotate(
                _change(versions),
                (at - 0.5, 1),
                (-3, -3),
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                rotation=90,
                ha="right",
                va="top",
                fontsize=7,
                color=INK,
            )
        every = math.ceil(len(labels) / _MOST_LABELS)
        places = range(0, len(labels), every)
        axes.set_xticks(places, [labels[at] for at in places], rotation=40, ha="right")
        axes.set_xlim(-0.5, len(labels) - 0.5)
        low, high = axes.get_ylim()
        if high - low < _LEAST_SPAN:
            middle = (low + high) / 2
            low = max(0, middle - _LEAST_SPAN / 2)
            axes.set_ylim(low, low + _LEAST_SPAN)
        axes.grid(axis="y", color=INK, alpha=0.15, linewidth=0.6)

    return draw
