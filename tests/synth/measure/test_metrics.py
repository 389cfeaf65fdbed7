"""The report document and the comparison of two."""

import json
import math
from dataclasses import replace

import pytest

from lmul.tools.metrics import Metric, Report, compare, other_versions, worse_than

GATES = Metric("lmul-e4m3", "multiplier", "gates", 100, "gates")
SPEED = Metric("lmul-e4m3", "multiplier", "fmax_mhz", 200.0, "MHz", "higher", library="ecp5")
BIAS = Metric("lmul-e4m3", "multiplier", "bias", -0.02, "", stimulus="pairs")


def report(*metrics: Metric) -> Report:
    return Report({"yosys": "1"}, list(metrics))


def changed(metric: Metric, value: float) -> Metric:
    return replace(metric, value=value)


def test_document_is_as_designed():
    assert json.loads(report(GATES).to_json()) == {
        "schema": 1,
        "tools": {"yosys": "1"},
        "metrics": [
            {
                "design": "lmul-e4m3",
                "level": "multiplier",
                "name": "gates",
                "value": 100,
                "unit": "gates",
                "better": "lower",
                "library": None,
                "stimulus": None,
            }
        ],
    }


def test_round_trip():
    there = Report({"yosys": "1"}, [GATES, SPEED, BIAS], {"paper": {"rows": [1, 2]}})
    assert Report.from_json(there.to_json()) == there


@pytest.mark.parametrize(
    ("metric", "value", "percent", "verdict"),
    [
        (GATES, 110, 10.0, "worse"),
        (GATES, 90, -10.0, "better"),
        (SPEED, 220.0, 10.0, "better"),
        (SPEED, 150.0, -25.0, "worse"),
        (BIAS, 0.01, -50.0, "better"),
        (BIAS, 0.03, 50.0, "worse"),
    ],
)
def test_what_moved(metric, value, percent, verdict):
    new = changed(metric, value)
    [row] = compare(report(metric), report(new))
    assert (row.old, row.new, row.verdict, row.metric) == (metric.value, value, verdict, new)
    assert row.percent == pytest.approx(percent)


def test_what_did_not_move():
    assert compare(report(GATES, BIAS), report(GATES, changed(BIAS, 0.02))) == []
    rows = compare(report(GATES, BIAS), report(GATES, changed(BIAS, 0.02)), unchanged=True)
    assert [row.verdict for row in rows] == ["same", "same"]


def test_added_and_removed():
    rows = compare(report(GATES), report(SPEED))
    assert [(row.metric, row.verdict, row.percent) for row in rows] == [
        (SPEED, "added", None),
        (GATES, "removed", None),
    ]


def test_other_library_is_another_figure():
    other = Metric("lmul-e4m3", "multiplier", "fmax_mhz", 1.0, "MHz", "higher", library="ice40")
    assert [row.verdict for row in compare(report(SPEED), report(other))] == ["added", "removed"]


def test_from_zero():
    zero = changed(GATES, 0)
    [row] = compare(report(zero), report(GATES))
    assert (row.percent, row.verdict) == (math.inf, "worse")
    assert worse_than([row], 1000) == [row]


def test_gate_on_what_got_worse():
    old = report(GATES, SPEED, BIAS)
    rows = compare(old, report(changed(GATES, 103), changed(SPEED, 180.0)))
    assert [row.metric.name for row in worse_than(rows, 0)] == ["gates", "fmax_mhz", "bias"]
    assert [row.metric.name for row in worse_than(rows, 5)] == ["fmax_mhz", "bias"]
    assert [row.verdict for row in worse_than(rows, 50)] == ["removed"]
    assert worse_than(compare(old, report(changed(GATES, 90), SPEED, BIAS)), 0) == []


@pytest.mark.parametrize("percent", [-1.0, math.nan])
def test_wrong_percentage(percent):
    with pytest.raises(ValueError, match=r"^The percentage must be 0 or more, not (-1\.0|nan)$"):
        worse_than([], percent)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", r"^old\.json is no JSON: Expecting value"),
        ("[]", r"^old\.json is no report: it has no schema$"),
        ('{"schema": 2}', r"^old\.json has schema 2; this version reads 1$"),
        ('{"schema": 1}', r"^old\.json is no report: it needs tools and metrics$"),
        (
            '{"schema": 1, "tools": {}, "metrics": [{"design": "x"}]}',
            r"^old\.json: metric 0 is malformed: .*missing 3 required",
        ),
        (
            '{"schema": 1, "tools": {}, "metrics": [7]}',
            r"^old\.json: metric 0 is malformed: ",
        ),
        (
            report(GATES).to_json().replace('"lower"', '"less"'),
            r"^old\.json: metric 0 is malformed: A metric's better must be lower or higher, not",
        ),
        (
            report(GATES).to_json().replace("100", '"many"'),
            r"^old\.json: metric 0 is malformed: Metric 'gates' must have a number, not 'many'$",
        ),
    ],
)
def test_malformed_document(text, complaint):
    with pytest.raises(ValueError, match=complaint):
        Report.from_json(text, "old.json")


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_figures_are_finite(value):
    with pytest.raises(ValueError, match=r"^Metric 'gates' must be finite, not (nan|inf)$"):
        changed(GATES, value)


def test_figures_are_numbers():
    with pytest.raises(TypeError, match=r"^Metric 'gates' must have a number, not True$"):
        changed(GATES, True)


def test_other_versions():
    """Of tools that both name; where and when it was measured changes no figure."""
    old = {"commit": "a", "date": "1", "machine": "x", "python": "3.11", "yosys": "1", "numpy": "2"}
    new = {
        "commit": "b",
        "date": "2",
        "machine": "y",
        "python": "3.12",
        "yosys": "2",
        "cocotb": "2",
    }
    assert other_versions(old, new) == {"yosys": ("1", "2")}
