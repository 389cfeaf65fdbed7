import json
import re

import ml_dtypes
import numpy as np
import pytest
from planted_bugs import with_wrong_gate

from lmul import decode, encode
from lmul.cli import main
from lmul.hdl.designs.mac import MacDesign
from lmul.sim.compiled import program as array_program
from lmul.sim.compiled.run import ArrayRun
from lmul.sim.golden.matmul import matmul
from lmul.tools.folders import build_root

DESIGN = "array-lmul-e4m3-3x2-os-ftz"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """With A.npy (floats) and B.npy (codes), which multiply."""
    monkeypatch.setenv("LMUL_BUILD", str(build_root()))
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
    at = lines.index("bit-exact: 21 of 21 results equal the golden model")
    # 6 tiles, of max(5, 3) cycles after the first one's 2 * 3 + 2 + 5 - 2 + 3
    assert lines[at + 1 : at + 4] == [
        "cycles: 39 (closed form 39)",
        "stalls: 0",
        "utilisation: 44.87 %",
    ]
    assert lines[-1] == "written: C.npy (float32)"
    np.testing.assert_array_equal(np.load("C.npy"), decode(wanted(), "fp32"))

    code, out, err = run(f"A.npy B.npy --design {DESIGN} --stalls 40 --json", capsys)
    told = json.loads(out)
    cycles, stalls, _ = (metric["value"] for metric in told["metrics"])
    assert (code, told["matmul"]["bit_exact"], told["matmul"]["closed_form"]) == (0, True, 39)
    assert cycles == 39 + stalls > 39


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
    # 64 tiles of max(32, 16) cycles, the first 3 * 16 + 32 - 2 + 3
    assert "cycles: 2097 (closed form 2097)\nstalls: 0\nutilisation: 97.66 %\n" in out


def test_golden_alone(folder, capsys):
    line = f"A.npy B.npy --design {DESIGN} --backend golden -o C.npy --codes"
    code, out, err = run(line, capsys)
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "written: C.npy (codes of fp32, uint32)"
    np.testing.assert_array_equal(np.load("C.npy"), wanted())


def golden_lines(line, capsys):
    code, out, err = run(f"{line} --backend golden", capsys)
    assert (code, err) == (0, "")
    return out.splitlines()


@pytest.mark.parametrize("dtype", [">f2", ">f4", ">f8", "<f4"])
def test_files_of_every_byte_order(dtype, folder, capsys):
    np.save("A.npy", np.array([[1, -2], [0.5, 3]], dtype))
    np.save("B.npy", np.array([[0x38, 0], [0, 0x38]], ">u2"))
    lines = golden_lines("A.npy B.npy -o C.npy --design array-exact-e4m3-2x2-os", capsys)
    assert lines[1] == "B.npy: 2 x 2 codes of e4m3"
    np.testing.assert_array_equal(np.load("C.npy"), [[1, -2], [0.5, 3]])


@pytest.mark.parametrize(
    ("dtype", "design"),
    [
        (ml_dtypes.float8_e4m3fn, "array-exact-e4m3-2x2-os"),
        (ml_dtypes.float8_e5m2fnuz, "array-exact-e5m2fnuz-2x2-os"),
        (ml_dtypes.float4_e2m1fn, "array-exact-e2m1-2x2-os"),
        (ml_dtypes.bfloat16, "array-exact-bf16-2x2-ws"),
    ],
)
def test_files_of_ml_dtypes_hold_codes(dtype, design, folder, capsys):
    numbers = np.array([[1, -2], [0.5, 3]], dtype)
    np.save("A.npy", numbers)
    name = MacDesign.parse(design).format
    lines = golden_lines(f"A.npy A.npy -o C.npy --design {design}", capsys)
    assert lines[0] == f"A.npy: 2 x 2 codes of {name}, by the design"
    square = numbers.astype(np.float32) @ numbers.astype(np.float32)
    np.testing.assert_array_equal(np.load("C.npy"), square)


def test_files_of_e5m2_hold_numbers(folder, capsys):
    # np.load knows no '<f1', which is what np.save calls this dtype.
    np.save("A.npy", np.array([[1, -2], [0.5, 3]], ml_dtypes.float8_e5m2))
    for fmt in ("e5m2", "e4m3"):
        line = f"A.npy A.npy -o C.npy --design array-exact-{fmt}-2x2-os"
        lines = golden_lines(line, capsys)
        assert lines[0] == f"A.npy: 2 x 2 float32, encoded to {fmt}, to nearest even"
        np.testing.assert_array_equal(np.load("C.npy"), [[0, -8], [2, 8]])


@pytest.mark.parametrize(
    ("dtype", "design", "bits"),
    [
        (ml_dtypes.bfloat16, "array-exact-e4m3-2x2-os", 16),
        (ml_dtypes.bfloat16, "array-exact-fp16-2x2-os", 16),
        (ml_dtypes.float8_e4m3fn, "array-exact-bf16-2x2-os", 8),
        (ml_dtypes.float8_e4m3fn, "array-int8-2x2-os", 8),
    ],
)
def test_files_of_another_ml_dtype_are_refused(dtype, design, bits, folder, capsys):
    np.save("A.npy", np.ones((2, 2), dtype))
    code, _, err = run(f"A.npy A.npy --design {design} --backend golden", capsys)
    assert code == 2
    assert err == (
        f"lmul: A file of {bits}-bit values without the name of their dtype (np.save drops those "
        f"of ml_dtypes) does not suit '{design}': save x.view(np.uint{bits}) to give codes, or "
        "x.astype(np.float32) to give numbers\n"
    )


@pytest.mark.parametrize(
    ("values", "fmt", "losses"),
    [
        # e4m3's largest is 448, and 464 is a tie that is even there; 2^-10 is half of the least.
        ([448, 464, 465, -1e9, 2**-9, 2**-10, 0, np.inf], "e4m3", "3 became NaN, 1 became 0"),
        ([448, 464, -np.inf, np.nan], "e5m2", ""),
        ([57344, 61440, -61439, np.inf], "e5m2", "1 became Inf"),
        ([6, 6.9, 7, -np.inf], "e2m1", "2 became the largest, 6"),
        ([1e-10, 1, -1e-9, 0], "fp16", "2 became 0"),
    ],
)
def test_what_encoding_loses_is_counted(values, fmt, losses, folder, capsys):
    np.save("A.npy", np.array([values]))
    np.save("B.npy", np.zeros((len(values), 1), int))
    lines = golden_lines(f"A.npy B.npy --design array-lmul-{fmt}-2x2-os", capsys)
    said = f"A.npy: 1 x {len(values)} float64, encoded to {fmt}, to nearest even"
    assert lines[0] == said + (f": of {len(values)} {losses}" if losses else "")


def test_what_a_policy_makes_of_operands_is_said(folder, capsys):
    np.save("A.npy", np.array([[0, 0x80, 1, 0x7F, 0x38]]))
    np.save("B.npy", np.full((5, 1), 0x38))

    def notes(policy):
        lines = golden_lines(f"A.npy B.npy --design array-lmul-e4m3-2x2-os{policy}", capsys)
        return [line.removeprefix("A.npy: ") for line in lines[1:-2]]

    special = "1 codes of NaN or Inf as the numbers that their fields spell"
    assert notes("") == []
    assert notes("-ftz") == ["policy ftz reads 1 subnormal codes as 0"]
    assert notes("-lax") == [
        "policy lax reads 1 subnormal codes as 0",
        f"policy lax reads {special}",
    ]
    assert notes("-bare") == [
        "policy bare has no zero: 2 zeros are multiplied as 0.0078125, so a K filled up with "
        "zeros gives wrong sums",
        f"policy bare reads {special}",
    ]
    # And so it is: 1 · 1 and a pair of zeros are more than 1 · 1.
    np.save("A.npy", np.array([[0x38, 0]]))
    np.save("B.npy", np.array([[0x38], [0]]))
    golden_lines("A.npy B.npy -o C.npy --design array-exact-e4m3-2x2-os-bare", capsys)
    assert np.load("C.npy").tolist() == [[1 + 2.0**-14]]


def test_cycles_that_differ_are_told(folder, capsys, monkeypatch):
    def slow(design, a, b, out, *rest):
        codes = matmul(a, b, "e4m3", policy="ftz")
        none = np.zeros(codes.shape, bool)
        return ArrayRun(design, codes, none, (7, 5, 3), 39, 38, 0, 0, 0, False, 1.0)

    monkeypatch.setattr("lmul.sim.compiled.run.run_array", slow)
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
