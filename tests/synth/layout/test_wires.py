"""Wires: beside circuits that were routed, by hand, and what is refused."""

import re
from pathlib import Path

import pytest
from toy_cells import FULL_ADDER, TEXT, netlist

from lmul.cli import main
from lmul.synth.layout.wires import SETTINGS, check_wires, reach_um, wires_of
from lmul.synth.liberty.default import NAMED
from lmul.synth.liberty.file import LibertyText
from lmul.synth.liberty.library import Library, load

METAL = Library(LibertyText(NAMED["embedded"], TEXT.replace("(toy)", "(toy_asap7)")))
ADDER = netlist("a b c", "s q", *FULL_ADDER, library=METAL)


@pytest.mark.parametrize(
    ("cells", "area", "routed", "percent"),
    [
        # What OpenROAD's flow scripts keep of their own runs (flow/designs/*/metadata-base-ok.json
        # at commits 009093e4, 02d8ff41 and 014eca69), cells that only tap wells left out: gcd in
        # sky130hd, Nangate45 and SG13G2, riscv32i in sky130hd. µm² and µm.
        (469, 4216.7, 9_424, 111),
        (408, 562.6, 3_574, 96),
        (474, 5931.3, 11_660, 107),
        (5007, 77_253, 275_379, 91),
    ],
)
def test_length_beside_routed_circuits(cells, area, routed, percent):
    """As docs/clocks.md tells it. A cell has two connections to its inputs, in the mean."""
    assert round(100 * 2 * cells * reach_um(cells, area, "middle") / routed) == percent
    page = (Path(__file__).parents[3] / "docs" / "clocks.md").read_text(encoding="utf-8")
    [told] = re.findall(r"They give ([\d, and]+) % of their whole lengths", page)
    assert str(percent) in re.findall(r"\d+", told)


def test_settings():
    assert list(SETTINGS) == ["none", "middle", "long"]
    assert reach_um(500, 4000, "none") == 0
    assert reach_um(500, 4000, "long") == 2 * reach_um(500, 4000, "middle")
    assert reach_um(0, 0, "middle") == 0
    # Donath's formula is 4/3 for four cells; here of 9 µm² each.
    assert reach_um(4, 36, "middle") == pytest.approx(0.8 * 4 / 3 * 3)


def test_a_net_has_a_wire_for_each_pin_on_it():
    assert wires_of(ADDER, METAL, "none") is None
    wires = wires_of(ADDER, METAL, "middle")
    assert wires is not None
    reach = reach_um(10, 9 * 2 + 1, "middle")
    [s] = ADDER.outputs["s"]
    [a] = ADDER.inputs["a"]
    by_pins = {s: 1, a: 2}  # the port alone; two NANDs
    for net, pins in by_pins.items():
        # ASAP7's: 0.173323 fF and 32.3151 ohms a µm.
        assert wires.capacitances[net] == pytest.approx(pins * reach * 0.173323)
        assert wires.resistances[net] == pytest.approx(pins * reach * 32.3151)
    # 18 pins of NANDs, one of the inverter, two ports.
    assert wires.capacitances.sum() == pytest.approx(21 * reach * 0.173323)
    assert wires.capacitances[:2].sum() == 0


def test_the_clock_and_constants_have_none():
    cells = ("dff c=clk d=x q=y", "nand2 a=y b=y y=z")
    register = netlist("clk x", "z", *cells, library=METAL)
    wires = wires_of(register, METAL, "middle")
    assert wires is not None and register.clock is not None
    assert wires.capacitances[register.clock] == 0
    assert wires.capacitances[register.inputs["x"][0]] > 0


def test_what_is_refused(capsys):
    embedded = load("embedded")
    check_wires("long", embedded)
    with pytest.raises(ValueError, match=r"^Wires must be none, middle, long, not 'short'$"):
        check_wires("short", embedded)
    toy = Library(LibertyText(NAMED["embedded"], TEXT))
    check_wires("none", toy)
    with pytest.raises(ValueError, match=r"has no estimate of wires: the metal is known of libr"):
        check_wires("middle", toy)
    for command in (["synth"], ["synth", "--clock", "5"], ["energy"], ["energy", "--clock", "5"]):
        array = [command[0], "array-int8-2x2-os", *command[1:], "--wires", "middle"]
        assert main(array) == 2
        assert "'array-int8-2x2-os' is an array; wires are estimated" in capsys.readouterr().err
        assert main([command[0], "pe-int8", *command[1:], "--wires", "short"]) == 2
        assert "Wires must be none, middle, long, not 'short'" in capsys.readouterr().err
    assert main(["energy", "pe-int8", "--wires", "middle", "--export", "x"]) == 2
