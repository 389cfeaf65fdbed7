"""PEs at equal clocks: what is kept, and the tables of it."""

from dataclasses import asdict

import pytest
from made_up_cells import made_up_cells
from made_up_clocked import made_up_clocked

from lmul.synth.clocks import tables as clocks
from lmul.synth.clocks.kept import at_clocks, clocked_of
from lmul.synth.clocks.tables import clock_share_table, clock_table
from lmul.synth.comparison.accepted import Accepted, read, text_of
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.error_survey import ErrorSurvey
from lmul.synth.comparison.headline import HeadlineRow
from lmul.synth.comparison.mac_survey import MacSurvey
from lmul.synth.comparison.points import clock_points
from lmul.synth.measure.measurement import Measured, Point

LMUL, EXACT, INT8 = "pe-lmul-e4m3-ftz", "pe-exact-e4m3-ftz", "pe-int8"


FOUND = {
    (LMUL, "60fo4"): made_up_clocked(f"{LMUL}-s1", 4000, 300),
    (EXACT, "60fo4"): made_up_clocked(EXACT, 5000, 400),
    (INT8, "60fo4"): made_up_clocked(INT8, 4050, None, delay=4999.0),
}


def document() -> ReportDocument:
    survey, mac = ErrorSurvey([], {}, [], {}), MacSurvey({}, {}, {}, {})
    cells = made_up_cells(("e4m3",), False)
    rows = [HeadlineRow("e4m3", "ftz", {"lmul": 1, "exact": 2}, {})]
    return ReportDocument({}, rows, {}, survey, [], "none", False, mac, cells)


def test_tables(monkeypatch):
    monkeypatch.setattr(clocks, "at_clocks", lambda: FOUND)
    [row] = clock_share_table(document()).rows
    assert [cell.replace("\u00a0", " ") for cell in row] == [
        "e4m3",
        "60 FO4, 4.9 ns",
        "4,000",
        "300",
        "–",  # of lmul_rne's area, which is not kept
        "80 % (76–84)",
        "–",  # int8 misses the clock
        "–",
        "75 %",
        "–",
    ]
    rows = {row[2]: row for row in clock_table(document()).rows}
    assert rows["lmul"][3:8] == ["1", "4,000", "3,900–4,100", "300", "300–300"]
    assert rows["exact"][3] == "0"
    assert rows["int8"][4:10] == ["–", "–", "–", "–", "4999", "139"]


def test_what_is_kept_is_read_again():
    point = Point(LMUL, "clock", stimulus="attention QK", clock="60fo4")
    one = made_up_clocked(LMUL, 4000, 300)
    kept = read(text_of(Accepted({}, {point: Measured((), asdict(one))})))
    assert clocked_of(kept.found[point]) == one


def test_the_figures_of_this_commit():
    """Each circuit meets its clock or has no energy; OpenSTA sees its delay as we do."""
    found = at_clocks()
    assert found.keys() <= {(point.design, point.clock) for point in clock_points()}
    for one in found.values():
        assert (one.energy is None) == (one.delays[0] > one.clock_ps)
        if one.energy:
            assert max(one.delays) <= one.clock_ps
            assert one.area.least <= one.area.median <= one.area.most
        assert len(one.mappings) == len(one.delays)
        for ours, its in zip(one.delays, one.opensta, strict=False):
            assert its == pytest.approx(ours, rel=0.02)
