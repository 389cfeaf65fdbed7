"""Arrays simulated cycle by cycle, buffers included: beside all cycles at once, and Icarus."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
from activity_power import energy_per_cycle
from icarus_toggles import icarus_toggles
from outside import NEEDS_ICARUS
from toy_cells import LIBRARY, TEXT

from lmul.hdl.designs.mac import MacDesign
from lmul.synth.energy.array import array_power, product_shape
from lmul.synth.energy.energy import measure
from lmul.synth.energy.power import cell_costs
from lmul.synth.energy.run import check_library
from lmul.synth.gatesim.bit_parallel import LANES, ONES
from lmul.synth.gatesim.simulation import Simulated, simulate
from lmul.synth.gatesim.stepped import SteppedSimulation
from lmul.synth.liberty.conditions import Conditions
from lmul.synth.liberty.default import EMBEDDED
from lmul.synth.liberty.library import load
from lmul.synth.mapping.breakdown import array_parts
from lmul.synth.mapping.cell_netlist import CellNetlist, Instance
from lmul.synth.mapping.mapping import map_cells
from lmul.synth.stimuli.array import ArrayDrive
from lmul.synth.stimuli.stimulus import matrices
from lmul.synth.timing.arrivals import Electrical, electrical
from lmul.synth.timing.pin_delays import NetDelays, pin_delays
from lmul.synth.timing.timing import timed
from lmul.tools.errors import ToolFailed

pytestmark = pytest.mark.slow  # runs tools

SMALL = "array-lmul-e2m1-2x2-os-ftz"


class Array(NamedTuple):
    """An array as it is timed."""

    design: MacDesign
    netlist: CellNetlist
    buffers: tuple[Instance, ...]
    parts: list[str]
    conditions: Electrical
    voltage: float

    @classmethod
    def of(cls, name, library):
        conditions = Conditions.of(library)
        mapped = map_cells(name, library)
        netlist, buffers = (found := timed(mapped, conditions)).netlist, found.added
        return cls(
            MacDesign.parse(name),
            netlist,
            buffers,
            array_parts(netlist, mapped),
            electrical(netlist, conditions.input_slew_ps),
            check_library(library),
        )

    @property
    def delays(self) -> NetDelays:
        return pin_delays(self.netlist, self.conditions)

    def power(self):
        a, b = operands(self.design)
        return array_power(
            self.design, self.netlist, self.parts, self.conditions, a, b, self.voltage
        )


def operands(design, name="gaussian"):
    [(_, a, b)] = matrices(name, design, *product_shape(design))
    return a, b


def stepped(array, delays=None):
    """64 products cycle by cycle: the simulation, the ports' bits by cycle, and the first cycle."""
    one = SteppedSimulation(array.netlist, delays)
    a, b = (codes.astype(np.uint8) for codes in operands(array.design))
    drive = ArrayDrive(array.design, a, b, None if array.design.kind == "int8" else "fp32")
    given, first = [], -1
    while not drive.done:
        given.append(drive.inputs(reset=not given))
        drive.take(given[-1], one.settle(given[-1]))
        if drive.begun and first < 0:
            first = len(given) - 2
        one.step(drive.begun, drive.begun)
    assert not drive.wrong()
    return one, {port: np.array([each[port] for each in given]) for port in given[0]}, first


def at_once(array, given, first, delays=None, cycles=None) -> Simulated:
    """The same in one run."""
    bits = {port: [words[:, [i]] for i in range(words.shape[1])] for port, words in given.items()}
    return simulate(array.netlist, bits, first, cycles, None, delays)


@pytest.mark.parametrize(
    ("name", "library"),
    [
        (SMALL, LIBRARY),
        pytest.param("array-exact-e4m3-4x3-ws", LIBRARY, marks=pytest.mark.evidence),
        pytest.param("array-int8-3x4-os-s1-c8", LIBRARY, marks=pytest.mark.evidence),
        pytest.param("array-lmul-e4m3-3x3-os-ftz", load(EMBEDDED), marks=pytest.mark.evidence),
    ],
)
def test_cycle_by_cycle_is_all_at_once(name, library):
    array = Array.of(name, library)
    one, given, first = stepped(array, array.delays)
    run = at_once(array, given, first, array.delays)
    for ours, theirs in (
        (one.toggles, run.toggles),
        (one.settled, run.settled),
        (one.unit_delay, run.unit_delay),
        (one.real_delays, run.real_delays),
    ):
        assert (ours == theirs.nets).all()
    assert one.settling == run.settled.steps == run.toggles.steps
    assert run.real_delays.nets.sum() > run.toggles.nets.sum() > 64 * 1000


@NEEDS_ICARUS
def test_buffers_switch_and_are_in_the_energy(tmp_path):
    array = Array.of(SMALL, load(EMBEDDED))
    assert len(array.buffers) > 10
    _, given, first = stepped(array)
    # Icarus is given the first of the 64 products.
    alone = {port: (words & np.uint64(1)) * ONES for port, words in given.items()}
    rows = [
        {port: sum(int(bit) & 1 << i for i, bit in enumerate(alone[port][k])) for port in alone}
        for k in range(first, len(alone["rst"]))
    ]
    theirs = icarus_toggles(array.netlist, rows, tmp_path)
    ours = at_once(array, {port: words[first:] for port, words in alone.items()}, 0)
    nets = [net for net in range(array.netlist.nets) if net != array.netlist.clock]
    assert {net: int(ours.toggles.nets[net]) // 64 for net in nets if ours.toggles.nets[net]} == {
        net: theirs[net] for net in nets if theirs.get(net)
    }
    run = at_once(array, given, first)
    buffers = {one.name for one in array.buffers}
    bare = replace(
        array.netlist, gates=tuple(g for g in array.netlist.gates if g.name not in buffers)
    )
    whole, without = (
        energy_per_cycle(netlist, run.values, run.toggles, array.conditions, array.voltage)
        for netlist in (array.netlist, bare)
    )
    power = array.power()
    print(whole, without)
    assert power.switching == pytest.approx(whole[0], rel=1e-6)
    assert power.switching + power.internal + power.clock == pytest.approx(whole.sum(), rel=0.05)
    # A test that would not see them missing would be none.
    assert power.switching != pytest.approx(without[0], rel=1e-3)
    [found] = measure(SMALL, "gaussian", liberty=EMBEDDED)
    assert found.switching * power.macs / power.cycles == pytest.approx(whole[0], rel=1e-6)
    costs = cell_costs(array.netlist, run.values, array.conditions, array.voltage)
    inside = [
        spent
        for one, spent in zip(
            array.netlist.instances, costs.power(run.toggles).internal.tolist(), strict=True
        )
        if one.name in buffers
    ]
    assert sum(inside) == pytest.approx(whole[1] - without[1]) and sum(inside) > 0
    leaks = sum(one.cell.leakage for one in array.buffers)
    assert 0 < leaks < power.leakage


@pytest.mark.evidence
@pytest.mark.parametrize("name", ["array-lmul-e4m3-3x3-os-ftz", "array-int8-4x4-os"])
def test_a_sample_of_states_and_of_glitches_is_enough(name):
    array = Array.of(name, load(EMBEDDED))
    _, given, first = stepped(array)
    run = at_once(array, given, first, array.delays)
    costs = cell_costs(array.netlist, run.values, array.conditions, array.voltage)
    whole = costs.power(run.toggles)
    ours = array.power()
    for cause in ("switching", "internal", "clock", "leakage"):
        mine, its = getattr(ours, cause), float(getattr(whole, cause).sum())
        print(cause, mine / its)
        assert mine == pytest.approx(its, rel=0.01)
    dynamic = ours.switching + ours.internal + ours.clock
    assert dynamic == pytest.approx(whole.dynamic, rel=0.002)
    for mine, its in ((ours.glitches, run.real_delays), (ours.unit_glitches, run.unit_delay)):
        theirs = costs.power(its).dynamic - whole.dynamic
        print(mine / theirs)
        assert mine == pytest.approx(theirs, rel=0.02)


def test_an_operation_is_a_multiply_accumulate(tmp_path):
    library = tmp_path / "toy.lib"
    library.write_text(TEXT)
    [found] = measure("array-lmul-e2m1-2x2-os-ftz", "uniform", liberty=library)
    assert (found.level, found.shape, found.cycles) == ("array", (4, 64, 4), 263)
    assert found.operations == LANES * 4 * 64 * 4
    assert set(found.parts) == {
        "PEs", "drain registers", "edges", "skew registers", "rounders", "stream ports", "control"
    }  # fmt: skip
    assert sum(found.parts.values()) == pytest.approx(found.without_glitches)
    # The toy cells take a fixed time each, nearly all the same.
    assert found.glitches == pytest.approx(found.unit_glitches, rel=0.01)
    assert found.glitches > 0 < found.ports


def test_a_wrong_gate_has_no_energy():
    array = Array.of(SMALL, LIBRARY)
    place = next(
        place
        for place, one in enumerate(array.netlist.gates)
        if one.cell.name == "xor2" and array.parts[place] == "PEs"
    )
    gates = list(array.netlist.gates)
    gates[place] = replace(gates[place], cell=replace(LIBRARY["nor2"], name="xor2"))
    array = array._replace(netlist=replace(array.netlist, gates=tuple(gates)))
    with pytest.raises(ToolFailed, match=r"gives \d+ results that are not the golden model's, row"):
        array.power()
