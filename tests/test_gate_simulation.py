"""Every net's toggles against Icarus Verilog, on the same cells, netlist and operands."""

import numpy as np
import pytest
from icarus_toggles import icarus_toggles
from outside import NEEDS_ICARUS, pdk
from toy_cells import FULL_ADDER, LIBRARY, netlist

from lmul.hdl.design import Design
from lmul.synth.bit_words import pack, unpack_ints
from lmul.synth.cell_netlist import map_to_cells
from lmul.synth.circuit import Circuit
from lmul.synth.gate_simulation import count_toggles, simulate
from lmul.synth.glitches import count_unit_delay
from lmul.synth.liberty import load
from lmul.synth.unit_drive import drive

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
    values = simulate(circuit, inputs)
    for delay, ours in ((0, count_toggles(values)), (1, count_unit_delay(circuit, values))):
        theirs = icarus_toggles(circuit, rows, folder, delay)
        nets = [net for net in range(circuit.nets) if net != circuit.clock]
        assert (ours.nets % 64 == 0).all()
        yield {n: int(ours.nets[n]) // 64 for n in nets}, {n: theirs.get(n, 0) for n in nets}


def driven(design, rng, codes=256):
    """Inputs of a design with random codes, the same in every stream."""
    x, y = (same_in_all_streams(rng.integers(0, codes, CYCLES)) for _ in "xy")
    return drive(design, x, y, 20)


CASES = [
    "lmul-e4m3-ftz",
    "lmul-e2m1-ftz-s2",
    "pe-lmul-e2m1-ftz",
    *(
        pytest.param(name, marks=pytest.mark.evidence)
        for name in ("exact-e4m3-ocp", "lmul-e4m3-ocp-s3", "pe-int8", "pe-lmul-e4m3-ftz")
    ),
]


@pytest.mark.parametrize("name", CASES)
def test_toggles_are_those_of_icarus(name, tmp_path):
    design = Design.parse(name)
    circuit = map_to_cells(Circuit.of(design), LIBRARY)
    # e4m3's last code is NaN; int8's are the positive half
    codes = 16 if "e2m1" in name else 120 if design.level == "pe" else 256
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


def test_a_lost_toggle_is_seen(tmp_path):
    circuit = netlist("a b c", "s co q", *FULL_ADDER)
    rng = np.random.default_rng(SEED)
    inputs = {name: pack(same_in_all_streams(rng.integers(0, 2, 30)), 1) for name in "abc"}
    values = simulate(circuit, inputs)
    rows = [{name: int(words[0][k, 0]) & 1 for name, words in inputs.items()} for k in range(30)]
    theirs = icarus_toggles(circuit, rows, tmp_path)
    ours = count_toggles(values).nets // 64
    assert {net: int(ours[net]) for net in theirs} == theirs
    # One cycle in which one net stands still: a toggle or two are gone, in that net alone.
    net = circuit.outputs["s"][0]
    spoilt = [v.copy() for v in values]
    step = int(np.nonzero(spoilt[net][1:, 0] != spoilt[net][:-1, 0])[0][0])
    spoilt[net][step + 1] = spoilt[net][step]
    lost = count_toggles(spoilt).nets // 64
    assert {n for n in theirs if lost[n] != theirs[n]} == {net}


def test_tail_of_a_sequence_is_counted_once():
    circuit = netlist("a", "y", "inv a=a y=y")
    values = simulate(circuit, {"a": pack(same_in_all_streams(np.arange(10) % 2), 1)})
    assert count_toggles(values, 4).nets[circuit.outputs["y"][0]] == 5 * 64
    assert count_unit_delay(circuit, values, 4).nets[circuit.outputs["y"][0]] == 5 * 64
    assert count_unit_delay(circuit, values, 4, 2).nets[circuit.outputs["y"][0]] == 2 * 64
