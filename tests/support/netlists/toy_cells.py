"""A library small enough for sums by hand, with energies, and netlists of it without Yosys."""

import json
from pathlib import Path

from lmul.synth.liberty.file import LibertyText
from lmul.synth.liberty.library import Library
from lmul.synth.mapping.cell_netlist import CellNetlist

# 2 V; 1 fF, 1 fJ and 1 ps are the units' sizes: voltage_unit 1 V, capacitive_load_unit 1 fF.
HEAD = """
library (toy) {
  time_unit : "1ps"; voltage_unit : "1V"; capacitive_load_unit (1, ff);
  leakage_power_unit : "1nW"; nom_voltage : 2;
"""


def table(rise: float, fall: float) -> str:
    return (
        f'rise_power (scalar) {{ values ("{rise}"); }} fall_power (scalar) {{ values ("{fall}"); }}'
    )


TIMING = "".join(
    f'{name} (scalar) {{ values ("10"); }}'
    for name in ("cell_rise", "cell_fall", "rise_transition", "fall_transition")
)


def delays(inputs) -> str:
    """10 ps from each input, whichever its edge."""
    return "".join(f'timing () {{ related_pin : "{p}"; {TIMING} }}' for p in inputs)


def gate(name, function, capacitance, output, leakage, area, more="", inputs=("a", "b"), timing=""):
    own = dict.fromkeys(inputs, "") | {inputs[-1]: more}
    pins = "".join(
        f"pin ({p}) {{ direction : input; capacitance : {capacitance}; {own[p]} }}" for p in inputs
    )
    return f"""
  cell ({name}) {{ area : {area}; cell_leakage_power : {leakage}; {pins}
    pin (y) {{ direction : output; function : "{function}"; {output}
      {timing or delays(inputs)} }} }}"""


def caused(by: str, rise: float, fall: float, when: str = "") -> str:
    when = f'when : "{when}";' if when else ""
    return f'internal_power () {{ related_pin : "{by}"; {when} {table(rise, fall)} }}'


INV = gate(
    "inv",
    "!a",
    1,
    caused("a", 1, 2),
    1,
    1,
    f"internal_power () {{ {table(0.2, 0)} }}",
    ("a",),
)
BUF = gate("buf", "a", 1, caused("a", 2, 2), 1, 2, "", ("a",))
NAND = gate(
    "nand2",
    "!(a & b)",
    2,
    caused("a b", 5, 3),
    2,
    2,
    f'internal_power () {{ when : "a"; {table(2, 0)} }}'
    f' internal_power () {{ when : "!a"; {table(0, 0)} }}',
)
NOR = gate("nor2", "!(a | b)", 2, caused("a b", 5, 3), 2, 2)
XOR = gate("xor2", "a ^ b", 3, caused("a", 8, 8) + caused("b", 6, 6), 3, 4)
FLIPFLOP = f"""
  cell (dff) {{ area : 10; cell_leakage_power : 5;
    ff (iq, iqn) {{ clocked_on : "c"; next_state : "d"; }}
    pin (c) {{ direction : input; clock : true; capacitance : 1;
      internal_power () {{ when : "q"; {table(4, 6)} }}
      internal_power () {{ when : "!q"; {table(1, 1)} }} }}
    pin (d) {{ direction : input; capacitance : 2; internal_power () {{ {table(1, 2)} }} }}
    pin (q) {{ direction : output; function : "iq"; {caused("c", 7, 9)}
      timing () {{ related_pin : "c"; timing_type : rising_edge; {TIMING} }} }} }}"""
TEXT = HEAD + INV + BUF + NAND + NOR + XOR + FLIPFLOP + "\n}\n"
LIBRARY = Library(LibertyText(Path("toy.lib"), TEXT))


def netlist(inputs: str, outputs: str, *cells: str, library: Library = LIBRARY) -> CellNetlist:
    """A netlist of lines like ``nand2 a=x b=y y=z``; ports and nets are named by single words."""
    numbers: dict[str, int] = {}

    def bit(name: str) -> int:
        return numbers.setdefault(name, len(numbers) + 2)

    ports = {
        name: {"direction": way, "bits": [bit(name)]}
        for way, names in (("input", inputs), ("output", outputs))
        for name in names.split()
    }
    found = {}
    for index, line in enumerate(cells):
        kind, *pins = line.split()
        connections = {p.split("=")[0]: [bit(p.split("=")[1])] for p in pins}
        found[f"u{index}"] = {"type": kind, "connections": connections}
    text = json.dumps({"modules": {"t": {"ports": ports, "cells": found}}})
    return CellNetlist.read(text, "t", library)


FULL_ADDER = (
    "nand2 a=a b=b y=n1",
    "nand2 a=a b=n1 y=n2",
    "nand2 a=b b=n1 y=n3",
    "nand2 a=n2 b=n3 y=h",
    "nand2 a=h b=c y=n4",
    "nand2 a=h b=n4 y=n5",
    "nand2 a=c b=n4 y=n6",
    "nand2 a=n5 b=n6 y=s",
    "nand2 a=n1 b=n4 y=co",
    "inv a=co y=q",
)
"""Ten gates: a full adder of nine NANDs, and its carry inverted."""
