"""The package of a PE: its bench passes and finds bugs, its words and ports are the Verilog's."""

import json
from pathlib import Path
from typing import Any

import pytest
from exported import (
    PE_NAMES,
    check_lint,
    check_ports,
    files_of,
    one_always,
    run_bench,
    write,
)
from outside import SHORT_IN_ICARUS
from planted_bugs import damaged_module

from lmul.hdl.designs.design import Design
from lmul.hdl.numbers.product_range import ProductRange
from lmul.sim.export import package

pytestmark = pytest.mark.slow  # makes Verilog, runs tools


@pytest.mark.parametrize("name", one_always(PE_NAMES))
def test_bench_passes(name: str, tmp_path: Path) -> None:
    module = Design.parse(name).module_name
    write(tmp_path, files_of(name))
    facts = json.loads(files_of(name)[f"{module}.json"])["bench"]
    done = run_bench(tmp_path, module)
    assert (done.returncode, done.stderr) == (0, "")
    count, units = (
        (facts["dot_products"], "dot products")
        if name.startswith("pe")
        else (facts["vectors"], "vectors")
    )
    assert count >= 190
    assert f"PASS: {module}: {count} of {count} {units}\n" in done.stdout


@pytest.mark.parametrize("name", PE_NAMES)
def test_verilator_lint(name: str, tmp_path: Path) -> None:
    check_lint(tmp_path, name)


@pytest.mark.parametrize("name", PE_NAMES)
def test_manifest(name: str) -> None:
    manifest, text, head = check_ports(name)
    for companion in manifest.get("companions", {}):
        assert f"\nmodule {companion} (" in text or " of " in companion
    assert all(line.startswith("//") or not line for line in head)


@pytest.mark.evidence
def test_head_has_the_numbers() -> None:
    def head(name: str) -> str:
        text = files_of(name)[f"{Design.parse(name).module_name}.v"].partition("\nmodule ")[0]
        return " ".join(text.replace("//", "").split())

    # ARITHMETIC section 4: 39 bits of magnitude from 2**-21, K_max = 1024 and a sign.
    assert "two's complement, 50 bits, the last one worth 2**-21" in head("pe-lmul-e4m3")
    assert "X + Y - 55 of" in head("pe-lmul-e4m3")
    assert "edge_b has added 1" in head("pe-lmul-e4m3")
    assert "more than K_max = 1024 pairs" in head("pe-lmul-e4m3")
    assert "more than K_max" not in head("pe-mitchell-bf16-lax-s1")
    assert "rounded to fp32" in head("pe-mitchell-bf16-lax-s1")
    assert "24 bits, the last one worth 2**-9" in head("pe-exact-e5m2-ftz-fix24_-9-s1")


SOUND = "pe-lmul_rne-e4m3fnuz-k8-s2-c16"
# What is kept of a sum: 40 bits, carries into places 16 and 32, and steps up and down at place 36.
CARRIES = "{acc[40], 16'd0} + {acc[41], 32'd0}"
WHOLE = f"acc[39:0] + {CARRIES} + {{acc[42], 36'd0}} - {{acc[43], 36'd0}}"
BUGS = {
    "nothing": ("", {}),
    "nothing, made whole apart": ("_unit_accumulation", {"whole": WHOLE}),
    "stall ignored": ("", {"en": "1'b1"}),
    "reset ignored": ("", {"rst": "1'b0"}),
    "never ends": ("", {"last": "1'b0"}),
    "lowest bit lost": ("", {"total_sum": "(sound_total_sum >> 1) << 1"}),
    "operand passed on wrong": ("", {"b_next_man": "~sound_b_next_man"}),
    "last passed on early": ("", {"last_next": "last"}),
    "stall ignored in the product": ("_unit_product", {"en": "1'b1"}),
    "reset ignored in the product": ("_unit_product", {"rst": "1'b0"}),
    "carries lost when made whole": (
        "_unit_accumulation",
        {"whole": WHOLE.replace("acc[40]", "1'b0")},
    ),
    "step lost when made whole": ("_unit_accumulation", {"whole": f"acc[39:0] + {CARRIES}"}),
    "sum alone cleared": (
        "_unit_accumulation",
        {"acc": "starts ? {acc[43:40], 40'd0} : acc", "starts": "1'b0", "whole": WHOLE},
    ),
    "carries alone cleared": (
        "_unit_accumulation",
        {"acc": "starts ? {4'd0, acc[39:0]} : acc", "starts": "1'b0", "whole": WHOLE},
    ),
    "mask ignored": ("_edge_a", {"keep": "1'b1"}),
    "sign of b lost": ("_edge_b", {"operand_neg": "1'b0"}),
}


# Bits 8 to 21 of 40 are written in each cycle, the others on change.
DUAL = "pe-exact-e4m3-ftz-dual14_-10-k8"
DUAL_BUGS = {
    "narrow part's carries lost": {"total": "{acc[39:22], sound_total[21:0]}"},
    "upper part never written": {"above": "1'b0"},
    "upper part not written where it is borrowed from": {"above": "sound_above & ~p[0]"},
    "lower part never written": {"below": "1'b0"},
}
# Takes three pairs a cycle, with one bit of mantissa each.
LANES = "pe-lmul_rne-e2m1-n3-k12"
LANE_BUGS = {
    "lanes of one side changed round": {"a_man": "{a_man[0], a_man[2:1]}"},
    "last lane lost": {"b_zero": "{1'b1, b_zero[1:0]}"},
    "zero of the first lane not looked at": {"a_zero": "{a_zero[2:1], 1'b0}"},
}
ALL_BUGS = [
    *((SOUND, bug, *planted) for bug, planted in BUGS.items()),
    *((DUAL, bug, "_unit_accumulation", changes) for bug, changes in DUAL_BUGS.items()),
    *((LANES, bug, "", changes) for bug, changes in LANE_BUGS.items()),
]
# One of each sort in `make test`.
OTHER_BUGS = (
    *("nothing, made whole apart", "step lost when made whole", "carries alone cleared"),
    *list(DUAL_BUGS)[1:],
    *list(LANE_BUGS)[1:],
)


@SHORT_IN_ICARUS
@pytest.mark.parametrize(
    ("name", "bug", "part", "changes"),
    [
        pytest.param(*case, marks=pytest.mark.evidence if case[1] in OTHER_BUGS else ())
        for case in ALL_BUGS
    ],
)
def test_bench_finds_bug(name: str, bug: str, part: str, changes: Any, tmp_path: Path) -> None:
    module = Design.parse(name).module_name
    files = dict(files_of(name))
    files[f"{module}.v"] = damaged_module(files[f"{module}.v"], module + part, changes)
    write(tmp_path, files)
    done = run_bench(tmp_path, module)
    wrong = not bug.startswith("nothing")
    assert (done.returncode != 0) == wrong
    assert (f"FAIL: {module}: " if wrong else f"PASS: {module}: ") in done.stdout


@pytest.mark.evidence
@SHORT_IN_ICARUS
def test_bench_finds_narrow_accumulator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right = ProductRange.accumulator_bits
    monkeypatch.setattr(ProductRange, "accumulator_bits", lambda self, k: right(self, k) - 1)
    monkeypatch.setenv("LMUL_BUILD", str(tmp_path / "build"))  # not into everyone's cache
    design = Design.parse("pe-exact-e3m2-k16")
    write(tmp_path, package(design))
    done = run_bench(tmp_path, design.module_name)
    assert done.returncode != 0
    assert f"FAIL: {design.module_name}: " in done.stdout
