"""The exported Verilog in the tools that read it; its bench passes, and finds what is damaged."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from exported import NAMES, check_lint, files_of, run_bench, run_verilator, write
from outside import NEEDS_ICARUS, SHORT_IN_ICARUS
from planted_bugs import damaged, with_other

from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.numbers.kinds import KINDS, Kind
from lmul.sim.export import export
from lmul.sim.golden.multiply import multiply
from lmul.sim.reference.vectors import all_pairs
from lmul.tools import yosys

pytestmark = pytest.mark.slow  # runs tools


@pytest.mark.parametrize("name", NAMES)
def test_verilator_lint(name: str, tmp_path: Path) -> None:
    """Clean with -Wall and the shipped waivers; without -Wall, with none."""
    module = UnitDesign.parse(name).module_name
    waived = re.findall(r"lint_off -rule (\w+)", files_of(name)[f"{module}.vlt"])
    # Verilator 5.006 knows them as well; UNUSEDSIGNAL and WIDTHEXPAND it does not.
    assert waived == ["DECLFILENAME", "PINCONNECTEMPTY", "UNUSED"]
    check_lint(tmp_path, name)
    linted = run_verilator(tmp_path, "--lint-only", "--top-module", module, f"{module}.v")
    assert (linted.returncode, linted.stderr) == (0, "")


@pytest.mark.parametrize("name", NAMES)
def test_yosys_reads_it(name: str) -> None:
    module = UnitDesign.parse(name).module_name
    script = (
        f"read_verilog d.v\nhierarchy -check -top {module}\nproc\ncheck -assert\n"
        "flatten\nopt_clean\ntee -q -o stat.json stat -json\n"
    )
    result = yosys.run(script, {"d.v": files_of(name)[f"{module}.v"]})
    assert json.loads(result.outputs["stat.json"])["design"]["num_cells"] > 0


# The bench


# fp32's 24 by 24 bits take Icarus a minute; Verilator runs them below.
BENCHED = [name for name in NAMES if name != "exact-fp32"]


@SHORT_IN_ICARUS
@pytest.mark.parametrize("name", BENCHED)
def test_bench_passes(name: str, tmp_path: Path) -> None:
    design = UnitDesign.parse(name)
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
    done = run_bench(tmp_path, module)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"PASS: {module}: {count} of {count} vectors\n" in done.stdout
    assert "FAIL" not in done.stdout


@SHORT_IN_ICARUS
@pytest.mark.slow
@pytest.mark.parametrize("policy", ["bare", "lax", "ftz", "ocp"])
@pytest.mark.parametrize(
    "kind", [kind for kind, info in KINDS.items() if info.exists_for(FORMATS["e3m2"])]
)
def test_bench_passes_for_every_kind_and_preset(kind: Kind, policy: str, tmp_path: Path) -> None:
    stages = (tuple(KINDS).index(kind) + len(policy)) % 4
    design = UnitDesign.parse(f"{kind}-e3m2-{policy}-s{stages}")
    export(design, tmp_path)
    done = run_bench(tmp_path, design.module_name)
    assert done.returncode == 0
    assert f"PASS: {design.module_name}: 4096 of 4096 vectors\n" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "damage"),
    [
        pytest.param("exact-fp32", False, marks=pytest.mark.evidence),
        ("lmul_rne-e4m3-ftz-s3", True),
    ],
)
def test_bench_in_verilator(name: str, damage: bool, tmp_path: Path) -> None:
    """It passes; with ``damage``, it fails of one bit that it should expect otherwise.

    The command is the one that the bench's head gives, with what ``lmul`` installs alone.
    """
    module = UnitDesign.parse(name).module_name
    write(tmp_path, files_of(name))
    said = re.search(r"^//   \$ (verilator .*)$", files_of(name)[f"{module}_tb.v"], re.M)
    assert said is not None
    built = subprocess.run(
        [sys.executable, "-m", "lmul", *said[1].split(), "-CFLAGS", "-O0"],
        cwd=tmp_path,
        env={"PATH": os.defpath, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    program = tmp_path / "obj_dir" / f"V{module}_tb"
    vectors = next(tmp_path.glob("*.hex"))
    sound = vectors.read_text()
    # The lowest bit of the last result that is expected.
    other = f"{sound[:-2]}{int(sound[-2], 16) ^ 1:x}\n"
    for content, verdict in ((sound, "PASS: "), *([(other, "FAIL: ")] if damage else [])):
        vectors.write_text(content)
        done = subprocess.run([program], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode == 0) == (verdict == "PASS: "), done.stdout
        assert verdict + module in done.stdout


SOUND = UnitDesign.parse("lmul-e4m3-ftz")
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


@SHORT_IN_ICARUS
@pytest.mark.parametrize(
    "bug", [pytest.param(bug, marks=[NEEDS_ICARUS] * (bug == "unknown")) for bug in BUGS]
)
def test_bench_finds_bug(bug: str, tmp_path: Path) -> None:
    changes, wrong = BUGS[bug]
    write(tmp_path, files_of(SOUND.name) | {"lmul_e4m3_ftz.v": damaged(SOUND, changes)})
    done = run_bench(tmp_path, "lmul_e4m3_ftz")
    assert done.returncode != 0
    assert f"FAIL: lmul_e4m3_ftz: {wrong} wrong in 65536 of 65536 vectors\n" in done.stdout
    assert "PASS" not in done.stdout
    shown = [line for line in done.stdout.splitlines() if line.startswith("lmul_e4m3_ftz: x=")]
    assert len(shown) == min(wrong, 10)


@SHORT_IN_ICARUS
def test_bench_finds_wrong_offset(tmp_path: Path) -> None:
    other = UnitDesign.parse("lmul-e4m3-ftz-o2")
    wrong = np.count_nonzero(multiply(X, Y, "e4m3", "lmul", "ftz", offset=2) != RESULTS)
    write(tmp_path, files_of(SOUND.name) | {"lmul_e4m3_ftz.v": with_other(SOUND, other)})
    done = run_bench(tmp_path, "lmul_e4m3_ftz")
    assert done.returncode != 0
    assert f"FAIL: lmul_e4m3_ftz: {wrong} wrong in 65536 of 65536 vectors\n" in done.stdout


PIPELINED = UnitDesign.parse("lmul-e2m3-s2")
PIPELINE_BUGS = {
    "stall ignored": damaged(PIPELINED, {"en": "1'b1"}),
    "reset ignored": damaged(PIPELINED, {"rst": "1'b0"}),
    "always valid": damaged(PIPELINED, {"o_valid": "1'b1"}),
    "never valid": damaged(PIPELINED, {"o_valid": "1'b0"}),
    "valid lost in a stall": damaged(PIPELINED, {"o_valid": "sound_o_valid & en"}),
    "result gone in a stall": damaged(PIPELINED, {"p": "en ? sound_p : 6'h00"}),
    "a stage too many": with_other(PIPELINED, UnitDesign.parse("lmul-e2m3-s3")),
    "a stage too few": with_other(PIPELINED, UnitDesign.parse("lmul-e2m3-s1")),
    "swapped operand": damaged(PIPELINED, {"x": "y"}),
}


@SHORT_IN_ICARUS
@pytest.mark.parametrize("bug", PIPELINE_BUGS)
def test_pipelined_bench_finds_bug(bug: str, tmp_path: Path) -> None:
    write(tmp_path, files_of(PIPELINED.name) | {"lmul_e2m3_s2.v": PIPELINE_BUGS[bug]})
    done = run_bench(tmp_path, "lmul_e2m3_s2")
    assert done.returncode != 0
    assert "FAIL: lmul_e2m3_s2: " in done.stdout
    assert "PASS" not in done.stdout


@SHORT_IN_ICARUS
def test_sound_wrapped_passes(tmp_path: Path) -> None:
    """The harness of the damages does no damage of its own."""
    write(tmp_path, files_of(PIPELINED.name) | {"lmul_e2m3_s2.v": damaged(PIPELINED, {})})
    assert run_bench(tmp_path, "lmul_e2m3_s2").returncode == 0


@SHORT_IN_ICARUS
@pytest.mark.parametrize("port", ["p_neg", "p_exp", "p_sig"])
def test_product_bench_finds_bug(port: str, tmp_path: Path) -> None:
    name = "product-exact-bf16"
    text = files_of(name)["product_exact_bf16.v"]
    broken = re.sub(rf"assign {port} = (.*);", rf"assign {port} = ~ \1;", text)
    assert broken != text
    write(tmp_path, files_of(name) | {"product_exact_bf16.v": broken})
    done = run_bench(tmp_path, "product_exact_bf16")
    assert done.returncode != 0
    assert "FAIL: product_exact_bf16: " in done.stdout


@SHORT_IN_ICARUS
@pytest.mark.parametrize("content", [None, "", "00_00_00\n"])
def test_bench_fails_without_vectors(content: str | None, tmp_path: Path) -> None:
    write(tmp_path, files_of(SOUND.name))
    hexes = tmp_path / "lmul_e4m3_ftz.hex"
    if content is None:
        hexes.unlink()
    else:
        hexes.write_text(content)
    done = run_bench(tmp_path, "lmul_e4m3_ftz")
    assert done.returncode != 0
    assert "FAIL: lmul_e4m3_ftz: can't read 65536 vectors from lmul_e4m3_ftz.hex" in done.stdout
    assert "PASS" not in done.stdout
