"""Kinds that no report synthesises: their figures are kept, their errors measured like others'."""

import re
from pathlib import Path

import pytest

from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.numbers.kinds import KINDS
from lmul.sim.accuracy.pairs import accuracy
from lmul.sim.runner.verify import family
from lmul.synth.comparison import cell_survey as cell_survey_module
from lmul.synth.comparison.cell_survey import cell_survey
from lmul.synth.comparison.designs import REPORT_FORMATS, kept_kinds, kinds_of, report_designs
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.error_survey import ErrorSurvey
from lmul.synth.comparison.headline import HeadlineRow
from lmul.synth.pictures.gates import error_against_gates
from lmul.synth.report import build, html
from lmul.synth.report.html import section_html
from lmul.synth.tables.cells import cost_table
from lmul.synth.tables.gates import headline_table

KEPT = ("lmul_coarse", "lmul_fine", "trunc6", "trunc8")
PAGE = Path(__file__).parents[3] / "docs" / "relatives.md"


@pytest.mark.parametrize("fmt", REPORT_FORMATS)
def test_what_is_simulated_was_counted(fmt: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The report holds the very texts that it counted against the golden model."""
    asked = []

    def verify_format(designs, simulator, verilog):
        asked.extend(designs)
        raise InterruptedError

    monkeypatch.setattr(build, "verify_format", verify_format)
    monkeypatch.setattr(build, "counted_text", lambda found, design: design)
    monkeypatch.setattr(build, "_same_text", lambda design, wanted: wanted)
    with pytest.raises(InterruptedError):
        build._verify([fmt], {}, lambda done, total, label: None)
    counted = report_designs([fmt])
    assert {design.name for design in asked} <= set(counted)
    assert {design.kind for design in asked} == set(kinds_of(fmt))
    assert set(KEPT).isdisjoint(design.kind for design in asked)
    everything = {design.kind for design in family(FORMATS[fmt])}
    assert set(KEPT) & everything == set(kept_kinds(fmt))
    assert kept_kinds(fmt) == (KEPT if fmt in ("bf16", "fp16") else ())
    points = build._points([fmt], full=True)
    assert not [one for one in points if any(f"{kind}-" in one.design for kind in KEPT)]


def test_kept_figures_are_those_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """docs/relatives.md has area and energy of these kinds beside the others', and their gates."""
    monkeypatch.setattr(cell_survey_module, "survey_points", lambda *_: [])
    rows = [HeadlineRow("bf16", "ftz", {"lmul": 194, "exact": 507}, {})]
    errors = ErrorSurvey([accuracy(kind, "bf16") for kind in KEPT], {}, [], {})
    cells = cell_survey({}, ["bf16"])
    document = ReportDocument({}, rows, {}, errors, [], "none", False, cells=cells)
    page = PAGE.read_text(encoding="utf-8")
    rows_of = "|".join(KEPT)
    told = dict(re.findall(rf"^\| `({rows_of})` \| (\d+ \| \d+) \|", page, re.M))
    table = cost_table(document)
    shown = {row[1]: f"{row[2]} | {row[4]}" for row in table.rows}
    assert shown == told and set(told) == set(KEPT)
    assert any("make accepted SET=corrected" in note for note in table.notes)
    gates = dict(
        zip(headline_table(document).columns, headline_table(document).rows[0], strict=True)
    )
    for kind in KEPT:
        assert f"| bf16 | {kind} | " in page
        assert re.search(rf"\| bf16 \| {kind} \| .* \| {gates[kind]} \|$", page, re.M)
    assert document.circuits == []
    drawn = section_html(error_against_gates(document))
    assert all(f"</span> {kind}</li>" in drawn for kind in KEPT)


def test_the_page_can_show_the_marker_of_every_kind() -> None:
    assert {info.marker for info in KINDS.values()} < set(html._SHAPES)
