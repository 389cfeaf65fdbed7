"""The Liberty reader: syntax, units, tables, and figures of real libraries."""

import time
from pathlib import Path

import numpy as np
import pytest
from outside import pdk

from lmul.synth.liberty.file import LibertyText
from lmul.synth.liberty.library import Library, load
from lmul.synth.liberty.syntax import parse
from lmul.synth.liberty.table import Table

HEAD = """/* two
lines */ library ("toy") {
  time_unit : "10ps"; leakage_power_unit : 1uW; voltage_unit : "100mV";
  capacitive_load_unit (2, ff);
  nom_voltage : 12;  // of 100 mV
  default_wire_load : "Small" ; default_input_pin_cap : 3; default_cell_leakage_power : 0.5
  lu_table_template (by_load) {
    variable_1 : total_output_net_capacitance; variable_2 : input_net_transition;
    index_1 ("1, 2"); index_2 ("10, 20, 30"); }
  power_lut_template (one) { variable_1 : input_transition_time; index_1 ("1, 2"); }
"""
CELL = """
  cell (nand) { area : 2.5;
    leakage_power () { value : 1; when : "A & B"; } leakage_power () { value : 3; when : "!(A&B)"; }
    pin (A, B) { direction : input; }
    pin (Y) { direction : output; function : "(A B)'"; max_capacitance : 4;
      timing () { related_pin : "A B"; timing_sense : negative_unate;
        cell_rise (by_load) { values ("1, 2, 3", \\
                                      "11, 12, 13"); }
        rise_transition (scalar) { values ("7"); } }
      internal_power () { related_pin : "A"; when : "B"; power (one) { values ("1, 2"); } } } }
"""


def toy(text: str) -> Library:
    return Library(LibertyText(Path("toy.lib"), text))


def test_units_are_converted():
    library = toy(HEAD + CELL + "}")
    assert (library.name, library.wire_load) == ("toy", "Small")
    assert library.voltage == pytest.approx(1.2)
    assert library.time_unit == pytest.approx(1e-11)
    assert library.energy_unit == pytest.approx(0.01 * 2e-15)  # V² times capacitance
    cell = library["nand"]
    assert (cell.area, cell.leakage) == (2.5, pytest.approx(2000))  # mean of the states, uW in nW
    assert [s.when and s.when.text for s in cell.leakage_states] == ["A & B", "!(A&B)"]
    assert [s.power for s in cell.leakage_states] == pytest.approx([1000, 3000])
    assert [pin.name for pin in cell.inputs] == ["A", "B"]
    assert [pin.capacitance for pin in cell.inputs] == pytest.approx(
        [6, 6]
    )  # the library's default
    [out] = cell.outputs
    assert (out.name, out.max_capacitance) == ("Y", 8)
    assert not cell.is_flipflop


def test_tables_have_slew_first():
    [out] = toy(HEAD + CELL + "}")["nand"].outputs
    assert [arc.related_pin for arc in out.timing] == ["A", "B"]
    table = out.timing[0].delay_rise
    assert table is not None
    assert table.slews == (100, 200, 300)  # 10 ps each
    assert table.loads == (2, 4)  # 2 fF each
    assert table(200, 2) == 20
    assert table(200, 4) == 120
    assert table(250, 3) == pytest.approx(75)
    assert out.timing[0].delay_fall is None
    transition = out.timing[0].transition_rise
    assert transition and transition(5, 5) == transition(500, 50) == 70
    [power] = out.power
    assert power.rise is power.fall
    assert power.when and power.when.inputs == ("B",)
    assert power.rise and power.rise(15, 99) == pytest.approx(
        1.5 * 0.02
    )  # 0.01 V² · 2 fF = 0.02 fJ


def test_leakage_of_a_cell_that_states_none():
    cell = toy(HEAD + "cell (c) { } }")["c"]
    assert (cell.leakage, cell.area) == (pytest.approx(500), 0)


def test_table_goes_on_straight():
    table = Table((0.0, 1.0), (0.0, 2.0), ((0.0, 2.0), (10.0, 12.0)))
    assert table(2, 0) == 20
    assert table(-1, 4) == pytest.approx(-6)
    slews, loads = np.array([2, -1, 0.5, 1]), np.array([0, 4, 0.5, 2])
    assert table.at(slews, loads).tolist() == [
        table(slew, load) for slew, load in zip(slews, loads, strict=True)
    ]
    row = Table((5.0,), (0.0, 2.0), ((0.0, 2.0),))
    assert row.at(slews, loads).tolist() == [0, 4, 0.5, 2]


def test_flipflop():
    text = 'cell (d) { ff (IQ, IQN) { clocked_on : "C"; next_state : "D & !R"; clear : "!Z"; } } }'
    cell = toy(HEAD + text)["d"]
    assert cell.is_flipflop and cell.state
    assert cell.state.names == ("IQ", "IQN")
    assert cell.state.next_state and cell.state.next_state.inputs == ("D", "R")
    assert cell.state.clear and not cell.state.preset


def test_syntax_of_other_writers():
    text = 'library(a){x:1\n y : "a;b}\n" ;; s("p//q",r) cell("c"){} cell(d){}\n}\n'
    [library] = parse(LibertyText(Path("toy.lib"), text))
    assert library.values == {"x": "1", "y": "a;b}\n"}
    assert library.lists["s"] == '"p//q",r'
    assert [group.name for group in library.of_kind("cell")] == ["c", "d"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (HEAD + CELL, "can't be read: the library (toy) of line 2 is never closed"),
        (HEAD + "}}", "can't be read: line 11: a '}' closes nothing"),
        (HEAD + "= 3; }", "can't be read: line 11: '= 3; }' is no Liberty statement"),
        (HEAD.replace("2, ff", "2"), "capacitive_load_unit must be like (1, pf), not (2)"),
        (HEAD.replace("1uW", "1V"), "leakage_power_unit must be like '1nW', not '1V'"),
        (HEAD.replace("12;", "x;"), "line 2: nom_voltage must be a number, not 'x'"),
    ],
)
def test_broken_library(text, complaint):
    whole = text if complaint.startswith("can't be read") else text + CELL + "}"
    with pytest.raises(ValueError) as caught:
        toy(whole)
    if not complaint.startswith("can't be read"):
        complaint = f"can't be used: {complaint}"
    assert str(caught.value) == f"Liberty file 'toy.lib' {complaint}"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("area : 2.5", "area : big", "line 12: area must be a number, not 'big'"),
        ('"7"', '"7 8"', "line 19: rise_transition has 2 values for no points"),
        ('"11, 12, 13"', '"11, 12"', "line 17: cell_rise has 5 values for 2 by 3 points"),
        ('"1, 2, 3"', '"1, 2, x"', "line 17: cell_rise: could not convert string to float: 'x'"),
        ("(A B)'", "(A B", "line 15: function: '(A B' is no Boolean function: a ')' is missing"),
    ],
)
def test_broken_cell(old, new, complaint):
    library = toy(HEAD + CELL.replace(old, new) + "}")
    with pytest.raises(ValueError) as caught:
        library["nand"]
    assert str(caught.value) == f"Liberty file 'toy.lib' can't be used: cell 'nand', {complaint}"


@pytest.mark.parametrize(
    ("conditions", "volts"),
    [
        ("nom_voltage : 9; operating_conditions (a) { voltage : 11; }", 0.9),
        ("operating_conditions (a) { voltage : 11; }", 1.1),
        (
            "operating_conditions (a) { voltage : 11; } operating_conditions (b) { voltage : 10; }"
            " default_operating_conditions : b;",
            1.0,
        ),
        (
            "operating_conditions (a) { voltage : 11; } operating_conditions (b) { voltage : 10; }",
            None,
        ),
    ],
)
def test_voltage_is_that_of_the_default_conditions(conditions, volts):
    library = toy(HEAD.replace("nom_voltage : 12;", conditions) + CELL + "}")
    assert library.voltage == (volts and pytest.approx(volts))


def test_default_conditions_that_are_missing():
    text = HEAD.replace("nom_voltage : 12;", "default_operating_conditions : typ;")
    with pytest.raises(ValueError, match=r"default_operating_conditions 'typ' are none of its "):
        toy(text + CELL + "}")


@pytest.mark.slow  # 10 MB
def test_sky130():
    started = time.process_time()
    library = load(pdk("sky130hd_tt.lib.gz"))
    assert time.process_time() - started < 5  # half a second to one and a half
    assert (len(library), library.voltage) == (428, 1.8)
    assert (library.leakage_unit, library.energy_unit) == (1e-9, pytest.approx(1e-12))
    assert library.wire_load == "Small"
    nand = library["sky130_fd_sc_hd__nand2_1"]
    # Read from the file by eye.
    assert nand.area == pytest.approx(3.7536)
    assert nand.leakage == pytest.approx(0.00211796)
    assert nand.pins["A"].capacitance == pytest.approx(2.315)
    out = nand.pins["Y"]
    assert out.function and out.function.truth_table() == (1, 1, 1, 0)
    rise = out.timing[1].delay_rise
    assert rise and rise(10, 0.5) == pytest.approx(31.4335)
    assert out.power[0].rise and out.power[0].rise(10, 166.6359) == pytest.approx(272.6763)
    flipflop = library["sky130_fd_sc_hd__dfxtp_1"]
    assert flipflop.is_flipflop
    [setup] = flipflop.pins["D"].setup
    # Along the first axis the clock's transition, along the second the data's.
    assert setup.fall and setup.fall.at(0)(10, 500) == pytest.approx(318.7643)
    assert all("lpflow" in name or "buf" in name for name in library.special_cells)


@pytest.mark.slow
def test_sg13g2():
    library = load(pdk("sg13g2_stdcell_typ_1p20V_25C.lib"))
    assert (len(library), library.voltage, library.leakage_unit) == (78, 1.2, 1e-12)
    nand = library["sg13g2_nand2_1"]
    assert nand.leakage == pytest.approx(0.0812216)  # pW in the file
    assert nand.pins["B"].capacitance == pytest.approx(3.0166)
    assert library["sg13g2_dfrbp_1"].is_flipflop
    assert not library["sg13g2_dlhq_1"].is_flipflop  # a latch
    for name in library:  # nothing in it that can't be read
        assert library[name].name == name


@pytest.mark.parametrize(
    ("name", "volts", "area", "leakage", "pin", "at", "delay", "energy"),
    # INVX1's, read from the files by eye: nW, fF, ps, fJ.
    [
        ("osu018", 1.8, 16, 0.0221741, (9.32196, 9.32456), (180, 25), 91.076, 27.52),
        ("osu035", 3.3, 64, 0.0152465, (13.3816, 13.4094), (180, 80), 196.317, 133.133),
    ],
)
def test_osu(name, volts, area, leakage, pin, at, delay, energy):
    """No voltage map, no defaults, tables with the load first; latch, three-state buffers, pads."""
    library = load(pdk(f"{name}_stdcells.lib"))
    assert (library.name, library.voltage) == (f"{name}_stdcells", volts)
    inverter = library["INVX1"]
    assert (inverter.area, inverter.leakage) == (area, leakage)
    [a], [y] = inverter.inputs, inverter.outputs
    assert (a.rise_capacitance, a.fall_capacitance) == pytest.approx(pin)
    assert a.capacitance == pytest.approx(max(pin))
    fall, rise = y.timing[0].delay_fall, y.power[0].rise
    assert fall and fall(*at) == pytest.approx(delay)
    assert rise and rise(*at) == pytest.approx(energy)
    assert [n for n in library if library[n].is_flipflop] == ["DFFNEGX1", "DFFPOSX1", "DFFSR"]
    assert library["DFFSR"].state and library["DFFSR"].state.clear
    # Neither logic nor adder: latch, three-state buffers; pads are not even for buffers.
    assert not {"LATCH", "TBUFX1", "TBUFX2"} & {n for n, f in library.functions.items() if f}
    assert all(n.startswith("PAD") for n in library.special_cells)
    assert bool(library.special_cells) == (name == "osu035")
