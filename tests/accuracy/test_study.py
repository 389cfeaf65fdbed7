"""A study in small: every row, both models, the document, what is printed."""

import json
import math

import pytest

pytest.importorskip("torch", reason="needs the extra 'workloads'")
pytest.importorskip("transformers", reason="needs the extra 'workloads'")

from lmul.accuracy import study as module
from lmul.accuracy.document import to_report
from lmul.accuracy.study import FIGURES, Size, Study, run
from lmul.console.accuracy import accuracy_page
from lmul.console.terminal import table_console

PASSAGES = [
    ("Boil an egg until it is soft.", "Put it into water and wait for four minutes, no longer."),
    ("Mend a flat tyre on the road.", "Take the wheel off, find the hole and glue a patch over."),
    ("Name the capital of France.", "Paris has been the seat of its kings and its presidents."),
]


@pytest.fixture(scope="module")
def small() -> Study:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "passages", lambda count: PASSAGES[:count])
        return run(Size(3, 2, False), lambda *_: None, jobs=1)


@pytest.mark.evidence
def test_figures(small: Study) -> None:
    rows = {row.name: row for row in small.main}
    assert len(rows) == 36
    value = {name: small.value(FIGURES["mrr"], row).value for name, row in rows.items()}
    assert value["fp32"] == 1  # an encoder that is any good finds these three
    assert small.value(FIGURES["cosine"], rows["fp32"]).value == pytest.approx(1)
    near = small.value(FIGURES["cosine"], rows["exact-bf16"]).value
    far = small.value(FIGURES["cosine"], rows["exact-e2m1"]).value
    assert far < near < 1
    nats = small.found["text"]["fp32"]["nats"]
    assert nats.shape == (2,)
    perplexity = small.value(FIGURES["perplexity"], rows["fp32"]).value
    assert perplexity == pytest.approx(math.exp(nats.mean()))
    assert small.change(FIGURES["perplexity"], rows["fp32"]).value == 0


@pytest.mark.evidence
def test_told(small: Study, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(to_report(small).to_json())
    section = document["accuracy"]
    assert {claim["verdict"] for claim in section["claims"]} <= {
        "holds",
        "does not hold",
        "not told apart",
        "mixed",
    }
    assert len(document["metrics"]) == 36 * len(FIGURES)
    table_console().print(accuracy_page(small))
    printed = capsys.readouterr().out
    assert "lmul-e4m3 truncated" in printed
    assert all(claim["text"] in printed.replace("\n", " ") for claim in section["claims"])
