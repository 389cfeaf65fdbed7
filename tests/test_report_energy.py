"""Energy in the report: table, sentence, metrics, console."""

import io
from dataclasses import replace

from rich.console import Console

from lmul.synth.energy import Energy
from lmul.synth.error_survey import ErrorSurvey
from lmul.synth.metrics import Report
from lmul.synth.readme import ENERGY, put_between, table_of
from lmul.synth.report_chapter import Chapter
from lmul.synth.report_console import console_table
from lmul.synth.report_document import ReportDocument
from lmul.synth.report_energy import ENERGY_TITLE, energy_findings, energy_table
from lmul.synth.report_markdown import markdown

ONE = Energy(
    design="lmul-e4m3-ftz",
    level="multiplier",
    library="toy",
    stimulus="attention QK",
    switching=40.0,
    internal=60.0,
    clock=0.0,
    leakage=0.0,
    glitches=100.0,
    ports=7.0,
    parts={},
    operations=1,
    transition=50.0,
    frequency=1e8,
)


def made_up(design: str, level: str, total: float, glitches: float) -> Energy:
    return replace(ONE, design=design, level=level, internal=total - 40.0, glitches=glitches)


FOUND = [
    ONE,
    made_up("lmul_rne-e4m3-ftz", "multiplier", 125, 0),
    made_up("exact-e4m3-ftz", "multiplier", 400, 100),
    made_up("product-int8", "product", 1000, 100),
    made_up("pe-lmul-e4m3-ftz", "pe", 800, 200),
    made_up("pe-lmul_rne-e4m3-ftz", "pe", 800, 300),
    made_up("pe-exact-e4m3-ftz", "pe", 1000, 1000),
    made_up("pe-int8", "pe", 500, 0),
]


def test_table():
    table = energy_table(FOUND)
    shown = [[cell.replace("\u00a0", " ") for cell in row] for row in table.rows]
    assert shown == [
        ["lmul", "100", "200", "–", "75 %", "800", "1000", "–", "20 %"],
        ["lmul_rne", "125", "125", "80 %", "69 %", "800", "1100", "100 %", "20 %"],
        ["exact", "400", "500", "25 %", "–", "1000", "2000", "80 %", "–"],
        ["int8", "1000", "1100", "10 %", "-150 %", "500", "500", "160 %", "50 %"],
        ["claimed", "–", "–", "–", "95 %", "–", "–", "–", "80 %"],
    ]
    notes = " ".join(table.notes)
    for told in ("toy", "Q·Kᵀ", "zero delay", "fp16", "fp32", "100 MHz", "No wires"):
        assert told in notes


def test_nothing_measured():
    assert energy_table([]).rows == []
    assert energy_findings([]) == []
    assert energy_findings(FOUND[:3]) == []


def test_finding_follows_the_figures():
    [said] = (text.replace("\u00a0", " ") for text in energy_findings(FOUND))
    assert "100 fJ a product, 25 % of the exact multiplier's 400 (40 % with glitches)" in said
    assert "800 fJ a multiply-accumulate, 80 % of the exact PE's 1000 (50 %)" in said
    assert "Of lmul_rne, which rounds exactly, it takes 80 % and 100 %." in said
    assert "claims 5 % and 20 %, of an fp16 product and an fp32 multiply-accumulate." in said


def test_metrics():
    errors = ErrorSurvey([], {}, [], {})
    document = ReportDocument({}, [], {}, errors, [], "none", quick=False, energy=FOUND)
    read = Report.from_json(document.to_report().to_json())
    found = {(m.design, m.level, m.name): m for m in read.metrics}
    assert len(found) == 2 * len(FOUND)
    one = found["pe-exact-e4m3-ftz", "pe", "energy_fj"]
    assert (one.value, one.unit, one.library, one.stimulus) == (1000, "fJ", "toy", "attention QK")
    assert found["exact-e4m3-ftz", "multiplier", "energy_glitches_fj"].value == 500


def test_fits_80_columns():
    printer = Console(width=80, record=True, file=io.StringIO())
    printer.print(console_table(energy_table(FOUND)))
    text = printer.export_text()
    assert "…" not in text
    assert "claimed" in text


def test_readme_takes_the_table():
    said = markdown("T", [], [Chapter.of("All", energy_table(FOUND))], {})
    readme = put_between("\n".join(ENERGY), table_of(said, ENERGY_TITLE), *ENERGY)
    assert "| lmul | 100 | 200 |" in readme
