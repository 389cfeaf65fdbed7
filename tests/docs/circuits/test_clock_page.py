"""What docs/clocks.md says of equal clocks is what is kept."""

import re
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.mac.datapath import datapath_of
from lmul.synth.clocks.nodes import at_nodes, node_table
from lmul.synth.clocks.tables import clock_share_table, clock_table
from lmul.synth.comparison.clocks.kept import clock_survey, ratio_of
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


OTHERS = [
    *[("e4m3", "8x8", "120fo4"), ("bf16", "8x8", "120fo4")],
    *[("e4m3", "16x16", "60fo4"), ("e4m3", "16x16", "120fo4"), ("bf16", "16x16", "60fo4")],
]
E5M2 = [("e5m2", "8x8", f"{clock}fo4") for clock in (120, 60, 40)]
E5M2 += [("e5m2", "16x16", f"{clock}fo4") for clock in (120, 60)]


def shares_of(arrays: list[tuple[str, str, str]], *twins: str) -> list[Ratio]:
    """What L-Mul's arrays take of each twin's area and energy, where there is such a twin."""
    clocks = clock_survey()
    found = [
        clocks.ratio(fmt, f"{side} array", twin, clock, what)
        for fmt, side, clock in arrays
        for twin in twins
        for what in ("area", "energy")
    ]
    return [one for one in found if one]


def test_other_arrays():
    """At a longer clock, and larger."""
    page = (ROOT / "docs" / "clocks.md").read_text(encoding="utf-8")
    said = page[page.index("At 120 inverter delays, where no array") :].split("\n")[0]
    shares = shares_of(OTHERS, "exact", "lmul_rne", "int8")
    assert re.findall(r"\d+ %", said) == [f"{100 * one.median:.0f} %" for one in shares]
    assert len(shares) == 22
    assert [number for number, one in enumerate(shares) if not one.told] == [3, 17]
    arrays = {
        (clock, MacDesign.parse(one.design).carries > 0)
        for (design, clock), one in clock_survey().found.items()
        if design.startswith("array") and "bf16" not in design
    }
    assert arrays == {("120fo4", False), ("60fo4", True), ("40fo4", True)}


def test_arrays_of_e5m2():
    page = (ROOT / "docs" / "clocks.md").read_text(encoding="utf-8")
    said = page[page.index("In e5m2, whose exact sums") :].split("\n")[0]
    of_exact, of_int8, of_rne = (shares_of(E5M2, twin) for twin in ("exact", "int8", "lmul_rne"))
    shares = [*of_exact, *of_int8]
    assert re.findall(r"\d+ %", said) == [f"{100 * one.median:.0f} %" for one in shares]
    assert len(shares) == 20
    assert len(of_rne) == 10
    assert [number for number, one in enumerate(of_exact) if not one.told] == [0]
    assert all(one.told for one in of_int8)
    assert not any(one.told for one in of_rne)
    exact, mine = (datapath_of(MacDesign.parse(f"pe-{k}-e5m2-ftz")) for k in ("exact", "lmul"))
    assert exact.sum_shape.width - mine.sum_shape.width == 2


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
    assert "In e5m2 the quickest is `lmul_rne`'s, which also makes most from its area" in section
    of_e5m2 = [(kind, int(ps), int(rest[-1])) for fmt, kind, _, ps, *rest in rows if fmt == "e5m2"]
    assert min(of_e5m2, key=lambda row: row[1])[0] == "lmul_rne"
    assert max(of_e5m2, key=lambda row: row[2])[0] == "lmul_rne"


def test_bf16_in_other_nodes():
    """From how much to how much L-Mul's share of exact's goes."""
    kept = at_nodes(clock_survey())
    pairs = [(kept[name]["pe-lmul-bf16-ftz"], kept[name]["pe-exact-bf16-ftz"]) for name in NODES]
    told = [(mine, its) for mine, its in pairs if mine.energy and its.energy]
    areas = [round(100 * mine.area.median / its.area.median) for mine, its in told]
    energies = [
        round(100 * mine.energy.median / its.energy.median)
        for mine, its in told
        if mine.energy and its.energy
    ]
    said = (
        f"{min(areas)} to {max(areas)} % of exact's area and {min(energies)} to "
        f"{max(energies)} % of its energy"
    )
    page = (ROOT / "docs" / "clocks.md").read_text(encoding="utf-8")
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert f"In bf16 L-Mul's PE takes {said}" in page
    for name in NODES:
        e4m3, bf16 = (
            ratio_of(kept[name][f"pe-lmul-{fmt}-ftz"], kept[name][f"pe-exact-{fmt}-ftz"], "energy")
            for fmt in ("e4m3", "bf16")
        )
        assert e4m3 and bf16 and bf16.median < e4m3.median
    assert f"bf16's {said}" in readme


def test_nodes():
    """The table of other nodes, and from how much to how much it goes, in both pages."""
    page = (ROOT / "docs" / "clocks.md").read_text(encoding="utf-8")
    shown = page[page.index("| format | library |") :].split("\n\n")[0].splitlines()[2:]
    document = SimpleNamespace(formats=["e4m3", "bf16"], clocks=clock_survey())
    rows = node_table(cast(ReportDocument, document)).rows
    assert shown == [f"| {' | '.join(row)} |".replace("\u00a0", " ") for row in rows]
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
    assert "ours within 0.3 ps, in bf16 within 0.9 ps" in page
    assert all(
        abs(ours - its) < (0.9 if "bf16" in design else 0.3)
        for found in libraries
        for design, one in found.items()
        for ours, its in zip(one.delays, one.opensta, strict=True)
    )
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    said = readme[readme.index("In five open libraries") :].split("bf16's")[0]
    assert [list(one) for one in re.findall(r"(\d+) to (\d+) %", said)] == ranges[:2]
