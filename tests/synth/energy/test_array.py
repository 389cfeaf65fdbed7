"""Arrays simulated by their parts, beside the flat netlist."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from toy_cells import LIBRARY, TEXT

from lmul.hdl.designs.mac import MacDesign
from lmul.synth.energy import array as array_energy
from lmul.synth.energy.array import array_power, part_conditions, product_shape
from lmul.synth.energy.energy import measure
from lmul.synth.energy.power import cell_costs
from lmul.synth.energy.run import check_library
from lmul.synth.gatesim.bit_parallel import LANES
from lmul.synth.gatesim.simulation import simulate
from lmul.synth.gatesim.stepped import PartSimulation
from lmul.synth.liberty.conditions import Conditions
from lmul.synth.liberty.default import EMBEDDED
from lmul.synth.liberty.library import load
from lmul.synth.mapping.cell_netlist import netlist_of
from lmul.synth.mapping.mapping import map_cells
from lmul.synth.mapping.part_netlist import part_netlist
from lmul.synth.stimuli.array import ArrayDrive
from lmul.synth.stimuli.stimulus import matrices
from lmul.synth.timing.arrivals import Surroundings, electrical
from lmul.synth.timing.pin_delays import pin_delays
from lmul.tools.errors import ToolFailed

pytestmark = pytest.mark.slow  # runs tools


def operands(design, name="gaussian"):
    [(_, a, b)] = matrices(name, design, *product_shape(design))
    return a, b


class Recorded(PartSimulation):
    """Remembers what it was driven with, and in which cycle counting began."""

    def __init__(self, circuit, delays=None):
        super().__init__(circuit, delays)
        self.inputs, self.first = [], -1

    def settle(self, inputs):
        self.inputs.append(inputs)
        return super().settle(inputs)

    def step(self, counts, chosen=None):
        if counts and self.first < 0:
            self.first = len(self.inputs) - 2
        super().step(counts, chosen)


def both(design, library, glitches=False):
    """The same products through the parts and through the flat netlist."""
    mapped = map_cells(design, library)
    circuit, flat = part_netlist(mapped), netlist_of(mapped)
    of_parts = of_flat = None
    if glitches:
        transition = Conditions.of(library).input_slew_ps
        around = part_conditions(circuit, transition)
        of_parts = [pin_delays(n, one) for n, one in zip(circuit.netlists, around, strict=True)]
        of_flat = pin_delays(flat, electrical(flat, transition, around=Surroundings(buffered=True)))
    parts = Recorded(circuit, of_parts)
    all_words = [np.ones(words, np.uint8) for words in (1, *(p.count for p in circuit.parts))]
    a, b = (codes.astype(np.uint8) for codes in operands(design))
    drive = ArrayDrive(design, a, b, None if design.kind == "int8" else "fp32")
    while not drive.done:
        inputs = drive.inputs(reset=not parts.inputs)
        drive.take(inputs, parts.settle(inputs))
        parts.step(drive.begun, all_words if drive.begun and glitches else None)
    assert not drive.wrong()
    given = {port: np.array([one[port] for one in parts.inputs]) for port in parts.inputs[0]}
    bits = {port: [words[:, [i]] for i in range(words.shape[1])] for port, words in given.items()}
    return parts, flat, simulate(flat, bits, parts.first, None, None if glitches else 0, of_flat)


def driven(netlist, toggles, label):
    """Changes of the nets that cells drive, by what ``label`` makes of a cell."""
    counts = Counter()
    for one in netlist.instances:
        for pin in one.cell.outputs:
            if pin.name in one.pins:
                counts[label(one)] += int(toggles[one.pins[pin.name]])
    return +counts


def changes(netlist, toggles):
    return sum(driven(netlist, toggles, lambda cell: "all").values())


@pytest.mark.parametrize(
    "name",
    [
        "array-lmul-e2m1-2x2-os-ftz",
        pytest.param("array-exact-e4m3-4x3-ws", marks=pytest.mark.evidence),
        pytest.param("array-int8-3x4-os-s1", marks=pytest.mark.evidence),
        pytest.param("array-int8-2x3-os-c8", marks=pytest.mark.evidence),
        pytest.param("array-lmul-e4m3-2x2-ws-c8", marks=pytest.mark.evidence),
        pytest.param("array-lmul-e4m3-8x8-os-ftz", marks=pytest.mark.evidence),
    ],
)
def test_every_cell_toggles_as_in_the_flat_netlist(name):
    parts, flat, run = both(MacDesign.parse(name), LIBRARY)
    ours = Counter()
    for part, one in parts.simulations():
        ours += driven(
            one.netlist, one.toggles, lambda cell, p=part: (p and p.name, cell.cell.name)
        )
    # In the flat netlist a part's cells stand below the name of its place.
    tails = {
        tail: part.name
        for part in parts.circuit.parts
        for tail in [part.name.rpartition("_")[2]]
        if tail not in ("edge", "slice")
    }
    of_streams = [f"{stream}_slice" for stream in ("a", "b", "sums", "partials", "out")]
    own = ("row_edge", "column_edge", *of_streams)
    named = {end: name for end in own for name in names(parts, f"_{end}")}

    def label(cell):
        for module in cell.path:
            for begin, part in (named | tails).items():
                if module.startswith(f"{begin}_") or module == begin:
                    return part, cell.cell.name
        return None, cell.cell.name

    assert ours == driven(flat, run.toggles.nets, label)
    assert sum(ours.values()) > 64 * 1000


def names(parts, end):
    return [part.name for part in parts.circuit.parts if part.name.endswith(end)]


@pytest.mark.evidence
def test_energy_is_the_flat_netlists():
    library, design = load(EMBEDDED), MacDesign.parse("array-lmul-e4m3-3x3-os-ftz")
    transition, voltage = Conditions.of(library).input_slew_ps, check_library(library)
    parts, flat, run = both(design, library)
    del parts
    conditions = electrical(flat, transition, around=Surroundings(buffered=True))
    costs = cell_costs(flat, run.values, conditions, voltage)
    whole = costs.power(run.toggles)
    a, b = operands(design)
    circuit = part_netlist(map_cells(design, library))
    ours = array_power(design, circuit, part_conditions(circuit, transition), a, b, voltage)
    pairs = {
        cause: (getattr(ours, cause), float(getattr(whole, cause).sum()))
        for cause in ("switching", "internal", "clock", "leakage")
    }
    print({cause: f"{x:.0f} {y:.0f} {x / y:.4f}" for cause, (x, y) in pairs.items()})
    for one, other in pairs.values():
        assert one == pytest.approx(other, rel=0.01)
    dynamic = ours.switching + ours.internal + ours.clock
    assert dynamic == pytest.approx(whole.dynamic, rel=0.002)


@pytest.mark.parametrize(
    ("name", "library"),
    [
        ("array-lmul-e2m1-2x2-os-ftz", LIBRARY),
        pytest.param("array-int8-2x3-os", load(EMBEDDED), marks=pytest.mark.evidence),
    ],
)
def test_energy_of_glitches_is_nearly_the_flat_netlists(name, library):
    design = MacDesign.parse(name)
    transition, voltage = Conditions.of(library).input_slew_ps, check_library(library)
    _, flat, run = both(design, library, True)
    conditions = electrical(flat, transition, around=Surroundings(buffered=True))
    costs = cell_costs(flat, run.values, conditions, voltage)
    circuit = part_netlist(map_cells(design, library))
    around = part_conditions(circuit, transition)
    ours = array_power(design, circuit, around, *operands(design), voltage)
    still = costs.power(run.toggles).dynamic
    for mine, its in ((ours.glitches, run.real_delays), (ours.unit_glitches, run.unit_delay)):
        theirs = costs.power(its).dynamic - still
        print(mine / theirs, theirs / still)
        assert 0.93 * theirs < mine < 1.07 * theirs
        assert theirs > 0.1 * still


@pytest.mark.evidence
def test_glitches_are_nearly_the_flat_netlists():
    """Parts hand on no glitches: what edges do to the skew's multiplexers is missing."""
    parts, flat, run = both(MacDesign.parse("array-lmul-e4m3-3x3-os-ftz"), load(EMBEDDED), True)
    for kind in ("unit_delay", "real_delays"):
        ours = sum(changes(one.netlist, getattr(one, kind)) for _, one in parts.simulations())
        theirs = changes(flat, getattr(run, kind).nets)
        print(kind, ours / theirs)
        assert 0.98 * theirs < ours < 1.02 * theirs


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
    assert 0 < found.glitches <= found.unit_glitches and found.ports > 0


def test_a_wrong_gate_has_no_energy(monkeypatch):
    right = array_energy.PartSimulation

    def spoilt(circuit, delays):
        place, part = next(
            (place, part)
            for place, part in enumerate(circuit.parts)
            if any(one.cell.name == "xor2" for one in part.netlist.gates) and part.netlist.flipflops
        )
        index = next(i for i, one in enumerate(part.netlist.gates) if one.cell.name == "xor2")
        wrong = replace(part.netlist.gates[index], cell=replace(LIBRARY["nor2"], name="xor2"))
        gates = (*part.netlist.gates[:index], wrong, *part.netlist.gates[index + 1 :])
        part = replace(part, netlist=replace(part.netlist, gates=gates))
        parts = (*circuit.parts[:place], part, *circuit.parts[place + 1 :])
        return right(replace(circuit, parts=parts), delays)

    monkeypatch.setattr(array_energy, "PartSimulation", spoilt)
    design = MacDesign.parse("array-lmul-e2m1-2x2-os-ftz")
    circuit = part_netlist(map_cells(design, LIBRARY))
    with pytest.raises(ToolFailed, match=r"gives \d+ results that are not the golden model's, row"):
        array_power(design, circuit, part_conditions(circuit, 50), *operands(design), 1)
