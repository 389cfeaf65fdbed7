"""What is done where ABC fails on a circuit, or leaves a loop through full adders."""

import json
from pathlib import Path

import pytest
from outside import pdk
from own_points import own_points

from lmul.cli import main
from lmul.synth.gates.circuit import Circuit
from lmul.synth.gates.order import reordered
from lmul.synth.liberty.default import EMBEDDED
from lmul.synth.liberty.file import LibertyText
from lmul.synth.liberty.library import Library, load
from lmul.synth.mapping import mapping
from lmul.synth.mapping.cell_netlist import netlist_of
from lmul.synth.mapping.loops import has_loop
from lmul.synth.mapping.mapping import RESTRUCTURINGS, common_restructuring, map_cells
from lmul.synth.measure import runs
from lmul.synth.measure.synthesis import synthesise
from lmul.tools.errors import ToolFailed

# A half adder, an inverter, a flip-flop.
CELLS = Library(
    LibertyText(
        Path("two.lib"),
        """library (two) {
  cell (ha) { area : 1; pin (a, b) { direction : input; }
    pin (s) { direction : output; function : "a ^ b"; }
    pin (c) { direction : output; function : "a & b"; } }
  cell (inv) { area : 1; pin (a) { direction : input; }
    pin (y) { direction : output; function : "!a"; } }
  cell (dff) { area : 1; ff (q, qn) { clocked_on : "c"; next_state : "d"; }
    pin (c, d) { direction : input; } pin (o) { direction : output; function : "q"; } }
}""",
    )
)


def netlist(*cells):
    """Modules' texts by cells like ``("ha", {"a": 2, …})``."""
    found = {
        f"u{i}": {"type": kind, "connections": {pin: [net] for pin, net in pins.items()}}
        for i, (kind, pins) in enumerate(cells)
    }
    return json.dumps({"modules": {"other": {"cells": {}}, "t": {"cells": found}}})


@pytest.mark.parametrize(
    ("cells", "loop"),
    [
        # Each adder's other output feeds the other adder: no loop of signals that matter, but one.
        ([("ha", dict(a=2, b=6, s=4, c=5)), ("ha", dict(a=4, b=3, s=6, c=7))], True),
        ([("ha", dict(a=2, b=3, s=4, c=5)), ("ha", dict(a=4, b=5, s=6, c=7))], False),
        ([("inv", dict(a=2, y=2))], True),
        ([("inv", dict(a=2, y=3)), ("inv", dict(a="x", y=2))], False),
        ([("inv", dict(a=2, y=3)), ("dff", dict(c=9, d=3, o=2))], False),
        ([("inv", dict(a=2, y=3)), ("some_module", dict(d=3, o=2))], False),
    ],
)
def test_loops(cells, loop):
    assert has_loop(netlist(*cells), CELLS) is loop


@pytest.mark.slow
def test_a_loop_is_mapped_anew(monkeypatch):
    asked = []

    def says(text, library):
        asked.append(text)
        return len(asked) == 1

    monkeypatch.setattr(mapping, "has_loop", says)
    found = map_cells("product-exact-e4m3", EMBEDDED)
    assert found.restructuring == "dc2"
    assert asked[1] == found.netlist != asked[0]
    assert found.area_um2 == map_cells("product-exact-e4m3", EMBEDDED, None, 1, "dc2").area_um2


@pytest.mark.slow
def test_loops_everywhere(monkeypatch):
    monkeypatch.setattr(mapping, "has_loop", lambda text, library: True)
    with pytest.raises(
        ToolFailed,
        match=r"^Circuit 'product-exact-e4m3' can't be mapped to '\S+': ABC's dch -f and dc2 leave "
        r"combinational loops through its full adders$",
    ):
        map_cells("product-exact-e4m3", EMBEDDED)


def test_wrong():
    with pytest.raises(ValueError, match=r"^Restructuring must be dch -f or dc2, not 'dch'$"):
        map_cells("product-exact-e4m3", EMBEDDED, restructuring="dch")


NAMES = ("product-exact-e4m3", "product-lmul-e4m3")


@pytest.fixture
def exact_loops(tmp_path, monkeypatch):
    """ABC's first way leaves a loop in the exact product; nobody else finds what is measured so."""
    own_points(tmp_path, monkeypatch)
    monkeypatch.setattr(runs, "_cores", lambda: 1)  # a process of its own would not see the loop
    loop = map_cells(NAMES[0], EMBEDDED, restructuring=RESTRUCTURINGS[0]).netlist
    monkeypatch.setattr(mapping, "has_loop", lambda text, library: text == loop)


@pytest.mark.evidence
def test_twins_are_mapped_alike(exact_loops, capsys):
    assert common_restructuring(NAMES[1:], EMBEDDED) == "dch -f"
    assert common_restructuring(NAMES, EMBEDDED) == "dc2"
    results = synthesise(NAMES, EMBEDDED)
    alike = [map_cells(name, EMBEDDED, restructuring="dc2").area_um2 for name in NAMES]
    assert [c and (c.area.restructuring, c.area.area_um2) for c in (r.cells for r in results)] == [
        ("dc2", area) for area in alike
    ]
    assert main(["synth", *NAMES, "--liberty", str(EMBEDDED)]) == 0
    assert "Mapped with ABC's 'dc2', all designs alike" in " ".join(capsys.readouterr().out.split())
    assert main(["energy", *NAMES, "--liberty", str(EMBEDDED), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["energy"]["rows"]
    assert [row["restructuring"] for row in rows] == ["dc2", "dc2"]


@pytest.mark.slow
def test_conditions_are_in_the_document(capsys):
    assert main(["synth", NAMES[1], "--liberty", str(EMBEDDED), "--json"]) == 0
    [(library, said)] = json.loads(capsys.readouterr().out)["conditions"].items()
    assert library == load(EMBEDDED).name
    # Pin A of inv_1, the smallest inverter, has 0.002302 pF in the file.
    assert said["output_load_ff"] == pytest.approx(4 * 2.302, abs=0.001)
    assert main(["energy", NAMES[1], "--liberty", str(EMBEDDED), "--json"]) == 0
    energy = json.loads(capsys.readouterr().out)["energy"]["conditions"]
    assert said["transition_ps"] == energy["transition_ps"] > 0
    assert (said["wires"], said["restructuring"]) == ("none", "dch -f")


@pytest.mark.evidence
def test_a_real_loop():
    """Nangate45's full adders, around which ``dch -f`` makes loops in some orders of statements."""
    library = load(pdk("nangate45_typ.lib.gz"))
    circuit = Circuit.of("pe-exact-fp16-ftz")
    text = reordered(circuit.verilog, 2)
    looping = Circuit(circuit.top, text, circuit.level, circuit.name)
    with pytest.raises(ToolFailed, match="loops through its full adders"):
        map_cells(looping, library, restructuring="dch -f")
    mapped = map_cells(looping, library)
    assert mapped.restructuring == "dc2"
    assert netlist_of(mapped).gates
