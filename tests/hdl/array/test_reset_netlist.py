"""One edge of reset is enough: in four states, on netlists, without an initial value anywhere."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from exported import build_binary, files_of, run_icarus, write

from lmul.hdl.designs.design import Design
from lmul.hdl.verilog.emit import emit
from lmul.sim.runner.simulators import environment
from lmul.tools import yosys

pytestmark = pytest.mark.slow  # runs tools

# Two-input gates, among which an unknown bit passes wherever it can, and registers without init.
_NETLIST = """\
synth -flatten -top {top}
abc -g AND,OR,XOR,NAND,NOR,XNOR
opt_clean
"""
# The Verilog as it is, but for initial values.
_RTL = "proc\nopt_clean\n"
BENCHED = [
    "lmul-e4m3-s2",
    "exact-e5m2-s3",
    "pe-int8-s2",
    "pe-lmul-e4m3-e4m3",
    "pe-exact-e5m2-s2",
    "array-lmul-e4m3-2x2-os",
    "array-lmul-bf16-2x2-os",
    "array-exact-e4m3-2x3-os-fix24_-9-s1",
    "array-lmul-e4m3-2x2-os-bare",
    "array-int8-2x2-os",
    "array-exact-e5m2-2x2-os-c8",
    "array-lmul-e5m2-2x2-ws",
    "array-exact-bf16-2x2-ws-s1",
    "array-int8-2x2-ws",
]


def rid_of_init(text: str, tops: list[str], script: str) -> str:
    """Verilog through a Yosys script, rid of initial values."""
    parts = []
    for top in tops:
        commands = (
            f"read_verilog design.v\nhierarchy -top {top}\n{script.format(top=top)}"
            "delete t:$meminit t:$meminit_v2\nsetattr -unset init w:*\n"
            "write_verilog -noattr netlist.v\n"
        )
        parts.append(yosys.run(commands, {"design.v": text}, ["netlist.v"]).outputs["netlist.v"])
    whole = "\n".join(parts)
    assert "initial" not in re.sub(r"/\*.*?\*/|//.*", "", whole, flags=re.S)
    return whole


def verdict(folder: Path, name: str, script: str, damage: tuple[str, str] = ("", "")) -> str:
    """What the bench says to the design: in four states, or with random bits in each register."""
    module = Design.parse(name).module_name
    files = dict(files_of(name))
    text = re.sub(damage[0], damage[1], files[f"{module}.v"]) if damage[0] else files[f"{module}.v"]
    assert not damage[0] or text != files[f"{module}.v"]
    around = [f"{module}_{part}" for part in ("edge_a", "edge_b", "round")]
    tops = [module, *(top for top in around if name[:2] == "pe" and f"module {top} " in text)]
    files[f"{module}.v"] = rid_of_init(text, tops, script)
    write(folder, files)
    if shutil.which("iverilog"):
        return run_icarus(folder, module).stdout
    options = ["--x-initial", "unique", "--x-assign", "unique", "-Wno-lint", "-Wno-style"]
    top = ["--top-module", f"{module}_tb", f"{module}_tb.v", "-f", f"{module}.f"]
    built = build_binary(folder, "-O0", *options, *top)
    assert built.returncode == 0, built.stderr
    done = subprocess.run(
        ["obj_dir/bench", "+verilator+rand+reset+2", "+verilator+seed+7"],
        cwd=folder,
        env=environment("verilator"),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


def check_passes(said: str, module: str) -> None:
    """One line, and that is PASS: no error before it."""
    said = re.sub(r"^- .*\n", "", said, flags=re.M)  # where Verilator says that it has finished
    [line] = [line for line in said.splitlines() if "$finish" not in line]
    assert line.startswith(f"PASS: {module}: ")


@pytest.mark.evidence
@pytest.mark.parametrize("script", [_RTL, _NETLIST], ids=["rtl", "netlist"])
@pytest.mark.parametrize("name", BENCHED)
def test_bench(name: str, script: str, tmp_path: Path) -> None:
    check_passes(verdict(tmp_path, name, script), Design.parse(name).module_name)


@pytest.mark.evidence
@pytest.mark.parametrize("name", ["array-lmul-e4m3-2x2-os", "array-int8-2x2-os"])
def test_bench_finds_a_missing_reset(name: str, tmp_path: Path) -> None:
    """PEs that are never reset."""
    said = verdict(tmp_path, name, _RTL, (r"(?s)(_pe pe \(.*?\.rst\()rst(\))", r"\1 1'b0 \2"))
    assert "FAIL" in said
    assert "PASS" not in said


@pytest.mark.parametrize(
    "name", ["pe-int8-s2", "pe-exact-e5m2-s2", "pe-exact-e4m3-e4m3", "pe-exact-e4m3-fix24_-9"]
)
def test_registers_without_reset(name: str) -> None:
    """A PE has none: whatever logic is made of it, it sees no unknown bit after one edge."""
    design = Design.parse(name)
    script = (
        f"read_verilog design.v\nhierarchy -top {design.module_name}\nproc\nopt_clean\n"
        "opt_dff\nwrite_json netlist.json\n"
    )
    found = yosys.run(script, {"design.v": emit(design)}, ["netlist.json"]).outputs["netlist.json"]
    kinds = {
        cell["type"]
        for module in json.loads(found)["modules"].values()
        for cell in module["cells"].values()
        if "dff" in cell["type"]
    }
    assert kinds
    assert all(kind.startswith("$sdff") for kind in kinds), kinds
