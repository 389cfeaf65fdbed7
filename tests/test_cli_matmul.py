import json
import re

import numpy as np
import pytest
from planted_bugs import with_wrong_gate

from lmul import decode, encode
from lmul.cli import main
from lmul.hdl.mac_design import MacDesign
from lmul.sim import array_program
from lmul.sim.array_run import ArrayRun
from lmul.sim.matmul import matmul

DESIGN = "array-lmul-e4m3-3x2-os-ftz"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """With A.npy (floats) and B.npy (codes), which multiply."""
    monkeypatch.setenv("LMUL_BUILD", str(array_program.build_root()))
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(6)
    np.save("A.npy", rng.normal(size=(7, 5)))
    np.save("B.npy", rng.integers(0, 0x60, (5, 3)) | rng.integers(0, 2, (5, 3)) << 7)
    return tmp_path


def run(line, capsys):
    code = main(["matmul", *line.split()])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def wanted(policy="ftz"):
    return matmul(encode(np.load("A.npy"), "e4m3"), np.load("B.npy"), "e4m3", policy=policy)


@pytest.mark.slow
def test_rtl(folder, capsys):
    code, out, err = run(f"A.npy B.npy -o C.npy --design {DESIGN}", capsys)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "A.npy: 7 x 5 float64, encoded to e4m3, to nearest even"
    assert lines[1] == "B.npy: 5 x 3 codes of e4m3"
    assert lines[3] == "bit-exact: 21 of 21 results equal the golden model"
    # 6 tiles, of max(5, 3) cycles after the first one's 2 * 3 + 2 + 5 - 2 + 2
    assert lines[4:7] == ["cycles: 38 (closed form 38)", "stalls: 0", "utilisation: 46.05 %"]
    assert lines[-1] == "written: C.npy (float32)"
    np.testing.assert_array_equal(np.load("C.npy"), decode(wanted(), "fp32"))

    code, out, err = run(f"A.npy B.npy --design {DESIGN} --stalls 40 --json", capsys)
    told = json.loads(out)
    cycles, stalls, _ = (metric["value"] for metric in told["metrics"])
    assert (code, told["matmul"]["bit_exact"], told["matmul"]["closed_form"]) == (0, True, 38)
    assert cycles == 38 + stalls > 38


@pytest.mark.slow
def test_wrong_bits_are_told(folder, capsys, monkeypatch):
    wrong = with_wrong_gate(MacDesign.parse(DESIGN))
    monkeypatch.setattr(array_program, "verilog_of", lambda design, out: wrong)
    code, out, err = run(f"A.npy B.npy --design {DESIGN}", capsys)
    assert (code, err) == (1, "")
    pattern = r"^not bit-exact: \d+ of 21 results differ, at \[\d, \d\] 0x\w{8}, golden 0x\w{8}$"
    assert re.search(pattern, out, re.M)


@pytest.mark.evidence
def test_waves(folder, capsys):
    code, out, _ = run(f"A.npy B.npy -o C.npy --design {DESIGN} --waves", capsys)
    assert code == 0
    assert "waves: C.vcd" in out
    text = (folder / "C.vcd").read_text()
    assert " s_axis_a_tdata " in text
    # six cells: bit 2 of each one's sum
    assert " pe_acc__2 [5:0] $end" in text


@pytest.mark.evidence
def test_attention(folder, capsys):
    code, out, _ = run("--attention QK", capsys)
    assert code == 0
    assert "bit-exact: 16384 of 16384 results" in out
    # 64 tiles of max(32, 16) cycles, the first 3 * 16 + 32 - 2 + 2
    assert "cycles: 2096 (closed form 2096)\nstalls: 0\nutilisation: 97.71 %\n" in out


def test_golden_alone(folder, capsys):
    line = f"A.npy B.npy --design {DESIGN} --backend golden -o C.npy --codes"
    code, out, err = run(line, capsys)
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "written: C.npy (codes of fp32, uint32)"
    np.testing.assert_array_equal(np.load("C.npy"), wanted())


def test_cycles_that_differ_are_told(folder, capsys, monkeypatch):
    def slow(design, a, b, out, *rest):
        codes = matmul(a, b, "e4m3", policy="ftz")
        none = np.zeros(codes.shape, bool)
        return ArrayRun(design, codes, none, (7, 5, 3), 39, 38, 0, 0, 0, False, 1.0)

    monkeypatch.setattr("lmul.sim.array_run.run_array", slow)
    code, out, _ = run(f"A.npy B.npy --design {DESIGN}", capsys)
    assert code == 1
    assert "bit-exact: 21 of 21" in out
    assert "cycles: 39 (closed form 38) DIFFERENT" in out


WRONG = {
    "A.npy": "Two matrices are needed: A.npy and B.npy, or --attention QK",
    "A.npy B.npy --attention QK": "--attention is in place of A.npy and B.npy",
    "--attention KQ": "Unknown product 'KQ': use QK or AV",
    "--attention QK --head 2": "Head must be from 0 to 1, not 2",
    "A.npy none.npy": "No such file or directory: none.npy",
    "A.npy text.npy": "'text.npy' is no .npy file of numbers",
    "A.npy words.npy": "'words.npy' must hold one array of integers or floats",
    "A.npy A.npy": "Shapes (7, 5) and (7, 5) don't multiply: K is not the same",
    "A.npy B.npy --design lmul-e4m3": (
        "Design 'lmul-e4m3' is a multiplier or product unit, not a PE or array"
    ),
    "A.npy B.npy --design array-int8-2x2-os": (
        "Design 'array-int8-2x2-os' multiplies integers, not float64"
    ),
    "A.npy B.npy --backend c": "Backend must be rtl or golden, not 'c'",
    "A.npy B.npy --backend golden --waves": "--waves and --stalls need --backend rtl",
    "A.npy B.npy --stalls 100": "Stalls must be from 0 to 0.99, not 1.0",
}


@pytest.mark.parametrize("line", WRONG)
def test_matmul_wrong(line, folder, capsys):
    (folder / "text.npy").write_text("3")
    np.save("words.npy", np.array(["a"]))
    before = sorted(folder.iterdir())
    assert run(line, capsys) == (2, "", f"lmul: {WRONG[line]}\n")
    assert sorted(folder.iterdir()) == before
