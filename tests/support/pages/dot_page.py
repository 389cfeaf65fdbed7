"""The tables of docs/dot.md, and the kept figures that they show."""

from pathlib import Path

from lmul.synth.comparison.accepted import accepted
from lmul.synth.comparison.dots import DotSurvey, dot_name

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "dot.md").read_text(encoding="utf-8")
SURVEY = DotSurvey(accepted("dots").found)


def rows(begins: str = "| format | W | N |") -> list[list[str]]:
    """A table without its head; numbers without marks of emphasis."""
    lines = PAGE[PAGE.index(begins) :].split("\n\n")[0].splitlines()
    return [[cell.strip(" *") for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def figure(
    kind: str, fmt: str, terms: int, window: int, name: str, stages: int = 0
) -> float | None:
    return SURVEY.figure(dot_name(kind, fmt, terms, window, stages), name)
