"""The picture of where L-Mul pays: rows from the multiplier outwards, shares of kept figures."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from made_up_cells import made_up_cells
from made_up_document import DOCUMENT, document

from lmul.synth.comparison import accepted as kept
from lmul.synth.comparison.accepted import accepted
from lmul.synth.comparison.cell_survey import CellSurvey
from lmul.synth.comparison.clocks.kept import clock_survey
from lmul.synth.comparison.clocks.points import LARGE_ARRAY
from lmul.synth.comparison.dots import DotSurvey
from lmul.synth.comparison.points import kept_points
from lmul.synth.pictures.picture import Picture
from lmul.synth.pictures.worth import WORTH, worth_picture, worth_shares
from lmul.synth.report.chapters import opening
from lmul.synth.report.verdict import verdict
from lmul.synth.tables.levels import TWINS

KINDS = ("lmul", "exact")
KEPT = replace(DOCUMENT, dots=DotSurvey(accepted("dots").found), clocks=clock_survey())


def kept_figure(design: str, name: str, file: str = "accepted_dots.json") -> float:
    """Read from the file, past the code that the picture uses."""
    text = (Path(kept.__file__).parent / file).read_text(encoding="utf-8")
    [found] = [
        metric["value"]
        for one in json.loads(text)["figures"]
        if one["point"]["design"] == design
        for metric in one["metrics"]
        if metric["name"] == name
    ]
    return found


@pytest.mark.parametrize(("fmt", "window"), [("e4m3", 12), ("bf16", 16), ("fp16", 24)])
def test_units_that_sum_products(fmt: str, window: int):
    shares = dict(worth_shares(KEPT, fmt))
    told = []
    for row, name, registers in (
        ("core that sums\n8 products", "core_energy_fj", ""),
        ("whole unit\naround it", "energy_fj", "-s1"),
    ):
        mine, its = (
            kept_figure(f"dot-{kind}-{fmt}-n8-w{window}-ftz{registers}", name) for kind in KINDS
        )
        assert shares[row]["exact"].median == pytest.approx(mine / its)
        told.append(f"{100 * mine / its:.0f} %")
        assert ("int8" in shares[row], "lmul_rne" in shares[row]) == ((fmt == "e4m3",) * 2)
    _, cores = unit_sentence().split("; of its core's energy, at the least area, ")
    assert f"in {fmt} {told[0]}" in cores


def unit_sentence() -> str:
    [said] = [line for line in verdict(KEPT) if line.startswith("Of a unit that sums 8 products")]
    return said.replace("\u00a0", " ")


def test_units_at_one_clock():
    path = Path(kept.__file__).parent / "accepted_units.json"
    found = {
        one["point"]["design"]: one["detail"]
        for one in json.loads(path.read_text(encoding="utf-8"))["figures"]
        if one["point"]["clock"] == "60fo4"
    }
    mine, its = (found[f"dot-{kind}-bf16-n8-w16-ftz"] for kind in KINDS)
    area, energy = (mine[what]["median"] / its[what]["median"] for what in ("area", "energy"))
    shown = dict(worth_shares(KEPT, "bf16"))["8-term unit at\n60 FO4"]["exact"]
    assert shown.median == pytest.approx(energy)
    told = f"in bf16 {100 * area:.0f} % (…) and {100 * energy:.0f} % (…)"
    assert told in re.sub(r"\([0-9–]+\)", "(…)", unit_sentence())


def test_rows_from_the_multiplier_outwards():
    kept_large = any(
        KEPT.clocks.ratio("e4m3", LARGE_ARRAY, twin, "60fo4", "energy") for twin in TWINS
    )
    assert [row.replace("\n", " ") for row, shares in worth_shares(KEPT, "e4m3") if shares] == [
        "multiplier, least area",
        "core that sums 8 products",
        "whole unit around it",
        "PE, least area",
        "PE at 60 FO4",
        "8-term unit at 60 FO4",
        "8x8 array at 60 FO4",
        *(["16x16 array at 60 FO4"] if kept_large else []),
    ]
    assert [fmt for fmt, _ in worth_picture(KEPT).panels] == [
        *("e4m3", "bf16", "fp16", "fp32"),
    ]
    nothing = replace(document(("fp32",)), cells=made_up_cells(()))
    assert worth_picture(nothing).panels == []


@pytest.mark.parametrize("fmt", ["fp16", "fp32"])
def test_what_is_kept_has_no_range(fmt: str):
    cells = CellSurvey(accepted().of(kept_points(())))
    shares = dict(worth_shares(replace(KEPT, cells=cells), fmt))
    for row, level in (("multiplier,\nleast area", ""), ("PE,\nleast area", "pe-")):
        mine, its = (
            kept_figure(f"{level}{kind}-{fmt}-ftz", "energy_fj", "accepted.json") for kind in KINDS
        )
        found = shares[row]["exact"]
        assert found.least == found.median == found.most == pytest.approx(mine / its)


def test_each_panel_tells_the_errors():
    text = worth_picture(KEPT).svg().replace("\u00a0", " ")
    assert "errs, %: lmul 5, lmul_rne 5, exact 2, int8 1" in text  # as made up
    assert "errs, %: lmul 5, exact 2<" in text


def test_errors_of_a_format_without_pes():
    narrow = replace(KEPT, mac=replace(KEPT.mac, errors={}))
    lmul, exact = (100 * kept_figure(f"dot-{kind}-fp16-n8-w24-ftz", "mred") for kind in KINDS)
    assert f"errs, %: lmul {lmul:.2g}, exact {exact:.2g}<" in worth_picture(narrow).svg()


def test_it_is_what_the_report_shows_first():
    [first, *_] = [one for one in opening(KEPT).sections if isinstance(one, Picture)]
    assert first.name == WORTH
