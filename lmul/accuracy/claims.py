"""What arXiv 2410.00907 says of accuracy, each sentence judged by one rule on paired items.

A sentence sets arithmetics beside each other. Of each measure a contrast of their scores is made,
item by item, with its 95 % interval, so that more is better for what the sentence favours. It
*holds* when the interval lies above a margin, *does not hold* when it lies below, and is *not told
apart* when the margin is inside. The margin of "better" is 0; that of "no loss" is
:attr:`Measure.loss`, below 0. The verdict is that of the tasks with a right answer; closeness to
fp32's embeddings, which sees smaller differences, stands beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from lmul.accuracy.bootstrap import Interval, contrast
from lmul.accuracy.rows import Task

__all__ = ["CLAIMS", "MEASURES", "Claim", "Judged", "Measure", "judge"]


Verdict = Literal["holds", "does not hold", "not told apart"]
Found = Mapping[str, Mapping[str, npt.NDArray[np.float64]]]


@dataclass(frozen=True)
class Measure:
    """What a sentence is judged by.

    Attributes
    ----------
    name : str
        As it is shown.
    task, items : str
        Where its items are.
    sign : int
        1 where more is better, else -1.
    loss : float
        What counts as no loss, in the items' unit.
    decides : bool
        Whether it has a right answer.
    """

    name: str
    task: Task
    items: str
    sign: int
    loss: float
    decides: bool = True


MEASURES = (
    Measure("next character", "text", "nats", -1, 0.01),
    Measure("passage found", "retrieval", "reciprocal_rank", 1, 0.01),
    Measure("same embedding", "retrieval", "cosine", 1, 0.001, decides=False),
)
"""Of the language model, nats a character, of which 0.01 is 1 % of perplexity; of the encoder, the
mean reciprocal rank and the cosine with fp32's embeddings."""


@dataclass(frozen=True)
class Claim:
    """A sentence, and the contrast of rows that must come out above its margin.

    Attributes
    ----------
    text, source : str
        ``source`` is where the paper says so; empty for a question of ours.
    contrast : dict of str to int
        Weights of rows' scores.
    no_loss : bool
        Whether "as good as" is what is said; "better" else.
    """

    text: str
    source: str
    contrast: dict[str, int]
    no_loss: bool = False


def _versus(first: str, second: str) -> dict[str, int]:
    return {first: 1, second: -1}


_L_MUL_LESS_EXACT = {"lmul-e4m3": 1, "exact-e4m3": -1}

CLAIMS = (
    Claim(
        "Attention with L-Mul of bf16 is almost lossless, beside bf16",
        "tables 2 to 5",
        _versus("lmul-bf16", "exact-bf16"),
        no_loss=True,
    ),
    Claim(
        "Attention with L-Mul of bf16 is better than bf16",
        "GSM8k, Mistral",
        _versus("lmul-bf16", "exact-bf16"),
    ),
    Claim(
        "L-Mul with 4 mantissa bits (truncated) is as precise as fp8 e4m3",
        "abstract",
        _versus("lmul-e8m4 truncated", "exact-e4m3"),
        no_loss=True,
    ),
    Claim(
        "L-Mul with 3 mantissa bits (truncated) is better than fp8 e5m2",
        "abstract",
        _versus("lmul-e8m3 truncated", "exact-e5m2"),
    ),
    Claim(
        "L-Mul of bf16 is better than fp8 e4m3",
        "tables 2 to 5",
        _versus("lmul-bf16", "exact-e4m3"),
    ),
    Claim(
        "L-Mul beats fp8 at equal operands: e4m3, rounded",
        "",
        _L_MUL_LESS_EXACT,
    ),
    Claim(
        "L-Mul beats fp8 at equal operands: e4m3, truncated",
        "",
        _versus("lmul-e4m3 truncated", "exact-e4m3 truncated"),
    ),
    Claim(
        "L-Mul beats fp8 at equal operands: e5m2, rounded",
        "",
        _versus("lmul-e5m2", "exact-e5m2"),
    ),
    Claim(
        "Mitchell with rounded operands beats L-Mul: e4m3",
        "",
        _versus("mitchell-e4m3", "lmul-e4m3"),
    ),
    Claim(
        "Mitchell with rounded operands beats L-Mul: bf16",
        "",
        _versus("mitchell-bf16", "lmul-bf16"),
    ),
    Claim(
        "Truncation makes L-Mul look good: it gains on exact e4m3 when operands are truncated",
        "",
        {
            "lmul-e4m3 truncated": 1,
            "exact-e4m3 truncated": -1,
            **{name: -weight for name, weight in _L_MUL_LESS_EXACT.items()},
        },
    ),
)


@dataclass(frozen=True)
class Judged:
    """A claim, what each measure says, and all of them together.

    Attributes
    ----------
    claim : Claim
    contrasts : dict of str to Interval
        By measure; more is better for what the claim favours.
    verdicts : dict of str to str
    """

    claim: Claim
    contrasts: dict[str, Interval]
    verdicts: dict[str, Verdict]

    @property
    def verdict(self) -> str:
        """What all tasks say that can tell; ``mixed`` where they disagree."""
        told = {self.verdicts[measure.name] for measure in MEASURES if measure.decides}
        told -= {"not told apart"}
        return "mixed" if len(told) > 1 else next(iter(told), "not told apart")


def judge(found: Mapping[Task, Found]) -> list[Judged]:
    """Every claim; ``found`` is of task, row and items."""
    return [_judged(claim, found) for claim in CLAIMS]


def _judged(claim: Claim, found: Mapping[Task, Found]) -> Judged:
    contrasts: dict[str, Interval] = {}
    verdicts: dict[str, Verdict] = {}
    for measure in MEASURES:
        items = {name: row[measure.items] for name, row in found[measure.task].items()}
        weights = {name: measure.sign * weight for name, weight in claim.contrast.items()}
        contrasts[measure.name] = contrast(items, weights)
        verdicts[measure.name] = _verdict(
            contrasts[measure.name], -measure.loss if claim.no_loss else 0.0
        )
    return Judged(claim, contrasts, verdicts)


def _verdict(found: Interval, margin: float) -> Verdict:
    if found.low > margin:
        return "holds"
    return "does not hold" if found.high < margin else "not told apart"
