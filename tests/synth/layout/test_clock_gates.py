"""Clock gates: what they save and take, by hand, and what real libraries have."""

from pathlib import Path

import pytest
from outside import pdk
from toy_cells import HEAD, TEXT, caused, gate

from lmul.synth.layout.clock_gates import clock_gates
from lmul.synth.liberty.default import EMBEDDED
from lmul.synth.liberty.file import LibertyText
from lmul.synth.liberty.library import Library, load

AND = gate("and2", "a & b", 1, caused("a b", 2, 3), 1, 3)
CLOCK_GATE = """
  cell (gate) { area : 7; clock_gating_integrated_cell : "latch_posedge"; dont_use : true;
    statetable ("c g", "m") { table : "L L : - : L, L H : - : H, H - : - : N"; }
    pin (c) { direction : input; clock_gate_clock_pin : true; capacitance : 1;
      internal_power () { rise_power (scalar) { values ("1"); }
        fall_power (scalar) { values ("2"); } } }
    pin (g) { direction : input; capacitance : 1; }
    pin (y) { direction : output; state_function : "c m"; max_capacitance : 4;
      internal_power () { related_pin : "c"; rise_power (scalar) { values ("4"); }
        fall_power (scalar) { values ("6"); } } } }"""
REGISTERS = [("dff", 4.0), ("other", 50.0), ("dff", 6.0)]


def toy(*cells: str) -> Library:
    return Library(LibertyText(Path("toy.lib"), TEXT.replace(HEAD, HEAD + "".join(cells))))


def test_by_hand():
    """Flip-flops take 5 fJ each in the mean. Their clock pins have 1 fF, charged to 2 V."""
    parts = [(6, 0.25), (3, 0.0)]
    found = clock_gates(toy(AND, CLOCK_GATE), REGISTERS, parts, 2)
    assert found is not None
    # A gate drives 4 fF at most: two for six flip-flops, one for three; all of it twice.
    assert (found.cell, found.count, found.area_um2) == ("gate", 6, 42)
    assert found.saved == 2 * (6 * 5 * 0.75 + 3 * 5)
    assert found.taken == 2 * (3 * 3 + 0.25 * (2 * 10 + 6 * 4))
    # Without a gate: a flip-flop's clock pin, 10 or 2 fJ by its state, and an AND of 5 fJ.
    found = clock_gates(toy(AND), REGISTERS, parts, 2)
    assert found is not None
    assert (found.cell, found.count, found.area_um2) == ("dff (as a latch) and and2", 4, 4 * 13)
    assert found.taken == 2 * (2 * 6 + 0.25 * (5 + 6 * 4))
    assert clock_gates(toy(), REGISTERS, parts, 2) is None


@pytest.mark.evidence
@pytest.mark.parametrize(
    ("file", "cell"),
    [
        ("sky130hd_tt.lib.gz", "sky130_fd_sc_hd__dlclkp_1"),
        ("nangate45_typ.lib.gz", "CLKGATE_X1"),
    ],
)
def test_real_gates(file, cell):
    library, parts = load([pdk(file)]), [(24, 0.1)]
    flipflop = next(one for one in library.usable if library[one].is_flipflop)
    real = clock_gates(library, [(flipflop, 1.0)], parts, 1)
    assert real is not None and real.cell == cell
    if file.startswith("sky130"):  # a gate takes less than what stands for it
        ours = clock_gates(load([EMBEDDED]), [("sky130_fd_sc_hd__dfxtp_1", 1.0)], parts, 1)
        assert ours is not None and 0.5 * ours.taken < real.taken < ours.taken
