"""What is written for a power tool: Icarus runs the netlist, and the VCD holds its toggles."""

import re
import subprocess
from collections import Counter

import numpy as np
import pytest
from outside import NEEDS_ICARUS
from toy_cells import LIBRARY, TEXT

from lmul.cli import main
from lmul.hdl.design import Design
from lmul.synth.cell_netlist import map_to_cells
from lmul.synth.cell_verilog import cell_model
from lmul.synth.circuit import Circuit
from lmul.synth.energy import measure
from lmul.synth.energy_run import streams
from lmul.synth.gate_simulation import simulate
from lmul.synth.stimulus import stimuli

pytestmark = pytest.mark.slow  # runs tools


def changes(vcd):
    """Changes of each variable, by its path below the top scope."""
    head, body = vcd.split("$enddefinitions $end\n")
    scope, names = [], {}
    for line in head.splitlines():
        words = line.split()
        if words[0] == "$scope":
            scope.append(words[2])
        elif words[0] == "$upscope":
            scope.pop()
        elif words[0] == "$var":
            names["/".join([*scope[1:], "".join(words[4:-1])])] = words[3]
    last, counts = {}, Counter()
    for line in body.splitlines():
        if line[0] != "#":
            if line[1:] in last and last[line[1:]] != line[0]:
                counts[line[1:]] += 1
            last[line[1:]] = line[0]
    return {name: counts[code] for name, code in names.items()}


@pytest.fixture
def exported(tmp_path, capsys):
    def write(name):
        library = tmp_path / "toy.lib"
        library.write_text(TEXT)
        arguments = [name, "--liberty", library, "--export", tmp_path, "--stimulus", "gaussian"]
        assert main(["energy", *map(str, arguments)]) == 0
        module = name.replace("-", "_")
        assert capsys.readouterr().out.split() == [
            str(tmp_path / f"{module}.{end}") for end in ("v", "vcd", "tcl")
        ]
        return tmp_path / module

    return write


def test_vcd_has_the_toggles_of_the_sequence(exported):
    path = exported("lmul-e4m3-ftz")
    design = Design.parse("lmul-e4m3-ftz")
    netlist = map_to_cells(Circuit.of(design), LIBRARY)
    [stimulus] = stimuli("gaussian", design, 4096)
    toggles = simulate(netlist, streams(design, stimulus, sequential=False).drive.inputs).toggles
    found = changes(path.with_suffix(".vcd").read_text())
    for index, one in enumerate(netlist.instances):
        for pin, net in one.pins.items():
            assert found[f"u{index}/{pin}"] == toggles.nets[net]
    bits = stimulus.x >> 3 & 1
    assert found["x[3]"] == np.count_nonzero(bits[1:] != bits[:-1])
    script = path.with_suffix(".tcl").read_text()
    [said] = re.findall(r"# ([\d.]+) fJ a cycle", script)
    [energy] = measure(design, liberty=path.parent / "toy.lib", pairs=4096, parts=False)
    assert float(said) == pytest.approx(energy.total, abs=0.01)
    assert "create_clock -name clock -period 10000\n" in script


def test_registers_have_a_clock(exported):
    path = exported("lmul-e2m1-ftz-s1")
    found = changes(path.with_suffix(".vcd").read_text())
    cycles = (found["clk"] + 1) // 2
    assert 4000 < cycles <= 4096
    assert 0 < found["p[0]"] < cycles
    assert "create_clock -name clock -period 10000 [get_ports clk]" in (
        path.with_suffix(".tcl").read_text()
    )


@NEEDS_ICARUS
def test_netlist_is_verilog(exported, tmp_path):
    path = exported("lmul-e4m3-ftz")
    bench = """
module bench;
  reg [7:0] x = 8'h3c, y = 8'h40;
  wire [7:0] p;
  lmul_e4m3_ftz dut(.x(x), .y(y), .p(p));
  initial begin #1 $display("%h", p); $finish; end
endmodule
"""
    models = "".join(cell_model(LIBRARY[name]) for name in LIBRARY if name != "buf")
    (tmp_path / "all.v").write_text(path.with_suffix(".v").read_text() + models + bench)
    subprocess.run(["iverilog", "-o", "all.vvp", "all.v"], cwd=tmp_path, check=True)
    run = subprocess.run(
        ["vvp", "-n", "all.vvp"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    # 1.5 and 2: the mantissas add up to 4, the offset for 3 bits is 1: 2 * 1.625
    assert run.stdout.split() == ["45"]
