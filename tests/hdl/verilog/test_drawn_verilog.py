"""Verilog of designs drawn from all legal names, in all forms: tools take it without warnings."""

import re
from collections.abc import Iterable, Sequence
from itertools import product
from pathlib import Path

import pytest
from drawn_designs import drawn
from exported import run_verilator

from lmul.hdl.arithmetic.form import Form
from lmul.hdl.designs.design import Design
from lmul.hdl.verilog.emit import emit
from lmul.tools import yosys

pytestmark = pytest.mark.slow  # runs tools

FORMS: tuple[Form, ...] = ("gates", "sums", "products", "fast", "fastest")
# Two whose buses were split on one side of a module only, and one that had a name twice.
KNOWN = ["pe-lmul-e4m3-ftz-fp32", "pe-exact-fp16-zffni-s1", "pe-exact-bf16-zffnp-e4m3-s1"]
WAIVED = ("-Wno-DECLFILENAME", "-Wno-PINCONNECTEMPTY", "-Wno-UNUSED")


def check(designs: Iterable[tuple[Design, Form]], folder: Path) -> None:
    texts = {(d.module_name, form): emit(d, form) for d, form in designs}
    files: dict[str, str | bytes] = {}
    script = ""
    for number, ((top, _), text) in enumerate(texts.items()):
        files[f"{number}.v"] = f"`default_nettype none\n{text}"
        script += f"read_verilog {number}.v\nhierarchy -check -top {top}\n"
        script += "proc\ncheck -assert\ndesign -reset\n"
    yosys.run(f"{script}read_verilog 0.v\ntee -q -o stat.json stat -json\n", files)
    for number, (top, form) in enumerate(texts):
        (folder / f"{number}.v").write_text(str(files[f"{number}.v"]))
        arguments = ["--lint-only", "-Wall", *WAIVED, "--top-module", top, f"{number}.v"]
        linted = run_verilator(folder, *arguments)
        assert (linted.returncode, linted.stderr) == (0, ""), (top, form)


@pytest.mark.parametrize(
    "forms",
    [
        pytest.param(FORMS[:1], id="gates"),
        pytest.param(FORMS[1:], marks=pytest.mark.evidence, id="others"),
    ],
)
def test_known(forms: Sequence[Form], tmp_path: Path) -> None:
    check(product(map(Design.parse, KNOWN), forms), tmp_path)


def test_drawn(tmp_path: Path) -> None:
    check(product(drawn(seed=11, count=3), FORMS), tmp_path)


@pytest.mark.evidence
@pytest.mark.parametrize("seed", range(8))
def test_many(seed: int, tmp_path: Path) -> None:
    """Each as gates and in one of the other forms, by turns."""
    chosen: list[tuple[Design, Form]] = []
    for place, design in enumerate(drawn(seed=100 + seed, count=25)):
        chosen.append((design, FORMS[0]))
        chosen.append((design, FORMS[1 + place % (len(FORMS) - 1)]))
    check(chosen, tmp_path)


def test_two_designs_in_one_project() -> None:
    """Modules of the same name are the same, whatever designs stand side by side."""
    names = ["array-lmul-e2m1-2x2-os-k16", "array-lmul-e2m1-2x2-os-k16-s1", "pe-lmul-e2m1-k16"]
    designs = [*map(Design.parse, names), *drawn(seed=12, count=3)]
    found: dict[str, str] = {}
    for design in designs:
        for text in re.split(r"(?=^module )", emit(design), flags=re.M)[1:]:
            name = text.split()[1]
            assert found.setdefault(name, text) == text
            assert name.startswith(design.module_name)
    assert len(found) > 30
