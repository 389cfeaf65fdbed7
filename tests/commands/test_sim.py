"""`lmul sim` with many designs, with one test, with someone's own Verilog."""

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lmul.cli import main
from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.verilog.cache import verilog_of

SIMULATOR = "icarus" if shutil.which("iverilog") else "verilator"  # the quicker to build


def sim(*arguments: str, out: Path) -> int:
    return main(["sim", *arguments, "--simulator", SIMULATOR, "-o", str(out)])


@pytest.mark.slow
def test_many_designs(tmp_path, capsys):
    options = ["--test", "cor*", "--jobs", "2", "--seed", "7", "--json"]
    code = sim("mitchell-e2m1-[lf]*", *options, out=tmp_path)
    told = json.loads(capsys.readouterr().out)
    assert (code, told["passed"], told["seed"]) == (0, True, 7)
    assert [(one["design"], one["tests"]) for one in told["designs"]] == [
        ("mitchell-e2m1-lax", 1),
        ("mitchell-e2m1-ftz", 1),
    ]
    cases = list(ElementTree.parse(tmp_path / "results.xml").getroot().iter("testcase"))
    assert [(case.get("classname"), case.get("name")) for case in cases] == [
        ("mitchell-e2m1-lax.per-cycle", "corners"),
        ("mitchell-e2m1-ftz.per-cycle", "corners"),
    ]
    facts = [{p.get("name"): p.get("value") for p in case.iter("property")} for case in cases]
    assert [fact["random_seed"] for fact in facts] == ["7", "7"]


@pytest.mark.evidence
def test_edited_verilog(tmp_path, capsys):
    """Warnings of Verilator don't matter in someone else's file; a wrong result does."""
    design = UnitDesign.parse("lmul-e2m1-lax")
    top = f"module {design.module_name}"
    inner = verilog_of(design).replace(f"{top} (", "module inner (")
    edited = tmp_path / "edited.v"
    for wrong, code in (("1'b0", 0), ("x == y", 1)):
        edited.write_text(
            f"{inner}\n{top}(input [3:0] x, y, output [3:0] p);\n"
            f"wire [3:0] q; wire [7:0] extended = x; inner inner(.x(x), .y(y), .p(q));\n"
            f"assign p = {{q[3:1], q[0] ^ ({wrong})}};\nendmodule\n"
        )
        assert sim(design.name, "--verilog", str(edited), "--test", "corners", out=tmp_path) == code
        said = capsys.readouterr().out
        assert ("failed: " in said) == bool(code)


def test_verilog_of_another_design(tmp_path, capsys):
    file = tmp_path / "other.v"
    file.write_text("module other(input x); endmodule\n")
    assert sim("lmul-e2m1", "--verilog", str(file), out=tmp_path) == 2
    assert capsys.readouterr().err == "lmul: The Verilog has no module 'lmul_e2m1'\n"
    assert sim("lmul-e2m1", "exact-e2m1", "--verilog", str(file), out=tmp_path) == 2
    assert capsys.readouterr().err == "lmul: --verilog is for one design, not for 2\n"
    assert sim("lmul-e2m1", "--verilog", str(file), "--form", "sums", out=tmp_path) == 2
    assert "--form is for a design's own Verilog" in capsys.readouterr().err
