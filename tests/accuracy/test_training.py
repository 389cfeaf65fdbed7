"""Training in another arithmetic: it learns, it is that arithmetic, and intervals are Student's."""

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'torch'")

from lmul.accuracy.language import training  # noqa: E402
from lmul.accuracy.language.training import ARITHMETICS, SEEDS, Runs, accepted  # noqa: E402


def test_intervals_are_students() -> None:
    runs = Runs({"trained": {"fp32": [1.0] * 5, "x": [1.1, 1.2, 1.3, 1.4, 1.5]}}, {})
    found = runs.change("trained", "x")
    # Mean 0.3, deviation sqrt(0.025), five values.
    assert found.value == pytest.approx(0.3)
    assert found.high - found.value == pytest.approx(2.776 * (0.025 / 5) ** 0.5)
    assert found.value - found.low == pytest.approx(found.high - found.value)


def test_what_is_kept_is_whole() -> None:
    kept = accepted()
    assert list(kept.nats) == ["trained", "before fine-tuning", "fine-tuned"]
    for rows in kept.nats.values():
        assert list(rows) == [row.name for row in ARITHMETICS]
        assert all(len(found) == SEEDS for found in rows.values())


@pytest.mark.evidence
def test_learns_in_another_arithmetic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "_STEPS", 12)
    monkeypatch.setattr(training, "_MORE_STEPS", 2)
    chosen = (ARITHMETICS[0], ARITHMETICS[2])
    monkeypatch.setattr(training, "ARITHMETICS", chosen)
    text = "all work and no play makes jack a dull boy. " * 100
    held_out = training.windows(text, 65)[:4]
    found = {(phase, name): n for phase, name, n in training.train_all(text, held_out, 1)}
    trained = [found["trained", row.name] for row in chosen]
    assert max(trained) < 4.4  # a guess among 128 costs 4.85
    assert trained[0] != trained[1]
    before = [found["before fine-tuning", row.name] for row in chosen]
    assert before[0] == trained[0] != before[1]
    assert all(found["fine-tuned", row.name] < b for row, b in zip(chosen, before, strict=True))
