"""How nets settle with the cells' own delays: by hand, and against Icarus Verilog net by net."""

import numpy as np
import pytest
from icarus_toggles import icarus_toggles
from outside import NEEDS_ICARUS
from toy_cells import netlist

from lmul.hdl.designs.design import Design
from lmul.synth.energy.run import in_order
from lmul.synth.gates.circuit import Circuit
from lmul.synth.gatesim.bit_parallel import pack, spread, unpack_ints
from lmul.synth.gatesim.simulation import simulate
from lmul.synth.liberty.cells import FALL, RISE
from lmul.synth.liberty.conditions import Conditions
from lmul.synth.liberty.default import EMBEDDED
from lmul.synth.liberty.library import load
from lmul.synth.mapping.cell_netlist import map_to_cells
from lmul.synth.stimuli.stimulus import Stimulus
from lmul.synth.timing.arrivals import electrical
from lmul.synth.timing.pin_delays import Cause, pin_delays

SEED = 20261128


def same_in_all_streams(codes):
    return np.repeat(np.asarray(codes)[:, None], 64, axis=1)


def toggles(circuit, delays, **ports):
    """Changes a stream of each output, with delays, over the ports' values in turn."""
    inputs = {name: pack(same_in_all_streams(values), 1) for name, values in ports.items()}
    run = simulate(circuit, inputs, settling=None, delays=delays)
    return {
        name: int(run.real_delays.nets[nets[0]]) // 64 for name, nets in circuit.outputs.items()
    }


def always(rise, fall, net=0):
    """One delay for each edge, whatever causes it."""
    return (Cause(rise, net, RISE),), (Cause(fall, net, RISE),)


@pytest.mark.slow
@pytest.mark.parametrize(("fall", "changes"), [(29.9, 2), (30.0, 2), (30.1, 0), (45.0, 0)])
def test_a_pulse_shorter_than_the_delay_dies(fall, changes):
    """As a rises the inverter's output is high for 30 ps more, and the NAND should fall for it."""
    circuit = netlist("a", "y", "inv a=a y=x", "nand2 a=a b=x y=y")
    x, y = circuit.gates[0].pins["y"], circuit.outputs["y"][0]
    delays = {x: always(50, 30), y: always(20, fall)}
    assert toggles(circuit, delays, a=[0, 1]) == {"y": changes}
    assert toggles(circuit, delays, a=[1, 0]) == {"y": 0}  # both low: nothing to see


@pytest.mark.slow
def test_the_edge_that_causes_it_counts():
    """An XOR that rises in 10 ps as its input rises, and in 50 as it falls: b comes 30 ps late."""
    circuit = netlist("a", "y", "inv a=a y=b", "xor2 a=a b=b y=y")
    b, y = circuit.gates[0].pins["y"], circuit.outputs["y"][0]
    a = circuit.inputs["a"][0]
    quick, slow = Cause(10, a, RISE), Cause(50, a, FALL)
    # y is 1 but for the 30 ps between a's edge and b's: it falls, and rises again with b.
    delays = {b: always(30, 30), y: ((Cause(10, b, RISE), Cause(10, b, FALL)), (quick, slow))}
    assert toggles(circuit, delays, a=[0, 1]) == {"y": 2}
    assert toggles(circuit, delays, a=[1, 0]) == {"y": 0}


@pytest.mark.slow
def test_the_quickest_of_causes_at_once_counts():
    """n falls 5 ps after a rise of a, 500 after one of b; z tells it from m, which takes 10."""
    cells = ("nand2 a=a b=b y=n", "inv a=c y=m", "xor2 a=n b=m y=z")
    circuit = netlist("a b c", "n m z", *cells)
    a, b = (circuit.inputs[name][0] for name in "ab")
    n, m, z = (circuit.outputs[name][0] for name in "nmz")
    falls = (Cause(5, a, RISE), Cause(500, b, RISE))
    delays = {n: ((Cause(1, a, FALL),), falls), m: always(10, 10), z: always(6, 6)}
    rising = {"c": [0, 1], "b": [0, 1]}
    assert toggles(circuit, delays, a=[0, 1], **rising) == {"n": 1, "m": 1, "z": 0}
    assert toggles(circuit, delays, a=[1, 1], **rising) == {"n": 1, "m": 1, "z": 2}


@pytest.mark.parametrize(("steps", "words", "wanted"), [(64, 16, 64), (7, 1, 3), (100, 6, 50)])
def test_a_sample_takes_all_phases(steps, words, wanted):
    chosen = spread(steps, words, wanted)
    assert chosen.shape == (steps, words)
    assert wanted <= chosen.sum() <= 2 * wanted
    assert chosen.any(axis=0).all()
    assert not spread(steps, words, 0).any() and spread(steps, words, steps * words).all()


CASES = [
    "lmul-e4m3-ftz",
    *(
        pytest.param(name, marks=pytest.mark.evidence)
        for name in (
            "exact-e4m3-ftz",
            "lmul-bf16-ftz",
            "pe-lmul-e4m3-ftz",
            "pe-int8",
            "dot-int8-n2",
        )
    ),
]


@NEEDS_ICARUS
@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_toggles_are_nearly_those_of_icarus(name, tmp_path):
    """The same netlist with the same delays, as paths of ``specify``, from each edge of a pin.

    Not to the last change: where an output's inputs change their mind twice within its delay,
    Icarus sends what stands there when the first change was due, and we wait for the last.
    """
    design, library = Design.parse(name), load(EMBEDDED)
    circuit = map_to_cells(Circuit.of(design), library)
    delays = pin_delays(circuit, electrical(circuit, Conditions.of(library).input_slew_ps))
    rng = np.random.default_rng(SEED)
    wide = 1 << 14 if "bf16" in name else 120
    x, y = rng.integers(0, wide, (2, 300))
    order = in_order(design, Stimulus("", x, y, 20))
    found = order.drive(same_in_all_streams(np.arange(order.cycles)), 20)
    run = simulate(circuit, found.inputs, settling=None, delays=delays)
    ports = {port: unpack_ints(list(words))[:, 0] for port, words in found.inputs.items()}
    rows = [
        dict(zip(ports, map(int, row), strict=True)) for row in zip(*ports.values(), strict=True)
    ]
    counted = icarus_toggles(circuit, rows, tmp_path, delays=delays)
    nets = [net for net in range(2, circuit.nets) if net != circuit.clock]
    ours = run.real_delays.nets[nets] // 64
    theirs = np.array([counted.get(net, 0) for net in nets])
    apart = np.abs(ours - theirs).sum() / theirs.sum()
    print(f"{name}: {ours.sum()} and {theirs.sum()} changes, by net {apart:.2%} apart")
    assert abs(ours.sum() / theirs.sum() - 1) < 0.025
    assert apart < 0.06
    # Far from what is without glitches, and from unit delay.
    assert run.toggles.nets.sum() // 64 < 0.8 * theirs.sum()
    assert run.unit_delay.nets.sum() // 64 > 1.05 * theirs.sum()
