"""Trees of buffers: nothing drives more than it may, and every pin still reads what it read."""

import pytest

from lmul.synth.liberty.conditions import Conditions
from lmul.synth.liberty.default import EMBEDDED
from lmul.synth.liberty.library import load
from lmul.synth.mapping.cell_netlist import CellNetlist, Instance, netlist_of
from lmul.synth.mapping.mapping import map_cells
from lmul.synth.timing.arrivals import electrical
from lmul.synth.timing.buffers import buffered
from lmul.synth.timing.timing import timed

LIBRARY = load(EMBEDDED)
CONDITIONS = Conditions.of(LIBRARY)
INVERTER = LIBRARY[CONDITIONS.inverter]


def fan_out(number: int) -> CellNetlist:
    """One inverter that drives as many others as asked for, and an output."""
    [a], [y] = INVERTER.inputs, INVERTER.outputs
    first = Instance("first", INVERTER, {a.name: 2, y.name: 3})
    others = [Instance(f"u{i}", INVERTER, {a.name: 3, y.name: 4 + i}) for i in range(number)]
    ends = {f"y{i}": (4 + i,) for i in range(number)}
    return CellNetlist(4 + number, {"x": (2,)}, {"z": (3,), **ends}, (first, *others), (), None)


def edges(netlist: CellNetlist):
    return electrical(netlist, CONDITIONS.input_slew_ps, CONDITIONS.output_load_ff)


def latest(netlist: CellNetlist) -> float:
    return max(edge.arrival for edge in edges(netlist).edges.values())


def sources(before: CellNetlist, after) -> list[dict[str, int]]:
    """The pins of each cell that was there before, and the outputs, with buffers seen through."""
    through = {
        one.pins[one.cell.outputs[0].name]: one.pins[one.cell.inputs[0].name] for one in after.added
    }

    def source(net: int) -> int:
        while net in through:
            net = through[net]
        return net

    found = {one.name: one for one in after.netlist.instances}
    pins = [{p: source(net) for p, net in found[one.name].pins.items()} for one in before.instances]
    ports = {
        f"{name}.{bit}": source(net)
        for name, nets in after.netlist.outputs.items()
        for bit, net in enumerate(nets)
    }
    return [*pins, ports]


def unchanged(before: CellNetlist) -> list[dict[str, int]]:
    ports = {
        f"{n}.{bit}": net for n, nets in before.outputs.items() for bit, net in enumerate(nets)
    }
    return [*(dict(one.pins) for one in before.instances), ports]


@pytest.mark.parametrize("number", [100, 1000])
def test_all_within_their_limits(number):
    before = fan_out(number)
    assert edges(before).overloaded == 1
    after = buffered(before, LIBRARY, CONDITIONS.output_load_ff)
    assert after.added
    assert edges(after.netlist).overloaded == 0
    assert sources(before, after) == unchanged(before)
    assert after.area_um2 == pytest.approx(sum(one.cell.area for one in after.added))


def test_delay_grows_with_the_logarithm():
    few, many = (buffered(fan_out(n), LIBRARY).netlist for n in (100, 10_000))
    assert latest(fan_out(10_000)) > 50 * latest(fan_out(100))
    assert latest(many) < 5 * latest(few)


def test_what_needs_none_gets_none():
    before = fan_out(4)
    after = buffered(before, LIBRARY)
    assert after.netlist is before
    assert (after.added, after.area_um2) == ((), 0)


@pytest.mark.slow
def test_an_array_has_them_and_a_pe_has_none():
    mapped = map_cells("array-lmul-e2m1-2x2-os-ftz", LIBRARY)
    before, after = netlist_of(mapped), timed(mapped, CONDITIONS)
    assert edges(after.netlist).overloaded == 0 < edges(before).overloaded
    assert sources(before, after) == unchanged(before)
    assert timed(map_cells("pe-lmul-e2m1-ftz", LIBRARY), CONDITIONS).added == ()
