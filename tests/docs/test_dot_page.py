"""The table in docs/dot.md is that of the kept figures, and so are the shares in its text."""

import re
from pathlib import Path

import pytest

from lmul.synth.comparison.accepted import accepted
from lmul.synth.comparison.dots import DotSurvey, dot_name

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "dot.md").read_text(encoding="utf-8")
SURVEY = DotSurvey(accepted("dots").found)


def rows() -> list[list[str]]:
    """The table without its head; numbers without marks of emphasis."""
    lines = PAGE[PAGE.index("| format | W | N |") :].split("\n\n")[0].splitlines()
    return [[cell.strip(" *") for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def figure(kind: str, fmt: str, terms: int, window: int, name: str) -> float | None:
    return SURVEY.figure(dot_name(kind, fmt, terms, window), name)


@pytest.mark.parametrize("cells", rows(), ids=lambda cells: "-".join(cells[:3]))
def test_a_row(cells):
    fmt, window, terms = cells[0], int(cells[1]), int(cells[2])

    def term(kind: str, name: str) -> str:
        value = figure(kind, fmt, terms, window, name)
        return "–" if value is None else f"{value / terms:.0f}"

    def share(twin: str, name: str) -> str:
        mine, its = (figure(kind, fmt, terms, window, name) for kind in ("lmul", twin))
        return "–" if mine is None or its is None else f"{100 * mine / its:.0f} %"

    def erring(kind: str) -> str:
        value = figure(kind, fmt, terms, window, "mred")
        assert value is not None
        return f"{100 * value:.2f}"

    rne = "–" if fmt in ("bf16", "fp16") else share("lmul_rne", "core_gates")
    wanted = [
        *(term(kind, "core_gates") for kind in ("lmul", "exact")),
        share("exact", "core_gates"),
        rne,
        share("int8", "core_gates"),
        *(share("exact", f"core_{name}") for name in ("area_um2", "energy_fj")),
        share("exact", "gates"),
        *(erring(kind) for kind in ("lmul", "exact")),
    ]
    assert cells[3:] == wanted


def test_all_sizes_are_shown():
    assert 7 <= len(rows()) <= 12
    assert re.search(r"commit `[0-9a-f]{12}`", PAGE)
    assert accepted("dots").provenance["commit"][:12] in PAGE


def test_readme_says_the_same():
    sentence = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    sentence = sentence[sentence.index("L-Mul's core takes") : sentence.index("(docs/dot.md)")]
    gates_and_energies = {(row[0], row[1]): (row[5], row[9]) for row in rows() if row[2] == "8"}
    shares = [
        share
        for size in (("bf16", "16"), ("fp16", "24"), ("e4m3", "12"))
        for share in gates_and_energies[size]
    ]
    [of_rne] = [row[6] for row in rows() if row[:3] == ["e4m3", "12", "8"]]
    assert re.findall(r"\d+ %", sentence) == [*shares, of_rne]
