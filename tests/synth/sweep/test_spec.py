"""Specs of sweeps: what they say, and which points they make."""

from pathlib import Path

import pytest
from sweep_specs import MINIMAL, UNIT, expanded, grid

from lmul.synth.comparison.designs import REPORT_FORMATS
from lmul.synth.comparison.points import claim_points, kept_points, placed_points
from lmul.synth.measure.measurement import Point
from lmul.synth.sweep.grid import Expansion, expand
from lmul.synth.sweep.spec import read_spec

EXAMPLES = Path(__file__).parents[3] / "examples"


def test_defaults(tmp_path):
    assert expanded(tmp_path, MINIMAL) == Expansion([Point("lmul-e4m3", "gates")], {})


def test_all_combinations_once(tmp_path):
    text = grid(
        measures=["gates", "energy"],
        levels=["multiplier", "pe"],
        kinds=["lmul", "exact", "int8"],
        formats=["e4m3", "e5m2"],
        policies=["ftz", "ocp"],
        accumulators=["default", "fp32"],
        stimuli=["uniform", "attention AV stationary"],
    )
    found = expanded(tmp_path, text + MINIMAL)
    # 2 kinds x 2 formats x 2 policies, and the integer product; PEs with 2 accumulators each.
    assert len(found.points) == (8 + 1 + 8 * 2 + 1) * 3
    assert found.left_out == {}
    assert Point("product-int8", "gates") in found.points
    stationary = Point("pe-exact-e5m2-ftz-fp32", "energy", stimulus="attention AV stationary")
    assert stationary in found.points


def test_arrays_and_devices(tmp_path):
    text = grid(
        measures=["luts"],
        levels=["array"],
        kinds=["int8"],
        sizes=["2x3", "4x4"],
        flows=["os", "ws"],
        devices=["ice40", "xilinx"],
        dsp=[True],
    )
    found = expanded(tmp_path, text).points
    assert len(found) == 8
    assert found[0] == Point("array-int8-2x3-os", "luts", device="ice40", dsp=True)


def test_devices_of_either_measure(tmp_path):
    found = expanded(
        tmp_path,
        grid(
            measures=["luts", "fpga"],
            **UNIT,
            devices=["ice40", "ice40-hx8k", "ecp5-25k"],
            dsp=[True, False],
            seeds=[1, 2],
        ),
    )
    assert len(found.points) == 2 + 2 + 4
    assert found.left_out == {
        "luts has no family 'ice40-hx8k'": 2,
        "luts has no family 'ecp5-25k'": 2,
        "fpga has no device 'ice40'": 4,
        "ice40-hx8k has no DSP blocks": 2,
    }


def test_designs_by_name_and_files_beside_the_spec(tmp_path):
    (tmp_path / "own.lib").write_text("")
    (tmp_path / "own.npz").write_text("")
    found = expanded(
        tmp_path,
        grid(
            measures=["energy"],
            designs=["lmul-e4m3-s2", "lmul-e4m3-ocp-s2"],
            libraries=["own.lib", "embedded"],
            stimuli=["own.npz"],
        ),
    ).points
    stimulus = str(tmp_path / "own.npz")
    assert found == [
        Point("lmul-e4m3-s2", "energy", (str(tmp_path / "own.lib"),), stimulus),
        Point("lmul-e4m3-s2", "energy", stimulus=stimulus),
    ]


def test_several_files_are_one_library(tmp_path):
    for name in ("a.lib", "b.lib"):
        (tmp_path / name).write_text("")
    files = tuple(str(tmp_path / name) for name in ("a.lib", "b.lib"))
    found = expanded(
        tmp_path,
        grid(measures=["cells"], designs=["lmul-e4m3"], libraries=[["a.lib", "b.lib"], "a.lib"]),
    ).points
    assert {point.library for point in found} == {files, files[:1]}
    assert {point.label for point in found} == {
        "cells of lmul-e4m3 (a.lib+b.lib)",
        "cells of lmul-e4m3 (a.lib)",
    }


def test_what_cannot_be_is_left_out_and_counted(tmp_path):
    found = expanded(
        tmp_path,
        grid(
            measures=["energy", "error"],
            levels=["multiplier", "pe"],
            kinds=["lmul", "lmul_rne"],
            formats=["e4m3", "bf16"],
            k_max=[1024, 64],
            stimuli=["mantissas", "gaussian", "attention AV"],
        ),
    )
    reason = "Kind 'lmul_rne' needs a format of at most 3 mantissa bits, not 'bf16' with 7"
    designs = ["lmul-e4m3", "lmul-bf16", "lmul_rne-e4m3"]
    pes = [f"pe-{name}" for name in designs] + ["pe-lmul-e4m3-k64", "pe-lmul_rne-e4m3-k64"]
    assert found.left_out == {
        reason: 3,  # a multiplier, and a PE with either k_max
        "k_max is for exact accumulators; the others take any K": 1,  # pe-lmul-bf16
        "energy has no stimulus 'mantissas'": 8,
        "error has no stimulus 'gaussian'": 8,
        "errors over mantissas are of floating-point multipliers and product units": 5,
        "exact sums up to K = 64 don't hold attention AV's 128 products": 2,
    }
    assert {point.design for point in found.points} == {*designs, *pes}
    assert len(found.points) == 8 * 2 + 3 + 6


def test_dot_product_units(tmp_path):
    found = expanded(
        tmp_path,
        grid(
            measures=["core", "error"],
            levels=["dot", "pe"],
            kinds=["lmul", "int8"],
            formats=["e4m3"],
            policies=["ftz"],
            terms=[4, 8],
            windows=[8, 12],
            sticky=[False, True],
            stimuli=["attention QK"],
        ),
    )
    measured = {point.design for point in found.points if point.measure == "core"}
    sizes = [f"dot-lmul-e4m3-n{n}-w{w}-ftz" for n in (4, 8) for w in (8, 12)]
    assert measured == {*sizes, *(f"{name}-sticky" for name in sizes), "dot-int8-n4", "dot-int8-n8"}
    assert found.left_out == {"core is measured of dot-product units": 4}


def test_registers_carries_and_clocks(tmp_path):
    found = expanded(
        tmp_path,
        grid(
            measures=["area", "clock"],
            levels=["multiplier", "pe"],
            kinds=["lmul", "int8"],
            formats=["e4m3", "bf16"],
            stages=[0, 1],
            carries=[0, 8],
            clocks=["60fo4", "fastest"],
            stimuli=["uniform"],
        ),
    )
    units = [f"{name}{s}" for name in ("lmul-e4m3", "lmul-bf16") for s in ("", "-s1")]
    units += ["product-int8", "pe-lmul-bf16", "pe-lmul-bf16-s1"]
    fixed = [
        f"pe-{w}{s}{c}" for w in ("lmul-e4m3", "int8") for s in ("", "-s1") for c in ("", "-c8")
    ]
    assert {p.design for p in found.points if p.measure == "area"} == {*units, *fixed}
    clocked = [point for point in found.points if point.measure == "clock"]
    assert {(p.design, p.clock) for p in clocked} == {
        (name, clock)
        for name in [*units, *fixed]
        for clock in ("60fo4", "fastest")
        if "-s1" not in name
    }
    assert {point.stimulus for point in clocked} == {"uniform"}
    assert found.left_out == {
        "Carries are kept of exact sums, not of fp32: leave -cN out": 2,  # with either stages
        "a clock's search chooses registers: stages 0 stands for all": 2 * 7,
    }


def test_the_least_energy(tmp_path):
    """Of what it is searched for, at the clocks at which it is."""
    found = expanded(
        tmp_path,
        grid(
            measures=["clock"],
            levels=["array", "pe"],
            kinds=["int8"],
            sizes=["2x2"],
            clocks=["fastest", "5"],
            least=["energy", "area"],
        ),
    )
    assert [(p.design, p.clock, p.least) for p in found.points] == [
        ("array-int8-2x2-os", "5", ""),
        ("pe-int8", "fastest", ""),
        ("pe-int8", "5", "energy"),
        ("pe-int8", "5", ""),
    ]
    assert found.left_out == {
        "how fast an array can be is not searched for": 2,
        "the least energy of an array is not searched for": 1,
        "fastest goes without the least energy": 1,
    }


def test_a_clock_that_no_array_has(tmp_path):
    of_arrays = grid(
        measures=["clock"],
        levels=["array", "pe"],
        kinds=["int8"],
        sizes=["2x2"],
        clocks=["fastest", "5"],
        stimuli=["attention QK", "attention AV stationary"],
    )
    found = expanded(tmp_path, of_arrays)
    assert [(p.design, p.clock, p.stimulus) for p in found.points] == [
        ("array-int8-2x2-os", "5", "attention QK"),
        ("pe-int8", "fastest", "attention QK"),
        ("pe-int8", "5", "attention QK"),
    ]
    assert found.left_out == {
        "how fast an array can be is not searched for": 1,
        "clock has no stimulus 'attention AV stationary'": 4,
    }


@pytest.mark.parametrize(("level", "size"), [("array", "-2x2-os"), ("pe", "")])
def test_pairs_a_cycle(level, size, tmp_path):
    """A window is for float sums of several pairs, and asks nothing of others."""
    sizes = {"sizes": ["2x2"]} if size else {}
    found = expanded(
        tmp_path,
        grid(
            measures=["area"],
            levels=[level],
            kinds=["lmul", "int8"],
            formats=["e4m3"],
            accumulators=["default", "fp32", "fix20_-7"],
            terms=[1, 4],
            windows=[8, 12],
            **sizes,
        ),
    )
    name = f"{level}-lmul-e4m3{size}"
    assert {point.design for point in found.points} == {
        *(name, f"{name}-fp32", f"{name}-fix20_-7", f"{name}-n4", f"{name}-n4-fix20_-7"),
        *(f"{name}-n4-w8-fp32", f"{name}-n4-w12-fp32"),
        *(f"{level}-int8{size}", f"{level}-int8{size}-n4"),
    }
    assert not found.left_out


@pytest.mark.parametrize(
    ("name", "point"),
    [
        ("fp8", Point("pe-lmul-e4m3-ftz-fix20_-7", "cells")),
        ("clocks", Point("pe-int8", "clock", stimulus="attention QK", clock="fastest")),
    ],
)
def test_examples(name, point):
    found = expand(read_spec(EXAMPLES / f"{name}.toml"))
    assert found.left_out == {}
    assert point in found.points


def test_the_report_finds_what_the_examples_keep():
    arrays, fpgas = (
        set(expand(read_spec(EXAMPLES / name)).points) for name in ("arrays.toml", "fpga.toml")
    )
    assert arrays == set(kept_points(REPORT_FORMATS)) - set(claim_points())
    looked_up = set(placed_points(REPORT_FORMATS))
    for level in ("e4m3-ftz", "pe-", "array-"):
        assert any(level in point.design for point in fpgas & looked_up)
