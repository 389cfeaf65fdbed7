"""What `lmul accuracy` prints: two tables and a verdict for each sentence."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from lmul.accuracy.bootstrap import Interval
    from lmul.accuracy.claims import Judged
    from lmul.accuracy.language.training import Runs
    from lmul.accuracy.rows import Row
    from lmul.accuracy.study import Study

__all__ = ["accuracy_page"]


def accuracy_page(study: "Study") -> RenderableType:
    """Tables, verdicts and published figures."""
    from lmul.accuracy.claims import judge
    from lmul.accuracy.language.training import accepted
    from lmul.accuracy.published import PUBLISHED

    said: list[RenderableType] = [
        Text("Attention's two products in another arithmetic: sums exact, scaled by row"),
        _table(study, study.main),
    ]
    if study.factors:
        said += [
            Text("One thing at a time changed, the language model alone"),
            _table(study, study.factors),
        ]
    said += [
        Text(
            "Changes are against fp32, item by item; in brackets, 95 % intervals of a paired "
            "bootstrap."
        ),
        Text(),
    ]
    said += [Text(line) for judged in judge(study.found) for line in _verdict(judged)]
    said += [
        Text(),
        Text(
            "A smaller transformer trained in each arithmetic, all products; kept, not of this run"
        ),
        _training(accepted()),
    ]
    said += [Text("Published, for comparison (other models, other tasks):")]
    for one in PUBLISHED:
        figures = ", ".join(f"{name} {value}" for name, value in one.figures.items())
        said.append(Text(f"• {one.source}, {one.model}, {one.task}: {figures}"))
    return Group(*said)


def _table(study: "Study", rows: "Sequence[Row]") -> Table:
    """One line a row; columns of what was measured of none are left out."""
    from lmul.accuracy.study import FIGURES

    drawn = Table(box=SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    drawn.add_column("arithmetic")
    columns: list[tuple[str, Callable[[Row], str]]] = []
    for heading, name, changed, shown in (
        ("perplexity", "perplexity", False, _plain(4)),
        ("change, %", "perplexity", True, _bracketed(2, 100)),
        ("recall@1", "recall_at_1", False, _plain(3)),
        ("@10", "recall_at_10", False, _plain(3)),
        ("MRR", "mrr", False, _plain(4)),
        ("change", "mrr", True, _bracketed(3)),
        ("1 - cosine", "cosine", False, lambda found: f"{1 - found.value:.1e}"),
        ("rank corr.", "rank_correlation", False, _plain(4)),
    ):
        figure = FIGURES[name]
        if all(study.has(figure, row) for row in rows):
            drawn.add_column(heading, justify="right")
            take = study.change if changed else study.value
            columns.append((heading, lambda row, f=figure, t=take, s=shown: s(t(f, row))))
    for row in rows:
        cells = [show(row) for _, show in columns]
        drawn.add_row(row.name, *cells)
    return drawn


def _training(runs: "Runs") -> Table:
    """Nats a character, the mean of all seeds, and what an arithmetic adds to fp32's."""
    drawn = Table(box=SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    drawn.add_column("phase")
    drawn.add_column("arithmetic")
    drawn.add_column("nats", justify="right")
    drawn.add_column("change", justify="right")
    for phase, rows in runs.nats.items():
        for name, found in rows.items():
            nats = f"{sum(found) / len(found):.4f}"
            drawn.add_row(phase, name, nats, _bracketed(4)(runs.change(phase, name)))
    return drawn


def _plain(digits: int) -> "Callable[[Interval], str]":
    return lambda found: f"{found.value:.{digits}f}"


def _bracketed(digits: int, factor: float = 1) -> "Callable[[Interval], str]":
    def shown(found: "Interval") -> str:
        value, low, high = (
            f"{factor * part:+.{digits}f}" for part in (found.value, found.low, found.high)
        )
        return f"{value} [{low}, {high}]"

    return shown


def _verdict(judged: "Judged") -> list[str]:
    source = f" (the paper, {judged.claim.source})" if judged.claim.source else ""
    lines = [f"• {judged.claim.text}{source}: {judged.verdict.upper()}"]
    for name, contrast in judged.contrasts.items():
        lines.append(f"    {name}: {_bracketed(4)(contrast)}, {judged.verdicts[name]}")
    return lines
