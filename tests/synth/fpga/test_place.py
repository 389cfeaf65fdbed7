import re

import pytest

from lmul.synth.fpga.devices import DEVICES, check_device
from lmul.synth.fpga.netlist import in_registers
from lmul.synth.fpga.place import place_seed
from lmul.synth.gates.circuit import Circuit
from lmul.tools.errors import ToolFailed

ADDER = Circuit(
    "adder",
    """module adder (
  input clk,
  input [7:0] a,
  input [7:0] b,
  output reg [7:0] s
);
  always @(posedge clk) s <= a + b;
endmodule
""",
)


def test_unknown_device():
    with pytest.raises(
        ValueError, match=rf"^Unknown FPGA device 'up5k': use {', '.join(DEVICES)}$"
    ):
        check_device("up5k")


def test_wrapper_keeps_the_circuit_and_its_parts_apart():
    whole = in_registers(Circuit("adder", ADDER.verilog, parts=("part",)))
    assert (whole.top, whole.name, whole.parts) == ("placed", "adder", ("adder", "part"))
    assert ADDER.verilog in whole.verilog
    one_line = "module t(input [2:0] a, output b); assign b = ^a; endmodule"
    wrapper = in_registers(Circuit("t", one_line)).verilog.removesuffix(one_line)
    assert re.search(r"\bt unit \(\s*\.a\(\w+\[2:0\]\),\s*\.b\(\w+\)\s*\);", wrapper), wrapper
    with pytest.raises(ValueError, match=r"^Module 't' has no ports$"):
        in_registers(Circuit("t", "module t; endmodule"))


@pytest.mark.slow
@pytest.mark.parametrize(("device", "luts"), [("ice40-hx8k", (8, 9)), ("ecp5-25k", (8, 8))])
def test_an_adder(device, luts):
    found = place_seed(ADDER, device, seed=2)
    assert luts[0] <= found.cells.luts <= luts[1]
    assert (found.cells.flipflops, found.cells.dsps, found.cells.brams) == (8, 0, 0)
    # a and b are shifted in; s has a register of its own, and one in the shift register out
    assert (found.wrapper.luts, found.wrapper.flipflops) == (7, 16 + 2 * 8)
    assert found.used[DEVICES[device].logic][0] >= found.cells.luts + found.wrapper.luts
    assert list(found.seeds) == [2]
    assert place_seed(ADDER, device, seed=2) == found  # nextpnr's result is kept
    metrics = {metric.name: metric for metric in found.metrics()}
    assert metrics["fmax_mhz"].better == "higher"
    assert {metric.library for metric in metrics.values()} == {device}
    assert metrics["lut4"].value == found.cells.luts


@pytest.mark.evidence
def test_too_large():
    with pytest.raises(
        ToolFailed,
        match=r"^Design 'pe-exact-fp32' can't be placed on ice40-hx1k: "
        r"it needs [\d,]+ logic cells of 1,280 that ice40-hx1k has$",
    ):
        place_seed("pe-exact-fp32", "ice40-hx1k")


@pytest.mark.evidence
def test_array():
    found = place_seed("array-lmul-e4m3-2x2-os-ftz", "ecp5-25k")
    pe = place_seed("pe-lmul-e4m3-ftz", "ecp5-25k")
    assert found.cells.luts > 4 * pe.cells.luts
    assert found.cells.flipflops > 4 * pe.cells.flipflops
    assert found.fmax_mhz < 1.2 * pe.fmax_mhz
    assert 0 < found.share < 1
