"""Kinds between L-Mul and exact: sound ones pass their benches, one with other tables does not."""

import shutil
from pathlib import Path

import pytest
from exported import files_of, run_bench, write
from outside import NEEDS_ICARUS
from planted_bugs import with_other

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.unit import UnitDesign
from lmul.sim.runner.simulate import simulate

SIMULATOR = "icarus" if shutil.which("iverilog") else "verilator"
NAMES = [
    "pe-lmul_coarse-bf16-ftz-s2",
    "array-lmul_fine-bf16-1x2-os-ftz",
    "array-lmul_coarse-fp16-1x1-ws",
    "dot-lmul_fine-bf16-n2-w12-ftz",
    "pe-trunc6-bf16-ftz-s2",
    "dot-trunc4-e3m4-n2-w12",
]

pytestmark = pytest.mark.evidence  # a build each


@pytest.mark.parametrize("name", NAMES)
def test_sound(name: str, tmp_path: Path) -> None:
    result = simulate(Design.parse(name), SIMULATOR, out=tmp_path)
    assert result.failed == ()
    assert result.vectors > 150


def test_other_tables_are_found(tmp_path: Path) -> None:
    design = UnitDesign.parse("lmul_fine-bf16-ftz")
    other = with_other(design, UnitDesign.parse("lmul_coarse-bf16-ftz"))
    result = simulate(design, "verilator", out=tmp_path, verilog=other)
    assert {failure.error for failure in result.failed} == {"Mismatch"}
    assert result.failures >= 2


@NEEDS_ICARUS
@pytest.mark.parametrize("name", ["lmul_fine-bf16-ftz", "lmul_coarse-fp16-s2", NAMES[0], NAMES[3]])
def test_exported_bench(name: str, tmp_path: Path) -> None:
    design = Design.parse(name)
    write(tmp_path, files_of(name))
    done = run_bench(tmp_path, design.module_name)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"PASS: {design.module_name}: " in done.stdout
