"""The report's pictures: gates, error histograms, error against gates; one panel a format.

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

from lmul.hdl.kinds import KINDS, Kind
from lmul.synth.comparison import HeadlineRow
from lmul.synth.error_survey import HISTOGRAM_FORMATS, ErrorSurvey
from lmul.synth.pareto import front
from lmul.synth.report_methods import GATES, MANTISSAS
from lmul.synth.report_table import Method

__all__ = [
    "COLOURS",
    "INK",
    "MARKERS",
    "Draw",
    "Picture",
    "error_against_gates",
    "error_histograms",
    "gates_by_kind",
    "legend",
]

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


def gates_by_kind(rows: Sequence[HeadlineRow]) -> Picture:
    """Bars: gates of each kind's multiplier under each policy, one panel a format."""

    def panel(fmt: str) -> Draw:
        mine = [row for row in rows if row.format == fmt]
        kinds: list[Kind] = [kind for kind in KINDS if kind in mine[0].gates]

        def draw(axes: Axes) -> None:
            width = 0.84 / len(kinds)
            for index, kind in enumerate(kinds):
                places = [p + (index - (len(kinds) - 1) / 2) * width for p in range(len(mine))]
                axes.bar(
                    places,
                    [row.gates[kind] for row in mine],
                    width * 0.92,
                    label=kind,
                    color=COLOURS[kind],
                    hatch=KINDS[kind].hatch,
                    edgecolor="#ffffff",
                    linewidth=0,
                )
            axes.set_xticks(range(len(mine)), [row.policy for row in mine])
            axes.set_ylabel("gates")
            axes.grid(axis="y", color=INK, alpha=0.15, linewidth=0.6)
            axes.set_axisbelow(True)
            axes.set_ylim(0, max(max(row.gates.values()) for row in mine) * 1.04)
            legend(axes, loc="upper left")

        return draw

    formats = list(dict.fromkeys(row.format for row in rows))
    return Picture(
        "gates",
        "Gates by kind and policy",
        "Two-input gates and inverters of each multiplier; less is better.",
        [(fmt, panel(fmt)) for fmt in formats],
        method=GATES,
    )


def error_histograms(errors: ErrorSurvey) -> Picture:
    """Ridges: how each kind's relative errors spread, one panel a format."""

    def panel(fmt: str) -> Draw:
        kinds = [kind for kind in KINDS if (fmt, kind) in errors.histograms]

        def draw(axes: Axes) -> None:
            for index, kind in enumerate(reversed(kinds)):
                spread = errors.histograms[fmt, kind]
                heights = 0.78 * spread.shares / spread.shares.max()
                centres = 50 * (spread.edges[:-1] + spread.edges[1:])
                axes.fill_between(
                    centres,
                    index + heights,
                    index,
                    step="mid",
                    color=COLOURS[kind],
                    linewidth=0,
                )
                axes.axhline(index, color=INK, alpha=0.35, linewidth=0.6)
                mean = 100 * errors.pair(fmt, kind).packed.bias
                axes.plot([mean, mean], [index, index + 0.86], color=INK, linewidth=1.2)
            axes.axvline(0, color=INK, alpha=0.35, linewidth=0.8, linestyle=":")
            axes.set_yticks([i + 0.35 for i in range(len(kinds))], list(reversed(kinds)))
            axes.tick_params(axis="y", length=0)
            axes.set_xlim(-26, 26)
            axes.set_ylim(0, len(kinds))
            axes.set_xlabel("relative error of the packed product, %")

        return draw

    formats = [fmt for fmt in HISTOGRAM_FORMATS if any(f == fmt for f, _ in errors.histograms)]
    return Picture(
        "errors",
        "Where the errors lie",
        "Share of mantissa pairs in each percent of relative error, each row to its own height; "
        "the dark line is the mean. fp16 and fp32 spread as bf16 does.",
        [(fmt, panel(fmt)) for fmt in formats],
        method=MANTISSAS,
    )


def error_against_gates(
    rows: Sequence[HeadlineRow], errors: ErrorSurvey, policy: str = "ftz"
) -> Picture:
    """Points: mean error against gates under one policy, with the front of the best."""

    def panel(row: HeadlineRow) -> Draw:
        def draw(axes: Axes) -> None:
            points = {
                kind: (gates, 100 * errors.pair(row.format, kind).packed.mred)
                for kind, gates in row.gates.items()
            }
            figures = list(points.values())
            best = [figures[index] for index in front(figures)]
            axes.step(*zip(*best, strict=True), where="post", color=INK, alpha=0.4, linewidth=1)
            for kind, (gates, mred) in points.items():
                axes.plot(
                    gates,
                    mred,
                    MARKERS[kind],
                    color=COLOURS[kind],
                    markersize=9,
                    markeredgecolor="#ffffff",
                    markeredgewidth=0.6,
                    label=kind,
                    linestyle="none",
                )
            low = min(mred for _, mred in points.values())
            high = max(mred for _, mred in points.values())
            if high / low < 10:
                axes.set_ylim(0, high * 1.1)
            else:
                axes.set_yscale("log")
                axes.set_ylim(low / (high / low) ** 0.12, high * (high / low) ** 0.12)
                axes.yaxis.set_major_formatter(lambda value, _: f"{value:.3g}")
            largest = max(gates for gates, _ in points.values())
            axes.set_xlim(0, largest * 1.08)
            axes.set_xlabel("gates")
            axes.set_ylabel("mean |relative error|, %")
            axes.grid(color=INK, alpha=0.15, linewidth=0.6, which="major")
            legend(axes, loc="center left", bbox_to_anchor=(0.0, 0.42))

        return draw

    return Picture(
        "pareto",
        "Error against gates",
        f"Mean relative error over mantissa pairs against the gates of the {policy} multiplier; "
        "to the lower left is better, the line joins the kinds that no other beats in both.",
        [(f"{row.format}, {policy}", panel(row)) for row in rows if row.policy == policy],
        Method(
            GATES.library,
            MANTISSAS.stimulus,
            f"gates: {GATES.method}; errors: {MANTISSAS.method}",
        ),
    )


def legend(axes: Axes, **place: object) -> None:
    """A legend in the page's ink, which takes no room of its own."""
    drawn = axes.legend(fontsize=8, frameon=False, labelcolor=INK, **place)  # pyright: ignore[reportArgumentType, reportCallIssue]
    drawn.set_in_layout(False)
