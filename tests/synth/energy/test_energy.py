"""Energies of designs: sums, parts, and what is refused."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from outside import pdk
from toy_cells import HEAD, INV, TEXT, caused, gate

from lmul.cli import main
from lmul.hdl.designs.design import Design
from lmul.synth.energy import energy
from lmul.synth.energy.energy import measure
from lmul.synth.gates.count import count
from lmul.synth.liberty.default import EMBEDDED
from lmul.synth.liberty.library import load
from lmul.synth.mapping.mapping import map_cells
from lmul.synth.stimuli.unit import drive
from lmul.tools.errors import ToolFailed

pytestmark = pytest.mark.slow  # runs tools

PAIRS = 1 << 14
AND = gate("and2", "a & b", 1, caused("a b", 2, 3), 1, 3)


@pytest.fixture
def toy(tmp_path) -> Path:
    path = tmp_path / "toy.lib"
    path.write_text(TEXT)
    return path


def test_multiplier_by_cause_and_part(toy):
    [found] = measure("lmul-e4m3-ftz", "uniform", liberty=toy, pairs=PAIRS, frequency=50e6)
    assert (found.design, found.level, found.library) == ("lmul-e4m3-ftz", "multiplier", "toy")
    assert found.operations == PAIRS
    assert set(found.parts) == {"unpack", "product", "pack"}
    assert found.without_glitches == found.switching + found.internal + found.leakage
    assert sum(found.parts.values()) == pytest.approx(found.without_glitches, rel=0.2)
    # All gates take 10 ps: real delays are unit delay.
    assert found.unit_delay == found.real_delays > found.without_glitches > 0
    # Half the frequency, twice the leakage: nW times 20 ns.
    [faster] = measure("lmul-e4m3-ftz", "uniform", liberty=toy, pairs=PAIRS, frequency=100e6)
    assert found.leakage == pytest.approx(2 * faster.leakage)
    assert found.switching == faster.switching


def test_pe_has_clock_and_registers(tmp_path):
    toy = tmp_path / "toy.lib"
    toy.write_text(TEXT.replace(HEAD, HEAD + AND))
    [found] = measure("pe-lmul-e2m1-ftz-dual4", liberty=toy, pairs=PAIRS)
    assert {"product", "align", "accumulate", "registers"} <= set(found.parts)
    assert found.clock > 0 and found.parts["registers"] > found.clock
    # A buffer for up to 64 flip-flops: 1 fF at 2 V each, 4 fJ and 1 nW for 10 ns inside.
    flipflops = count("pe-lmul-e2m1-ftz").flipflops
    assert found.leaves_fj == pytest.approx(4 * flipflops + 4 + 0.01)
    assert found.leaves and (found.leaves.count, found.leaves.area_um2) == (1, 2)
    # All but 4 of the sum's bits have a gated clock. 1024 products of 7 bits and a sign have 18.
    above, share = 18 - 4, found.writes["above"]
    assert 1 / 64 < share < 0.5 and found.gates
    assert found.gates.saved == pytest.approx(above * (1 - share) * found.clock / flipflops)
    assert found.gates.taken == pytest.approx(6 + share * (5 + 4 * above))
    assert found.gated and found.gated == found.real_delays - found.gates.saved + found.gates.taken
    figures = {one.name: (one.value, one.unit) for one in found.metrics()}
    assert figures["energy_gated_clock_fj"] == (round(found.gated, 3), "fJ")
    assert figures["written_above"] == (round(share, 3), "")


def test_wires_add_to_nets_alone(tmp_path):
    """Cells of the toy spend the same at any load, and take the same time."""
    path = tmp_path / "toy.lib"
    path.write_text(TEXT.replace("(toy)", "(toy_asap7)"))
    none, middle, long = (
        measure("lmul-e2m1-ftz", liberty=path, pairs=PAIRS, parts=False, wires=wires)[0]
        for wires in ("none", "middle", "long")
    )
    assert middle.switching > none.switching
    assert long.switching - none.switching == pytest.approx(2 * (middle.switching - none.switching))
    assert long.internal == middle.internal == none.internal
    assert (none.leaves, none.leaves_fj) == (None, 0)


def test_what_stands_still_takes_less(toy):
    [moving] = measure("product-exact-e4m3", liberty=toy, pairs=PAIRS)
    [held] = measure("product-exact-e4m3", liberty=toy, pairs=PAIRS, stationary=True)
    assert held.switching < 0.8 * moving.switching


def test_a_constant_takes_nothing_but_leakage(toy, tmp_path):
    np.savez(tmp_path / "still.npz", x=np.full(999, 0x3A), y=np.full(999, 0xC4))
    [found] = measure("lmul-e4m3-ftz", str(tmp_path / "still.npz"), liberty=toy)
    assert found.real_delays == found.leakage == found.unit_delay > 0
    assert found.ports == 0


def test_wrong_netlists_have_no_energy(toy, monkeypatch):
    right = energy.timed

    def crossed(mapped, conditions):
        found = right(mapped, conditions)
        netlist = found.netlist
        low, high, *rest = netlist.outputs["p"]
        return replace(found, netlist=replace(netlist, outputs={"p": (high, low, *rest)}))

    monkeypatch.setattr(energy, "timed", crossed)
    with pytest.raises(ToolFailed, match=r"^Netlist of 'lmul-e4m3-ftz' gives \d+ results that are"):
        measure("lmul-e4m3-ftz", liberty=toy, pairs=PAIRS)


@pytest.mark.parametrize(
    "name",
    [
        "pe-lmul-e2m1-n3-ftz",
        "pe-int8-n2-s1",
        "pe-lmul-e5m2-n2-w4-ftz-e4m3-s1",
        "pe-exact-e2m1-n3-bare-fix6_-3",
    ],
)
def test_a_pe_of_several_pairs(name, toy):
    """Every sum is the golden model's, also of K that N does not divide; figures are a pair's."""
    [found] = measure(name, "gaussian", liberty=toy, pairs=1 << 12, frequency=50e6)
    assert found.operations == 1 << 12
    assert {"product", "accumulate", "registers"} <= set(found.parts)
    assert sum(found.parts.values()) == pytest.approx(found.without_glitches, rel=0.25)
    # nW times 20 ns a cycle, of which 64 pairs take 22 or 32.
    cells = map_cells(name, load(toy)).cells
    leaking = sum(_NW[cell] * count for cell, count in cells.items())
    share = 22 / 64 if "-n3" in name else 1 / 2
    assert found.leakage == pytest.approx(20e-3 * leaking * share)


_NW = {"inv": 1, "buf": 1, "nand2": 2, "nor2": 2, "xor2": 3, "dff": 5}


@pytest.mark.parametrize("name", ["pe-lmul-e2m1-ftz", "pe-lmul-e2m1-n2-ftz"])
def test_a_wrong_gate_in_a_pe_is_seen(name, toy, monkeypatch):
    right = energy.timed

    def changed(mapped, conditions):
        found = right(mapped, conditions)
        netlist = found.netlist
        index = next(i for i, one in enumerate(netlist.gates) if one.cell.name == "xor2")
        wrong = replace(netlist.gates[index], cell=replace(mapped.library["nor2"], name="xor2"))
        gates = (*netlist.gates[:index], wrong, *netlist.gates[index + 1 :])
        return replace(found, netlist=replace(netlist, gates=gates))

    monkeypatch.setattr(energy, "timed", changed)
    with pytest.raises(ToolFailed, match="not the golden model's"):
        measure(name, liberty=toy, pairs=PAIRS)


@pytest.mark.evidence
def test_embedded_library_is_like_its_source():
    """The library that is always there, beside all of sky130hd."""
    path = pdk("sky130hd_tt.lib.gz")
    names = ("lmul-e4m3-ftz", "exact-e4m3-ftz", "pe-lmul-e4m3", "pe-exact-e4m3")
    ours, theirs = (
        [measure(n, liberty=library, parts=False, pairs=1 << 16)[0].without_glitches for n in names]
        for library in (EMBEDDED, path)
    )
    assert ours == pytest.approx(theirs, rel=0.1)
    for lmul, exact in ((0, 1), (2, 3)):
        assert ours[lmul] / ours[exact] == pytest.approx(theirs[lmul] / theirs[exact], rel=0.03)


def run(capsys, *arguments) -> tuple[int, str, str]:
    code = main(["energy", *map(str, arguments)])
    return code, *capsys.readouterr()


def test_command(toy, capsys):
    names = ["product-lmul-e4m3", "product-exact-e4m3"]
    code, out, err = run(capsys, *names, "--liberty", toy, "--json")
    assert (code, err) == (0, "")
    metrics = json.loads(out)["metrics"]
    energies = {m["design"]: m for m in metrics if m["name"] == "energy_fj"}
    assert list(energies) == names
    lmul, exact = (energies[name] for name in names)
    assert (lmul["library"], lmul["unit"]) == ("toy", "fJ")
    assert lmul["stimulus"].startswith("attention QK")  # the report's
    assert 1.5 < exact["value"] / lmul["value"] < 4
    code, out, err = run(capsys, *names, "--liberty", toy)
    assert (code, err) == (0, "")
    assert f"{lmul['value']:.1f}" in out and "no wires" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lmul-e4m3", "--stimulus", "noise"], "Stimulus must be uniform, gaussian, attention, "),
        (["lmul-e4m3", "--stimulus", "none.npz"], "Stimulus file 'none.npz' does not exist"),
        (
            ["array-lmul-e4m3-2x2-os", "--export", "none"],
            "Design 'array-lmul-e4m3-2x2-os' is an array; multipliers, product units and PEs are",
        ),
        (["array-int8-2x2-os", "--stationary"], "An array's flow says what is stationary: leave"),
        (["lmul-e4m3", "--frequency", "0"], "The frequency must be above 0 Hz and finite, not 0.0"),
    ],
)
def test_wrong(arguments, message, toy, capsys):
    code, out, err = run(capsys, *arguments, "--liberty", toy)
    assert (code, out) == (2, "")
    assert err.startswith(f"lmul: {message}") and err.count("\n") == 1


def test_library_without_energies(tmp_path, capsys):
    path = tmp_path / "plain.lib"
    path.write_text(HEAD + INV.replace("internal_power", "other") + "}\n")
    code, _, err = run(capsys, "lmul-e4m3", "--liberty", path)
    assert code == 2
    assert err.endswith("can't be used for energy: no cell has internal_power tables\n")


def test_export_writes_all_or_nothing(toy, tmp_path, capsys):
    library = tmp_path / "plain.lib"
    library.write_text(TEXT[: TEXT.index("cell (dff)")] + "}\n")
    folder = tmp_path / "exported"
    code, out, err = run(
        capsys, "lmul-e2m1-ftz", "lmul-e2m1-ftz-s1", "--liberty", library, "--export", folder
    )
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "it has no flip-flop" in err
    assert not folder.exists()


def test_nan_for_a_pe():
    nan, one = np.full((4, 64), 0x7F), np.full((4, 64), 0x38)
    with pytest.raises(ValueError, match=r"^A PE's operands must be finite: NaN stays at the edge"):
        drive(Design.parse("pe-lmul-e4m3"), one, nan, 4)
