"""A library's text for tools from outside: its conditions are those of our own figures."""

from pathlib import Path

import pytest
from outside import pdk
from toy_cells import INV, TEXT

from lmul.synth.liberty.default import EMBEDDED
from lmul.synth.liberty.file import LibertyText
from lmul.synth.liberty.library import Library, load
from lmul.synth.liberty.syntax import parse
from lmul.synth.timing.tool_library import CONDITIONS, tool_library


def toy(text: str) -> Library:
    return Library(LibertyText(Path("toy.lib"), text))


def conditions(library):
    """The conditions that a tool takes, and the attributes of the library."""
    [text] = tool_library(library)
    assert text.count("default_operating_conditions") == 1
    [group] = parse(LibertyText(Path("tools.lib"), text))
    name = group.values["default_operating_conditions"]
    [found] = [c for c in group.of_kind("operating_conditions") if c.name == name]
    values = {key: float(found.values[key]) for key in ("process", "temperature", "voltage")}
    return values, group


def test_a_library_without_conditions_gets_them():
    found, group = conditions(toy(TEXT))
    assert found == {"process": 1, "temperature": 25, "voltage": 2}
    assert [cell.name for cell in group.of_kind("cell")] == [
        "inv",
        "buf",
        "nand2",
        "nor2",
        "xor2",
        "dff",
    ]


def test_other_conditions_make_way():
    """Those of a fast corner in a file whose nominal values, which the figures hold for, differ."""
    head = """/* a comment with library (x) { in it */
library (toy) {
  time_unit : "1ps"; voltage_unit : "100mV"; capacitive_load_unit (1, ff);
  nom_process : 0.5; nom_temperature : -40.0 ; nom_voltage : "12.5";
  operating_conditions (fast) { process : 1; temperature : 0; voltage : 14; }
  default_operating_conditions : "fast" ;
  wire_load ("Small") { capacitance : 1; resistance : 1; slope : 1; fanout_length (1, 9); }
  default_wire_load : "Small" ;
  default_wire_load_selection : sizes;
"""
    found, group = conditions(toy(head + INV + "}"))
    assert found == {"process": 0.5, "temperature": -40, "voltage": 12.5}
    assert {c.name for c in group.of_kind("operating_conditions")} == {"fast", CONDITIONS}
    assert not {"default_wire_load", "default_wire_load_selection"} & group.values.keys()


def test_no_voltage_is_made_up():
    library = toy(TEXT.replace("nom_voltage : 2;", ""))
    assert library.voltage is None
    assert "operating_conditions" not in tool_library(library)[0]


def test_the_embedded_library_has_its_own():
    [group] = parse(LibertyText.read(EMBEDDED))
    assert group.values["default_operating_conditions"] == "tt_025C_1v80"
    assert conditions(load(EMBEDDED))[0] == {"process": 1, "temperature": 25, "voltage": 1.8}


@pytest.mark.evidence
@pytest.mark.parametrize(
    ("file", "volts"),
    [
        ("sky130hd_tt.lib.gz", 1.8),
        ("sg13g2_stdcell_typ_1p20V_25C.lib", 1.2),
        ("nangate45_typ.lib.gz", 1.1),
        ("gf180mcu_fd_sc_mcu7t5v0__tt_025C_3v30.lib.gz", 3.3),  # states conditions, no default
        ("asap7sc7p5t_INVBUF_RVT_TT_nldm_220122.lib.gz", 0.7),
    ],
)
def test_real_libraries(file, volts):
    found, _ = conditions(load(pdk(file)))
    assert found == {"process": 1, "temperature": 25, "voltage": volts}
