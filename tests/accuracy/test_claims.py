"""The rule: above the margin holds, below does not, across is not told apart."""

from typing import get_args

import numpy as np
import pytest

from lmul.accuracy.claims import CLAIMS, MEASURES, judge
from lmul.accuracy.rows import Task, main_rows

NAMES = {name for claim in CLAIMS for name in claim.contrast}


def judged(**changed: float):
    """Verdicts where nats of lmul-bf16 are others by ``nats``, reciprocal ranks by ``rank``."""
    rng = np.random.default_rng(0)
    even = {m.items: rng.normal(size=200) for m in MEASURES}
    found: dict[Task, dict[str, dict[str, np.ndarray]]] = {
        task: {name: {m.items: even[m.items] for m in MEASURES} for name in NAMES}
        for task in get_args(Task)
    }
    noise = np.tile([1e-3, -1e-3], 100)
    for row, items, key in (
        (found["text"], "nats", "nats"),
        (found["retrieval"], "reciprocal_rank", "rank"),
    ):
        moved = even[items] + changed.get(key, 0) + noise
        row["lmul-bf16"] = {**row["lmul-bf16"], items: moved}
    by_text = {one.claim.text: one for one in judge(found)}
    no_loss = by_text["Attention with L-Mul of bf16 is almost lossless, beside bf16"]
    better = by_text["Attention with L-Mul of bf16 is better than bf16"]
    return no_loss, better


@pytest.mark.parametrize(
    ("changed", "no_loss", "better"),
    [
        ({}, "holds", "not told apart"),
        ({"nats": 0.005}, "holds", "does not hold"),  # fewer nats are better
        ({"nats": 0.02}, "mixed", "does not hold"),
        ({"nats": -0.02, "rank": 0.02}, "holds", "holds"),
        ({"nats": 0.02, "rank": -0.02}, "does not hold", "does not hold"),
        ({"nats": 0.005, "rank": 0.005}, "holds", "mixed"),
    ],
)
def test_verdicts(changed, no_loss, better) -> None:
    first, second = judged(**changed)
    assert (first.verdict, second.verdict) == (no_loss, better)


def test_rows_of_claims_are_measured() -> None:
    assert {row.name for row in main_rows()} >= NAMES


def test_truncation_is_judged_by_the_difference_of_differences() -> None:
    (claim,) = [claim for claim in CLAIMS if claim.text.startswith("Truncation")]
    assert sum(claim.contrast.values()) == 0
    assert sorted(claim.contrast.values()) == [-1, -1, 1, 1]
