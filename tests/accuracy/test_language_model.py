"""The language model that is kept: causal, better than counting, and as good as it says."""

import math

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'torch'")

from lmul.accuracy.language.model import FILE, pretrained  # noqa: E402
from lmul.accuracy.language.train import Schedule, batches, windows  # noqa: E402
from lmul.accuracy.measure import computing  # noqa: E402
from lmul.accuracy.rows import factor_rows, main_rows  # noqa: E402

KEPT = pretrained()
TEXT = KEPT.held_out[::128]


def nats(row=None) -> float:
    rows = {one.name: one for one in (*main_rows(), *factor_rows())}
    with torch.no_grad(), computing(KEPT.model, rows[row or "fp32"]):
        return KEPT.model.losses(TEXT).mean().item()


def test_kept_in_few_bytes() -> None:
    from importlib import resources

    assert len((resources.files("lmul.accuracy.language") / FILE).read_bytes()) < 4e6


def test_what_comes_later_changes_nothing_before() -> None:
    other = TEXT.clone()
    other[:, 60:] = 32
    with torch.no_grad():
        both = KEPT.model(TEXT[:, :-1]), KEPT.model(other[:, :-1])
    torch.testing.assert_close(both[0][:, :60], both[1][:, :60])
    assert not torch.allclose(both[0][:, 60:], both[1][:, 60:])


@pytest.mark.evidence
def test_as_good_as_its_provenance_says() -> None:
    with torch.no_grad():
        parts = [KEPT.model.losses(part).mean() for part in KEPT.held_out.split(64)]
    found = torch.stack(parts).mean().item()
    assert found == pytest.approx(KEPT.provenance["nats_per_character"], abs=2e-4)


def test_better_than_counting_pairs() -> None:
    """Even than a table of the next character that was made on the test text itself."""
    pairs = torch.zeros(128, 128)
    pairs.index_put_((TEXT[:, :-1], TEXT[:, 1:]), torch.ones(()), accumulate=True)
    chances = pairs / pairs.sum(1, keepdim=True).clamp(min=1)
    counted = -chances[TEXT[:, :-1], TEXT[:, 1:]].log().mean().item()
    assert nats() < counted


@pytest.mark.slow
def test_coarser_operands_cost_more() -> None:
    plain = nats()
    assert abs(nats("exact-bf16") - plain) < 1e-3
    assert plain < nats("exact-e2m1") < plain + 1
    assert nats("lmul-e4m3 all products") > plain + 1e-3
    assert nats() == plain  # and nothing stays behind


def test_windows_and_batches() -> None:
    assert windows("abcdefg", 3).tolist() == [[97, 98, 99], [100, 101, 102]]
    drawn = next(batches("abcdefgh" * 10, 4, 5, seed=0))
    assert drawn.shape == (5, 4)
    assert ((drawn[:, 1:] - drawn[:, :-1] + 8) % 8 == 1).all()  # consecutive letters


def test_the_rate_goes_up_then_down() -> None:
    rate = Schedule(1.0, 100, warm_up=10)
    assert (rate(0), rate(9), rate(10)) == (0.1, 1.0, 1.0)
    assert rate(100) == pytest.approx(0.1)
    assert rate(55) == pytest.approx(0.55 + 0.45 * math.cos(math.pi / 2))
