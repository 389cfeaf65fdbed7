"""Bugs planted in an array, one at a time: the cocotb bench sees each."""

import shutil

import pytest
from amaranth import Const
from planted_bugs import damaged

from lmul.hdl.array import os_array as array_os
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.numbers.product_range import ProductRange
from lmul.hdl.verilog.emit import emit
from lmul.sim.runner.simulate import simulate

DESIGN = MacDesign.parse("array-lmul-e4m3-3x3-os-k16")
SIMULATOR = "icarus" if shutil.which("iverilog") else "verilator"
TIMER = "  reg [1:0] t = 0;\n  always @(posedge clk) t <= t + 1;"
# What goes wrong at the ports, and a test that must see it.
PORT_BUGS = {
    "valid goes before it is taken": (
        {
            "m_axis_out_tvalid": "sound_m_axis_out_tvalid & |t",
            "m_axis_out_tready": "m_axis_out_tready & |t",
        },
        "stalls",
    ),
    "payload changes while it waits": (
        {"m_axis_out_tdata": "m_axis_out_tready ? sound_m_axis_out_tdata : 96'd0"},
        "stalls",
    ),
    "valid waits for ready": (
        {"m_axis_out_tvalid": "sound_m_axis_out_tvalid & m_axis_out_tready"},
        "valid_waits_for_nothing",
    ),
    "a stall drops a beat of operands": (
        {"s_axis_b_tready": "sound_s_axis_b_tready | held"},
        "stalls",
    ),
    "a stall drops a result": ({"m_axis_out_tready": "1'b1"}, "stalls"),
    "a result comes twice": ({"m_axis_out_tready": "m_axis_out_tready & |t"}, "shapes"),
    "last comes never": ({"m_axis_out_tlast": "1'b0"}, "shapes"),
    "reset is ignored": ({"rst": "1'b0"}, "reset"),
    "the flag is not kept": ({"too_long": "sound_too_long & |t"}, "too_long"),
}


def failed_tests(verilog, tmp_path):
    """The tests that failed, all of them by comparing or by a rule of the protocol."""
    result = simulate(DESIGN, SIMULATOR, out=tmp_path, verilog=verilog)
    assert {failure.error for failure in result.failed} <= {"Mismatch"}
    return {failure.test.rpartition(".")[2] for failure in result.failed}


def skew_register_missing(monkeypatch):
    whole = array_os.delay_struct

    def short(m, struct, cycles, en, name, reset):
        return whole(m, struct, cycles - (name == "skew_b_2"), en, name, reset)

    monkeypatch.setattr(array_os, "delay_struct", short)


def last_too_early(monkeypatch, step=-1):
    right = array_os.delay

    def wrong(m, value, cycles, en, name, reset=None):
        return right(m, value, cycles + step * (name == "skew_last_1"), en, name, reset)

    monkeypatch.setattr(array_os, "delay", wrong)


def last_too_late(monkeypatch):
    last_too_early(monkeypatch, 1)


def grid_does_not_wait_for_the_drain(monkeypatch):
    monkeypatch.setattr(
        array_os.OutputStationaryArray, "_capturing", lambda self, m, first, advances: Const(0, 1)
    )


def accumulator_one_bit_short(monkeypatch):
    right = ProductRange.accumulator_bits
    monkeypatch.setattr(ProductRange, "accumulator_bits", lambda self, k: right(self, k) - 1)


@pytest.mark.parametrize(
    ("plant", "seen_by"),
    [
        pytest.param(skew_register_missing, "shapes", marks=pytest.mark.slow),
        *(
            pytest.param(*case, marks=pytest.mark.evidence)
            for case in (
                (last_too_early, "shapes"),
                (last_too_late, "shapes"),
                (grid_does_not_wait_for_the_drain, "stalls"),
                (accumulator_one_bit_short, "too_long"),
            )
        ),
    ],
)
def test_inside(plant, seen_by, monkeypatch, tmp_path):
    plant(monkeypatch)
    assert seen_by in failed_tests(emit(DESIGN), tmp_path)


@pytest.mark.evidence
@pytest.mark.parametrize("bug", PORT_BUGS)
def test_at_the_ports(bug, tmp_path):
    changes, seen_by = PORT_BUGS[bug]
    assert seen_by in failed_tests(damaged(DESIGN, changes, TIMER), tmp_path)


@pytest.mark.evidence
def test_planting_alone_breaks_nothing(tmp_path):
    assert not failed_tests(damaged(DESIGN, {}), tmp_path)
