"""What is written for a power tool: its files alone give the figures that the script states."""

import json
import shutil
import subprocess

import numpy as np
import pytest
from activity_power import energy_per_cycle
from cell_verilog import cell_model
from outside import NEEDS_ICARUS
from read_export import read_export
from toy_cells import LIBRARY, TEXT

from lmul.cli import main
from lmul.hdl.designs.design import Design
from lmul.synth.energy import in_sequence
from lmul.synth.energy.energy import measure
from lmul.synth.energy.power import cell_costs
from lmul.synth.liberty.syntax import parse
from lmul.synth.stimuli.stimulus import stimuli

pytestmark = pytest.mark.slow  # runs tools


@pytest.fixture
def exported(tmp_path, capsys):
    def write(*names, stimulus="gaussian", library=None):
        if library is None:
            library = tmp_path / "toy.lib"
            library.write_text(TEXT)
        folder = tmp_path / "out"
        shutil.rmtree(folder, ignore_errors=True)
        arguments = [*names, "--liberty", library, "--export", folder, "--stimulus", stimulus]
        assert main(["energy", *map(str, arguments), "--json"]) == 0
        found = json.loads(capsys.readouterr().out)["exported"]
        paths = {path for one in found for path in one["files"].values()}
        assert paths == {str(path) for path in folder.iterdir()}
        library.unlink()  # the folder is all that a tool needs
        return [(one, read_export(folder / one["files"]["script"])) for one in found]

    return write


@pytest.mark.parametrize(
    ("name", "cycles"),
    [
        ("lmul-e4m3-ftz", 4096),
        ("lmul-e2m1-ftz-s1", 4096),
        ("pe-lmul-e2m1-ftz", 4096),
        ("pe-lmul-e2m1-n2-ftz", 2048),
    ],
)
def test_files_give_the_figures(exported, name, cycles):
    [(said, export)] = exported(name)
    assert export.bits.shape[1] == said["cycles"] + 1 == cycles + 1
    assert (export.bits[:, 0] == export.bits[:, -1]).all()  # a circle: each step counts once
    assert not export.jumps()
    costs = cell_costs(export.netlist, export.words, export.conditions, 2.0)
    power = costs.power(export.toggles)
    found = {
        "nets": power.switching.sum(),
        "inside cells": power.internal.sum(),
        "clock pins": power.clock.sum(),
        "leakage": power.leakage.sum() * 1e-9 / 100e6 / 1e-15,
    }
    assert {key: export.stated[key] for key in found} == pytest.approx(found, abs=0.002)
    assert export.stated["all"] == pytest.approx(sum(found.values()), abs=0.005)
    keys = ("nets_fj", "inside_fj", "clock_fj", "leakage_fj")
    assert [said[key] for key in keys] == pytest.approx(list(found.values()), abs=0.002)
    # And as a tool adds it up, which knows densities and duties alone.
    theirs = energy_per_cycle(
        export.netlist, export.words[:, :-1], export.toggles, export.conditions, 2.0
    )
    assert theirs[0] == pytest.approx(found["nets"], abs=0.002)
    assert theirs.sum() == pytest.approx(sum(found.values()) - found["leakage"], rel=0.05)


def test_the_stimulus_is_all_there(exported):
    [(said, export)] = exported("lmul-e4m3-ftz")
    [stimulus] = stimuli("gaussian", Design.parse("lmul-e4m3-ftz"), 4096)
    nets = export.netlist.inputs["x"]
    codes = np.sum([export.bits[net] << bit for bit, net in enumerate(nets)], axis=0)
    assert codes[:-1].tolist() == stimulus.x.tolist()
    assert said["conditions"] == {
        "frequency_hz": 1e8,
        "transition_ps": 10,
        "voltage_v": 2,
        "wires": "none",
        "output_load_ff": 0,
    }


def test_an_export_is_as_a_measurement(exported, tmp_path):
    """The same stimulus, measured in streams of which each begins with a reset."""
    [(_, export)] = exported("pe-lmul-e2m1-ftz")
    library = tmp_path / "again.lib"
    library.write_text(TEXT)
    [energy] = measure("pe-lmul-e2m1-ftz", liberty=library, pairs=4096, parts=False)
    assert export.stated["all"] == pytest.approx(energy.without_glitches, rel=0.02)


def test_clock(exported):
    [(_, export)] = exported("lmul-e2m1-ftz-s1")
    assert "create_clock -name clock -period 10000 [get_ports clk]\n" in export.script
    assert "set_clock_transition 10 [get_clocks clock]\n" in export.script
    [(_, export)] = exported("lmul-e2m1-ftz")
    assert "create_clock -name clock -period 10000\n" in export.script
    assert "set_clock_transition" not in export.script  # of no port, tools refuse it


def test_a_stimulus_of_two_is_two_scripts(exported):
    found = exported("lmul-e2m1-ftz-s1", stimulus="attention")
    assert [one["stimulus"] for one, _ in found] == ["attention QK", "attention AV"]
    assert [one["files"]["script"].rsplit("/")[-1] for one, _ in found] == [
        "lmul_e2m1_ftz_s1_attention_QK.tcl",
        "lmul_e2m1_ftz_s1_attention_AV.tcl",
    ]
    assert not any(export.jumps() for _, export in found)
    assert found[0][1].stated != found[1][1].stated


def test_short_files(exported, tmp_path):
    """Fewer dot products than simulated at once, and one that is cut off."""
    rng = np.random.default_rng(1)
    for pairs, cycles in ((64 * 5 + 7, 256), (40, 40)):
        path = tmp_path / "few.npz"
        np.savez(path, x=rng.integers(0, 6, pairs), y=rng.integers(0, 6, pairs))
        [(said, export)] = exported("pe-lmul-e2m1-ftz", stimulus=str(path))
        assert said["cycles"] == cycles == export.bits.shape[1] - 1
        assert not export.jumps()


def test_a_jump_is_refused(exported, tmp_path, monkeypatch, capsys):
    right = in_sequence.in_sequence

    def short(design, stimulus, sequential):
        circle = right(design, stimulus, sequential)
        drive = circle.streams.drive
        # Without what fills the flip-flops.
        inputs = {name: [w[60:] for w in words] for name, words in drive.inputs.items()}
        object.__setattr__(drive, "inputs", inputs)
        object.__setattr__(drive, "first", 0)
        object.__setattr__(drive, "wrong", lambda outputs: 0)
        return circle

    monkeypatch.setattr("lmul.synth.energy.export.in_sequence", short)
    library = tmp_path / "toy.lib"
    library.write_text(TEXT)
    arguments = ["pe-lmul-e2m1-ftz", "--liberty", library, "--export", tmp_path / "none"]
    assert main(["energy", *map(str, arguments)]) == 2
    assert capsys.readouterr().err == (
        "lmul: Circuit 'pe-lmul-e2m1-ftz' remembers more than a dot product: its stimulus can't be "
        "written as one sequence\n"
    )
    assert not (tmp_path / "none").exists()


def test_conditions_of_the_library(exported):
    """The toy library states none, without which a tool finds no switching power."""
    [(_, export)] = exported("lmul-e2m1-ftz")
    [text] = export.library.texts
    [library] = parse(text)
    [conditions] = library.of_kind("operating_conditions")
    assert library.values["default_operating_conditions"] == conditions.name
    assert float(conditions.values["voltage"]) == 2


@NEEDS_ICARUS
def test_netlist_is_verilog(exported, tmp_path):
    exported("lmul-e4m3-ftz")
    bench = """
module bench;
  reg [7:0] x = 8'h3c, y = 8'h40;
  wire [7:0] p;
  lmul_e4m3_ftz dut(.x(x), .y(y), .p(p));
  initial begin #1 $display("%h", p); $finish; end
endmodule
"""
    models = "".join(cell_model(LIBRARY[name]) for name in LIBRARY if name != "buf")
    netlist = (tmp_path / "out" / "lmul_e4m3_ftz.v").read_text()
    (tmp_path / "all.v").write_text(netlist + models + bench)
    subprocess.run(["iverilog", "-o", "all.vvp", "all.v"], cwd=tmp_path, check=True)
    run = subprocess.run(
        ["vvp", "-n", "all.vvp"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    # 1.5 and 2: the mantissas add up to 4, the offset for 3 bits is 1: 2 * 1.625
    assert run.stdout.split() == ["45"]
