"""The study on docs/research.md: its Python prints what the page says, its sweep is measured."""

import csv
import re
from pathlib import Path

import pytest

from lmul.cli import main

PAGE = Path(__file__).parents[2] / "docs" / "research.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)


def test_python_prints_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, object] = {}
    for block, printed in zip(blocks("python"), blocks("text"), strict=True):
        exec(compile(block, PAGE.name, "exec"), names)
        assert capsys.readouterr().out == printed


@pytest.mark.evidence
def test_sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    [spec] = blocks("toml")
    (tmp_path / "mine.toml").write_text(spec)
    assert main(["sweep", "mine.toml", "-o", "mine"]) == 0
    with (tmp_path / "mine" / "table.csv").open() as file:
        designs = {row["design"] for row in csv.DictReader(file)}
    assert designs == {f"{kind}-e4m3-ftz" for kind in ("lmul", "mitchell", "exact")}
