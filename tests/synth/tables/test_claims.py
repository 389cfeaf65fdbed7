"""What L-Mul takes of each baseline, and the paper's claims judged."""

from dataclasses import replace

import made_up_cells as made_up_cells_module
from made_up_cells import made_up
from made_up_document import DOCUMENT, cells_of, document

from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.numbers.kinds import Kind
from lmul.sim.accuracy.operands import DotError, OperandAccuracy
from lmul.sim.accuracy.pairs import accuracy
from lmul.sim.golden.codec import Rounding
from lmul.synth.comparison.error_survey import ErrorSurvey, OperandRow
from lmul.synth.comparison.headline import FIRST_FORMATS, HeadlineRow
from lmul.synth.comparison.points import claim_points
from lmul.synth.pictures.claim import energy_against_claim
from lmul.synth.tables.claims import claim_table, taken_table


def test_taken_table_names_its_baselines():
    rows = {tuple(row[:2]): row[2:] for row in cells_of(taken_table(DOCUMENT))}
    assert rows["e4m3", "exact"] == 7 * ["50 %"]
    assert rows["e4m3", "lmul_rne"][0] == "80 %"
    # 20 times the format, twice the kind.
    assert rows["e4m3", "exact fp32"] == [*5 * ["2 %"], "–", "–"]
    assert rows["fp16", "exact"] == [*5 * ["50 %"], "–", "–"]
    assert rows["e5m2", "int8"][2] == "25 %"
    worse = replace(DOCUMENT, cells=replace(DOCUMENT.cells, found={}))
    assert taken_table(worse).rows == []


def test_claims_are_judged(monkeypatch):
    """What the paper prints: 5 and 3 % of a product, 30 and 22 % of a multiply-accumulate."""

    def so() -> dict[str, list[str]]:
        return {row[0]: row[1:] for row in cells_of(claim_table(document()))}

    # Half of the exact circuit in its own format; e4m3 takes a tenth or less, exact ones twice it.
    rows = so()
    fp16 = rows["energy of an fp16 product"]
    assert fp16 == ["5 %", "50 % (41–61)", "10 %", "20 %", "does not hold"]
    assert rows["energy of an fp32 product"][-1] == "does not hold in its own format"
    assert rows["energy of an fp16 dot product"][-1] == "the format's doing"
    gates = rows["gates of an e4m3 multiplier"]
    assert (gates[0], gates[-1]) == ("48 %", "holds beside exact")
    monkeypatch.setitem(made_up_cells_module._OF_KIND, "lmul", 0.04)
    assert so()["energy of an fp16 product"][-1] == "holds"
    monkeypatch.setitem(made_up_cells_module._OF_KIND, "lmul", 1.9)
    assert so()["gates of an e4m3 multiplier"][-1] == "does not hold"


def test_kept_energies_answer_the_claims():
    """Of fp16 and fp32 a first page measures nothing."""
    first = document(FIRST_FORMATS, full=False)
    assert not [row for row in claim_table(first).rows if row[0].startswith("energy")]
    kept = {point: made_up(point) for point in claim_points()}
    cells = replace(first.cells, found={**first.cells.found, **kept}, kept="Kept since May.")
    table = claim_table(replace(first, cells=cells))
    rows = {row[0]: row[1:] for row in cells_of(table)}
    assert rows["energy of an fp16 product"] == ["5 %", "50 %", "10 %", "20 %", "does not hold"]
    assert len(rows) == 4 + 1
    assert "Kept since May." in " ".join(table.notes)
    assert len(energy_against_claim(replace(first, cells=cells)).panels) == 4


def test_a_claim_on_gates_names_the_smallest_exact():
    row = HeadlineRow("e4m3", "ftz", {"lmul": 9, "lmul_rne": 10, "exact": 18}, {"lmul_rne": 0})
    [found] = cells_of(claim_table(replace(document(("e4m3",)), rows=[row])))
    assert found[-1] == "holds beside exact; of lmul_rne's it takes 90 %"


def test_the_claim_on_errors():
    def measured(fmt: str, kind: Kind, rounding: Rounding, error: float) -> OperandRow:
        stats = accuracy("exact", "e2m1").packed
        dots = DotError(error, 0.0, 0.0)
        given = (kind, FORMATS[fmt], rounding, (1.0, 1.0), stats, stats, dots, dots)
        result = OperandAccuracy(*given, products=1, zero=0, overflow=0, underflow=0)
        return OperandRow("QK", True, result)

    found = [
        measured("e4m3", "lmul", "truncate", 0.05),
        measured("e5m2", "exact", "truncate", 0.20),
        measured("e4m3", "lmul", "nearest", 0.06),
        measured("e5m2", "exact", "nearest", 0.04),
    ]
    table = claim_table(replace(document(("e4m3",)), errors=ErrorSurvey([], {}, found, {})))
    rows = [row for row in cells_of(table) if row[0].startswith("error")]
    assert [(row[3], row[-1]) for row in rows] == [("25 %", "holds"), ("150 %", "does not hold")]
