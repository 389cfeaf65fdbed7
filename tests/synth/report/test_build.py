"""Making the report: what is verified is what was counted, and nothing else is written."""

import hashlib
import re
from dataclasses import asdict, replace

import pytest

from lmul.hdl.numbers.formats import FORMATS
from lmul.sim.runner.verify import VerifyResult, family
from lmul.synth.comparison import cell_survey as cell_survey_module
from lmul.synth.comparison.designs import REPORT_FORMATS
from lmul.synth.comparison.headline import FIRST_FORMATS
from lmul.synth.comparison.mac_survey import MacSurvey
from lmul.synth.gates import circuit as circuit_module
from lmul.synth.gates.count import GateCount, count
from lmul.synth.measure import runs
from lmul.synth.measure.measurement import Measured, Point
from lmul.synth.measure.runs import Failure, run_points
from lmul.synth.report import build as report_module
from lmul.synth.report.build import report
from lmul.tools.errors import ToolFailed

pytestmark = pytest.mark.slow  # runs tools


def _counted(gates: int) -> GateCount:
    return GateCount({"$_AND_": gates}, flipflops=0, depth=1, yosys="none", script="none")


@pytest.fixture
def nothing_measured(monkeypatch):
    """A report whose figures cost nothing, of circuits whose text is their name."""

    def counted(points, *_, **__):
        detail = {
            "count": asdict(_counted(9)),
            "parts": [],
            "points": [],
            "area": {},
            "energy": {},
            "compared": 7,
        }
        return {
            point: Measured((), detail | {"verilog": _digest(point.design)}) for point in points
        }

    monkeypatch.setattr(runs, "run_points", counted)
    monkeypatch.setattr(report_module, "verilog_of", lambda design: design.name)
    monkeypatch.setattr(report_module, "mac_survey", lambda *_: MacSurvey({}, {}, {}, {}))
    monkeypatch.setattr(report_module, "survey", lambda *_: None)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_nothing_is_written_of_wrong_circuits(nothing_measured, monkeypatch, tmp_path):
    monkeypatch.setattr(
        report_module,
        "verify_format",
        lambda designs, *_, **__: VerifyResult(
            designs[0].format, 20, 10, 200, 3, 1.0, ("lmul-e4m3: 01 02 is 03, not 04",)
        ),
    )
    message = (
        "3 of 200 products of e4m3 circuits differ from the golden model, "
        "the first: lmul-e4m3: 01 02 is 03, not 04"
    )
    with pytest.raises(ToolFailed, match=f"^{re.escape(message)}$"):
        report(tmp_path / "out", formats=("e4m3",))
    assert not (tmp_path / "out").exists()


def test_what_is_verified_is_what_was_counted(nothing_measured, monkeypatch, tmp_path):
    monkeypatch.setattr(report_module, "verilog_of", lambda design: f"{design.name}, changed")
    message = r"^The Verilog of '.*-e4m3.*' is not what was counted"
    with pytest.raises(ToolFailed, match=message):
        report(tmp_path / "out", formats=("e4m3",))
    assert not (tmp_path / "out").exists()


def test_a_failed_point_fails_the_report(nothing_measured, monkeypatch, tmp_path):
    failed = {Point("lmul-e4m3", "gates"): Failure("no Yosys today")}
    monkeypatch.setattr(runs, "run_points", lambda *_, **__: failed)
    with pytest.raises(ToolFailed, match=r"^gates of lmul-e4m3: no Yosys today$"):
        report(tmp_path / "out", formats=("e4m3",))
    assert not (tmp_path / "out").exists()


@pytest.fixture
def planted(monkeypatch):
    """A PE that takes a's sign for its opposite, in the Verilog that everything is made of."""
    right = circuit_module.verilog_of

    def wrong(design, **options):
        text = right(design, **options)
        if design.name != "pe-lmul-e2m1-ftz":
            return text
        changed = text.replace("a_zero, a_neg }", "a_zero, ~a_neg }")
        assert changed != text
        return changed

    monkeypatch.setattr(circuit_module, "verilog_of", wrong)


def test_a_planted_bug_in_a_pe_stops_the_report(nothing_measured, planted, monkeypatch, tmp_path):
    fake, real = runs.run_points, run_points
    checked = []

    def run(points, *_, **__):
        # All else costs nothing; one PE's check is made as always, of a small format's PE.
        found = fake(points)
        for point in points:
            if point == Point("pe-lmul-e4m3-ftz", "check"):
                [result] = real([replace(point, design="pe-lmul-e2m1-ftz")], jobs=1).values()
                checked.append(point)
                found[point] = result
        return found

    monkeypatch.setattr(runs, "run_points", run)
    message = r"check of pe-lmul-e4m3-ftz: Netlist of 'pe-lmul-e2m1-ftz' gives \d+ results that are"
    with pytest.raises(ToolFailed, match=f"^{message} not the golden model's"):
        report(tmp_path / "out", formats=("e4m3",))
    assert len(checked) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("full", [False, True])
def test_every_circuit_that_is_counted_is_compared(full):
    points = report_module._points(REPORT_FORMATS if full else FIRST_FORMATS, full)
    simulated = {design.name for fmt in REPORT_FORMATS for design in family(FORMATS[fmt])}
    compared = {point.design for point in points if point.measure == "check"} | simulated
    left = {p.design for p in points if p.measure not in ("luts", "fpga", "error")} - compared
    assert left == set()
    assert {"array-exact-e4m3-2x2-ws-ftz", "array-int8-8x8-os", "product-int8"} <= compared


def test_a_real_report_of_the_smallest_format(tmp_path, monkeypatch):
    steps = []
    # One order of statements; several are what tests.test_noise is about.
    monkeypatch.setattr(cell_survey_module, "spread_points", lambda *_: [])
    document = report(tmp_path, on_progress=lambda *step: steps.append(step), formats=("e2m1",))
    done = [step[0] for step in steps]
    assert done == sorted(done)
    assert steps[-1][0] == steps[-1][1]
    assert document.counts["lmul-e2m1-ftz"] == count("lmul-e2m1-ftz")
    [verified] = document.verified
    assert (verified.products, verified.mismatches) == (20 * 256, 0)
    assert (tmp_path / "report.html").stat().st_size > 10_000
