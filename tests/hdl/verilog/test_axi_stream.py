"""Our AXI4-Streams are everybody's: cocotbext-axi drives an array and takes its results."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from lmul.hdl.designs.mac import MacDesign
from lmul.sim.reference.circuit import MacCircuit
from lmul.sim.runner.run import run
from lmul.sim.runner.simulate import mac_simulation

SIMULATOR = "icarus" if shutil.which("iverilog") else "verilator"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["array-lmul-e4m3-2x3-os-k32", "array-lmul-e4m3-2x3-ws-k32"])
def test_cocotbext_axi(name, tmp_path, monkeypatch):
    here = str(Path(__file__).parents[2] / "support" / "benches")
    path = os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")]))
    monkeypatch.setenv("PYTHONPATH", path)
    circuit = MacCircuit.of(MacDesign.parse(name))
    simulation = replace(mac_simulation(circuit), bench="axi_stream_bench")
    outcome = run(simulation, tmp_path / "run", SIMULATOR)
    assert (outcome.tests, outcome.failures) == (3, ())
