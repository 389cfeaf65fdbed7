import json
import re
import shutil
from dataclasses import replace
from types import SimpleNamespace

import pytest
from planted_bugs import damaged_module

from lmul.cli import main
from lmul.console.clock import clocked_report, clocked_table
from lmul.console.terminal import table_console
from lmul.hdl.designs.design import Design
from lmul.synth.energy.energy import measure
from lmul.synth.gates.circuit import Circuit
from lmul.synth.liberty.default import default_library
from lmul.synth.liberty.library import load
from lmul.synth.mapping.mapping import map_cells
from lmul.synth.mapping.ways import ADDERS, Way
from lmul.synth.measure.clocked import clocked
from lmul.synth.timing.opensta import opensta_delay
from lmul.synth.timing.search import search
from lmul.synth.timing.search.clock import at_clock, mappings, period_ps
from lmul.synth.timing.search.subject import Subject, pipelined
from lmul.tools import yosys
from lmul.tools.errors import ToolFailed

LIBRARY = load(default_library())


def test_names_of_ways():
    way = Way.parse("han_carlson-43-map-2125")
    assert way == Way("han_carlson", "43", "map", 2125)
    assert way.name == "han_carlson-43-map-2125"
    assert way.abc.count("if -g") == 2
    assert way.abc.index("if -g -K 4") < way.abc.index("if -g -K 3")
    assert "upsize -D 2125\n" in way.abc
    assert "if -g" not in Way.parse("ripple-0-amap-10.5").abc


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ling-0-map-9", "Mapping 'ling-0-map-9': unknown adder 'ling', use ripple, brent_kung"),
        ("ripple-0-nf-9", "Mapping 'ripple-0-nf-9': unknown cells 'nf', use amap, direct, map"),
        ("ripple-1-map-9", "Mapping 'ripple-1-map-9' is none: use ADDER-CHAINS-CELLS-TARGET"),
        ("ripple-0-map-0", "Mapping 'ripple-0-map-0': A delay target must be a positive number"),
    ],
)
def test_names_of_ways_wrong(name, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        Way.parse(name)


def test_periods():
    # The library's inverter that drives four of its kind: 81 ps, as docs/clocks.md says.
    assert (period_ps("5", LIBRARY), period_ps(".5", LIBRARY)) == (5000, 500)
    assert period_ps("60fo4", LIBRARY) == pytest.approx(60 * 81, rel=0.01)
    for wrong in ("0", "-1", "5ns", "fo4", "1e3", ""):
        with pytest.raises(ValueError, match=r"^Clock must be a period in ns, such as 5, or 60fo4"):
            period_ps(wrong, LIBRARY)


def test_pipelines():
    def names(name):
        return [one.name for one in pipelined(Design.parse(name))]

    assert names("lmul-e4m3-s2") == ["lmul-e4m3", "lmul-e4m3-s1", "lmul-e4m3-s2", "lmul-e4m3-s3"]
    kept = ["pe-int8-c8", "pe-int8-s1-c8", "pe-int8-s2-c8"]
    assert names("pe-int8") == ["pe-int8", "pe-int8-s1", "pe-int8-s2", *kept]
    assert names("pe-int8-c5") == ["pe-int8-c5", "pe-int8-s1-c5", "pe-int8-s2-c5"]
    assert len(names("pe-lmul-bf16-ftz")) == 3  # of float sums no carries are kept
    kept = ["pe-int8-n4-c8", "pe-int8-n4-s1-c8"]
    assert names("pe-int8-n4") == ["pe-int8-n4", "pe-int8-n4-s1", *kept]
    assert names("product-lmul-e4m3") == ["product-lmul-e4m3"]
    assert names("array-int8-2x2-os")[1:] == ["array-int8-2x2-os-s1", "array-int8-2x2-os-s2"]
    assert names("dot-int8-n4") == ["dot-int8-n4", "dot-int8-n4-s1", "dot-int8-n4-s2"]
    assert names("dot-lmul-e4m3-n4-w8-sticky")[-1] == "dot-lmul-e4m3-n4-w8-sticky-s14"
    arrays = names("array-lmul-e4m3-2x2-ws-f4")
    assert len(arrays) == 12
    assert arrays[-1] == "array-lmul-e4m3-2x2-ws-s2-r3-f4"


def test_a_units_registers(monkeypatch):
    """From the fewest registers that come near a clock, up to where more make nothing smaller."""
    tried: dict[int, list[str]] = {}
    slack = {7: -600, 8: -400, 9: 100, 10: 200, 11: 300, 12: 300, 13: 300}
    area = {9: 1200, 10: 1000, 11: 1001, 12: 1002, 13: 10}

    def mapped(plan, *_):
        found = []
        for subject, way in plan:
            stages = int((re.findall(r"-s(\d+)", subject.name) or [0])[0])
            tried.setdefault(stages, []).append(way.name if way else "least area")
            found.append(
                SimpleNamespace(
                    design=subject.name,
                    slack_ps=slack.get(stages, -9000) if way else -9000,
                    area_um2=area.get(stages, 1100),
                )
            )
        return found

    monkeypatch.setattr(search, "_mapped", mapped)
    unit = Design.parse("dot-lmul-e2m1-n2-w4-ftz")
    found = search.search([Subject.of(one) for one in pipelined(unit)], LIBRARY, 5000)
    assert found[0].design.endswith("s10")
    # Of 7 and of others, as many as a bisection takes, the quickest way alone.
    quickest = tried[7]
    assert len(quickest) == 1
    assert tried[8][-4:-2] == ["least area", *quickest]
    # Nobody asks for 13: neither 11 nor 12 is smaller than 10.
    assert {stages for stages, ways in tried.items() if len(ways) > 1} == {8, 9, 10, 11, 12}
    assert 13 not in tried


def test_quicker_ways(monkeypatch):
    """They are tried where a unit with all its registers misses the clock in all others.

    That no mapping for the least area is to be had is no reason to give up.
    """
    quicker = {way.name for way in search.ways_for(5000, search.QUICKER)}
    tried: dict[str, list[str]] = {}

    def mapped(plan, *_):
        found = []
        for subject, way in plan:
            tried.setdefault(subject.name, []).append(way.name if way else "least area")
            if way is None:
                raise ToolFailed("ABC gave up")
            slack = 10 if way.name in quicker else -5000
            found.append(SimpleNamespace(design=subject.name, slack_ps=slack, area_um2=1000))
        return found

    monkeypatch.setattr(search, "_mapped", mapped)
    units = pipelined(Design.parse("dot-lmul-e2m1-n2-w4-ftz"))
    found = search.search([Subject.of(one) for one in units], LIBRARY, 5000)
    assert found[0].design == units[-1].name
    assert found[0].slack_ps == 10
    assert [name for name, ways in tried.items() if quicker & set(ways)] == [units[-1].name]


@pytest.mark.slow
def test_command(capsys):
    arguments = ["synth", "product-lmul-e4m3", "--clock", "60fo4", "--json"]
    assert main(arguments) == 0
    [found] = json.loads(capsys.readouterr().out)["clock"]
    assert found["meets"]
    assert found["command"] == "lmul synth product-lmul-e4m3"
    assert found["hold_slack_ps"] is None  # it has no registers
    assert main([*arguments[:3], "0.2", "--mapping", "ripple-6-map-100"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert re.search(r"product-lmul-e4m3 misses the clock by \d+ ps: the fastest of 1 map", said)
    assert "lmul synth product-lmul-e4m3 --clock 0.2 --mapping ripple-6-map-100" in said
    assert "no wires" in said
    wired = [*arguments[:3], "5", "--mapping", "ripple-6-map-100", "--wires", "middle"]
    assert main(wired) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "middle wires, an estimate: nothing was placed" in said
    assert f"lmul {' '.join(wired)}" in said
    for wrong in (["--mapping", "ripple-6-map-100"], ["--clock", "5", "--curve"]):
        assert main(["synth", "product-lmul-e4m3", *wrong]) == 2


PLAIN, DUAL = "pe-exact-e3m2-ftz-k16", "pe-exact-e3m2-ftz-dual4_-2-k16"


@pytest.mark.slow
def test_a_sum_in_parts_at_a_clock(monkeypatch, capsys):
    """Its parts, written on change: the energy has an estimate with their clocks gated."""
    ways = [Way("han_carlson", "4", "direct", 1000)]
    monkeypatch.setattr(search, "ways_for", lambda _ps: ways)
    monkeypatch.setattr(search, "probes", lambda _ps: ways)
    plain, dual = (clocked(one, "6", "uniform", orders=1) for one in (PLAIN, DUAL))
    assert (plain.gated, plain.written, plain.gates_um2) == (None, {}, 0)
    assert dual.design.startswith(DUAL)
    assert dual.slack_ps >= 0
    assert set(dual.written) == {"above", "below"}
    assert dual.gates_um2 > 0
    assert dual.gated and dual.energy
    [found] = measure(
        dual.design,
        "uniform",
        pairs=1 << 15,
        mapped=at_clock(DUAL, LIBRARY, 6000, pipeline=True).mapped,
        frequency=1e12 / 6000,
        parts=False,
    )
    assert (dual.gated.as_written, dual.written) == (found.gated, found.writes)
    assert dual.energy.as_written == found.real_delays != found.gated
    table_console().print(clocked_table([plain, dual]))
    [said] = re.findall(
        r"an estimate in no other figure: ([^(]*% of additions.*?)\(", said_of(capsys)
    )
    assert f"an operation would take {dual.gated.median:.1f} fJ" in said
    [_, row] = json.loads(clocked_report([plain, dual]).to_json())["clock"]
    assert row["gated"]["median"] == dual.gated.median


def said_of(capsys) -> str:
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.slow
@pytest.mark.parametrize("adder", ["ripple", "han_carlson", "two_path_sklansky"])
def test_a_sum_in_parts_is_compared(adder):
    """In each form: a part that misses one of its changes gives wrong sums, and no energy."""
    circuit = Circuit.of(DUAL, ADDERS[adder].form)
    way = Way(adder, "4", "map", 2000)
    name = f"{circuit.top}_unit_accumulation"
    [right] = measure(DUAL, "uniform", mapped=map_cells(circuit, LIBRARY, way=way), parts=False)
    assert right.operations >= 1 << 17
    misses = {"above": "sound_above & sound_total[11]", "below": "sound_below & (p[0] | acc[0])"}
    for port, wrong in misses.items():
        damaged = damaged_module(circuit.verilog, name, {port: wrong})
        mapped = map_cells(replace(circuit, verilog=damaged), LIBRARY, way=way)
        with pytest.raises(ToolFailed):
            measure(DUAL, "uniform", mapped=mapped, parts=False)


@pytest.mark.evidence
@pytest.mark.parametrize(
    ("name", "mappings"),
    [
        # At equal delay an independent check found these areas, by plain Yosys with prefix adders
        # or Booth's multipliers, or by our curves. Its int8 was larger than L-Mul; with a fused
        # sum it is not.
        (
            "pe-lmul-e4m3-ftz",
            {5000: (5081, "han_carlson-36-direct-1000"), 3500: (6334, "han_carlson-43-map-2100")},
        ),
        (
            "pe-exact-e4m3-ftz",
            {5000: (5979, "han_carlson-3-map-4250"), 3500: (7829, "han_carlson-43-map-2100")},
        ),
        (
            "pe-int8",
            {5000: (4882, "brent_kung-4-direct-1000"), 3500: (7112, "han_carlson-3-map-2975")},
        ),
    ],
)
def test_areas_at_clocks(name, mappings):
    for period, (limit, mapping) in mappings.items():
        found = at_clock(name, LIBRARY, period, Way.parse(mapping))
        assert found.slack_ps >= 0
        assert found.mapped.area_um2 < limit
        if shutil.which("sta"):
            assert opensta_delay(found.mapped) == pytest.approx(found.timing.delay_ps, rel=0.02)


@pytest.mark.evidence
@pytest.mark.parametrize("adder", ADDERS)
def test_adders_add(adder):
    """Each adder's circuit is the one of the chains: proved by Yosys."""
    form = ADDERS[adder].form
    texts = {
        "gold.v": Circuit.of("exact-e4m3-ftz", "gates").verilog,
        "gate.v": Circuit.of("exact-e4m3-ftz", form).verilog,
    }
    top = Circuit.of("exact-e4m3-ftz").top
    script = "".join(
        f"read_verilog {side}.v\nsynth -flatten -top {top}{options}\nrename {top} {side}\n"
        f"design -stash {side}\n"
        for side, options in (("gold", ""), ("gate", ADDERS[adder].options))
    )
    script += "design -copy-from gold -as gold gold\ndesign -copy-from gate -as gate gate\n"
    script += "miter -equiv -flatten -make_assert gold gate miter\nhierarchy -top miter\n"
    yosys.run(script + "sat -prove-asserts -verify\n", texts, outputs=())


@pytest.mark.evidence
def test_each_sort_has_all_ways(monkeypatch):
    """The probes choose a pipeline, not whether carries are kept: that may need another way."""
    first, second = Way("ripple", "0", "amap", 1500), Way("han_carlson", "4", "direct", 1000)
    monkeypatch.setattr(search, "ways_for", lambda _ps: [first, second])
    monkeypatch.setattr(search, "probes", lambda _ps: [first])
    names = [f"pe-lmul-e2m1-ftz-k16{more}" for more in ("", "-s1", "-c3", "-s1-c3")]
    found = mappings([Design.parse(name) for name in names], LIBRARY, 1)
    assert {one.design for one in found if one.way == first} == set(names)
    tried = sorted(one.design.endswith("-c3") for one in found if one.way == second)
    assert tried == [False, True]
