"""Packages whose arithmetic is written for FPGAs: they say so, and compute the same."""

import json
from pathlib import Path

import pytest
from exported import run_icarus, write
from outside import NEEDS_ICARUS

from lmul.hdl.design import Design
from lmul.hdl.written import Form
from lmul.sim.export import package

pytestmark = pytest.mark.slow

WORDS: dict[Form, str] = {
    "gates": "Arithmetic: sums and products are written as gates",
    "sums": "Arithmetic: sums are written as +, for which FPGAs have carry chains.",
    "products": "Arithmetic: sums are written as + and products as *, for which FPGAs",
}


@NEEDS_ICARUS
@pytest.mark.parametrize(
    ("name", "form", "operator"),
    [
        ("lmul-e4m3-s2", "sums", " + "),
        ("exact-e4m3-ftz", "products", " * "),
        ("product-int8", "products", " * "),
        ("pe-exact-e2m3-k8", "products", " * "),
        ("array-lmul-e2m1-2x2-os-k16", "sums", " + "),
    ],
)
def test_bench_passes(name: str, form: Form, operator: str, tmp_path: Path) -> None:
    module = Design.parse(name).module_name
    gates, files = package(Design.parse(name)), package(Design.parse(name), form)
    assert operator in files[f"{module}.v"].partition("\nmodule ")[2]
    forms: list[tuple[dict[str, str], Form]] = [(gates, "gates"), (files, form)]
    for written, chosen in forms:
        assert f"// {WORDS[chosen]}" in written[f"{module}.v"]
        assert json.loads(written[f"{module}.json"])["form"] == chosen
    same = [file for file in files if not file.endswith((".v", ".json"))]
    assert {file: files[file] for file in same} == {file: gates[file] for file in same}
    assert files[f"{module}_tb.v"] == gates[f"{module}_tb.v"]
    write(tmp_path, files)
    done = run_icarus(tmp_path, module)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"PASS: {module}" in done.stdout and "FAIL" not in done.stdout
