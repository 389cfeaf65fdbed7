"""Areas, delays and energies in the report: tables, pictures, sentences, console."""

import io
from dataclasses import astuple, replace

import made_up_cells as made_up_cells_module
import pytest
from made_up_cells import made_up, made_up_cells
from made_up_document import DOCUMENT, cells_of, document
from rich.console import Console

from lmul.console.report import console_table
from lmul.sim.accuracy.pairs import accuracy
from lmul.synth.comparison.cell_survey import ENERGY
from lmul.synth.comparison.designs import REPORT_FORMATS
from lmul.synth.comparison.error_survey import ErrorSurvey
from lmul.synth.comparison.headline import FIRST_FORMATS
from lmul.synth.comparison.points import cell_points, kept_points
from lmul.synth.gates.scale import composed_area
from lmul.synth.measure.measurement import Point
from lmul.synth.report.chapters import Chapter
from lmul.synth.report.findings import findings
from lmul.synth.report.markdown import markdown
from lmul.synth.report.readme import table_of
from lmul.synth.tables.arrays import array_cost_table
from lmul.synth.tables.cells import cost_table, multiplier_cost_table, pe_cost_table
from lmul.synth.tables.claims import TAKEN_TITLE, claim_table, taken_table
from lmul.synth.tables.levels import LEVEL_TITLE, level_table
from lmul.synth.tables.variation import losses, spread_table
from lmul.tools.metrics import Report


def test_points_are_those_of_the_issue():
    points = cell_points(REPORT_FORMATS, full=True)
    assert len(points) == len(set(points))
    assert {point.library for point in points} == {()}  # the embedded one, whatever is installed
    have = {(point.design, point.measure) for point in points}
    for fmt in ("e4m3", "e5m2", "bf16", "fp16", "fp32"):
        for policy in ("-lax", "-ftz", ""):
            for kind in ("lmul", "lmul_formula", "mitchell", "exact"):
                assert (f"{kind}-{fmt}{policy}", "energy") in have
        for policy in ("-lax", "-ftz", "") if fmt in ("e4m3", "e5m2") else ("-ftz", ""):
            for kind in ("lmul", "exact"):
                assert (f"pe-{kind}-{fmt}{policy}", "cells") in have
                assert (f"pe-{kind}-{fmt}{policy}", "energy") in have
    for fmt in ("e4m3", "e5m2", "bf16"):
        assert (f"array-exact-{fmt}-8x8-os-ftz", "area") in have
    assert ("pe-lmul_rne-e5m2", "energy") in have
    first = set(cell_points(FIRST_FORMATS))
    assert first < set(points)
    # The first page: one policy, every level.
    for kind in ("lmul", "lmul_rne", "exact"):
        for name in (
            f"product-{kind}-e4m3",
            f"{kind}-e4m3-ftz",
            f"pe-{kind}-e4m3-ftz",
            f"array-{kind}-e4m3-8x8-os-ftz",
        ):
            assert Point(name, "energy", stimulus="attention QK") in first


def test_composed_area():
    # 1000 a PE and 500 a row.
    areas = 1000.0 * 4**2 + 500 * 4, 1000.0 * 8**2 + 500 * 8
    assert composed_area((4, 8), areas, 64) == pytest.approx(1000 * 64**2 + 500 * 64)


def test_cost_table():
    rows = cells_of(cost_table(DOCUMENT))
    assert [row[:2] for row in rows[:5]] == [
        ["e4m3", "lmul"],
        ["e4m3", "lmul_rne"],
        ["e4m3", "exact"],
        ["e4m3", "int8"],
        ["e5m2", "lmul"],
    ]
    share = f"{1000 + 500 / 8:.0f}"
    assert rows[0][2:] == ["100", "1000", "200", "1000", "10000", "2000", share, "136000", "5.00"]
    assert rows[2][2:8] == ["200", "2000", "400", "2000", "20000", "4000"]
    assert [row[-1] for row in rows[1:4]] == ["5.00", "2.00", "1.00"]
    table = cost_table(DOCUMENT)
    told = str(table.method)
    for part in ("toy", "Q·Kᵀ", "1,024", "real delays", "100 MHz", "no wires"):
        assert part in told


def test_every_circuit_has_its_row():
    multipliers = cells_of(multiplier_cost_table(DOCUMENT))
    assert len(multipliers) == 2 * 3 * 6 + 3 * 3 * 4
    row = ["e4m3", "lax", "exact", "200", "50", "2000", "400", "300", "600", "50 %", "50 %"]
    assert row in multipliers
    assert [row[9:] for row in multipliers if row[2] == "lmul"] == 15 * [["–", "–"]]
    pes = cells_of(pe_cost_table(DOCUMENT))
    assert len(pes) == 2 * (4 + 6 + 4) + 3 * (4 + 2)
    assert pes[0][:5] == ["e4m3", "lax", "lmul", "800", "200"]
    assert [row[-1] for row in pes if row[:3] == ["e4m3", "lax", "exact"]] == ["–"]
    assert [row[-3:] for row in pes if row[:3] == ["e4m3", "ftz", "exact"]] == [
        ["50 %", "50 %", "2.00"]
    ]
    first = cells_of(multiplier_cost_table(document(("e4m3",), full=False)))
    assert [row[1:3] for row in first][-1] == ["ftz", "int8"]
    assert len(first) == 6
    arrays = cells_of(array_cost_table(DOCUMENT))
    assert len(arrays) == 3 * (4 + 4 + 2)
    share = ["211,200", "52,800", "264,000", "1031", f"{10 * (1000 * 4**2 + 500 * 4)}"]
    assert ["16x16", "e4m3", "lmul", *share, "–", "–", "–", "–", "–"] in arrays
    assert [row[11:] for row in arrays if row[:3] == ["8x8", "bf16", "exact"]] == [["50 %", "50 %"]]


def test_buffers_are_said():
    notes = " ".join(array_cost_table(DOCUMENT).notes).replace("\u00a0", " ")
    assert "nets that reach many cells, at most 1.2 % of the area; energies have them" in notes
    without = replace(DOCUMENT, cells=made_up_cells(()))
    assert "nets that reach many cells; energies" in " ".join(array_cost_table(without).notes)


def test_kept_arrays_are_shown():
    kept = {point: made_up(point) for point in kept_points(("e4m3", "fp16"))}
    cells = replace(DOCUMENT.cells, found={**DOCUMENT.cells.found, **kept})
    table = array_cost_table(replace(DOCUMENT, cells=cells))
    rows = {tuple(row[:3]): row[7:] for row in cells_of(table)}
    assert rows["8x8", "fp16", "exact"][-2:] == ["50 %", "50 %"]
    assert rows["16x16", "e4m3", "exact"][1:] == ["1056000", "792000", "1584000", "50 %", "50 %"]


def _range(value: int) -> tuple[str, str]:
    return f"{value}", f"{0.9 * value:.0f}–{1.1 * value:.0f}"


def test_ranges():
    cells = DOCUMENT.cells
    own = cells.spread("exact-e4m3-ftz", ENERGY)
    assert own and astuple(own) == pytest.approx((400, 360, 400, 440))
    # An array's is its PE's, in proportion; what was not mapped again has none.
    array = cells.spread("array-lmul-e4m3-8x8-os-ftz", ENERGY)
    assert array and astuple(array) == pytest.approx((136000, 122400, 136000, 149600))
    assert cells.spread("exact-e4m3-lax", ENERGY) is None
    rows = {row[2]: row[3:] for row in cells_of(spread_table(DOCUMENT))}
    each = [cell for value in (200, 200, 2000, 400) for cell in _range(value)]
    assert rows["exact-e4m3-ftz"] == each
    assert {"product-lmul-bf16", "mitchell-fp32-ftz", "pe-int8", "pe-exact-e5m2-ftz"} <= set(rows)


def told(monkeypatch, **factors: float) -> str:
    for kind, factor in factors.items():
        monkeypatch.setitem(made_up_cells_module._OF_KIND, kind, factor)
    return " ".join(findings(document(("e4m3",)))).replace("\u00a0", " ")


def test_where_another_wins_is_said(monkeypatch):
    text = told(monkeypatch, lmul_rne=0.8)
    assert "takes more than a twin in 11 comparisons, at worst e4m3 product: 125 %" in text
    told_all = "; ".join(losses(document(("e4m3",)))).replace("\u00a0", " ")
    assert "e4m3 multiplier: 125 % (102–153) of lmul_rne's area" in told_all
    assert "e4m3 8x8 array: 125 % (102–153) of lmul_rne's energy" in told_all
    assert "e4m3 8x8 array: 125 % (102–153)" in spread_table(document(("e4m3",))).notes[-1].replace(
        "\u00a0", " "
    )


def test_what_ranges_allow_is_not_said(monkeypatch):
    # 10 % to either side: 85 to 104 of what lies from 90 to 110 is no difference.
    text = told(monkeypatch, lmul_rne=0.95, int8=0.9)
    assert "takes more" not in text
    assert "of lmul_rne's" not in text
    assert "of exact's" in text


def test_level_table(monkeypatch):
    monkeypatch.setitem(made_up_cells_module._OF_KIND, "int8", 1.05)
    rows = cells_of(level_table(document(("e4m3", "bf16"))))
    assert [row[:2] for row in rows] == [
        [fmt, level]
        for fmt in ("e4m3", "bf16")
        for level in ("product", "multiplier", "PE", "8x8 array")
    ]
    assert rows[2][2:6] == ["2000", "80 % (65–98)", "50 % (41–61)", "≈ 95 % (78–116)"]
    assert rows[5][3:6] == ["–", "50 % (41–61)", "–"]
    [note] = [one for one in level_table(DOCUMENT).notes if one.startswith("Without glitches, and")]
    assert note.replace("\u00a0", " ").startswith(
        "Without glitches, and with unit delay, which made more of them in every circuit, "
        "L-Mul takes of exact's energy 50 % and 50 % in a PE of e4m3, "
    )
    assert "50 % and 50 % in an 8x8 array of bf16" in note.replace("\u00a0", " ")


def test_error_stands_beside_energy():
    pairs = [accuracy(kind, "e4m3") for kind in ("lmul", "lmul_rne", "exact")]
    survey = ErrorSurvey(pairs, {}, [], {})
    rows = cells_of(level_table(replace(document(("e4m3",)), errors=survey)))
    # ARITHMETIC section 5, over all mantissa pairs; then the made-up errors of dot products.
    assert rows[0][6:] == ["5.24", "1.90", "0"]
    assert rows[1][6:] == ["5.24", "1.90", "1.90"]
    assert rows[2][6:] == rows[3][6:] == ["5.00", "5.00", "2.00"]


def test_metrics_once_each():
    read = Report.from_json(DOCUMENT.to_report().to_json())
    keys = [metric.key for metric in read.metrics]
    assert len(keys) == len(set(keys))
    found = {(m.design, m.name): m.value for m in read.metrics}
    assert found["pe-exact-e4m3-ftz", "energy_fj"] == 4000
    assert read.sections["curves"]["lmul-e4m3-ftz"] == [[1000.0, 100.0]]


def test_fit_80_columns():
    for table in (taken_table(DOCUMENT), claim_table(DOCUMENT)):
        printer = Console(width=80, record=True, file=io.StringIO())
        printer.print(console_table(table))
        text = printer.export_text()
        assert "…" not in text
        assert "e4m3" in text


def test_tables_are_found_in_markdown():
    chapter = Chapter.of("All", level_table(DOCUMENT), taken_table(DOCUMENT))
    said = markdown("T", [], Chapter.of("Front"), [], [chapter], {})
    assert "| e4m3 | product | 200 |" in table_of(said, LEVEL_TITLE)
    assert "| e4m3 | exact bf16 |" in table_of(said, TAKEN_TITLE)
