"""What the plain-Verilog benches of all designs have in common.

Verilog-2001 but for ``$fatal``, which makes a simulator exit with an error; Icarus 11 and
Verilator run them as they are. They read their vectors from files beside them.
"""

from collections.abc import Iterable, Mapping

__all__ = [
    "HEAD",
    "LOAD_FILE",
    "STEP_NOISE",
    "VERDICT",
    "connections",
    "fill",
    "indent",
    "vector_range",
]


HEAD = """\
// SPDX-License-Identifier: Apache-2.0
// Self-checking bench of @MODULE@: @ABOUT@.
// Run it in this folder. Icarus:
//   $ iverilog -g2005 -o bench -f @MODULE@.f @MODULE@_tb.v && vvp -n bench
// Or with Verilator 5, which gives the program obj_dir/V@MODULE@_tb (lmul verilator is the one
// that lmul installs):
//   $ verilator --binary --timing --top @MODULE@_tb @MODULE@.vlt -f @MODULE@.f @MODULE@_tb.v
// One line says PASS or FAIL, and counts; after FAIL the simulator's exit code is not 0.

"""

VERDICT = """\
  task finish_with_verdict;
    begin
      if (errors == 0 && checked == COUNT) begin
        $display("PASS: @MODULE@: %0d of %0d @UNITS@", checked, COUNT);
        $finish;
      end else begin
        $display("FAIL: @MODULE@: %0d wrong in %0d of %0d @UNITS@", errors, checked, COUNT);
        $fatal(1);
      end
    end
  endtask
"""
"""The end of the simulation."""

LOAD_FILE = """\
    errors = 0;
    sent = 0;
    checked = 0;
    $readmemh(VECTORS, vectors);
    // Unwritten words are x: the file was missing or too short.
    if (^vectors[0] === 1'bx || ^vectors[COUNT-1] === 1'bx) begin
      $display("FAIL: @MODULE@: can't read %0d vectors from %0s", COUNT, VECTORS);
      $fatal(1);
    end"""

STEP_NOISE = "noise = {noise[14:0], noise[15] ^ noise[13] ^ noise[12] ^ noise[10]};"
"""Sixteen bits that decide on stalls and gaps; the same ones in every run."""


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with each ``@NAME@`` replaced."""
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text


def indent(lines: Iterable[str], places: int) -> str:
    """Lines as one text, indented."""
    return "\n".join(" " * places + line for line in lines)


def connections(pairs: Mapping[str, str]) -> str:
    """The ports of an instance and what they are connected to."""
    return ",\n".join(f"    .{port}({signal})" for port, signal in pairs.items())


def vector_range(width: int) -> str:
    """A declaration's range, nothing for a single bit."""
    return f"[{width - 1}:0] " if width > 1 else ""
