"""What flows want beside the Verilog: FuseSoC's core, a template, constraints, Vivado's marks."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from exported import files_of, write
from outside import NEEDS_ICARUS, NEEDS_OPENSTA

from lmul.hdl.designs.design import Design
from lmul.sim.export import package
from lmul.synth.liberty.conditions import Conditions
from lmul.synth.liberty.default import EMBEDDED
from lmul.synth.liberty.library import load
from lmul.synth.mapping.mapping import map_cells
from lmul.synth.mapping.verilog import structural_verilog
from lmul.synth.timing.timing import timed
from lmul.synth.timing.tool_library import tool_library
from lmul.tools import yosys

NAMES = ["lmul-e2m1-lax", "lmul-e4m3-s2", "array-lmul_rne-e2m1-2x3-os-k16"]
ARRAY = NAMES[2]


def module_of(name: str) -> str:
    return Design.parse(name).module_name


@pytest.mark.parametrize("name", NAMES)
def test_core_names_every_file(name):
    files, module = files_of(name), module_of(name)
    core = files[f"{module}.core"]
    assert core.startswith("CAPI=2:\n")  # a line of its own, as the format wants it
    read = yaml.safe_load(core.partition("\n")[2])
    assert read["name"] == f"lmul:designs:{module}:0.1.0"
    named: dict[str, dict] = {}
    for fileset in read["filesets"].values():
        for file in fileset["files"]:
            named |= file if isinstance(file, dict) else {file: {}}
    vectors = {file for file in files if file.endswith(".hex")}
    assert vectors and set(named) == {f"{module}{end}" for end in (".v", "_tb.v", ".vlt")} | vectors
    assert all(named[file] == {"file_type": "user", "copyto": file} for file in vectors)
    assert read["targets"]["default"]["toplevel"] == module
    assert read["targets"]["sim"]["toplevel"] == f"{module}_tb"


FUSESOC = shutil.which("fusesoc", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")


@NEEDS_ICARUS
@pytest.mark.skipif(FUSESOC is None, reason="fusesoc is not installed")
@pytest.mark.evidence
@pytest.mark.parametrize("damage", [False, True])
def test_fusesoc_runs_the_bench(damage, tmp_path):
    name = NAMES[0]
    files, module = dict(files_of(name)), module_of(name)
    if damage:
        sound = files[f"{module}.hex"]
        files[f"{module}.hex"] = f"{sound[:-2]}{int(sound[-2], 16) ^ 1:x}\n"
    write(tmp_path, files)
    assert FUSESOC is not None
    command = [FUSESOC, "--cores-root", ".", "run", "--target", "sim", f"lmul:designs:{module}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode != 0) == damage, done.stdout + done.stderr
    assert ("FAIL: " if damage else "PASS: ") in done.stdout + done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_template_fits(name):
    """Yosys finds every port of the instance in the module, and a wire for each."""
    files, module = files_of(name), module_of(name)
    top = f"module top;\n{files[f'{module}_inst.v']}endmodule\n"
    script = "read_verilog all.v\nhierarchy -check -top top\nportlist\n"
    yosys.run(script, {"all.v": files[f"{module}.v"] + top}, [])
    wires = re.findall(r"^  wire (?:\[\d+:0\] )?(\w+);$", top, re.M)
    header = re.search(rf"^module {module} \((.*?)\);", files[f"{module}.v"], re.M | re.S)
    assert header is not None
    assert sorted(wires) == sorted(re.findall(r"(\w+),?$", header[1], re.M))


@pytest.mark.parametrize("suffix", ["sdc", "xdc"])
def test_constraints(suffix):
    text = files_of("lmul-e4m3-s2")[f"lmul_e4m3_s2.{suffix}"]
    assert text.count("\ncreate_clock ") == 1
    inputs = re.findall(r"^set_input_delay -clock clk \S+ \[get_ports \{(.*)\}\]$", text, re.M)
    outputs = re.findall(r"^set_output_delay -clock clk \S+ \[get_ports \{(.*)\}\]$", text, re.M)
    assert sorted(inputs) == ["en", "i_valid", "rst", "x[*]", "y[*]"]
    assert sorted(outputs) == ["o_valid", "p[*]"]
    without = files_of("lmul-e2m1-lax")[f"lmul_e2m1_lax.{suffix}"]
    assert "clock" not in without and "\nset_max_delay 10.000 -from " in without


_STA = """\
{libraries}
read_verilog netlist.v
link_design {top}
source constraints.tcl
check_setup -verbose
report_checks -unconstrained -path_delay max
exit
"""


@NEEDS_OPENSTA
@pytest.mark.evidence
@pytest.mark.parametrize("suffix", ["sdc", "xdc"])
@pytest.mark.parametrize("name", [*NAMES, "pe-lmul-e4m3-k8"])
def test_opensta_takes_the_constraints(name, suffix, tmp_path):
    """Every port is found, and no path is left without a limit."""
    mapped, module = map_cells(name, load(EMBEDDED)), module_of(name)
    libraries = tool_library(mapped.library)
    files = {f"cells{i}.lib": text for i, text in enumerate(libraries)}
    files["netlist.v"] = "\n".join(
        [*structural_verilog(timed(mapped, Conditions.of(mapped.library)).netlist, module), ""]
    )
    files["constraints.tcl"] = files_of(name)[f"{module}.{suffix}"]
    reading = "\n".join(f"read_liberty cells{i}.lib" for i in range(len(libraries)))
    write(tmp_path, files | {"run.tcl": _STA.format(libraries=reading, top=module)})
    done = subprocess.run(
        ["sta", "-no_splash", "-exit", "run.tcl"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    said = done.stdout
    assert done.stderr == "" and "Error" not in said
    # Only what is constant has no arrival time.
    for cell, pin in re.findall(r"^  (u\d+)/(\w+)$", said.partition("unconstrained")[2], re.M):
        [line] = re.findall(rf"^ .* {cell} .*$", files["netlist.v"], re.M)
        assert f".{pin}(1'b" in line
    slack = re.search(r"(-?[\d.]+)\s+slack \((?:MET|VIOLATED)\)", said)
    assert slack is not None, said
    clocked = "clk" in files["constraints.tcl"]
    assert ("missing set_input_delay" in said) is not clocked
    assert float(slack[1]) < (8.0 if clocked else 10.0)  # of 10 ns, 2 ns passed outside


def test_vivado_marks():
    plain = files_of(ARRAY)[f"{module_of(ARRAY)}.v"]
    marked = package(Design.parse(ARRAY), vivado=True)[f"{module_of(ARRAY)}.v"]
    marks = re.compile(r"^  \(\* (X_INTERFACE.*) \*\)\n  \w+ wire (?:\[\d+:0\] )?(\w+)", re.M)
    found = {port: said for said, port in marks.findall(marked)}
    assert re.sub(r"^  \(\* X_INTERFACE.* \*\)\n", "", marked, flags=re.M) == plain
    assert found["m_axis_out_tready"] == (
        'X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 m_axis_out TREADY"'
    )
    assert '"ASSOCIATED_BUSIF s_axis_a:s_axis_b:m_axis_out, ASSOCIATED_RESET rst"' in found["clk"]
    assert '"POLARITY ACTIVE_HIGH"' in found["rst"]
    streams = set(re.findall(r"\b([sm]_axis_\w+_t[a-z]+)\b", plain.partition("\nmodule ")[2]))
    assert streams | {"clk", "rst"} == set(found)
    with pytest.raises(ValueError, match=r"^'lmul_e2m1_lax' has neither clock nor streams that "):
        package(Design.parse("lmul-e2m1-lax"), vivado=True)


def test_licence_is_the_projects():
    here = Path(__file__).parents[3]
    assert files_of(NAMES[0])["lmul_e2m1_lax.LICENSE.txt"] == (here / "LICENSE").read_text()
