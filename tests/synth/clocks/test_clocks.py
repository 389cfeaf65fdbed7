"""Circuits at equal clocks: what is kept, and the tables of it."""

from dataclasses import asdict, replace

import pytest
from made_up_clocked import made_up_clocked
from made_up_clocks import CLOCKS
from made_up_document import cells_of, document

from lmul.synth.clocks.carries import carries_table
from lmul.synth.clocks.tables import clock_share_table, clock_table, same_width_table
from lmul.synth.comparison.accepted import Accepted, read, text_of
from lmul.synth.comparison.clocks.kept import ClockSurvey, clock_survey, clocked_of
from lmul.synth.comparison.clocks.points import array_points, clock_points, unit_points
from lmul.synth.measure.measurement import FASTEST, Measured, Point

LMUL, EXACT, INT8 = "pe-lmul-e4m3-ftz", "pe-exact-e4m3-ftz", "pe-int8"
DOCUMENT = replace(document(("e4m3", "bf16"), False), clocks=CLOCKS)


def test_shares():
    found = {
        (LMUL, "60fo4"): CLOCKS.found[LMUL, "60fo4"],
        (EXACT, "60fo4"): CLOCKS.found[EXACT, "60fo4"],
        (INT8, "60fo4"): made_up_clocked(INT8, 4050, None, delay=4999.0),
    }
    shown = replace(DOCUMENT, clocks=ClockSurvey(found))
    [row] = cells_of(clock_share_table(shown))
    assert row == [
        "PE",
        "e4m3",
        "60 FO4, 4.9 ns",
        "4,000",
        "300",
        "–",  # of lmul_rne's area, which is not kept
        "80 % (76–84)",
        "–",  # int8 misses the clock
        "–",
        "75 % (72–78)",
        "–",
    ]
    rows = {row[3]: row for row in clock_table(shown).rows}
    # A MAC each 4.86 ns in 0.004 mm².
    assert rows["lmul"][4:10] == ["1", "4,000", "3,900–4,100", "300", "294–306", "51"]
    assert rows["exact"][4] == "0"
    assert rows["int8"][5:12] == ["–", "–", "–", "–", "–", "4999", "139"]


def test_arrays_are_rows_of_their_own():
    rows = {tuple(row[:4]): row for row in clock_table(DOCUMENT).rows}
    row = rows["8x8 array", "e4m3", "60 FO4, 4.9 ns", "lmul"]
    # Registers in PEs, and in rounders; 64 MACs each 4.86 ns in 0.4 mm².
    assert (row[4], row[9]) == ("1, 2", "33")
    row = rows["8-term unit", "bf16", "60 FO4, 4.9 ns", "lmul"]
    assert (row[4], row[9]) == ("6", "61")  # 8 MACs in 0.027 mm²
    assert not any(level == "16x16 array" for level, *_ in rows)
    large = {
        (name, "60fo4"): made_up_clocked(name, area, 450)
        for name, area in (
            ("array-lmul-e4m3-16x16-os-ftz", 1_600_000),
            ("array-exact-e4m3-16x16-os-ftz", 2_000_000),
            ("array-int8-16x16-os", 1_280_000),
        )
    }
    assert large.keys() <= {(point.design, point.clock) for point in array_points()}
    beside = replace(DOCUMENT, clocks=ClockSurvey({**CLOCKS.found, **large}))
    rows = {tuple(row[:4]): row for row in clock_table(beside).rows}
    assert rows["16x16 array", "e4m3", "60 FO4, 4.9 ns", "lmul"][9] == "33"  # 256 in 1.6 mm²
    row = cells_of(clock_share_table(beside))[-1]
    assert (row[0], *row[5:8]) == ("16x16 array", "–", "80 % (76–84)", "125 % (119–131)")


def test_sums_of_one_width():
    wide = {
        ("pe-lmul-e4m3-ftz-k8192", "60fo4"): made_up_clocked("pe-lmul-e4m3-ftz-k8192", 4500, 320),
        ("pe-lmul_rne-e4m3-ftz-k8192", "60fo4"): made_up_clocked(
            "pe-lmul_rne-e4m3-ftz-k8192", 4500, 320
        ),
    }
    found = ClockSurvey({**CLOCKS.found, **wide})
    rows = cells_of(same_width_table(replace(DOCUMENT, clocks=found)))
    assert [row[2:5] for row in rows] == [
        ["each kind's own", "4,000", "300"],
        ["the widest's for all", "4,500", "320"],
    ]
    assert [row[6] for row in rows] == ["80 % (76–84)", "90 % (86–95)"]
    assert cells_of(same_width_table(DOCUMENT)) == []


LARGER = "110 % (105–116)", "110 % (106–114)"


def test_kept_carries():
    """Beside the smallest of each kind; of one that keeps carries itself, once more."""
    kept = {
        (f"{LMUL}-c8", "60fo4"): made_up_clocked(f"{LMUL}-s1-c8", 4400, 330),
        (INT8, "60fo4"): made_up_clocked(f"{INT8}-s1-c8", 3000, 210),
    }
    found = replace(DOCUMENT, clocks=ClockSurvey({**CLOCKS.found, **kept}))
    assert [row[2:] for row in cells_of(carries_table(found))] == [
        ["lmul", f"{LMUL}-s1", "4,000", "300", "4,400", "330", *LARGER],
        ["int8", f"{INT8}-s1-c8", "3,000", "210", "–", "–", "–", "–"],
    ]
    row = next(row for row in clock_table(found).rows if row[3] == "int8")
    assert row[4] == "1, and carries"
    assert cells_of(carries_table(DOCUMENT)) == []


def test_the_first_clock():
    """60 inverter delays, or the next longer clock that all kinds meet."""
    assert CLOCKS.first_clock("e4m3") == "60fo4"
    assert CLOCKS.first_clock("bf16") == CLOCKS.first_clock("fp16") == ""
    slow = {
        (design, "120fo4"): replace(one, clock_ps=9720.0)
        for (design, _), one in CLOCKS.found.items()
    }
    found = {
        **CLOCKS.found,
        **slow,
        (INT8, "60fo4"): made_up_clocked(INT8, 4050, None, delay=4999.0),
    }
    assert ClockSurvey(found).first_clock("e4m3") == "120fo4"


def test_what_is_kept_is_read_again():
    point = Point(LMUL, "clock", stimulus="attention QK", clock="60fo4")
    one = made_up_clocked(LMUL, 4000, 300)
    again = read(text_of(Accepted({}, {point: Measured((), asdict(one))})))
    assert clocked_of(again.found[point]) == one


def test_the_figures_of_this_commit():
    """Each circuit meets its clock or has no energy; OpenSTA sees its delay as we do."""
    found = clock_survey().found
    assert found.keys() <= {
        (point.design, point.clock) for point in (*clock_points(), *unit_points(), *array_points())
    }
    for (_, clock), one in found.items():
        assert (one.energy is None) == (one.delays[0] > one.clock_ps)
        if one.energy:
            assert clock == FASTEST or max(one.delays) <= one.clock_ps
            assert one.area.least <= one.area.median <= one.area.most
        assert len(one.mappings) == len(one.delays)
        for ours, its in zip(one.delays, one.opensta, strict=False):
            assert its == pytest.approx(ours, rel=0.02)
