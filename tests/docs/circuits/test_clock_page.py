"""What docs/clocks.md says of equal clocks is what is kept."""

import re
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from lmul.hdl.designs.mac import MacDesign
from lmul.synth.clocks.layout import layout_table
from lmul.synth.clocks.nodes import at_nodes, node_table
from lmul.synth.clocks.tables import clock_share_table, clock_table
from lmul.synth.comparison.accepted import accepted
from lmul.synth.comparison.clocks.kept import clock_survey, clocked_of
from lmul.synth.comparison.clocks.points import same_width_pes
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.liberty.nodes import NODES
from lmul.synth.measure.measurement import FASTEST
from lmul.synth.measure.variation import Ratio

ROOT = Path(__file__).parents[3]
TWINS = ("pe-exact-e4m3-ftz", "pe-lmul_rne-e4m3-ftz", "pe-int8")


def shares() -> list[Ratio]:
    """Of each twin's area and energy, what L-Mul's PE takes at 60 inverter delays."""
    found = clock_survey().found
    mine = found["pe-lmul-e4m3-ftz", "60fo4"]
    ratios = []
    for twin in TWINS:
        its = found[twin, "60fo4"]
        assert mine.energy and its.energy
        ratios += [mine.area.over(its.area), mine.energy.over(its.energy)]
    return ratios


def test_shares():
    page = (ROOT / "docs" / "clocks.md").read_text(encoding="utf-8")
    said = page[page.index("At 60 inverter delays an e4m3 PE") :].split("Least areas")[0]
    assert re.findall(r"\d+ %", said) == [f"{100 * one.median:.0f} %" for one in shares()]
    assert "no difference" in said
    assert [one.told for one in shares()] == [True, True, True, False, True, False]


def array_shares() -> list[Ratio]:
    """Of an 8x8 array's area and energy at its twins', as the page tells them."""
    told = [
        *product(["60fo4", "40fo4"], [("e4m3", twin) for twin in ("exact", "lmul_rne", "int8")]),
        ("60fo4", ("bf16", "exact")),
    ]
    clocks = clock_survey()
    found = [
        clocks.ratio(fmt, "8x8 array", twin, clock, what)
        for clock, (fmt, twin) in told
        for what in ("area", "energy")
    ]
    return [one for one in found if one]


def test_arrays():
    page = (ROOT / "docs" / "clocks.md").read_text(encoding="utf-8")
    said = page[page.index("At 60 inverter delays an 8x8 array") :].split("\n")[0]
    shares = array_shares()
    assert re.findall(r"\d+ %", said) == [f"{100 * one.median:.0f} %" for one in shares]
    assert len(shares) == 14
    assert [number for number, one in enumerate(shares) if not one.told] == [9]
    assert "where no difference is told in energy" in said


def test_sums_of_one_width():
    page = (ROOT / "docs" / "clocks.md").read_text(encoding="utf-8")
    said = page[page.index("With exact sums as wide") :].split("\n")[0]
    found = clock_survey().found
    shares = []
    for fmt in ("e4m3", "e5m2"):
        mine, its = (found[same_width_pes(fmt)[kind], "60fo4"] for kind in ("lmul", "exact"))
        assert mine.energy and its.energy
        shares += [mine.area.over(its.area), mine.energy.over(its.energy)]
    assert re.findall(r"\d+ %", said) == [f"{100 * one.median:.0f} %" for one in shares]


def test_table():
    page = (ROOT / "docs" / "clocks.md").read_text(encoding="utf-8")
    shown = page[page.index("| circuit | format |") :].split("\n\n")[0].splitlines()[2:]
    document = SimpleNamespace(formats=["e4m3", "e5m2", "bf16", "fp16"], clocks=clock_survey())
    rows = clock_share_table(cast(ReportDocument, document)).rows
    assert shown == [f"| {' | '.join(row)} |".replace("\u00a0", " ") for row in rows]
    assert {row[0] for row in rows} >= {"PE"}


def fastest_rows() -> list[list[str]]:
    """Format, kind, registers, ps, µm², fJ and throughput; int8 once."""
    document = SimpleNamespace(formats=["e4m3", "e5m2", "bf16"], clocks=clock_survey())
    rows = clock_table(cast(ReportDocument, document)).rows
    return [
        [row[1], row[3], row[4], row[10], row[5], row[7], row[9]]
        for row in rows
        if row[0] == "PE" and row[2] == "fastest" and (row[1], row[3]) != ("e5m2", "int8")
    ]


def fastest_shares() -> list[str]:
    """What L-Mul's fastest PE makes from an area, of what exact's makes, in percent."""
    clocks = clock_survey()
    shares = []
    for fmt in ("e4m3", "e5m2", "bf16"):
        mine, its = (clocks.of(fmt, "PE", kind, FASTEST) for kind in ("lmul", "exact"))
        assert mine
        assert its
        times = its.clock_ps / mine.clock_ps * its.area.median / mine.area.median
        shares.append(f"{100 * times:.0f}")
    return shares


def test_the_fastest():
    page = (ROOT / "docs" / "clocks.md").read_text(encoding="utf-8")
    section = page[page.index("**Each as fast") :].split("\n## ")[0]
    rows = fastest_rows()
    shown = section[section.index("| format | kind |") :].split("\n\n")[0].splitlines()[2:]
    assert shown == [
        f"| {fmt} | `{kind}` | {registers} | {int(ps):,} | {' | '.join(rest)} |"
        for fmt, kind, registers, ps, *rest in rows
    ]
    assert re.findall(r"(\d+) %", section[section.index("At such speeds") :]) == fastest_shares()


def test_nodes():
    """The table of other nodes, and from how much to how much it goes, in both pages."""
    page = (ROOT / "docs" / "clocks.md").read_text(encoding="utf-8")
    shown = page[page.index("| library | clock |") :].split("\n\n")[0].splitlines()[2:]
    document = SimpleNamespace(formats=["e4m3"], clocks=clock_survey())
    rows = node_table(cast(ReportDocument, document)).rows
    assert shown == [f"| {' | '.join(row[1:])} |".replace("\u00a0", " ") for row in rows]
    kept = at_nodes(clock_survey())
    libraries = [kept[name] for name in NODES]
    ranges = []
    for twin in TWINS:
        pairs = [(found["pe-lmul-e4m3-ftz"], found[twin]) for found in libraries]
        areas = [100 * mine.area.median / its.area.median for mine, its in pairs]
        energies = [
            100 * mine.energy.median / its.energy.median
            for mine, its in pairs
            if mine.energy and its.energy
        ]
        assert len(energies) == len(areas) == 5
        ranges += [[f"{value:.0f}" for value in (min(one), max(one))] for one in (areas, energies)]
    said = page[page.index("From 180 to 7 nm") :].split(": least")[0]
    larger = [str(int(value) - 100) for value in ranges[4]]
    assert [list(one) for one in re.findall(r"(\d+) to (\d+) %", said)] == [
        *ranges[:4],
        larger,
        ranges[5],
    ]
    names = {"int8": "pe-int8", **{kind: f"pe-{kind}-e4m3-ftz" for kind in ("exact", "lmul")}}
    keep = {
        kind: [name for name in NODES if MacDesign.parse(kept[name][own].design).carries]
        for kind, own in names.items()
    }
    assert "keeps carries](search.md#sums-that-keep-carries) in all of them but ASAP7" in page
    assert keep["int8"] == [name for name in NODES if name != "asap7"]
    assert "exact's in gf180mcu, sky130hd and SG13G2, L-Mul's in gf180mcu alone" in page
    assert keep["exact"] == ["gf180mcu", "sky130hd", "sg13g2"]
    assert keep["lmul"] == ["gf180mcu"]
    assert "ours within 0.3 ps" in page
    assert all(
        abs(ours - its) < 0.3
        for found in libraries
        for one in found.values()
        for ours, its in zip(one.delays, one.opensta, strict=True)
    )
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    said = readme[readme.index("In five open libraries") :].split("[other nodes]")[0]
    assert [list(one) for one in re.findall(r"(\d+) to (\d+) %", said)] == ranges[:2]


def test_wires():
    """The table of wires and clock trees, what is told of it, and FPGAs beside it."""
    page = (ROOT / "docs" / "clocks.md").read_text(encoding="utf-8")
    shown = page[page.index("| format | clock | wires |") :].split("\n\n")[0].splitlines()[2:]
    document = SimpleNamespace(formats=["e4m3", "e5m2", "bf16"])
    rows = layout_table(cast(ReportDocument, document)).rows
    assert shown == [f"| {' | '.join(row)} |".replace("\u00a0", " ") for row in rows]
    found = {
        (point.design, point.wires): clocked_of(one)
        for point, one in accepted("layout").found.items()
        if point.clock == "60fo4"
    }
    said = page[page.index("With `middle` wires, at 60 inverter delays") :].split(". So it")[0]
    grown = []
    for design in ("pe-lmul-e4m3-ftz", "pe-exact-e4m3-ftz"):
        with_, without = found[design, "middle"], found[design, ""]
        assert with_.energy and without.energy
        grown += [with_.area.median / without.area.median]
        grown += [with_.energy.median / without.energy.median]
    assert re.findall(r"(\d+) (?:%|more)", said) == [f"{100 * one - 100:.0f}" for one in grown]
    missed = [one.delays[0] for (_, wires), one in found.items() if wires == "long"]
    assert [one > 4860 for one in missed] == [True, True, True, False]
    assert [f"{ps / 1000:.1f}" for ps in sorted(missed)[1:]] == ["5.8", "5.9", "6.0"]


def test_readme_says_the_same_of_wires():
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    document = SimpleNamespace(formats=["e4m3"])
    rows = layout_table(cast(ReportDocument, document)).rows

    def percents(row: Sequence[str], columns: range) -> list[int]:
        found = (re.search(r"\d+", row[column].split("(")[0]) for column in columns)
        return [int(one[0]) for one in found if one]

    at_60 = {row[2]: row for row in rows if row[1].startswith("60 FO4")}
    areas, energies = (
        [percents(at_60[wires], range(column, column + 1)) for wires in ("none", "middle")]
        for column in (6, 9)
    )
    assert areas[0] == areas[1]
    assert f"of exact's energy from {energies[0][0]} to {energies[1][0]} % at 60 inv" in readme
    moved = [
        abs(one - other)
        for row in rows
        for one, other in zip(
            percents(row, range(8, 11)), percents(row, range(12, 15)), strict=True
        )
    ]
    assert max(moved) == 4
    assert "last stage moves ratios of energy by at most four points" in readme


def test_fpgas_beside_wires():
    page = (ROOT / "docs" / "clocks.md").read_text(encoding="utf-8")
    said = page[page.index("FPGAs have real wires") :].split("int8's")[0]
    luts = {
        (point.design, point.device): metric.value
        for point, one in accepted().found.items()
        if point.measure == "fpga" and not point.dsp
        for metric in one.metrics
        if metric.name == "lut4"
    }
    told = [
        f"{100 * luts['pe-lmul-e4m3-ftz', device] / luts[twin, device]:.0f}"
        for twin in TWINS
        for device in ("ecp5-25k", "ice40-hx8k")
    ]
    assert re.findall(r"\b(\d\d)\b", said) == told
