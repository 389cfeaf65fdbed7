"""The verdict and the report's first table: circuits at one clock."""

from dataclasses import replace

import pytest
from made_up_clocked import made_up_clocked
from made_up_clocks import CLOCKS
from made_up_document import cells_of, document

from lmul.synth.clocks.front import front_table
from lmul.synth.clocks.picture import energy_by_clock_picture
from lmul.synth.clocks.tables import clock_share_table
from lmul.synth.comparison.clocks.kept import ClockSurvey
from lmul.synth.comparison.clocks.points import DOT, clocked_designs
from lmul.synth.report.verdict import verdict

DOCUMENT = replace(document(("e4m3", "bf16"), False), clocks=CLOCKS)


def test_table():
    assert cells_of(front_table(DOCUMENT)) == [
        [*row, "5.00", err]
        for row, err in (
            (
                ["e4m3", "PE", "60 FO4, 4.9 ns", "lmul_rne", "≈ 98 % (93–103)", "≈ 100 % (96–104)"],
                "5.00",
            ),
            (["e4m3", "PE", "60 FO4, 4.9 ns", "exact", "80 % (76–84)", "75 % (72–78)"], "2.00"),
            (
                ["e4m3", "PE", "60 FO4, 4.9 ns", "int8", "111 % (106–117)", "120 % (115–125)"],
                "1.00",
            ),
            (
                ["e4m3", "8x8 array", "60 FO4, 4.9 ns", "exact", "80 % (76–84)", "89 % (86–93)"],
                "2.00",
            ),
        )
    ]
    assert "not of this run" in front_table(DOCUMENT).notes[0]
    assert "Kept." in clock_share_table(DOCUMENT).notes[0]


def test_formats_of_which_units_alone_are_compared():
    """They stand at the end of a whole report, at the clock that all their units meet."""
    units = {
        (name, "60fo4"): made_up_clocked(name, 40_000 if kind == "exact" else 20_000, 300)
        for kind, name in clocked_designs("fp16", DOT).items()
    }
    beside = replace(DOCUMENT, clocks=ClockSurvey({**CLOCKS.found, **units}))
    rows = cells_of(front_table(beside))
    assert rows[:-1] == cells_of(front_table(DOCUMENT))
    assert rows[-1][:5] == ["fp16", DOT, "60 FO4, 4.9 ns", "exact", "50 % (48–53)"]
    assert "fp16" in next(text for text in verdict(beside) if "matrix engines" in text)
    thrifty = {
        name: made_up_clocked(name, 50_000, 400 if kind == "exact" else 300)
        for kind, name in clocked_designs("fp16", DOT).items()
    }
    both = replace(beside, clocks=replace(beside.clocks, thrifty=thrifty))
    said = next(text for text in verdict(both) if "matrix engines" in text)
    assert "where both are the units that take the least of it, in fp16 75\u00a0%." in said
    e4m3 = replace(document(("e4m3",), False), clocks=beside.clocks)
    assert {row[0] for row in cells_of(front_table(e4m3))} == {"e4m3"}
    slow = {
        **units,
        ("dot-trunc8-fp16-n8-w24-ftz", "60fo4"): replace(next(iter(units.values())), energy=None),
    }
    late = replace(DOCUMENT, clocks=ClockSurvey({**CLOCKS.found, **slow}))
    assert cells_of(front_table(late)) == rows[:-1]


def test_verdict():
    said = [text.replace("\u00a0", " ") for text in verdict(DOCUMENT)]
    assert said == [
        "e4m3, all at one clock of 60 inverter delays: of a multiply-accumulate unit's (PE's) "
        "energy L-Mul saves a quarter beside exact, nothing that can be told beside lmul_rne, "
        "takes a fifth more beside int8; of an 8x8 array's energy L-Mul saves a ninth beside "
        "exact.",
        "With L-Mul real dot products err more than with exact products: 2.5 times in e4m3, 2.5 "
        "times in bf16.",
        "At the least area, each circuit at its own speed, L-Mul takes of exact's in e4m3 50 % of "
        "a multiplier's energy, 50 % of a PE's; in bf16 50 % of a multiplier's energy, 50 % of a "
        "PE's: most goes into what stands around a product.",
    ]


@pytest.mark.parametrize(
    ("energy", "told"),
    [
        (200, "takes half more beside int8"),
        (230, "takes 30 % more beside int8"),
        (283, "takes 6 % more beside int8"),
        (295, "saves a quarter beside exact, nothing that can be told beside lmul_rne and int8"),
        (400, "saves a quarter beside exact and int8"),
        (1200, "saves 75 % beside int8, a quarter beside exact"),
    ],
)
def test_savings_in_words(energy, told):
    found = {**CLOCKS.found, ("pe-int8", "60fo4"): made_up_clocked("pe-int8", 3600, energy)}
    [said, *_] = verdict(replace(DOCUMENT, clocks=ClockSurvey(found)))
    assert told in said.replace("\u00a0", " ")


def test_nothing_measured_nothing_said():
    assert not front_table(replace(DOCUMENT, clocks=ClockSurvey())).rows
    said = verdict(replace(DOCUMENT, clocks=ClockSurvey()))
    assert not any("clock" in one for one in said)


def test_picture():
    picture = energy_by_clock_picture(DOCUMENT)
    assert [title for title, _ in picture.panels] == ["e4m3", "bf16"]
    drawn = picture.svg()
    for told in ("least", "60 FO4", "120 FO4", "L-Mul takes, % of a twin's fJ"):
        assert told in drawn
