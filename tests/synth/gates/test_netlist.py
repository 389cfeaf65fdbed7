"""Netlists with parts kept apart: counted as often as they stand there, and as deep as flat."""

import json

import pytest

from lmul.synth.gates.circuit import Circuit
from lmul.synth.gates.count import count
from lmul.synth.gates.depth import logic_depth
from lmul.synth.gates.netlist import Hierarchy

# A half adder kept apart; rows of four, one twice in the other: eight of them in all.
CHAIN = """
module half(input a, b, output s, c);
  assign s = a ^ b;
  assign c = a & b;
endmodule
module four(input [3:0] a, input i, output [3:0] s, output o);
  wire [4:0] c; assign c[0] = i; assign o = c[4];
  half h0(.a(a[0]), .b(c[0]), .s(s[0]), .c(c[1]));
  half h1(.a(a[1]), .b(c[1]), .s(s[1]), .c(c[2]));
  half h2(.a(a[2]), .b(c[2]), .s(s[2]), .c(c[3]));
  half h3(.a(a[3]), .b(c[3]), .s(s[3]), .c(c[4]));
endmodule
module t(input clk, input [7:0] a, output reg [7:0] q, output odd);
  wire [7:0] s; wire c, o; assign odd = ~o;
  four high(.a(a[7:4]), .i(c), .s(s[7:4]), .o(o));
  four low(.a(a[3:0]), .i(q[0]), .s(s[3:0]), .o(c));
  always @(posedge clk) q <= s;
endmodule
"""


@pytest.mark.slow
@pytest.mark.parametrize("parts", [("half",), ("four",), ("half", "four")])
def test_parts_count_as_the_whole_does(parts):
    found = count(Circuit("t", CHAIN, parts=parts))
    assert found.cells == {"$_AND_": 8, "$_NOT_": 1, "$_XOR_": 8}
    assert found.flipflops == 8
    # Eight carries and the inverter: the path runs through both modules, the later one first.
    assert found.depth == 9


def gate(kind: str, a: int, b: int, y: int) -> dict:
    return {
        "type": kind,
        "port_directions": {"A": "input", "B": "input", "Y": "output"},
        "connections": {"A": [a], "B": [b], "Y": [y]},
    }


def inner(a: int, y: int) -> dict:
    return {
        "type": "inner",
        "port_directions": {"a": "input", "y": "output"},
        "connections": {"a": [a], "y": [y]},
    }


INNER = {
    "ports": {"a": {"direction": "input", "bits": [2]}, "y": {"direction": "output", "bits": [3]}},
    "cells": {"g": gate("$_AND_", 2, 2, 3)},
}


def test_times_and_depth():
    top = {"ports": {}, "cells": {"second": inner(6, 7), "first": inner(5, 6)}}
    whole = {"ports": {}, "cells": {f"m{i}": {**inner(0, 0), "type": "top"} for i in range(3)}}
    for cell in whole["cells"].values():
        cell["port_directions"] = cell["connections"] = {}
    netlist = Hierarchy({"inner": INNER, "top": top, "whole": whole}, "whole")
    assert netlist.times == {"whole": 1, "top": 3, "inner": 6}
    assert netlist.cells == {"$_AND_": 6}
    assert logic_depth(netlist) == 2


def test_loop_through_modules():
    loop = {"ports": {}, "cells": {"one": inner(5, 6), "two": inner(6, 5)}}
    with pytest.raises(
        ValueError, match=r"^The netlist has a combinational loop through modules of 't'$"
    ):
        logic_depth(Hierarchy({"inner": INNER, "t": loop}, "t"))


def test_wrong_netlist():
    with pytest.raises(ValueError, match=r"^Yosys's netlist has no module 'u'$"):
        Hierarchy.read(json.dumps({"modules": {"t": {"cells": {}}}}), "u")
    with pytest.raises(ValueError, match=r"^Yosys's netlist can't be read$"):
        Hierarchy.read("nothing", "t")
