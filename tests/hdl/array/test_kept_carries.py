"""Arrays whose PEs keep carries: right, and what goes wrong with the carries is seen."""

import shutil
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from planted_bugs import damaged_module

from lmul.hdl.array.os_array import OutputStationaryArray
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.verilog.emit import emit
from lmul.sim.runner.simulate import simulate

SIMULATOR = "icarus" if shutil.which("iverilog") else "verilator"
OS, WS = (MacDesign.parse(f"array-int8-3x2-{flow}-k64-s1-c8") for flow in ("os", "ws"))
# A sum has 17 lower places and 15 upper ones; what is carried into place 8 is kept, and whether the
# upper places are to step up, and down.
KEPT = {"a carry": 32, "a step up": 33, "a step down": 34}


def failed_tests(design, verilog, tmp_path):
    """The tests that failed, all of them by comparing."""
    result = simulate(design, SIMULATOR, out=tmp_path, verilog=verilog)
    assert {failure.error for failure in result.failed} <= {"Mismatch"}
    return {failure.test.rpartition(".")[2] for failure in result.failed}


def without(design, module, port, place):
    """The array with a module that never gives out a bit."""
    change = {port: f"sound_{port} & ~(35'd1 << {place})"}
    return damaged_module(emit(design), f"{design.module_name}_{module}", change)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("design", "module", "port", "lost"),
    [
        (OS, "cell", "result", "a carry"),
        *(
            pytest.param(*case, marks=pytest.mark.evidence)
            for case in (
                (OS, "cell", "result", "a step up"),
                (OS, "cell", "result", "a step down"),
                (WS, "pe", "below", "a carry"),
                (WS, "pe", "below", "a step up"),
                (WS, "pe", "below", "a step down"),
            )
        ),
    ],
)
def test_lost_on_the_way(design, module, port, lost, tmp_path):
    verilog = without(design, module, port, KEPT[lost])
    assert "shapes" in failed_tests(design, verilog, tmp_path)


@pytest.mark.evidence
def test_nothing_lost(tmp_path):
    verilog = without(OS, "cell", "result", 35)
    assert not failed_tests(OS, verilog, tmp_path)


@pytest.mark.evidence
def test_drain_one_cycle_early(monkeypatch, tmp_path):
    """It starts with the last row but one, and the last row's sums of the tile before leave."""
    right = OutputStationaryArray._drain

    def early(self, m, rows, advances, step):
        *above, last = rows
        shown: Any = SimpleNamespace(captures=above[-1].captures, shift=last.shift)
        return right(self, m, [*above, shown], advances, step)

    monkeypatch.setattr(OutputStationaryArray, "_drain", early)
    assert "shapes" in failed_tests(OS, emit(OS), tmp_path)


@pytest.mark.parametrize("design", [OS, WS])
def test_no_cycle_more(design):
    """Sums are made whole on their way out of the array."""
    plain = replace(design, carries=0)
    assert design.latency == plain.latency
    assert design.cycles(5, 7, 9) == plain.cycles(5, 7, 9)
