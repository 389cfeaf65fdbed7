"""The accuracy figures in docs and README are those of `lmul accuracy --json`, kept beside them."""

import json
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "accuracy.md").read_text(encoding="utf-8")
KEPT = json.loads((DOCS / "accuracy.json").read_text(encoding="utf-8"))["accuracy"]
CHANGES = {(one["design"], one["name"]): one["change"] for one in KEPT["intervals"]}
CLAIMS = {one["text"]: one for one in KEPT["claims"]}
WHO = {"exact e4m3": "exact-e4m3", "L-Mul e4m3": "lmul-e4m3"}


def shown(found: dict[str, float], digits: int, factor: float = 1) -> str:
    value, low, high = (f"{factor * found[key]:+.{digits}f}" for key in ("value", "low", "high"))
    return f"{value} [{low}, {high}]"


def perplexity(row: str) -> str:
    return shown(CHANGES[row, "perplexity"], 2, 100)


def table(first: str, page: str = PAGE) -> list[list[str]]:
    """A page's table whose head begins so, without its head."""
    lines = page[page.index(first) :].split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def test_size_is_the_default():
    assert (KEPT["size"]["windows"], KEPT["size"]["passages"]) == (64, 2000)
    assert "64 windows and 2,000 passages" in PAGE


def test_fp32():
    fp32 = {one["name"]: one["value"] for one in KEPT["intervals"] if one["design"] == "fp32"}
    for said, name in (
        ("the perplexity is", "perplexity"),
        ("recall@1 is", "recall_at_1"),
        ("recall@10", "recall_at_10"),
        ("MRR", "mrr"),
    ):
        [figure] = re.findall(rf"In fp32 .*?\b{said} ([\d.]+\d)", PAGE)
        assert float(figure) == pytest.approx(fp32[name], abs=0.00051)


@pytest.mark.parametrize("cells", table("| | perplexity, %, rounded"), ids=lambda cells: cells[0])
def test_each_arithmetic(cells):
    name, *told = cells
    wanted = [
        "—"
        if (f"{name}{how}", figure) not in CHANGES
        else shown(CHANGES[f"{name}{how}", figure], *as_)
        for figure, as_ in (("perplexity", (2, 100)), ("mrr", (3,)))
        for how in ("", " truncated")
    ]
    assert told == wanted


def test_no_arithmetic_is_missing():
    told = {cells[0] for cells in table("| | perplexity, %, rounded")}
    main = {name for name, figure in CHANGES if figure == "mrr"} - {"fp32"}
    assert told == {name.removesuffix(" truncated") for name in main}


@pytest.mark.parametrize(
    "cells", table("| | exact e4m3 | L-Mul e4m3 |"), ids=lambda cells: cells[0]
)
def test_one_thing_at_a_time(cells):
    what, *told = cells
    suffix = "" if what == "as above" else f" {what}"
    assert told == [perplexity(f"{row}{suffix}") for row in WHO.values()]


@pytest.mark.parametrize("cells", table("| sentence | verdict |"), ids=lambda cells: cells[0][:40])
def test_each_sentence(cells):
    text, verdict, *told = cells
    claim = CLAIMS[re.sub(r" \((tables|GSM8k|abstract)[^)]*\)$", "", text)]
    assert verdict == f"**{claim['verdict']}**"
    assert told == [shown(claim["by"][name], 4) for name in ("next character", "passage found")]


def test_no_sentence_is_missing():
    assert len(table("| sentence | verdict |")) == len(CLAIMS)


def test_readme_has_some_of_the_rows():
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    rows = {cells[0]: cells[1:] for cells in table("| | perplexity, %, rounded")}
    told = table("| attention in | perplexity, %, rounded", readme)
    assert {"exact-bf16", "lmul-bf16", "exact-e4m3", "lmul-e4m3"} < {cells[0] for cells in told}
    for name, *cells in told:
        assert cells == rows[name][:3]
