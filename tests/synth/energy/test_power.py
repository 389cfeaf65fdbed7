"""Energies that were added up by hand."""

import numpy as np
import pytest
from toy_cells import FULL_ADDER, netlist

from lmul.synth.energy.power import cell_costs, port_energy
from lmul.synth.gatesim.bit_parallel import pack
from lmul.synth.gatesim.simulation import simulate
from lmul.synth.timing.arrivals import electrical

VOLTAGE = 2.0


def driven(circuit, **columns):
    """A simulation with all cycles and all glitches; each of 64 streams is given the same bits."""
    return simulate(
        circuit,
        {
            name: pack(np.repeat(np.array(column, np.int64)[:, None], 64, axis=1), 1)
            for name, column in columns.items()
        },
        settling=None,
    )


def power_of(circuit, run):
    return cell_costs(circuit, run.values, electrical(circuit, 50), VOLTAGE).power(run.toggles)


def net(circuit, name):
    return {**circuit.inputs, **circuit.outputs}[name][0]


@pytest.fixture
def adder():
    circuit = netlist("a b c", "s co q n1 n2 n3 h n4 n5 n6", *FULL_ADDER)
    return circuit, driven(circuit, a=[0, 1, 1, 1], b=[0, 1, 0, 0], c=[0, 1, 0, 1])


def test_toggles_of_ten_gates(adder):
    circuit, run = adder
    toggles = run.toggles
    assert toggles.steps == 3 * 64
    # abc: 000, 111, 100, 101. Worked out on paper.
    wanted = {"n1": 2, "n2": 1, "n3": 0, "h": 1, "n4": 1, "n5": 2, "n6": 2, "s": 2, "co": 3, "q": 3}
    found = {name: toggles.nets[net(circuit, name)] / 64 for name in wanted}
    assert found == wanted


def test_energy_of_ten_gates(adder):
    circuit, run = adder
    conditions = electrical(circuit, 50)
    loads = {"n1": 6, "n2": 2, "n3": 2, "h": 4, "n4": 6, "n5": 2, "n6": 2, "s": 0, "co": 1, "q": 0}
    assert {name: conditions.loads[net(circuit, name)] for name in loads} == loads
    power = power_of(circuit, run)
    # Toggles by load: 2*6 + 1*2 + 0*2 + 1*4 + 1*6 + 2*2 + 2*2 + 2*0 + 3*1 + 3*0 = 35.
    # C V² / 2 is 2 C.
    assert power.switching.sum() * 3 == pytest.approx(70)
    # Outputs: 14 of NANDs at (5 + 3) / 2, 3 of the inverter at (1 + 2) / 2. Inputs: the
    # inverter's 3 at 0.1, and NANDs' b changes 11 times while a is 1, at 1.
    assert power.internal.sum() * 3 == pytest.approx(14 * 4 + 3 * 1.5 + 3 * 0.1 + 11)
    assert power.clock.sum() == 0
    assert power.leakage.sum() == 9 * 2 + 1


def test_ports_pay_for_their_pins(adder):
    circuit, run = adder
    found = port_energy(circuit, run.toggles, electrical(circuit, 50), VOLTAGE)
    # a drives two pins and changes once, b two and twice, c two and three times; 2 fF a pin.
    assert {name: 3 * energy for name, energy in found.items()} == pytest.approx(
        {"a": 1 * 4 * 2, "b": 2 * 4 * 2, "c": 3 * 4 * 2}
    )


def test_arcs_by_their_causes():
    circuit = netlist("a b", "y", "xor2 a=a b=b y=y")
    # a changes three times, b once, never together: 3 changes at 8 and 1 at 6.
    power = power_of(circuit, driven(circuit, a=[0, 1, 0, 0, 1], b=[0, 0, 0, 1, 1]))
    assert power.internal.sum() * 4 == pytest.approx(3 * 8 + 6)


def test_two_causes_at_once_are_halves():
    circuit = netlist("a b", "y", "nand2 a=a b=b y=n", "xor2 a=n b=a y=y")
    run, [y] = driven(circuit, a=[0, 1], b=[1, 1]), circuit.outputs["y"]
    assert run.toggles.nets[y] == 0  # n falls as a rises
    # a turns y at once, n one unit later turns it back
    assert run.unit_delay.nets[y] == 2 * 64


def test_flipflop_and_clock():
    circuit = netlist("c x", "q", "inv a=x y=d", "dff c=c d=d q=q")
    run = driven(circuit, x=[0, 1, 1, 0, 0])
    # d: 1 0 0 1 1; q is d of the cycle before: 0 1 0 0 1
    assert [int(v[0]) & 1 for v in run.values[circuit.outputs["q"][0]]] == [0, 1, 0, 0, 1]
    power = power_of(circuit, run)
    # Over the four last cycles q is 1 in two: (4 + 6) and (1 + 1) a cycle.
    assert power.clock.sum() == pytest.approx((2 * 10 + 2 * 2) / 4)
    # q changes three times at 8, d twice at 1.5; the inverter's y twice at 1.5, its a at 0.1.
    assert power.internal.sum() * 4 == pytest.approx(3 * 8 + 2 * 1.5 + 2 * 1.5 + 2 * 0.1)
    assert power.switching.sum() * 4 == pytest.approx(2 * 2 * 2)  # d's pin: 2 fF, 2 V
    ports = port_energy(circuit, run.toggles, electrical(circuit, 50), VOLTAGE)
    assert ports["c"] == pytest.approx(2 * 2)  # twice a cycle


def test_a_pulse_counts_twice():
    circuit = netlist("a", "y", "inv a=a y=n", "nand2 a=a b=n y=y")
    run, [y] = driven(circuit, a=[0, 1, 0]), circuit.outputs["y"]
    assert run.toggles.nets[y] == run.settled.nets[y] == 0
    assert run.unit_delay.nets[y] == 2 * 64  # at the rise alone


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (("nand2 a=a b=y y=x", "inv a=x y=y"), "there is a combinational loop through 2 cells"),
        (("dff c=a d=b q=y", "dff c=b d=a q=z"), "its flip-flops have 2 clocks"),
        (("nand9 a=a y=y",), "Library 'toy' has no cell 'nand9'"),
    ],
)
def test_what_cant_be_simulated(cells, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        netlist("a b", "y", *cells)
