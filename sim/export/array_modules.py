"""The modules of an array's Verilog, in words."""

import re

from lmul.hdl.mac_design import MacDesign

__all__ = ["module_words"]

_WORDS = {
    "core": "the array with plain streams; the top module only names ports",
    "core_entry": "joins the streams of operands; counts K",
    "core_nan_marks": "remembers which rows and columns of a tile had a NaN",
    "core_marks": "what belongs to a beat and passes beside the grid",
    "row": "a row of cells",
    "cell": "a PE, and the register that takes its result away",
    "pe": "the processing element: product, aligned addition, accumulator",
    "row_edge": "unpacks an operand of a, once for a row",
    "column_edge": "unpacks an operand of b, once for a column",
    "round": "rounds a column's results",
    "a_slice": "the port of a: two registers",
    "b_slice": "the port of b: two registers",
    "sums_slice": "the port of sums: two registers",
    "partials_slice": "the port of partials: two registers",
    "out_slice": "the port of out: two registers, the rounders' among them",
    "a_fifo": "beats of a that wait for those of other streams",
    "b_fifo": "beats of b that wait for those of other streams",
    "sums_fifo": "beats of sums that wait for those of a",
}


def module_words(design: MacDesign, verilog: str) -> dict[str, str]:
    """The modules that a person looks for, by name; each is described once and instantiated."""
    prefix = f"{design.module_name}_"
    found = re.findall(rf"^module {prefix}(\w+) \(", verilog, re.M)
    return {prefix + name: _WORDS[name] for name in sorted(found) if name in _WORDS}
