"""A picture of the report: its panels, its colours, and how it becomes SVG and PNG.

Colours are Okabe and Ito's, which colour-blind readers tell apart, and every kind has a marker of
its own. SVG text takes the colour of the page around it, so one picture serves light and dark.
"""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from lmul.hdl.numbers.kinds import KINDS
from lmul.synth.tables.table import Method

__all__ = [
    "COLOURS",
    "INK",
    "MARKERS",
    "Draw",
    "Picture",
    "front",
    "kinds_key",
    "place_labels",
    "right_labels",
]


def front(points: Sequence[tuple[float, float]]) -> list[int]:
    """Indices of the points that no other beats, both coordinates the lower the better.

    Another beats a point when it is no worse in both coordinates and better in one; of equal
    points none beats another. From the smallest first coordinate to the largest.
    """
    kept: list[int] = []
    for index in sorted(range(len(points)), key=lambda i: points[i]):
        if kept and points[index] != points[kept[-1]] and points[index][1] >= points[kept[-1]][1]:
            continue
        kept.append(index)
    return kept


COLOURS = {kind: info.colour for kind, info in KINDS.items()} | {"int8": "#56B4E9"}
MARKERS = {kind: info.marker for kind, info in KINDS.items()} | {"int8": "P"}

# Written by matplotlib, replaced by the page's own colour afterwards; nothing else may use it.
INK = "#0b1c2d"
_PANEL_INCHES = (4.4, 3.3)
_MOST_COLUMNS = 3

Draw = Callable[[Axes], None]


@dataclass(frozen=True)
class Picture:
    """A picture of several panels.

    Attributes
    ----------
    name : str
        The file's stem.
    title, caption : str
        What is to be seen, and how to read it.
    panels : sequence of (str, callable)
        Each panel's title, and what draws it on an Axes.
    method : Method or None
        How its figures came about.
    key : mapping of str to (str, str)
        What colours mean, for all panels: a hex colour, and matplotlib's marker or ``""``.
    inches : (float, float)
        Width and height of a panel.
    """

    name: str
    title: str
    caption: str
    panels: Sequence[tuple[str, Draw]]
    method: Method | None = None
    key: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    inches: tuple[float, float] = _PANEL_INCHES

    @property
    def columns(self) -> int:
        """Panels in a row, so that no row is left nearly empty."""
        count = len(self.panels)
        return 2 if count in (2, 4) else min(count, _MOST_COLUMNS)

    def svg_panels(self) -> list[str]:
        """One ``<svg>`` element a panel, for a page that lays them out itself, with the key."""
        texts = []
        for index, (title, draw) in enumerate(self.panels):
            figure = Figure(figsize=self.inches)
            _draw_panel(figure.add_subplot(), title, draw)
            texts.append(_svg_element(figure, f"{self.name}-{index}", f"{self.title}: {title}"))
        return texts

    def svg(self) -> str:
        """All panels as one SVG file, which follows the reader's light or dark preference."""
        element = _svg_element(self._figure(), self.name, self.title)
        style = (
            "<style>svg{color:#1b1f24;background:#fff}@media(prefers-color-scheme:dark)"
            "{svg{color:#e6e6e6;background:#16191d}}</style>"
        )
        head, rest = element.split(">", 1)
        return f'<?xml version="1.0" encoding="utf-8"?>\n{head}>{style}{rest}\n'

    def png(self) -> bytes:
        """All panels as a PNG on white."""
        figure = self._figure()
        figure.patch.set(facecolor="white", alpha=1)
        buffer = io.BytesIO()
        FigureCanvasAgg(figure)
        figure.savefig(buffer, format="png", dpi=110, metadata={"Software": None})
        return buffer.getvalue()

    def _figure(self) -> Figure:
        """All panels on a sheet; those of the last row fill it."""
        columns = self.columns
        rows = -(-len(self.panels) // columns)
        width, height = self.inches
        figure = Figure(figsize=(columns * width, rows * height))
        last = len(self.panels) - (rows - 1) * columns
        grid = figure.add_gridspec(rows, columns * last)
        for index, (title, draw) in enumerate(self.panels):
            row, column = divmod(index, columns)
            wide = last if row < rows - 1 else columns
            place = grid[row, column * wide : (column + 1) * wide]
            _draw_panel(figure.add_subplot(place), title, draw)
        if self.key:
            figure.legend(
                handles=[_handle(label, *shown) for label, shown in self.key.items()],
                loc="outside upper center",
                ncols=min(len(self.key), 4 * columns),
                fontsize=9,
                frameon=False,
                labelcolor=INK,
            )
        return figure


def kinds_key(kinds: Iterable[str], markers: bool = True) -> dict[str, tuple[str, str]]:
    """What a picture's colours and markers mean, of those kinds in the usual order."""
    shown = set(kinds)
    return {
        kind: (COLOURS[kind], MARKERS[kind] if markers else "") for kind in COLOURS if kind in shown
    }


def _handle(label: str, colour: str, marker: str) -> Artist:
    if not marker:
        return Patch(color=colour, label=label)
    return Line2D([], [], color=colour, marker=marker, linestyle="none", label=label)


def right_labels(axes: Axes, places: Sequence[float], labels: Sequence[str]) -> None:
    """Words at the right edge, one a bar, where no bar and no line can cross them."""
    axes.tick_params(axis="y", length=0)
    for place, label in zip(places, labels, strict=True):
        axes.annotate(
            label,
            (1, place),
            (4, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            fontsize=8,
            color=INK,
            annotation_clip=False,
        )


_LETTER = (0.62, 1.15)  # width and height of a letter, in its font size
_SIDES = ((1, 1), (1, -1), (-1, 1), (-1, -1), (0, 1), (0, -1), (1, 0), (-1, 0))


def place_labels(
    axes: Axes, points: Sequence[tuple[float, float]], labels: Mapping[int, str], size: float = 8
) -> None:
    """Words beside points, on the side where they cover no other point and no other word.

    Parameters
    ----------
    axes : Axes
        With its limits and scales set.
    points : sequence of (float, float)
        All that is drawn.
    labels : mapping of int to str
        By index in ``points``.
    size : float
        Of the letters, in points.
    """
    inch = 72 / axes.figure.dpi
    drawn = [tuple(inch * v for v in axes.transData.transform(point)) for point in points]
    taken = [(x - 3, y - 3, x + 3, y + 3) for x, y in drawn]
    for index, label in labels.items():
        width, height = _LETTER[0] * size * len(label), _LETTER[1] * size
        x, y = drawn[index]
        boxes = []
        for dx, dy in _SIDES:
            left = x + 5 if dx > 0 else x - 5 - width if dx < 0 else x - width / 2
            foot = y + 4 if dy > 0 else y - 4 - height if dy < 0 else y - height / 2
            boxes.append((left, foot, left + width, foot + height))
        best = min(boxes, key=lambda box: sum(_shared(box, other) for other in taken))
        taken.append(best)
        axes.annotate(
            label,
            points[index],
            (best[0] - x, best[1] - y),
            textcoords="offset points",
            fontsize=size,
            color=INK,
        )


def _shared(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """The area that two boxes (left, foot, right, top) share."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return max(wide, 0) * max(high, 0)


def _draw_panel(axes: Axes, title: str, draw: Draw) -> None:
    figure = axes.figure
    assert isinstance(figure, Figure)
    figure.set_layout_engine("constrained")
    figure.patch.set_alpha(0)
    axes.patch.set_alpha(0)
    axes.set_title(title, color=INK, fontsize=11, fontweight="bold", loc="left")
    draw(axes)
    axes.tick_params(colors=INK, which="both", labelsize=9)
    axes.xaxis.label.set_color(INK)
    axes.yaxis.label.set_color(INK)
    for name, spine in axes.spines.items():
        spine.set_visible(name in ("left", "bottom"))
        spine.set_color(INK)
        spine.set_alpha(0.5)


def _svg_element(figure: Figure, salt: str, label: str) -> str:
    # Ids must differ between pictures of one page, and be the same in every run.
    # Text stays text: it takes the page's font, and the file stays small.
    with mpl.rc_context({"svg.hashsalt": salt, "svg.fonttype": "none"}):
        buffer = io.StringIO()
        FigureCanvasSVG(figure)
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :].strip()
    text = text.replace(INK, "currentColor")
    return text.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)
