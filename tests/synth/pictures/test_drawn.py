"""Pictures of areas, delays and energies, and the sentences that follow from them."""

from dataclasses import replace

from made_up_cells import made_up_cells
from made_up_document import DOCUMENT, document

from lmul.synth.pictures.accuracy import accuracy_energy_picture, accuracy_points, best_points
from lmul.synth.pictures.break_even import break_even_picture
from lmul.synth.pictures.claim import energy_against_claim
from lmul.synth.pictures.curves import area_delay_picture
from lmul.synth.pictures.levels import energy_by_level_picture
from lmul.synth.pictures.parts import area_by_part_picture, energy_by_part_picture
from lmul.synth.report.findings import findings


def test_pictures():
    counts = {
        area_by_part_picture: 6,
        energy_by_part_picture: 6,
        area_delay_picture: 4,
        energy_against_claim: 4,
        energy_by_level_picture: 2,
        break_even_picture: 4,
        accuracy_energy_picture: 2,
    }
    for picture, panels in counts.items():
        assert len(picture(DOCUMENT).panels) == panels

    small = document(("e5m2",))
    for picture in (area_delay_picture, break_even_picture, accuracy_energy_picture):
        assert all("currentColor" in panel for panel in picture(small).svg_panels())
    nothing = replace(document(("fp16",)), cells=made_up_cells(()))
    assert all(picture(nothing).panels == [] for picture in counts)


def test_front_of_the_best():
    points = accuracy_points(DOCUMENT)
    assert {point.kind for point in points} >= {"lmul", "lmul_rne", "exact", "mitchell", "int8"}
    best = best_points(points)
    # The cheapest, then what errs less, up to int8, which errs least here and costs most.
    assert best[0].energy == min(point.energy for point in points)
    assert [(point.kind, point.error) for point in best[1:]] == [("exact", 0.02), ("int8", 0.01)]


def test_findings_follow_the_figures():
    said = findings(document(("e4m3", "e5m2", "bf16", "fp16", "fp32")))
    assert len(said) <= 7
    text = " ".join(said).replace("\u00a0", " ")
    assert all(len(line) < 120 for line in said)
    assert "L-Mul's e4m3 multiplier takes 80 % (65–98) of lmul_rne's, 50 % (41–61) of" in text
    assert (
        "Of an exact fp16 PE's energy an e4m3 PE takes 10 % with L-Mul and 20 % without it; fp16 "
        "with L-Mul 50 %."
    ) in text
    assert "takes more" not in text  # here it takes least of all
    assert findings(replace(DOCUMENT, cells=made_up_cells(()))) == []
