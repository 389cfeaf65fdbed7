"""Modules and ports of a Verilog text."""

import pytest

from lmul.hdl.verilog.ports import module_names, read_ports


def test_read_ports():
    text = """
module other(a); input a; endmodule
module unit(x, y, p, clk);
  input [7:0] x; wire [7:0] x;
  input y;
  output [15:0] p;
  input clk;
endmodule
"""
    assert read_ports(text, "unit") == {
        "x": ("input", 8),
        "y": ("input", 1),
        "p": ("output", 16),
        "clk": ("input", 1),
    }
    assert module_names(text) == ["other", "unit"]
    with pytest.raises(ValueError, match=r"^The Verilog has no module 'uni'$"):
        read_ports(text, "uni")
