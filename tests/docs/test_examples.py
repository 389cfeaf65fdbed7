"""examples/: what they show works, and fails when it should."""

import itertools
import json
import re
import runpy
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


NOTEBOOK = EXAMPLES / "attention.ipynb"


def test_notebook_is_made_of_its_script():
    """But for what its cells print and draw; and small enough to be kept."""
    kept = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    for cell in kept:
        if cell["cell_type"] == "code":
            assert cell["outputs"] or cell is kept[1]
            cell.update(outputs=[], execution_count=None)
    cells = runpy.run_path(str(EXAMPLES / "make_notebook.py"))["cells"]
    assert kept == cells(NOTEBOOK.with_suffix(".py").read_text(encoding="utf-8"))
    assert NOTEBOOK.stat().st_size < 200_000


@pytest.mark.slow
def test_notebook_runs(monkeypatch, capsys):
    """What it says of its figures holds, and its text is what it printed."""
    pytest.importorskip("torch", reason="needs the extra 'torch'")
    plt = pytest.importorskip("matplotlib", reason="needs the extra 'report'")
    plt.use("agg")
    kept, names = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"], {}
    for cell in kept:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
    number = r"(\d\.\d+(?:e-\d+)?)"
    outputs = [out for cell in kept for out in cell.get("outputs", ())]
    told = "".join(line for out in outputs for line in out.get("text", ()))
    found, wanted = (
        [*map(float, re.findall(number, of))] for of in (capsys.readouterr().out, told)
    )
    assert found == pytest.approx(wanted, rel=0.02)
    plain, inside, everywhere = found[:3]
    assert abs(inside / plain - 1) < 0.01 < everywhere / plain - 1
    exact, lmul, mitchell = (names["errors"][kind] for kind in ("exact", "lmul", "mitchell"))
    assert all(1.5 < more / less < 3 for more, less in itertools.pairwise(exact))
    assert max(lmul[3:]) < min(lmul[:3]) / 2  # from five bits on
    assert max(mitchell[1:]) < 1.1 * min(mitchell[1:])  # from three on
