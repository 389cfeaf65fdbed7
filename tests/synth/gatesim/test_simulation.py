"""Every net's toggles against Icarus Verilog, on the same cells, netlist and operands."""

from dataclasses import replace

import numpy as np
import pytest
from icarus_toggles import icarus_toggles
from outside import NEEDS_ICARUS, pdk
from toy_cells import FULL_ADDER, LIBRARY, netlist

from lmul.hdl.designs.design import Design
from lmul.synth.energy.run import in_order
from lmul.synth.gates.circuit import Circuit
from lmul.synth.gatesim.bit_parallel import pack, unpack_ints
from lmul.synth.gatesim.kernel import kernel
from lmul.synth.gatesim.simulation import simulate
from lmul.synth.liberty.library import load
from lmul.synth.mapping.cell_netlist import map_to_cells
from lmul.synth.stimuli.stimulus import Stimulus
from lmul.tools.errors import ToolNotFound

pytestmark = [pytest.mark.slow, NEEDS_ICARUS]  # runs tools

SEED = 20241005
CYCLES = 200


def same_in_all_streams(codes):
    return np.repeat(codes[:, None], 64, axis=1)


def compared(circuit, inputs, folder):
    """Our counts of either kind, and those of Icarus, net by net but the clock's."""
    ports = {name: unpack_ints(list(words))[:, 0] for name, words in inputs.items()}
    rows = [
        {name: int(values[k]) for name, values in ports.items()}
        for k in range(len(next(iter(ports.values()))))
    ]
    run = simulate(circuit, inputs, settling=None)
    for delay, ours in ((0, run.toggles), (1, run.unit_delay)):
        theirs = icarus_toggles(circuit, rows, folder, delay)
        nets = [net for net in range(circuit.nets) if net != circuit.clock]
        assert (ours.nets % 64 == 0).all()
        yield {n: int(ours.nets[n]) // 64 for n in nets}, {n: theirs.get(n, 0) for n in nets}


def driven(design, rng, codes=256):
    """Inputs of a design with random codes, the same in every stream."""
    x, y = rng.integers(0, codes, (2, CYCLES))
    order = in_order(design, Stimulus("", x, y, 20))
    return order.drive(same_in_all_streams(np.arange(order.cycles)), 20)


CASES = [
    "lmul-e4m3-ftz",
    "lmul-e2m1-ftz-s2",
    "pe-lmul-e2m1-ftz",
    *(
        pytest.param(name, marks=pytest.mark.evidence)
        for name in ("exact-e4m3-ocp", "lmul-e4m3-ocp-s3", "pe-int8", "pe-lmul-e4m3-ftz")
    ),
    pytest.param("dot-lmul-e4m3-n3-w8-ftz", marks=pytest.mark.evidence),
]


@pytest.mark.parametrize("name", CASES)
def test_toggles_are_those_of_icarus(name, tmp_path):
    design = Design.parse(name)
    circuit = map_to_cells(Circuit.of(design), LIBRARY)
    # e4m3's last code is NaN; int8's are the positive half
    codes = 16 if "e2m1" in name else 120 if design.level in ("pe", "dot") else 256
    found = driven(design, np.random.default_rng(SEED), codes)
    (ours, theirs), (glitches, their_glitches) = compared(circuit, found.inputs, tmp_path)
    assert ours == theirs
    assert glitches == their_glitches
    assert sum(glitches.values()) > sum(ours.values()) > CYCLES


@pytest.mark.evidence
def test_toggles_on_a_real_library(tmp_path):
    design = Design.parse("lmul-e4m3-ocp")
    circuit = map_to_cells(Circuit.of(design), load(pdk("sky130hd_tt.lib.gz")))
    found = driven(design, np.random.default_rng(SEED))
    for ours, theirs in compared(circuit, found.inputs, tmp_path):
        assert ours == theirs


def test_a_wrong_gate_is_seen(tmp_path):
    circuit = netlist("a b c", "s co q", *FULL_ADDER)
    rng = np.random.default_rng(SEED)
    inputs = {name: pack(same_in_all_streams(rng.integers(0, 2, 30)), 1) for name in "abc"}
    rows = [{name: int(words[0][k, 0]) & 1 for name, words in inputs.items()} for k in range(30)]
    theirs = icarus_toggles(circuit, rows, tmp_path)
    ours = simulate(circuit, inputs).toggles.nets // 64
    assert {net: int(ours[net]) for net in theirs} == theirs
    # A gate that no other reads is another: its net toggles otherwise, and no other does.
    gates = list(circuit.gates)
    read = {net for one in gates for pin, net in one.pins.items() if pin in "ab"}
    nor = replace(LIBRARY["nor2"], name="nand2")
    [place] = (
        n for n, one in enumerate(gates) if one.cell.name == "nand2" and one.pins["y"] not in read
    )
    gates[place] = replace(gates[place], cell=nor)
    spoilt = simulate(replace(circuit, gates=tuple(gates)), inputs).toggles.nets // 64
    assert {n for n in theirs if spoilt[n] != theirs[n]} == {gates[place].pins["y"]}


@pytest.mark.parametrize("words", [1, 2, 7, 16])
def test_words_are_apart(words):
    """Whatever number of words is simulated together, each counts as it does alone."""
    circuit = netlist("a b c", "s co q", *FULL_ADDER)
    bits = np.random.default_rng(SEED).integers(0, 2**63, (3, 20, words), dtype=np.uint64)
    inputs = {name: [part] for name, part in zip("abc", bits, strict=True)}
    run = simulate(circuit, inputs, 2, 5, None)
    alone = [
        simulate(
            circuit, {name: [part[0][:, w : w + 1]] for name, part in inputs.items()}, 2, 5, None
        )
        for w in range(words)
    ]
    assert np.array_equal(run.values, np.concatenate([one.values for one in alone], axis=2))
    for kind in ("toggles", "settled", "unit_delay"):
        assert np.array_equal(getattr(run, kind).nets, sum(getattr(o, kind).nets for o in alone))
    assert np.array_equal(run.settled.nets, run.toggles.nets)
    assert run.settled.steps == 17 * 64 * words


def test_tail_of_a_sequence_is_counted_once():
    circuit = netlist("a", "y", "inv a=a y=y")
    inputs = {"a": pack(same_in_all_streams(np.arange(10) % 2), 1)}
    run = simulate(circuit, inputs, 4, settling=2)
    [y] = circuit.outputs["y"]
    counts = [getattr(run, kind).nets[y] for kind in ("toggles", "settled", "unit_delay")]
    assert counts == [5 * 64, 3 * 64, 3 * 64]  # every second step
    assert simulate(circuit, inputs, 4, settling=None).unit_delay.nets[y] == 5 * 64


def test_without_a_compiler(monkeypatch):
    kernel.cache_clear()
    monkeypatch.setattr("lmul.tools.installed.shutil.which", lambda name: None)
    message = (
        r"^The simulation of gates, by which energies are measured, needs 'g\+\+', which is not"
    )
    with pytest.raises(ToolNotFound, match=message):
        kernel()
