"""LUT counts against circuits whose LUTs are known by hand."""

import pytest

from lmul.synth.fpga.luts import FAMILIES, luts
from lmul.synth.gates.circuit import Circuit

pytestmark = pytest.mark.slow  # netlists through Yosys


def circuit(ports: str, body: str) -> Circuit:
    return Circuit("t", f"module t({ports});\n{body}\nendmodule\n")


# Yosys takes several seconds for ECP5, of which one other test is always run.
SHORT = [f if f != "ecp5" else pytest.param(f, marks=pytest.mark.evidence) for f in FAMILIES]
XOR4 = circuit("input [3:0] a, output y", "assign y = ^a;")
XOR4_AND_REGISTER = circuit(
    "input c, input [7:0] d, input [3:0] a, output y, output reg [7:0] q",
    "assign y = ^a; always @(posedge c) q <= d;",
)
XOR6 = circuit("input [5:0] a, output y", "assign y = ^a;")
ADDER8 = circuit("input [7:0] a, b, output [7:0] s", "assign s = a + b;")
PRODUCT16 = circuit("input [15:0] a, b, output [31:0] p", "assign p = a * b;")


@pytest.mark.parametrize("family", SHORT)
def test_four_inputs_are_one_lut_and_registers_none(family):
    found = luts(XOR4_AND_REGISTER, family)
    assert (found.luts, found.carries, found.dsps, found.flipflops) == (1, 0, 0, 8)


@pytest.mark.parametrize(
    ("family", "size", "number"),
    [("ice40", 4, 2), pytest.param("xilinx", 6, 1, marks=pytest.mark.evidence)],
)
def test_six_inputs(family, size, number):
    found = luts(XOR6, family)
    assert (found.lut_size, found.luts) == (size, number)


@pytest.mark.parametrize(
    # iCE40: no carry into bit 0 and none out of bit 7, or into it where the LUT has both inputs.
    ("family", "number", "carries"),
    [
        ("ice40", (8, 9), (6, 7)),
        ("ecp5", (8, 8), (4, 4)),
        pytest.param("xilinx", (8, 8), (2, 2), marks=pytest.mark.evidence),
    ],
)
def test_adder_takes_a_lut_a_bit(family, number, carries):
    found = luts(ADDER8, family)
    assert number[0] <= found.luts <= number[1]
    assert carries[0] <= found.carries <= carries[1]


@pytest.mark.slow
@pytest.mark.parametrize(
    "family",
    [f if f == "ecp5" else pytest.param(f, marks=pytest.mark.evidence) for f in FAMILIES],
)
def test_wide_product_goes_into_one_dsp_block_or_none(family):
    found = luts(PRODUCT16, family, dsp=True)
    assert (found.dsps, found.luts) == (1, 0)
    without = luts(PRODUCT16, family, dsp=False)
    assert without.dsps == 0
    assert without.luts > 200
    assert without.script != found.script


def test_wrong_family():
    with pytest.raises(
        ValueError, match=r"^Unknown FPGA family 'spartan': use ice40, ecp5, xilinx$"
    ):
        luts(XOR4, "spartan")


# An L-Mul multiplier pipelined on an FPGA is published at 22 LUTs. All of these are within 10 % of
# each other: LUTs of six inputs take the exact product nearly as easily.
@pytest.mark.parametrize(
    "name",
    [
        "lmul-e4m3-lax",
        *(
            pytest.param(name, marks=pytest.mark.evidence)
            for name in ("lmul-e4m3-lax-s2", "lmul_rne-e4m3-lax")
        ),
    ],
)
def test_lut6_of_a_multiplier(name):
    assert luts(name, "xilinx").luts <= 22


@pytest.mark.parametrize("family", ["ice40", pytest.param("ecp5", marks=pytest.mark.evidence)])
def test_a_short_product_goes_into_a_dsp_block_too(family):
    with_block, without = (luts("exact-e4m3-lax", family, dsp) for dsp in (True, False))
    assert (with_block.dsps, without.dsps) == (1, 0)
    assert with_block.luts < without.luts
    assert luts("lmul-e4m3-lax", family, dsp=True).dsps == 0
