"""At a clock: the circuit that takes the least energy, and one mapping by its name."""

import json
import re
from types import SimpleNamespace
from typing import cast

import pytest

from lmul.cli import main
from lmul.hdl.designs.design import Design
from lmul.synth.energy.energy import measure
from lmul.synth.liberty.default import EMBEDDED
from lmul.synth.liberty.library import load
from lmul.synth.mapping.ways import Way
from lmul.synth.measure.clocked import PAIRS, clocked
from lmul.synth.timing.search import orders, search
from lmul.synth.timing.search.at_clock import AtClock, area
from lmul.synth.timing.search.clock import mappings
from lmul.synth.timing.search.orders import of_circuit
from lmul.synth.timing.search.subject import Subject, pipelined

LIBRARY = load(EMBEDDED)


def test_units_end_where_registers_save_nothing(monkeypatch):
    """By what they cost, not by their area, which grows here with each register."""
    energy = {8: 900, 9: 800, 10: 801, 11: 700, 12: 701, 13: 702, 14: 10}

    def registers(name):
        return int((re.findall(r"-s(\d+)$", name) or [0])[0])

    def mapped(plan, *_):
        return [
            SimpleNamespace(
                design=one.name,
                slack_ps=registers(one.name) - 8 if way else -9000,
                area_um2=1000 + registers(one.name),
            )
            for one, way in plan
        ]

    def cost(one):
        assert one.slack_ps >= 0
        return energy[registers(one.design)]

    def meeting(**more):
        found = search.search(units, LIBRARY, 5000, **more)
        return [registers(one.design) for one in found if one.slack_ps >= 0]

    monkeypatch.setattr(search, "_mapped", mapped)
    units = [Subject.of(one) for one in pipelined(Design.parse("dot-lmul-e2m1-n2-w4-ftz"))]
    assert meeting()[0] == 8
    assert meeting(cost=cost)[0] == 11
    assert max(meeting(cost=cost)) == 13


def test_pipelines_compete_by_their_medians(monkeypatch):
    """The one with the best mapping as written was a lucky one; a third is not asked."""
    as_written = {"lucky": 100, "steady": 101, "third": 102}
    in_others = {"lucky": 120, "steady": 101, "third": 1}
    asked = []

    def made_up(design, cost):
        timing = SimpleNamespace(delay_ps=4000)
        return SimpleNamespace(design=design, slack_ps=1, area_um2=cost, timing=timing)

    def again(finalists, _library, _order):
        asked.append(finalists[0].design)
        return [made_up(one.design, in_others[one.design]) for one in finalists]

    monkeypatch.setattr(orders, "_again", again)
    found = cast(list[AtClock], [made_up(*one) for one in as_written.items()])

    def winner(pipelines):
        winners = of_circuit(found, LIBRARY, 2, area, lambda _: None, pipelines=pipelines)
        assert winners.each[0].area_um2 == as_written[winners.each[0].design]
        assert len(winners.each) == 3
        return winners.each[0].design

    assert winner(1) == "lucky"
    assert winner(2) == "steady"
    assert set(asked) == {"lucky", "steady"}


WAYS = [
    Way("han_carlson", "4", "direct", 1000),
    Way("brent_kung", "0", "amap", 1000),
    Way("ripple", "4", "map", 2000),
]
NAME = "pe-lmul-e2m1-ftz-k16"


@pytest.mark.evidence
def test_the_least_of_all(monkeypatch):
    """Of each pipeline in each way, not of those alone that a search for the area would make."""
    monkeypatch.setattr(search, "ways_for", lambda _ps: WAYS)
    monkeypatch.setattr(search, "probes", lambda _ps: WAYS[:1])
    found = clocked(NAME, "3", "uniform", orders=0, least="energy")
    assert found.energy and found.least == "energy"
    energies = {}
    for one in pipelined(Design.parse(NAME)):
        for way in WAYS:
            [mapped] = mappings(one, LIBRARY, 3000, way)
            if mapped.slack_ps >= 0:
                [energy] = measure(
                    *(one, "uniform"),
                    mapped=mapped.mapped,
                    pairs=PAIRS,
                    frequency=1e12 / 3000,
                    parts=False,
                )
                energies[one.name, way.name] = energy.real_delays
    assert len(energies) > 3
    assert found.energy.as_written <= min(energies.values())
    if found.mappings[0] != "least area":
        assert energies[found.design, found.mappings[0]] == found.energy.as_written
    smallest = clocked(NAME, "3", "uniform", orders=0)
    assert smallest.energy and smallest.energy.as_written >= found.energy.as_written
    assert smallest.area.as_written <= found.area.as_written


@pytest.mark.slow
def test_one_mapping(capsys, monkeypatch, tmp_path):
    """The design as its name says it, in that way; measured anew, so that there is progress."""
    monkeypatch.setenv("LMUL_BUILD", str(tmp_path))
    given = ["energy", f"{NAME}-s1", "--clock", "3", "--stimulus", "uniform"]
    assert main([*given, "--mapping", WAYS[0].name, "--json"]) == 0
    said = capsys.readouterr()
    assert said.err.startswith("energy: 100 %")
    [found] = json.loads(said.out)["clock"]
    assert (found["design"], found["mappings"][0]) == (f"{NAME}-s1", WAYS[0].name)
    assert set(found["mappings"]) == {WAYS[0].name}
    [mapped] = mappings(found["design"], LIBRARY, 3000, WAYS[0])
    assert found["area"]["as_written"] == mapped.mapped.area_um2
    assert found["delays"][0] == mapped.timing.delay_ps


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("pe-int8 --clock 5 --least power", "Unknown --least 'power': use area or energy"),
        ("pe-int8 --least energy", "--least and --mapping need --clock"),
        ("pe-int8 --mapping ripple-6-map-100", "--least and --mapping need --clock"),
        ("pe-int8 --clock 5 --mapping ripple", "Mapping 'ripple' is none: use ADDER-CHAINS-CELLS"),
        ("pe-int8 --clock fastest --least energy", "can't go with the clock 'fastest'"),
        ("pe-int8 --clock 5 --least energy --mapping ripple-6-map-100", "go with a mapping"),
        ("array-int8-2x2-os --clock 5 --least energy", "least energy of an array is not searched"),
        ("array-int8-2x2-os --clock 5 --mapping ripple-6-map-100", "leave the mapping out"),
    ],
)
def test_what_is_refused(arguments, said, capsys):
    assert main(["energy", *arguments.split()]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
