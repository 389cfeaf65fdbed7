"""The whole study: what is measured, on how much, and each figure with its interval."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from lmul.accuracy.bootstrap import Interval, mean
from lmul.accuracy.measure import Items, measure
from lmul.accuracy.passages import fingerprint, passages
from lmul.accuracy.rows import FP32, Row, Task, factor_rows, main_rows
from lmul.tools.metrics import Better

__all__ = ["FIGURES", "FULL", "QUICK", "Figure", "Size", "Study", "run"]


@dataclass(frozen=True)
class Size:
    """How much is measured.

    Attributes
    ----------
    passages, windows : int
        For the encoder to find, and of the language model's held-out text.
    factors : bool
        Whether one thing at a time is changed, too.
    """

    passages: int
    windows: int
    factors: bool


FULL = Size(2000, 64, True)
QUICK = Size(48, 32, False)


@dataclass(frozen=True)
class Figure:
    """A mean over items.

    Attributes
    ----------
    name : str
    task : str
    items : str
        As :func:`lmul.accuracy.measure.measure` calls them.
    better : str
    """

    name: str
    task: Task
    items: str
    better: Better


FIGURES = {
    figure.name: figure
    for figure in (
        Figure("perplexity", "text", "nats", "lower"),
        Figure("recall_at_1", "retrieval", "recall_at_1", "higher"),
        Figure("recall_at_10", "retrieval", "recall_at_10", "higher"),
        Figure("mrr", "retrieval", "reciprocal_rank", "higher"),
        Figure("cosine", "retrieval", "cosine", "higher"),
        Figure("rank_correlation", "retrieval", "rank_correlation", "higher"),
    )
}
"""By name. ``perplexity`` is e to the mean of nats, per character."""


@dataclass(frozen=True)
class Study:
    """What was measured.

    Attributes
    ----------
    size : Size
    found : dict
        Items by task and row.
    passages_sha256 : str
        Of the passages; equal where two machines found the same.
    """

    size: Size
    found: dict[Task, dict[str, Items]]
    passages_sha256: str

    @property
    def main(self) -> list[Row]:
        """Rows of the main table."""
        return main_rows()

    @property
    def factors(self) -> list[Row]:
        """Rows of the other one; of the language model alone, none of a quick study."""
        return factor_rows() if self.size.factors else []

    def has(self, figure: Figure, row: Row) -> bool:
        """Whether ``figure`` was measured of ``row``."""
        return row.name in self.found[figure.task]

    def value(self, figure: Figure, row: Row) -> Interval:
        """The figure of a row."""
        found = mean(self.found[figure.task][row.name][figure.items])
        return found.map(math.exp) if figure.name == "perplexity" else found

    def change(self, figure: Figure, row: Row) -> Interval:
        """What the row adds to fp32's, item by item; of perplexity, as a part of it."""
        of = self.found[figure.task]
        found = mean(of[row.name][figure.items] - of[FP32.name][figure.items])
        return found.map(math.expm1) if figure.name == "perplexity" else found


def run(size: Size, on_progress: Callable[[int, int, str], None], jobs: int | None = None) -> Study:
    """Measure it all.

    Raises
    ------
    ValueError
        When this machine holds too few passages.
    """
    on_progress(0, 0, "reading docstrings")
    texts = passages(size.passages)
    wanted: list[tuple[Task, Row]] = []
    for row in main_rows():
        wanted.append(("retrieval", row))
        wanted.append(("text", row))
    for row in factor_rows() if size.factors else []:
        wanted.append(("text", row))
    measured = measure(wanted, texts, size.windows, on_progress, jobs)
    found: dict[Task, dict[str, Items]] = {"retrieval": {}, "text": {}}
    for (task, name), items in measured.items():
        found[task][name] = items
    return Study(size, found, fingerprint(texts))
