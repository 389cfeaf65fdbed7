"""examples/: what they show works, and fails when it should."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
SIMULATOR = "icarus" if shutil.which("iverilog") else "verilator"


@pytest.mark.evidence
@pytest.mark.parametrize("damage", [False, True])
def test_cocotb_bench(damage, tmp_path):
    """The drivers at somebody's own ports; they find what is connected wrongly."""
    shutil.copytree(EXAMPLES / "cocotb_bench", tmp_path / "bench")
    if damage:
        module = tmp_path / "bench" / "accelerator.v"
        swapped = ".s_axis_a_tdata({mm_s_axis_a_tdata[7:0], mm_s_axis_a_tdata[15:8]})"
        text, changed = re.subn(r"\.s_axis_a_tdata\(\w+\)", swapped, module.read_text())
        assert changed == 1
        module.write_text(text)
    done = subprocess.run(
        [sys.executable, "bench/bench.py", SIMULATOR],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == int(damage), done.stdout + done.stderr
    assert ("TESTS=2 PASS=0 FAIL=2" if damage else "TESTS=2 PASS=2 FAIL=0") in done.stdout


@pytest.mark.slow
def test_amaranth_array(tmp_path):
    """The simulated array gives the golden model's bits; the Verilog has both its modules."""
    done = subprocess.run(
        [sys.executable, EXAMPLES / "amaranth_array.py", tmp_path / "top.v"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[1].endswith(" equal")
    text = (tmp_path / "top.v").read_text()
    assert re.search(r"^module accelerator \([^;]*\bmac_clk\b", text, re.M)
    assert "module array_lmul_e4m3_2x2_os_core (" in text


@pytest.mark.evidence
def test_attention():
    """All products in L-Mul cost more than attention alone; more mantissa bits, less error."""
    pytest.importorskip("torch", reason="needs the extra 'torch'")
    done = subprocess.run(
        [sys.executable, EXAMPLES / "attention.py"], capture_output=True, text=True, check=True
    )
    plain, inside, everywhere = map(float, re.findall(r"perplexity ([\d.]+)", done.stdout))
    assert abs(inside / plain - 1) < 0.02
    assert everywhere > inside
    exact = [float(error) for error in re.findall(r"exact (\S+)", done.stdout)]
    assert len(exact) == 6
    assert exact == sorted(exact, reverse=True)
