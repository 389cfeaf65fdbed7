"""A picture of the report: its panels, its colours, and how it becomes SVG and PNG.

Colours are Okabe and Ito's, which colour-blind readers tell apart, and every kind has a marker of
its own. SVG text takes the colour of the page around it, so one picture serves light and dark.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from lmul.hdl.numbers.kinds import KINDS
from lmul.synth.tables.table import Method

__all__ = ["COLOURS", "INK", "MARKERS", "Draw", "Picture", "front", "legend"]


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

Draw = Callable[[Axes], None]


@dataclass(frozen=True)
class Picture:
    """A picture of several panels.

    Attributes
    ----------
    name : str
        The file's stem.
    title, caption : str
        What it shows, and how to read it.
    panels : sequence of (str, callable)
        Each panel's title, and what draws it on an Axes.
    method : Method or None
        How its figures came about.
    """

    name: str
    title: str
    caption: str
    panels: Sequence[tuple[str, Draw]]
    method: Method | None = None

    def svg_panels(self) -> list[str]:
        """One ``<svg>`` element a panel, for a page that lays them out itself."""
        texts = []
        for index, (title, draw) in enumerate(self.panels):
            figure = Figure(figsize=_PANEL_INCHES)
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
        columns = min(len(self.panels), 3)
        rows = -(-len(self.panels) // columns)
        width, height = _PANEL_INCHES
        figure = Figure(figsize=(columns * width, rows * height))
        for index, (title, draw) in enumerate(self.panels):
            _draw_panel(figure.add_subplot(rows, columns, index + 1), title, draw)
        return figure


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


def legend(axes: Axes, **place: object) -> None:
    """A legend in the page's ink, which takes no room of its own."""
    drawn = axes.legend(fontsize=8, frameon=False, labelcolor=INK, **place)  # pyright: ignore[reportArgumentType, reportCallIssue]
    drawn.set_in_layout(False)
