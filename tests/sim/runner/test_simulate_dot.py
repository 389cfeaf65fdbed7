"""Simulations of dot-product units, and their exported benches: sound ones pass, others don't."""

import shutil

import pytest
from exported import check_lint, check_ports, files_of, run_bench, write
from planted_bugs import damaged

from lmul.hdl.designs.design import Design
from lmul.sim.runner.simulate import simulate

SIMULATOR = "icarus" if shutil.which("iverilog") else "verilator"
PLAIN = "dot-lmul-e4m3-n3-w8-sticky"
PIPELINED = "dot-int8-n3-s2"
NAMES = [
    PLAIN,
    "dot-exact-e2m1-n2-w4-ftz-s3",
    "dot-lmul-e2m1-n3-w4-ftz-s14",
    "dot-int8-n4",
    PIPELINED,
]

pytestmark = pytest.mark.evidence  # a build each


@pytest.mark.parametrize("name", NAMES)
def test_sound(name, tmp_path):
    result = simulate(Design.parse(name), SIMULATOR, out=tmp_path)
    assert result.failed == ()
    # With registers results are compared under stalls and resets besides.
    if Design.parse(name).stages:
        assert result.tests == 4
        assert result.vectors > 5000
    else:
        assert (result.tests, result.vectors) == (2, 1500)


@pytest.mark.parametrize(
    "changes",
    [
        {"acc": "{acc[31:8], 8'd0}"},
        {"x": "{x[23:1], x[0] & ~y[0]}"},
        {"p": "sound_p ^ (sound_p == 32'h7fc00000)"},
    ],
)
def test_damaged(changes, tmp_path):
    design = Design.parse(PLAIN)
    result = simulate(design, SIMULATOR, out=tmp_path, verilog=damaged(design, changes))
    assert result.failed


@pytest.mark.parametrize("name", NAMES)
def test_exported_bench(name, tmp_path):
    module = Design.parse(name).module_name
    write(tmp_path, files_of(name))
    done = run_bench(tmp_path, module)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"PASS: {module}: 2000 of 2000 vectors\n" in done.stdout
    check_ports(name)
    check_lint(tmp_path, name)


@pytest.mark.parametrize(
    "changes",
    [
        {"en": "1'b1"},
        {"o_valid": "sound_o_valid & en"},
        {"acc": "acc & {32{i_valid}} & 32'hfffffffe"},
    ],
)
def test_damaged_pipeline(changes, tmp_path):
    design = Design.parse(PIPELINED)
    result = simulate(design, SIMULATOR, out=tmp_path, verilog=damaged(design, changes))
    assert result.failed


def test_exported_bench_finds_a_bug(tmp_path):
    design = Design.parse(PLAIN)
    files = dict(files_of(design.name))
    files[f"{design.module_name}.v"] = damaged(design, {"acc": "{acc[31:8], 8'd0}"})
    write(tmp_path, files)
    done = run_bench(tmp_path, design.module_name)
    assert done.returncode != 0
    assert f"FAIL: {design.module_name}:" in done.stdout
