"""Packages whose arithmetic is written for FPGAs: they say so, and compute the same."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from exported import run_bench, run_verilator, write
from outside import SHORT_IN_ICARUS

from lmul.hdl.arithmetic.form import Form
from lmul.hdl.designs.design import Design
from lmul.sim.export import package

pytestmark = pytest.mark.slow

WORDS: dict[Form, str] = {
    "gates": "Arithmetic: sums and products are written as gates",
    "sums": "Arithmetic: sums are written as +, for which FPGAs have carry chains.",
    "products": "Arithmetic: sums are written as + and products as *, for which FPGAs",
    "fast": "Arithmetic: sums are written as + and products as trees of full adders, for",
    "fastest": "Arithmetic: sums are written as + and products as trees of full adders, float",
}


@SHORT_IN_ICARUS
@pytest.mark.parametrize(
    ("name", "form", "operator"),
    [
        ("lmul-e4m3-s2", "sums", " + "),
        ("exact-e4m3-ftz", "products", " * "),
        ("product-int8", "products", " * "),
        ("pe-exact-e2m3-k8", "products", " * "),
        ("pe-int8-s1", "fast", " + "),
        ("pe-exact-e2m3-e4m3", "fastest", " + "),
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
    done = run_bench(tmp_path, module)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"PASS: {module}" in done.stdout and "FAIL" not in done.stdout


def test_two_forms_in_one_project(tmp_path: Path) -> None:
    """Each under a name of its own: Verilator takes both, with their benches' file lists."""
    design = Design.parse("pe-exact-e2m3-k8")
    sums, gates = package(design, "sums", "mine"), package(design)
    assert not sums.keys() & gates.keys()
    manifest = json.loads(sums["mine.json"])
    assert (manifest["module"], manifest["bench"]["module"]) == ("mine", "mine_tb")
    assert manifest["design"] == design.name
    assert set(manifest["files"]) == sums.keys() - {"mine.json"}
    for file, facts in manifest["files"].items():
        assert hashlib.sha256(sums[file].encode()).hexdigest() == facts["sha256"]
    assert design.module_name not in "".join(sums.values())
    write(tmp_path, sums | gates)
    both = "module both; mine a (); pe_exact_e2m3_k8 b (); endmodule\n"
    (tmp_path / "both.v").write_text(both)
    lists = ["-f", "mine.f", "-f", "pe_exact_e2m3_k8.f", "--top-module", "both", "both.v"]
    linted = run_verilator(tmp_path, "--lint-only", "-Wno-PINMISSING", *lists)
    assert (linted.returncode, linted.stderr) == (0, "")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("always", "A module's name must not be 'always': Verilog reserves this word"),
        ("logic", "A module's name must not be 'logic': Verilog reserves this word"),
        (
            "8x8",
            "A module's name must be a Verilog identifier (letters, digits and _, no digit "
            "first), not '8x8'",
        ),
    ],
)
def test_wrong_name(name: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        package(Design.parse("lmul-e4m3"), name=name)
