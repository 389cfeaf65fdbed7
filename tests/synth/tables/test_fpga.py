"""FPGAs in the report: what is counted, what is only looked up."""

from lmul.synth.comparison.cell_survey import CellSurvey
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.error_survey import ErrorSurvey
from lmul.synth.comparison.headline import HeadlineRow
from lmul.synth.comparison.points import lut_points, placed_points
from lmul.synth.measure.measurement import Measured, Point
from lmul.synth.tables.fpga import fpga_table
from lmul.tools.metrics import Metric


def made_up(point: Point, **figures: float) -> Measured:
    library = f"{point.device} with DSPs" if point.dsp else point.device
    metrics = (
        Metric(point.design, "multiplier", name, value, library=library)
        for name, value in figures.items()
    )
    return Measured(tuple(metrics), {})


def table(found):
    rows = [HeadlineRow("e4m3", "ftz", {"lmul": 1, "exact": 2}, {})]
    survey = ErrorSurvey([], {}, [], {})
    cells = CellSurvey(found)
    document = ReportDocument({}, rows, {}, survey, [], "", False, cells=cells)
    return document, fpga_table(document)


def test_luts_before_placement():
    points = lut_points(("e4m3",))
    assert len(points) == len(set(points))
    luts = {point: made_up(point, lut6=20 + point.dsp, dsps=int(point.dsp)) for point in points}
    _, found = table(luts)
    rows = {(row[0], row[1]): row[2:] for row in found.rows}
    assert rows["lmul-e4m3-lax", "no"] == ["20", "0", "–", "–", "–", "–"]
    assert rows["exact-e4m3-ftz", "allowed"][:2] == ["21", "1"]
    assert ("pe-int8", "allowed") in rows
    assert "LUT4 and MHz are kept figures" in found.notes[1]


def test_placed_before():
    speeds = {
        point: made_up(point, lut4=35, fmax_mhz=100.0 + point.seed)
        for point in placed_points(("e4m3",))
        if (point.design, point.device, point.dsp) == ("lmul-e4m3-ftz", "ecp5-25k", False)
        and point.seed in (1, 2, 5)
    }
    document, found = table(speeds)
    [row] = found.rows
    assert row == ["lmul-e4m3-ftz", "no", "–", "–", "–", "–", "35", "102"]
    assert "LUT4 and MHz are kept figures" in found.notes[1]
    # One figure of all seeds, so that reports compare.
    assert [metric.value for metric in document.to_report().metrics] == [102.0]
