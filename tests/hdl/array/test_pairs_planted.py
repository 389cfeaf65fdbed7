"""Bugs planted in PEs that take several pairs a cycle, and arrays of them: the benches see each."""

import shutil

import pytest
from planted_bugs import damaged

from lmul.hdl.array import os_entry
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.group.product import AlignedGroup
from lmul.hdl.mac import datapath, pe
from lmul.hdl.verilog.emit import emit
from lmul.sim.runner.simulate import simulate

pytestmark = pytest.mark.evidence

WINDOW = MacDesign.parse("array-lmul-e5m2-2x2-os-n3-w6-fp32")
EXACT = MacDesign.parse("array-exact-e4m3-2x2-os-n2-k16")
ALONE = MacDesign.parse("pe-lmul-e5m2-n3-w6-fp32")
SIMULATOR = "icarus" if shutil.which("iverilog") else "verilator"


def sees(test, design, verilog, tmp_path):
    result = simulate(design, SIMULATOR, out=tmp_path, verilog=verilog, tests=[test])
    return [failure.error for failure in result.failed] == ["Mismatch"]


def window_too_narrow(monkeypatch):
    monkeypatch.setattr(
        datapath, "AlignedGroup", lambda units, window: AlignedGroup(units, window - 1)
    )


def infinity_of_the_first_pair_alone(monkeypatch):
    whole = pe.special_products

    def first(m, x, y, layout):
        one = type(layout)(layout["lane_0"].shape, 1)
        return whole(m, x, y, one)

    monkeypatch.setattr(pe, "special_products", first)


def nan_of_the_first_lane_alone(monkeypatch):
    whole = os_entry.any_of_each
    monkeypatch.setattr(os_entry, "any_of_each", lambda marks, terms: whole(marks[::terms], 1))


def beats_are_not_counted(monkeypatch):
    monkeypatch.setattr(os_entry.ArrayEntry, "_count", lambda self, m, beat: None)


@pytest.mark.parametrize(
    ("design", "plant", "seen_by"),
    [
        (WINDOW, window_too_narrow, "shapes"),
        (WINDOW, infinity_of_the_first_pair_alone, "corners"),
        (ALONE, window_too_narrow, "sums"),
        (ALONE, infinity_of_the_first_pair_alone, "corners"),
        (EXACT, nan_of_the_first_lane_alone, "corners"),
        (EXACT, beats_are_not_counted, "too_long"),
    ],
)
def test_inside(design, plant, seen_by, monkeypatch, tmp_path):
    plant(monkeypatch)
    assert sees(seen_by, design, emit(design), tmp_path)


@pytest.mark.parametrize(
    "changes",
    [
        {"a_neg": "{a_neg[0], a_neg[2:1]}"},
        {"b_zero": "{b_zero[2:1], 1'b0}"},
        {"a_next_man": "{sound_a_next_man[1:0], sound_a_next_man[5:2]}"},
    ],
)
def test_lanes_of_a_pe_alone(changes, tmp_path):
    assert sees("sums", ALONE, damaged(ALONE, changes), tmp_path)


def test_what_lies_beyond_k_is_kept(tmp_path):
    verilog = damaged(EXACT, {"s_axis_a_tkeep": "4'hf", "s_axis_b_tkeep": "4'hf"})
    assert sees("shapes", EXACT, verilog, tmp_path)
