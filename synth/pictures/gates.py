"""Pictures of gates by kind, histograms of errors, and error against gates; a panel a format."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from lmul.hdl.numbers.kinds import KINDS, Kind
from lmul.synth.comparison.designs import multiplier_name, shown_kinds
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.error_survey import HISTOGRAM_FORMATS, ErrorSurvey
from lmul.synth.comparison.headline import HeadlineRow
from lmul.synth.pictures.picture import COLOURS, INK, MARKERS, Draw, Picture, front, kinds_key
from lmul.synth.tables.methods import GATES, MANTISSAS
from lmul.synth.tables.table import Method

__all__ = ["error_against_gates", "error_histograms", "gates_by_kind"]


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

        return draw

    formats = list(dict.fromkeys(row.format for row in rows))
    return Picture(
        "gates",
        "Special cases cost every kind gates",
        "Two-input gates and inverters of each multiplier; less is better.",
        [(fmt, panel(fmt)) for fmt in formats],
        GATES,
        kinds_key((kind for row in rows for kind in row.gates), markers=False),
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
        "Where each kind's errors lie, and their mean",
        "Share of mantissa pairs in each percent of relative error, each row to its own height; "
        "the dark line is the mean. fp16 and fp32 spread as bf16 does.",
        [(fmt, panel(fmt)) for fmt in formats],
        method=MANTISSAS,
    )


def error_against_gates(document: ReportDocument, policy: str = "ftz") -> Picture:
    """Points: mean error against gates under one policy, with the front of the best."""
    shown: dict[str, dict[str, int]] = {}
    for fmt in document.formats:
        names = {kind: multiplier_name(kind, fmt, policy) for kind in shown_kinds(fmt)}
        found = {kind: document.gates(name) for kind, name in names.items()}
        shown[fmt] = {kind: gates for kind, gates in found.items() if gates is not None}

    def panel(fmt: str) -> Draw:
        def draw(axes: Axes) -> None:
            points = {
                kind: (gates, 100 * document.errors.pair(fmt, kind).packed.mred)
                for kind, gates in shown[fmt].items()
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

        return draw

    return Picture(
        "pareto",
        "Which kinds no other beats in error and gates",
        f"Mean relative error over mantissa pairs against the gates of the {policy} multiplier; "
        "to the lower left is better, the line joins the kinds that no other beats in both.",
        [(f"{fmt}, {policy}", panel(fmt)) for fmt in shown],
        Method(
            GATES.library,
            MANTISSAS.stimulus,
            f"gates: {GATES.method}; errors: {MANTISSAS.method}",
        ),
        kinds_key(kind for gates in shown.values() for kind in gates),
    )
