"""Stronger cells and more buffers on a longest path: it is shorter, and the circuit the same."""

import json

import pytest

from lmul.synth.energy.energy import measure
from lmul.synth.liberty.conditions import Conditions
from lmul.synth.liberty.default import EMBEDDED
from lmul.synth.liberty.library import load
from lmul.synth.mapping.cell_netlist import netlist_of
from lmul.synth.mapping.composed import with_modules
from lmul.synth.mapping.mapping import Mapped, map_cells
from lmul.synth.mapping.ways import Way
from lmul.synth.timing import sizing
from lmul.synth.timing.buffers import repeater_of
from lmul.synth.timing.sizing import sized, strengths
from lmul.synth.timing.split import split
from lmul.synth.timing.timing import analyse

LIBRARY = load(EMBEDDED)
CONDITIONS = Conditions.of(LIBRARY)
NAME = "array-lmul-e2m1-2x2-os-ftz-k16"
WAY = Way("han_carlson", "4", "direct", 1000)


def weak() -> Mapped:
    """An array mapped for speed, each of its cells then in the weakest strength."""
    mapped = map_cells(NAME, LIBRARY, way=WAY)
    modules = modules_of(mapped)
    for module in modules.values():
        for cell in module["cells"].values():
            if cell["type"] in LIBRARY:
                cell["type"] = strengths(LIBRARY)[cell["type"]][0].name
    return with_modules(mapped, modules)


def modules_of(mapped: Mapped) -> dict:
    return json.loads(mapped.netlist)["modules"]


def test_strengths():
    found = {name: [one.name for one in cells] for name, cells in strengths(LIBRARY).items()}
    nands = [f"sky130_fd_sc_hd__nand2_{number}" for number in (1, 2, 4)]
    assert all(found[name] == nands for name in nands)
    assert found["sky130_fd_sc_hd__mux2_1"] == ["sky130_fd_sc_hd__mux2_1"]
    assert set(found) == set(LIBRARY.usable)


def test_a_circuit_that_meets_its_clock_stays_as_it_is():
    mapped = map_cells("lmul-e2m1-ftz", LIBRARY)
    assert sized(mapped, 1e6) is mapped


@pytest.mark.slow
def test_a_shorter_path():
    """Each cell is one of its own strengths, in all places of its module; areas are counted."""
    before = weak()
    after = sized(before, 1.0)
    quick, slow, mended = (
        analyse(one).delay_ps for one in (map_cells(NAME, LIBRARY, way=WAY), before, after)
    )
    assert mended - quick < (slow - quick) / 2  # most of what the strengths had made shorter
    alike = {name: {one.name for one in cells} for name, cells in strengths(LIBRARY).items()}
    old, new = modules_of(before), modules_of(after)
    assert old.keys() == new.keys()
    changed = 0
    for name, module in old.items():
        for cell, one in module["cells"].items():
            now = new[name]["cells"][cell]["type"]
            assert now == one["type"] or now in alike[one["type"]]
            changed += now != one["type"]
    assert changed
    netlist = netlist_of(after)
    assert after.area_um2 == pytest.approx(sum(one.cell.area for one in netlist.instances))
    # What is kept out of it stays: there is only what stands around.
    kept = [name for name in old if name != before.circuit.top]
    around = modules_of(sized(before, 1.0, kept))
    assert all(around[name] == old[name] for name in kept)


@pytest.mark.slow
def test_where_nothing_else_is_left_to_try(monkeypatch):
    monkeypatch.setattr(sizing, "_ROUNDS", 1)
    usual, longer = (analyse(sized(weak(), 1.0, last=last)).delay_ps for last in (False, True))
    assert longer < usual


@pytest.mark.slow
def test_the_circuit_is_the_same():
    """Whole matrix products on the changed netlist, which :func:`measure` compares with golden."""
    [found] = measure(NAME, "uniform", mapped=sized(weak(), 1.0))
    assert found.real_delays > 0


def test_split():
    """A net's pins hang on a tree: none drives more than one buffer would, and nothing is lost."""
    repeater = repeater_of(LIBRARY)
    assert repeater
    a, y = repeater.input.name, repeater.output.name
    [pin], [out] = LIBRARY[CONDITIONS.inverter].inputs, LIBRARY[CONDITIONS.inverter].outputs

    def inverter(source: int, net: int) -> dict:
        return {
            "type": CONDITIONS.inverter,
            "connections": {pin.name: [source], out.name: [net]},
        }

    part = {
        "ports": {
            "x": {"direction": "input", "bits": [2, 3]},
            "z": {"direction": "output", "bits": [4]},
        },
        "cells": {f"in{i}": inverter(2, 10 + i) for i in range(40)} | {"out": inverter(3, 4)},
    }
    top = {
        "ports": {"x": {"direction": "input", "bits": [2]}},
        "cells": {
            "driver": inverter(2, 3),
            **{f"u{i}": inverter(3, 100 + i) for i in range(60)},
            **{
                f"part{i}": {"type": "part", "connections": {"x": [3, 2], "z": [200 + i]}}
                for i in range(2)
            },
        },
    }
    modules = {"top": top, "part": part}
    assert split(modules, LIBRARY, "top", "driver", repeater)
    cells = top["cells"]
    buffers = {name: one for name, one in cells.items() if one["type"] == repeater.cell.name}
    through = {one["connections"][y][0]: one["connections"][a][0] for one in buffers.values()}
    assert len(through) == len(buffers) > 4

    def source(net: int) -> int:
        return source(through[net]) if net in through else net

    assert all(source(cells[f"u{i}"]["connections"][pin.name][0]) == 3 for i in range(60))
    for i in range(2):
        assert [source(net) for net in cells[f"part{i}"]["connections"]["x"]] == [3, 2]
    own = [one["connections"] for name, one in cells.items() if name not in buffers]
    on_driver = sum(bits[0] == 3 for pins in own for p, bits in pins.items() if p == pin.name)
    behind = sum(net == 3 for net in through.values())
    load = on_driver * pin.capacitance + behind * repeater.input.capacitance
    assert load <= repeater.load
    assert not split(modules, LIBRARY, "top", "u0", repeater)
