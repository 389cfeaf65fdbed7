"""Modules and ports of a Verilog text, in the styles in which people write them."""

import pytest

from lmul.hdl.verilog.ports import module_names, read_ports

STYLES = {
    "head": "module m (input wire [7:0] x,\n  output reg signed [3:0] p, output done);\nendmodule",
    "lists": "module m(input [7:0] x, output [3:0] p, output done); endmodule",
    "below": "module m(x, p, done);\n input [7:0] x; wire [7:0] x;\noutput [3:0] p;\n"
    "output done;\nendmodule",
    "words": "// input z;\nmodule m(input logic [ 7 : 0 ] x, output [3:0] p, output done); /**/\n"
    "function f; input [2:0] i; f = i[0]; endfunction\nendmodule",
}


@pytest.mark.parametrize("style", STYLES)
def test_styles(style):
    other = "module other(input a, b);\nendmodule\n"
    text = other + STYLES[style] + "\n" + other
    assert read_ports(text, "m") == {"x": ("input", 8), "p": ("output", 4), "done": ("output", 1)}
    assert read_ports(other, "other") == {"a": ("input", 1), "b": ("input", 1)}
    assert set(module_names(text)) == {"m", "other"}


def test_no_such_module():
    with pytest.raises(ValueError, match=r"^The Verilog has no module 'm'$"):
        read_ports("module mm(input a); endmodule", "m")
