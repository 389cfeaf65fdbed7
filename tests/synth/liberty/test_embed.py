"""The embedded libraries, made from open ones; sky130hd's is no kinder to L-Mul than its whole."""

from pathlib import Path
from statistics import median

import pytest
from outside import pdk

from lmul.synth.gates.circuit import Circuit
from lmul.synth.gates.order import reordered
from lmul.synth.liberty.default import EMBEDDED, NAMED
from lmul.synth.liberty.file import LibertyText, Paths
from lmul.synth.liberty.library import load
from lmul.synth.liberty.nodes import NODES
from lmul.synth.liberty.syntax import parse
from lmul.synth.liberty.writing.embed import embedded, main
from lmul.synth.liberty.writing.extracts import EXTRACTS
from lmul.synth.mapping.area import area

SOURCES = {"embedded": "sky130hd", "asap7": "asap7"}


def source(name: str) -> list[Path]:
    """The files that an embedded library is made from."""
    return [pdk(file) for file in NODES[SOURCES[name]].files]


@pytest.mark.slow
@pytest.mark.parametrize("name", EXTRACTS)
def test_the_committed_file_is_what_the_script_writes(name, tmp_path):
    main([name, *map(str, source(name)), "-o", str(tmp_path / "cells.lib")])
    assert (tmp_path / "cells.lib").read_bytes() == NAMED[name].read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("name", EXTRACTS)
def test_figures_are_the_sources(name):
    extract = EXTRACTS[name]
    ours, theirs = load(name), load(source(name))
    assert list(ours) == sorted(extract.full(cell) for cell in extract.cells)
    for name in ours:
        mine, whole = ours[name], theirs[name]
        assert (mine.area, mine.leakage) == (whole.area, whole.leakage)
        assert [(str(one.when), one.power) for one in mine.leakage_states] == [
            (str(one.when), one.power) for one in whole.leakage_states
        ]
        assert mine.state == whole.state
        for pin in mine.pins.values():
            other = whole.pins[pin.name]
            assert (pin.capacitance, pin.function) == (other.capacitance, other.function)
            assert len(pin.power) == len(other.power)
            for one, two in zip(pin.power, other.power, strict=True):
                for a, b in ((one.rise, two.rise), (one.fall, two.fall)):
                    assert a and b
                    points = [(s, c) for s in a.slews for c in a.loads]
                    assert [a(s, c) for s, c in points] == pytest.approx([b(*p) for p in points])


def test_headers_name_source_and_licence():
    head = NAMED["embedded"].read_text()[:1000]
    assert "Copyright 2020 The SkyWater PDK Authors" in head
    assert "SPDX-License-Identifier: Apache-2.0" in head
    assert "70a45bf9b5ea8f6a701dc34744b5c767b38e1af31b1d1f97309a97ec64603ecf" in head
    head = NAMED["asap7"].read_text()[:4000]
    assert "Copyright 2020 Lawrence T. Clark, Vinay Vashishtha, or Arizona State" in head
    assert "Redistributions of source code must retain the above copyright notice" in head
    assert "fa92e6ab1481810602811b1eea54bc016a341f11fb5188d7512c026599adf038" in head


def test_conditions_are_the_sources():
    """Without them a power tool has no voltage, and no switching power."""
    [library] = parse(LibertyText.read(EMBEDDED))
    [conditions] = library.of_kind("operating_conditions")
    assert library.values["default_operating_conditions"] == conditions.name == "tt_025C_1v80"
    assert {k: conditions.values[k] for k in ("process", "temperature", "voltage")} == {
        "process": "1",
        "temperature": "25",
        "voltage": "1.8",
    }


def test_make_cells_wants_all_cells():
    with pytest.raises(ValueError, match=r"^Library 'x' has no cell 'sky130_fd_sc_hd__inv_1'$"):
        embedded(EXTRACTS["embedded"], ["library (x) { cell (a) { } }"])


PAIRS = {
    "product": ["product-{}-e4m3", "product-{}-e5m2", "product-{}-bf16"],
    "multiplier": ["{}-e4m3-ftz", "{}-e4m3", "{}-e5m2-ftz", "{}-bf16-ftz"],
    "pe": ["pe-{}-e4m3-ftz"],
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["product-{}-e4m3", "{}-e4m3-ftz"])
def test_areas_of_a_few_units(name):
    _compare(name, ["lmul", "exact"])


@pytest.mark.evidence
@pytest.mark.parametrize("name", [name for names in PAIRS.values() for name in names])
def test_areas_of_all_units(name):
    # Medians of five orders of the same statements: a single mapping may be lucky.
    kinds = ["lmul", "exact"] + ([] if "bf16" in name else ["lmul_rne"])
    _compare(name, kinds, orders=4)


@pytest.mark.evidence
@pytest.mark.parametrize("library", EXTRACTS)
def test_area_of_the_integer_pe(library):
    ours, full = area("pe-int8", library), area("pe-int8", source(library))
    assert ours.area_um2 == pytest.approx(full.area_um2, rel=0.03)


@pytest.mark.evidence
def test_shares_in_part_of_asap7_are_those_that_are_told():
    """Of the same units, in the part and in the whole, where ABC's luck moves them by more."""
    page = (Path(__file__).parents[3] / "docs" / "libraries.md").read_text(encoding="utf-8")
    lines = page[page.index("| unit | ") :].split("\n\n")[0].splitlines()[2:]
    told = [line.strip("| ").split(" | ") for line in lines]
    wanted = []
    for name in (name for names in PAIRS.values() for name in names):
        kinds = ["lmul", "exact"] + ([] if "bf16" in name else ["lmul_rne"])
        part, whole = (
            {kind: _area(name.format(kind), library, orders=4) for kind in kinds}
            for library in ("asap7", source("asap7"))
        )
        cells = [f"{100 * areas['lmul'] / areas['exact']:.0f} %" for areas in (part, whole)]
        cells += [
            f"{100 * areas['lmul_rne'] / areas['exact']:.0f} %" if "lmul_rne" in areas else "–"
            for areas in (part, whole)
        ]
        change = f"{100 * (part['lmul'] / whole['lmul'] - 1):+.0f} %"
        wanted.append([f"`{name.format('lmul')}`", *cells, change])
    assert told == wanted


def _area(name: str, library: Paths, orders: int) -> float:
    circuit = Circuit.of(name)
    texts = [circuit.verilog, *(reordered(circuit.verilog, n) for n in range(1, orders + 1))]
    variants = [Circuit(circuit.top, text, circuit.level, circuit.name) for text in texts]
    return median(area(variant, library).area_um2 for variant in variants)


def _compare(name: str, kinds: list[str], orders: int = 0) -> None:
    """Areas within 10 % of the whole library's, each kind's ratio to exact within 3 %."""
    full = {kind: _area(name.format(kind), source("embedded"), orders) for kind in kinds}
    ours = {kind: _area(name.format(kind), EMBEDDED, orders) for kind in kinds}
    assert ours == {kind: pytest.approx(full[kind], rel=0.1) for kind in kinds}
    ratios = {kind: ours[kind] / ours["exact"] for kind in kinds}
    assert ratios == {kind: pytest.approx(full[kind] / full["exact"], rel=0.03) for kind in kinds}
