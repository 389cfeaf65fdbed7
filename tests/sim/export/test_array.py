"""The package of an array: its bench passes and finds bugs, its words are the Verilog's."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from exported import (
    ARRAY_NAMES,
    PROGRAM,
    check_lint,
    check_ports,
    files_of,
    one_always,
    run_bench,
    run_binary,
    run_icarus,
    write,
)
from outside import NEEDS_ICARUS, SHORT_IN_ICARUS
from planted_bugs import damaged_module

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.numbers.product_range import ProductRange
from lmul.sim.export import array_os, array_ws, package

pytestmark = pytest.mark.slow  # makes Verilog, runs tools


@pytest.mark.parametrize("name", one_always(ARRAY_NAMES))
def test_bench_passes(name: str, tmp_path: Path) -> None:
    """Every bit, every cycle of the closed form, every stall."""
    module = Design.parse(name).module_name
    write(tmp_path, files_of(name))
    beats = json.loads(files_of(name)[f"{module}.json"])["bench"]["beats"]["out"]
    done = run_bench(tmp_path, module)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"PASS: {module}: {2 * beats} of {2 * beats} beats of results\n"


@pytest.mark.parametrize("name", ARRAY_NAMES)
def test_verilator_lint(name: str, tmp_path: Path) -> None:
    check_lint(tmp_path, name)


@pytest.mark.parametrize("name", ARRAY_NAMES)
def test_manifest(name: str) -> None:
    manifest, text, head = check_ports(name)
    streams = "a b out" if "-os" in name else "a b sums partials out"
    assert list(manifest["streams"]) == streams.split()
    for stream in manifest["streams"].values():
        assert f"//   {stream['prefix']}" in head
    for instance in manifest["modules"]:
        assert text.count(f"\nmodule {instance} (") == 1


@pytest.mark.parametrize("flow", ["os", "ws"])
def test_formula_is_the_closed_form(flow: str) -> None:
    """What the manifest has as text is what simulations take."""
    name = next(name for name in ARRAY_NAMES[:2] if f"-{flow}-" in str(name))
    design = MacDesign.parse(str(name))
    cycles = json.loads(files_of(design.name)[f"{design.module_name}.json"])["cycles"]
    formula = cycles["formula"].replace("ceil(", "up(")
    for m, k, n in ((1, 1, 1), (5, 3, 7), (2, 9, 4), (16, 1, 2)):
        values = {**cycles["where"], "M": m, "K": k, "N": n, "max": max, "up": _up}
        assert eval(re.sub(r"up\((\w)/(\w)\)", r"up(\1, \2)", formula), values) == design.cycles(
            m, k, n
        )
    example = cycles["example"]
    assert example["cycles"] == design.cycles(example["M"], example["K"], example["N"])


@pytest.mark.parametrize("name", ["array-int8-3x2-os-n4", "array-lmul-bf16-2x3-ws-n3-w16-r1"])
def test_formula_of_several_pairs(name: str) -> None:
    design = MacDesign.parse(name)
    text = (array_os if design.flow == "os" else array_ws).cycles_formula(design)
    formula = re.sub(r"ceil\((\w)/(\w|\(3\*R\))\)", r"up(\1, \2)", text)
    assert formula.count("up(K, ") == text.count("K") > 0
    where = {"R": design.rows, "C": design.columns, "P": design.latency, "max": max, "up": _up}
    for m, k, n in ((1, 1, 1), (5, 13, 7), (2, 9, 4), (16, 40, 2)):
        assert eval(formula, where | {"M": m, "K": k, "N": n}) == design.cycles(m, k, n)


def _up(a: int, b: int) -> int:
    return -(-a // b)


@pytest.mark.evidence
def test_head_has_the_numbers() -> None:
    text = files_of("array-lmul-e4m3-5x3-os")["array_lmul_e4m3_5x3_os.v"].partition("\nmodule ")
    head = " ".join(text[0].replace("//", "").split())
    assert "two's complement, 50 bits, the last one worth 2**-21" in head
    assert "more than K_max = 1024 products" in head
    assert "R = 5, C = 3, P = 3" in head


OS, WS = "array-lmul_rne-e2m1-2x3-os-k16", "array-mitchell-e2m1-3x2-ws-k16"
BUGS = {
    "nothing": (OS, {}, "PASS"),
    "nothing, ws": (WS, {}, "PASS"),
    "reset ignored": (OS, {"rst": "1'b0"}, "errors"),
    "result lost in a stall": (OS, {"m_axis_out_tready": "1'b1"}, "errors"),
    "result changes in a stall": (
        OS,
        {"m_axis_out_tdata": "sound_m_axis_out_tdata ^ !m_axis_out_tready"},
        "changes while it waits",
    ),
    "operands lost in a stall": (OS, {"s_axis_b_tready": "1'b1"}, "errors"),
    "no last": (OS, {"m_axis_out_tlast": "1'b0"}, "expected"),
    "tile never ends": (
        OS,
        {"s_axis_a_tlast": "1'b0", "s_axis_b_tlast": "1'b0"},
        "nothing has moved",
    ),
    "ends not marked in one stream": (OS, {"s_axis_a_tlast": "1'b0"}, "bad_last 1"),
    "weights' ends not marked": (WS, {"s_axis_b_tlast": "1'b0"}, "bad_last 1"),
    "starts not marked": (WS, {"s_axis_a_tuser": "s_axis_a_tuser & 3'b011"}, "errors"),
    "mask ignored": (OS, {"s_axis_a_tkeep": "2'b11"}, "expected"),
    "one bit": (OS, {"m_axis_out_tdata": "sound_m_axis_out_tdata ^ (1 << 95)"}, "expected"),
    "too long ignored": (OS, {"too_long": "1'b0"}, "no too_long"),
    "never ready": (OS, {"s_axis_a_tready": "1'b0"}, "errors"),
    "sums not begun at zero": (WS, {"s_axis_a_tuser": "s_axis_a_tuser & 3'b110"}, "nothing has"),
    "partial sum lost": (WS, {"m_axis_partials_tready": "1'b1"}, "errors"),
    "weights repeated": (WS, {"s_axis_b_tready": "sound_s_axis_b_tready & s_axis_a_tvalid"}, ""),
}


@SHORT_IN_ICARUS
@pytest.mark.parametrize("bug", BUGS)
def test_bench_finds_bug(bug: str, tmp_path: Path) -> None:
    name, changes, message = BUGS[bug]
    module = Design.parse(name).module_name
    files = dict(files_of(name))
    files[f"{module}.v"] = damaged_module(files[f"{module}.v"], module, changes)
    write(tmp_path, files)
    done = run_bench(tmp_path, module)
    assert (done.returncode != 0) == bool(changes), done.stdout
    assert (f"FAIL: {module}: " if changes else f"PASS: {module}: ") in done.stdout
    assert message in done.stdout


@SHORT_IN_ICARUS
def test_bench_finds_narrow_accumulator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One bit short, which only the largest sums show."""
    right = ProductRange.accumulator_bits
    monkeypatch.setattr(ProductRange, "accumulator_bits", lambda self, k: right(self, k) - 1)
    monkeypatch.setenv("LMUL_BUILD", str(tmp_path / "build"))  # not into everyone's cache
    design = Design.parse("array-exact-e2m1-1x1-os-k4")
    write(tmp_path, package(design))
    done = run_bench(tmp_path, design.module_name)
    assert done.returncode != 0
    assert f"FAIL: {design.module_name}: " in done.stdout


@SHORT_IN_ICARUS
def test_bench_counts_cycles(tmp_path: Path) -> None:
    """One register too many: every bit is right, every product takes a cycle more."""
    sound, late = Design.parse(OS), Design.parse(f"{OS}-s1")
    text = files_of(late.name)[f"{late.module_name}.v"]
    files = dict(files_of(OS))
    files[f"{sound.module_name}.v"] = text.replace(late.module_name, sound.module_name)
    write(tmp_path, files)
    done = run_bench(tmp_path, sound.module_name)
    assert done.returncode != 0
    assert f"FAIL: {sound.module_name}: 6 errors, " in done.stdout
    assert " cycles up to result " in done.stdout
    assert "expected" not in done.stdout


@NEEDS_ICARUS
@pytest.mark.parametrize("name", [OS, WS])
def test_nothing_is_taken_in_reset(name: str, tmp_path: Path) -> None:
    """However long it is, and in the cycle after it, although all offer x: every tready is 0."""
    module = Design.parse(name).module_name
    files = dict(files_of(name))
    streams = ["a", "b", "sums"] if name == WS else ["a", "b"]
    taken = " || ".join(f"s_axis_{stream}_tready !== 0" for stream in streams)
    asked = f'if ({taken}) begin errors = errors + 1; $display("taken in reset"); end'
    edge = "      #5 clk = 1;\n      #5 clk = 0;\n"
    bench, plain = files[f"{module}_tb.v"], f"unknown;\n{edge}      rst = 0;"
    assert bench.count(plain) == 1
    files[f"{module}_tb.v"] = bench.replace(
        plain, f"unknown;\n{edge}{asked}\n{edge}{asked}\nrst = 0; #1 {asked}"
    )
    write(tmp_path, files)
    done = run_icarus(tmp_path, module)
    assert (done.returncode, "taken" in done.stdout) == (0, False), done.stdout


@SHORT_IN_ICARUS
@pytest.mark.parametrize("stream", ["a", "out"])
def test_bench_fails_without_vectors(stream: str, tmp_path: Path) -> None:
    module = Design.parse(OS).module_name
    write(tmp_path, files_of(OS))
    (tmp_path / f"{module}_{stream}.hex").unlink()
    done = run_bench(tmp_path, module)
    assert done.returncode != 0
    assert re.search(rf"FAIL: {module}: can't read \d+ beats from {module}_{stream}", done.stdout)
    assert "PASS" not in done.stdout


@pytest.mark.evidence
@pytest.mark.parametrize("name", [OS, WS])
@pytest.mark.parametrize("damage", [False, True])
def test_bench_in_verilator(name: str, damage: bool, tmp_path: Path) -> None:
    module = Design.parse(name).module_name
    files = dict(files_of(name))
    if damage:
        changes = {"m_axis_out_tdata": "~sound_m_axis_out_tdata"}
        files[f"{module}.v"] = damaged_module(files[f"{module}.v"], module, changes)
    write(tmp_path, files)
    done = run_binary(tmp_path, module)
    assert (done.returncode != 0) == damage, done.stdout
    assert ("FAIL: " if damage else "PASS: ") + module in done.stdout


@pytest.mark.evidence
def test_same_bytes_anywhere(tmp_path: Path) -> None:
    """Another process, hash seed and folder, and nothing kept from before."""
    names = [OS, "pe-lmul_rne-e4m3fnuz-k8", "product-int8"]
    expected: dict[str, str] = {}
    for name in names:
        expected |= files_of(name)
    subprocess.run(
        [sys.executable, "-c", PROGRAM, *names],
        cwd=tmp_path,
        env={**os.environ, "PYTHONHASHSEED": "4242", "LMUL_BUILD": str(tmp_path / "build")},
        check=True,
    )
    assert {p.name: p.read_text() for p in (tmp_path / "out").iterdir()} == expected
