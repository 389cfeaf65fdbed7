"""Simulated together, equal modules do what they did: Yosys proves it of small ones."""

import pytest

from lmul.sim.compiled.lanes import lane_parallel
from lmul.tools import yosys

pytestmark = pytest.mark.slow

LEAF = """
module leaf(input clk, input en, input [2:0] x, output reg [2:0] q, output [3:0] sum, output odd);
  initial q = 3'b101;
  always @(posedge clk) if (en) q <= x;
  assign sum = q + x;
  assign odd = ^x;
endmodule
"""
TOP = (
    LEAF
    + """
module top(input clk, input en, input [2:0] a, output [3:0] s, t, output [2:0] last, output odd);
  wire [2:0] b, c;
  leaf l0(.clk(clk), .en(en), .x(a), .q(b), .sum(s), .odd(odd));
  leaf l1(.clk(clk), .en(en), .x({b[0], b[2:1]}), .q(c), .sum(t));
  leaf l2(.clk(clk), .en(en), .x(c), .q(last));
endmodule
"""
)
PROOF = """\
read_verilog given.v
hierarchy -top top
proc
flatten
rename top gold
design -stash gold
read_verilog lanes.v
hierarchy -top top
proc
flatten
rename top gate
design -stash gate
design -copy-from gold gold
design -copy-from gate gate
miter -equiv -make_assert -flatten gold gate miter
sat -verify -prove-asserts -tempinduct miter
tee -o stat.json stat -json
"""


def test_equal_modules_share_words():
    lanes = lane_parallel(TOP, "top")
    assert "module leaf_x3 (" in lanes
    assert "input [2:0] x_1" in lanes
    assert lanes.count("leaf_x3") == 2
    yosys.run(PROOF, {"given.v": TOP, "lanes.v": lanes})


def test_proof_sees_a_wrong_gate():
    wrong = lane_parallel(TOP, "top").replace(" ^ ", " | ", 1)
    with pytest.raises(yosys.ToolFailed, match="ERROR"):
        yosys.run(PROOF, {"given.v": TOP, "lanes.v": wrong})


def test_nothing_repeated_stays_as_it_is():
    assert lane_parallel(LEAF, "leaf") == LEAF
