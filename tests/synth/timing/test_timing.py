"""Static timing: paths added up by hand, and a timing tool's where there is one."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from outside import NEEDS_OPENSTA, REAL_LIBRARIES, pdk

from lmul.synth.gates.circuit import Circuit
from lmul.synth.layout import wires
from lmul.synth.liberty.conditions import Conditions
from lmul.synth.liberty.default import EMBEDDED
from lmul.synth.liberty.file import LibertyText
from lmul.synth.liberty.library import Library, load
from lmul.synth.mapping.mapping import map_cells
from lmul.synth.timing.area_delay import curve
from lmul.synth.timing.hold import hold
from lmul.synth.timing.opensta import opensta_delay
from lmul.synth.timing.timing import analyse

pytestmark = pytest.mark.slow  # runs tools

# Delay to each edge: a + b slew + c load, in ps, exact on any table.
ARC = """
  timing () {{ related_pin : "{pin}"; timing_sense : {sense}; timing_type : {kind};
    cell_rise (t) {{ values ("{r[0]}, {r[1]}", "{r[2]}, {r[3]}"); }}
    cell_fall (t) {{ values ("{f[0]}, {f[1]}", "{f[2]}, {f[3]}"); }}
    rise_transition (t) {{ values ("20, 120", "20, 120"); }}
    fall_transition (t) {{ values ("10, 110", "10, 110"); }} }}"""


def table(a: float, b: float, c: float) -> list[float]:
    return [a, a + 100 * c, a + 100 * b, a + 100 * b + 100 * c]


def arc(pin: str, sense: str, rise: float, fall: float, kind: str = "combinational") -> str:
    return ARC.format(
        pin=pin, sense=sense, kind=kind, r=table(rise, 0.5, 2), f=table(fall, 0.25, 1)
    )


PIN = "pin ({}) {{ direction : input; capacitance : {}; }}"
GATE = 'cell ({}) {{ area : {}; {} pin (y) {{ direction : output; function : "{}"; {} }} }}\n'
TOY = (
    'library (toy) { time_unit : "1ps"; capacitive_load_unit (1, ff);\n'
    "  lu_table_template (t) { variable_1 : input_net_transition;"
    " variable_2 : total_output_net_capacitance;"
    ' index_1 ("0, 100"); index_2 ("0, 100"); }\n'
    + GATE.format("inv", 1, PIN.format("a", 1), "!a", arc("a", "negative_unate", 10, 5))
    + GATE.format("buf", 2, PIN.format("a", 1), "a", arc("a", "positive_unate", 50, 50))
    + GATE.format(
        "nand2",
        2,
        PIN.format("a", 2) + PIN.format("b", 3),
        "!(a b)",
        arc("a", "negative_unate", 20, 30) + arc("b", "negative_unate", 20, 40),
    )
    + 'cell (dff) { area : 9; ff (iq, iqn) { clocked_on : "c"; next_state : "d"; }\n'
    + "pin (c) { direction : input; capacitance : 1; clock : true; }\n"
    + "pin (d) { direction : input; capacitance : 4; timing () { related_pin : c;"
    + " timing_type : setup_rising;"
    + ' rise_constraint (scalar) { values ("33"); } fall_constraint (scalar) { values ("44"); } } }'
    + 'pin (q) { direction : output; function : "iq"; '
    + arc("c", "non_unate", 100, 90, "rising_edge")
    + "} }\n}\n"
)


def toy() -> Library:
    return Library(LibertyText(Path("toy.lib"), TOY))


def circuit(body: str, ports: str) -> Circuit:
    return Circuit("t", f"module t({ports}); {body} endmodule\n")


def test_conditions_are_an_inverters():
    found = Conditions.of(toy())
    assert (found.inverter, found.output_load_ff) == ("inv", 4)
    # Transition 20 + 4 rising, 10 + 4 falling: 19 in the mean; delays 10 + 0.5·19 + 2·4 rising,
    # 5 + 0.25·19 + 4 falling.
    assert found.input_slew_ps == pytest.approx(19)
    assert found.fo4_ps == pytest.approx((27.5 + 13.75) / 2)


def test_one_gate_by_hand():
    found = analyse(map_cells(circuit("assign y = ~(a & b);", "input a, b, output y"), toy()))
    # Rising: 20 + 0.5·19 + 2·4 = 37.5. Falling, from pin b: 40 + 0.25·19 + 4 = 48.75.
    assert found.delay_ps == pytest.approx(48.75)
    assert [(step.cell, step.edge) for step in found.path] == [("", "rise"), ("nand2", "fall")]
    assert found.path[1].load_ff == 4
    assert found.path[1].slew_ps == pytest.approx(14)


def test_two_gates_by_hand():
    found = analyse(map_cells(circuit("assign y = a & b;", "input a, b, output y"), toy()))
    # The NAND, loaded with 1 fF, falls at 40 + 4.75 + 1 = 45.75 in 11 ps; then the inverter rises
    # in 10 + 0.5·11 + 2·4 = 23.5. The other way: 20 + 9.5 + 2 = 31.5 in 21 ps, then 5 + 5.25 + 4.
    assert found.delay_ps == pytest.approx(69.25)
    assert [step.edge for step in found.path] == ["rise", "fall", "rise"]


def test_registers_by_hand():
    body = "reg q; always @(posedge c) q <= ~q; assign y = q;"
    found = analyse(map_cells(circuit(body, "input c, output y"), toy()))
    # Clock to output with 1 + 4 fF: rising 100 + 9.5 + 10 = 119.5 in 25 ps, then the inverter
    # falls in 5 + 6.25 + 4 and setup is 44: 178.75. Falling 90 + 4.75 + 5 = 99.75 in 15 ps, then
    # 10 + 7.5 + 8 = 25.5 and setup 33: 158.25.
    assert found.delay_ps == pytest.approx(178.75)
    assert found.setup_ps == 44
    assert found.path[0].pin == "c"


def test_a_library_without_delays():
    text = TOY.replace("cell_", "x_").replace("_transition (", "_x (")
    bare = Library(LibertyText(Path("bare.lib"), text))
    assert toy().has_delays and not bare.has_delays
    with pytest.raises(ValueError, match=r"^Liberty file 'bare.lib' has no delays: its inv has no"):
        Conditions.of(bare)


def changed(old: str, new: str) -> Library:
    assert old in TOY
    return Library(LibertyText(Path("toy.lib"), TOY.replace(old, new)))


NAND_B = arc("b", "negative_unate", 20, 40)
CLOCKED = arc("c", "non_unate", 100, 90, "rising_edge")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (NAND_B, "", "cell 'nand2' does not tell how long 'b' takes to 'y', rising: a timing"),
        (
            NAND_B,
            NAND_B.replace('related_pin : "b";', ""),
            "cell 'nand2' has a timing group at 'y' without a related_pin",
        ),
        (
            NAND_B,
            NAND_B.replace('"b"', '"z"'),
            "cell 'nand2' has a timing group at 'y' whose related_pin 'z' is none of its pins",
        ),
        (
            NAND_B,
            NAND_B.replace("fall_transition", "x"),
            "cell 'nand2' does not tell how long 'b' takes to 'y', falling: a timing",
        ),
        (CLOCKED, "", "cell 'dff' does not tell how long 'c' takes to 'q', rising: a timing"),
        ("setup_rising", "hold_rising", "cell 'dff' has no setup time at 'd': a timing group"),
        ("timing () { related_pin : c;", "timing () {", "cell 'dff' has a setup time at 'd' with"),
    ],
    ids=["gone", "no pin", "other pin", "no table", "clock", "setup", "setup's pin"],
)
def test_delays_that_are_missing(old, new, complaint):
    """A path that ends for want of an arc would make the delay shorter without a word."""
    body = "reg q; always @(posedge c) q <= ~(a & b); assign y = q;"
    with pytest.raises(ValueError, match=r"^Liberty file 'toy.lib', line \d+, can't be") as caught:
        analyse(map_cells(circuit(body, "input a, b, c, output y"), changed(old, new)))
    assert complaint in str(caught.value)


def test_cells_not_in_use_may_lack_delays():
    found = analyse(map_cells(circuit("assign y = ~a;", "input a, output y"), changed(NAND_B, "")))
    assert found.path[1].cell == "inv"


def test_transitions_below_zero_are_zero():
    """As OpenSTA has it: a table's straight line would give the edges less than no time."""
    steep = TOY.replace('values ("20, 120", "20, 120")', 'values ("-90, 10", "-90, 10")')
    steep = steep.replace('values ("10, 110", "10, 110")', 'values ("-90, 10", "-90, 10")')
    library = Library(LibertyText(Path("toy.lib"), steep))
    conditions = Conditions.of(library)
    assert conditions.input_slew_ps == 0  # -86 in the tables
    assert conditions.fo4_ps == ((10 + 8) + (5 + 4)) / 2  # the delays for no transition
    found = analyse(map_cells(circuit("assign y = a & b;", "input a, b, output y"), library))
    assert found.delay_ps == 40 + 1 + 10 + 8
    assert min(step.slew_ps for step in found.path) == 0


def test_setup_that_depends_on_another_outputs_load():
    """33 and 44 ps without a load; 1 ps more for each fF at q, if q is what the table names."""
    template = (
        "lu_table_template (c3) { variable_1 : related_pin_transition;"
        " variable_2 : constrained_pin_transition;"
        " variable_3 : related_out_total_output_net_capacitance;"
        ' index_1 ("0, 100"); index_2 ("0, 100"); index_3 ("0, 10"); }\n'
    )
    text = TOY.replace("  lu_table_template (t)", f"  {template}  lu_table_template (t)")
    for edge in (33, 44):
        values = ", ".join([f"{edge}, {edge + 10}"] * 4)
        text = text.replace(f'(scalar) {{ values ("{edge}")', f'(c3) {{ values ("{values}")')
    body = "reg q; always @(posedge c) q <= ~q; assign y = q;"
    register = circuit(body, "input c, output y")
    found = analyse(map_cells(register, Library(LibertyText(Path("toy.lib"), text))))
    assert (found.delay_ps, found.setup_ps) == (pytest.approx(178.75), 44)
    named = text.replace("related_pin : c;", "related_pin : c; related_output_pin : q;")
    found = analyse(map_cells(register, Library(LibertyText(Path("toy.lib"), named))))
    assert found.setup_ps == pytest.approx(44 + 5)  # 1 fF of the inverter, 4 behind the output


def test_a_library_without_a_buffer_is_mapped_for_area():
    buffer = GATE.format("buf", 2, PIN.format("a", 1), "a", arc("a", "positive_unate", 50, 50))
    arcs = arc("a", "negative_unate", 20, 30) + arc("b", "negative_unate", 20, 40)
    nor = GATE.format("nor2", 2, PIN.format("a", 2) + PIN.format("b", 3), "!(a | b)", arcs)
    plain = circuit("assign y = a & b; assign z = a;", "input a, b, output y, z")
    library = changed(buffer, nor)
    assert map_cells(plain, library).cells == {"nand2": 1, "inv": 1}
    with pytest.raises(ValueError, match=r"^Liberty file 'toy.lib' can't be used: it has no buff"):
        map_cells(plain, library, 500)


@pytest.mark.parametrize("target", [0, -1.0])
def test_wrong_target(target):
    with pytest.raises(ValueError, match=r"^A delay target must be a positive number of ps, not "):
        map_cells("product-lmul-e4m3", EMBEDDED, target)


def test_curve_goes_down():
    points = curve("product-lmul-e4m3", EMBEDDED, targets=[800])
    areas = [point.area.area_um2 for point in points]
    delays = [point.timing.delay_ps for point in points]
    assert areas == sorted(areas) and delays == sorted(delays, reverse=True)
    assert points[0].target_ps is None
    assert delays[-1] < delays[0] / 2  # a long chain of carries has much to gain


def slack_of(body: str, rise: float, fall: float) -> float | None:
    """The hold slack of a circuit with an input a, when these are d's hold times."""
    setup = "timing () { related_pin : c; timing_type : setup_rising;"
    check = setup.replace("setup_rising;", "hold_rising;") + (
        f' rise_constraint (scalar) {{ values ("{rise}"); }}'
        f' fall_constraint (scalar) {{ values ("{fall}"); }} }}'
    )
    library = changed(setup, f"{check} {setup}")
    return hold(map_cells(circuit(body, "input a, c, output y"), library)).slack_ps


@pytest.fixture
def alone(monkeypatch):
    """Without OpenSTA, which can't read the toy."""
    monkeypatch.setattr(shutil, "which", lambda _: None)


@pytest.mark.usefixtures("alone")
def test_hold_by_hand():
    around = "reg q; always @(posedge c) q <= ~q; assign y = q;"
    # As in test_registers_by_hand: d falls after 119.5 + 5 + 6.25 + 4 = 134.75, and rises after
    # 99.75 + 10 + 7.5 + 8 = 125.25.
    assert slack_of(around, 3, 20) == pytest.approx(134.75 - 20)
    assert slack_of(around, 20, 3) == pytest.approx(125.25 - 20)
    assert slack_of(around, 3, 200) == pytest.approx(134.75 - 200)
    untold = hold(map_cells(circuit(around, "input c, output y"), toy()))
    assert (untold.slack_ps, untold.opensta_ps) == (None, None)


@pytest.mark.usefixtures("alone")
def test_hold_takes_the_shortest_path_and_none_from_ports():
    direct = "reg p, q; always @(posedge c) begin p <= a; q <= p; end assign y = q;"
    # q is behind p: 4 fF of its pin. Rising 100 + 9.5 + 8 in 24 ps, falling 90 + 4.75 + 4.
    assert slack_of(direct, 0, 0) == pytest.approx(90 + 4.75 + 4)
    assert slack_of("reg q; always @(posedge c) q <= a; assign y = q;", 0, 0) is None


def test_wires_by_hand():
    """Each of a few cells' connections is 0.8 * 4 / 3 cells' widths; sky130's metal."""
    metal = changed("library (toy)", "library (sky130_toy)")
    nand = map_cells(circuit("assign y = ~(a & b);", "input a, b, output y"), metal)
    reach = 0.8 * 4 / 3 * 2**0.5  # a NAND of 2 µm², one port behind it
    wire, ohms = 0.172375 * reach, 0.8929 * reach
    found = analyse(nand, wires="middle")
    # Falling, from pin b, with 4 fF and the wire: half of the wire's capacitance is at its end.
    by_hand = 40 + 4.75 + (4 + wire) + ohms * (4 + wire / 2) / 1000
    assert found.delay_ps == pytest.approx(by_hand)
    assert found.path[1].load_ff == pytest.approx(4 + wire)
    assert (found.wires, analyse(nand).wires) == ("middle", "none")


@NEEDS_OPENSTA
@pytest.mark.parametrize("file", [None, *REAL_LIBRARIES])
@pytest.mark.parametrize(
    "design",
    [
        "exact-e4m3-ftz",
        "pe-lmul-e4m3-ftz",
        pytest.param("array-lmul-e2m1-2x2-os-ftz", marks=pytest.mark.evidence),
    ],
)
def test_opensta_says_the_same(design, file, monkeypatch):
    mapped = map_cells(design, load(pdk(file) if file else EMBEDDED))
    assert analyse(mapped).delay_ps == pytest.approx(opensta_delay(mapped), rel=1e-4)
    if design.startswith("pe"):
        held = hold(mapped)
        assert held.slack_ps is not None and held.slack_ps > 0
        assert held.slack_ps == pytest.approx(held.opensta_ps, abs=0.01)
        if not file or not file.startswith("osu"):  # their metal is not known
            # Without resistance: with it OpenSTA models the driver's wave, and has 1 to 3 % more.
            for name, metal in wires.METALS.items():
                monkeypatch.setitem(wires.METALS, name, replace(metal, resistance=0))
            found = analyse(mapped, wires="long").delay_ps
            assert found == pytest.approx(opensta_delay(mapped, wires="long"), rel=1e-4)
