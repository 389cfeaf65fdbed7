"""Synthesised netlists, made of a family's cells, against the golden model: nothing is lost."""

import re
import subprocess

import numpy as np
import pytest
from outside import NEEDS_ICARUS
from shift_bench import settled, stream_in, stream_out

from lmul.synth.fpga.devices import DEVICES
from lmul.synth.fpga.netlist import fpga_netlist
from lmul.synth.gates.circuit import Circuit
from lmul.tools import yosys

pytestmark = [pytest.mark.slow, NEEDS_ICARUS]  # netlists through Yosys and Icarus

_SOME = 4096  # cycles, in which a wrong look-up table has long been seen

BENCH = """
module bench;
  reg clk = 0, si = 0;
  wire so;
  reg bits [0:{last}];
  integer cycle, file;
  placed dut (.clk(clk), .si(si), .so(so));
  initial begin
    $readmemb("in.txt", bits);
    file = $fopen("out.txt", "w");
    for (cycle = 0; cycle <= {last}; cycle = cycle + 1) begin
      si = bits[cycle];
      #1 $fwrite(file, "%b\\n", so);
      clk = 1;
      #1 clk = 0;
    end
    $fclose(file);
  end
endmodule
"""
# Yosys reads its models of the cells, and puts what they do in the cells' places.
OPENED = """
read_verilog netlist.v
read_verilog -defer -overwrite -D NO_ICE40_DEFAULT_ASSIGNMENTS +/{models}
hierarchy -check -top placed
proc
flatten
write_verilog -noattr flat.v
"""
MODELS = {"ice40": "ice40/cells_sim.v", "ecp5": "lattice/cells_sim_ecp5.v"}


def simulated(netlist, family, stream, folder):
    """What Icarus sees at ``so`` of a netlist."""
    script = OPENED.format(models=MODELS[family])
    flat = yosys.run(script, {"netlist.v": netlist}, ["flat.v"]).outputs["flat.v"]
    (folder / "flat.v").write_text(flat)
    (folder / "bench.v").write_text(BENCH.format(last=len(stream) - 1))
    (folder / "in.txt").write_text("\n".join(map(str, stream)))
    command = ["iverilog", "-g2005", "-o", "sim", "-s", "bench", "bench.v", "flat.v"]
    subprocess.run(command, cwd=folder, check=True)
    subprocess.run(["vvp", "-n", "sim"], cwd=folder, check=True, capture_output=True)
    seen = (folder / "out.txt").read_text().split()
    assert len(seen) == len(stream)
    return np.array([{"0": 0, "1": 1}.get(bit, 2) for bit in seen])


def wrong(text):
    """The first look-up table the other way round; without one, a DSP block's first input lost."""
    table = re.search(r"INIT\(16'h([0-9a-f]{4})\)", text)
    if table is None:
        assert ".A({ x_value[7]" in text
        return text.replace(".A({ x_value[7]", ".A({ 1'h0")
    low, high = table.span(1)
    return f"{text[:low]}{int(table[1], 16) ^ 0xFFFF:04x}{text[high:]}"


@pytest.mark.parametrize(
    ("name", "device", "dsp"),
    [
        ("lmul-e4m3-ftz", "ice40-hx8k", False),
        pytest.param("exact-e4m3-ftz", "ice40-up5k", True, marks=pytest.mark.evidence),
        pytest.param("product-int8", "ice40-up5k", True, marks=pytest.mark.evidence),
        pytest.param("exact-e4m3-ftz", "ecp5-25k", False, marks=pytest.mark.evidence),
    ],
)
def test_every_pair_of_a_netlist_and_a_bug_in_it(name, device, dsp, tmp_path):
    chosen = DEVICES[device]
    made = fpga_netlist(name, chosen, dsp)
    assert (made.cells.dsps > 0) == dsp
    stream, start = stream_in(name), settled(name)
    wanted = stream_out(name, stream)[start:]
    assert np.array_equal(simulated(made.verilog, chosen.family, stream, tmp_path)[start:], wanted)
    unit = made.verilog.index(f"module {Circuit.of(name).top}(")
    planted = made.verilog[:unit] + wrong(made.verilog[unit:])
    seen = simulated(planted, chosen.family, stream[:_SOME], tmp_path)
    assert not np.array_equal(seen[start:], wanted[: _SOME - start])
