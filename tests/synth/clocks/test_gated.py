"""The table of sums that are written in part: from made-up figures, and from those kept."""

from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from made_up_clocked import made_up_clocked

from lmul.synth.clocks import gated
from lmul.synth.clocks.gated import (
    GATED,
    at_clock,
    clocked_gated_table,
    figures,
    gated_table,
    with_gates,
)
from lmul.synth.comparison.accepted import Accepted
from lmul.synth.comparison.clocks.gated import (
    CLOCKED_SUMS,
    GATED_SUMS,
    at_a_clock,
    gated_pe,
    gated_points,
)
from lmul.synth.comparison.clocks.kept import ClockSurvey, KeptCircuits, clock_survey
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.measure.measurement import Measured
from lmul.synth.measure.variation import Spread
from lmul.tools.metrics import Metric

PROVENANCE = {"commit": "0123456789abcdef", "date": "2026-11-28", "command": "make accepted"}


def test_table(monkeypatch):
    """L-Mul's PE has half of every other's area; a gated clock takes a quarter off."""
    found = {}
    for point in gated_points():
        energy, dual = (300 if "-lmul-" in point.design else 400), "dual" in point.design
        values = {"area_um2": 1000 if "-lmul-" in point.design else 2000}
        if point.measure == "energy":
            values = {"energy_fj": energy}
            values |= {GATED: 0.75 * energy, "written_above": 0.25} if dual else {}
            values |= {"written_below": 0.5} if "_" in point.design.partition("dual")[2] else {}
        metrics = [Metric(point.design, "pe", name, value) for name, value in values.items()]
        found[point] = Measured(tuple(metrics), {})
    monkeypatch.setattr(gated, "accepted", lambda _: Accepted(PROVENANCE, found))
    rows = gated_table(cast(ReportDocument, SimpleNamespace(formats=["e4m3"]))).rows
    assert [row[0] for row in rows] == ["e4m3"] * 12 + ["int8"] * 2
    by_name = {tuple(row[:3]): row[3:] for row in rows}
    half, same = "50\u00a0%", "100\u00a0%"
    assert by_name["e4m3", "lmul", "exact"] == ["1,000", "300", *"–––", same, same, same, same]
    written = ["25 %", "50 %"]
    assert by_name["e4m3", "exact", "dual14_-10"] == [
        *("2,000", "400", "300", *written),
        *(same, "75\u00a0%", "200\u00a0%", same),
    ]
    assert by_name["int8", "int8", "dual16"][3:5] == ["25 %", "–"]
    assert half not in by_name["int8", "int8", "exact"]
    assert not gated_table(cast(ReportDocument, SimpleNamespace(formats=["bf16"]))).rows


def test_the_page_says_what_is_kept():
    page = (Path(__file__).parents[3] / "docs" / "measuring.md").read_text()
    section = page.partition("## A narrow accumulator with a wide one behind it\n")[2]
    section = section.partition("\n## ")[0].partition("\n### At a clock\n")[0]
    table = gated_table(cast(ReportDocument, SimpleNamespace(formats=["e4m3", "e5m2"])))
    shown = ["| " + " | ".join(row).replace("\u00a0", " ") + " |" for row in table.rows]
    assert [line for line in section.splitlines() if line[:3] in ("| e", "| i")] == shown

    def least(fmt, kind):
        return min(figures(fmt, kind, sums)[GATED] for sums in GATED_SUMS[fmt])

    e4m3, e5m2 = ([least(fmt, kind) for kind in ("lmul", "exact")] for fmt in ("e4m3", "e5m2"))
    beside = [figures(fmt, "lmul", "exact")[GATED] for fmt in ("e4m3", "e5m2")]
    whole = [figures(fmt, "exact", "exact")[GATED] for fmt in ("e4m3", "e5m2")]

    int8 = figures("int8", "int8", "exact")[GATED]
    readme = " ".join((Path(__file__).parents[3] / "README.md").read_text().split())
    share = round(100 * e5m2[1] / beside[1])
    assert f"{share} % of the energy of L-Mul's PE with a plain sum at the least area" in readme

    def percent(one, other):
        return round(100 * one / other)

    for words in (
        f"in e5m2 yes, with {percent(e5m2[1], beside[1])} % of it; in e4m3 they take as much "
        f"({percent(e4m3[1], beside[0])} %)",
        f"{percent(e4m3[0], beside[0])} % of its own plain sum's energy in e4m3 and "
        f"{percent(e5m2[0], beside[1])} % in e5m2",
        f"takes {percent(*e4m3[::-1]) - 100} % more than L-Mul's where it took "
        f"{percent(whole[0], beside[0]) - 100} % more (e4m3), and "
        f"{percent(*e5m2[::-1]) - 100} % more where it took "
        f"{percent(whole[1], beside[1]) - 100} % more (e5m2)",
        f"worth {100 - percent(e4m3[1], whole[0])} % of its energy in e4m3 and "
        f"{100 - percent(e5m2[1], whole[1])} % in e5m2; L-Mul in place of exact products is worth "
        f"{100 - percent(beside[0], whole[0])} and {100 - percent(beside[1], whole[1])} %",
        f"int8 gains {100 - percent(least('int8', 'int8'), int8)} %",
    ):
        assert words in section, words


def test_table_at_a_clock(monkeypatch):
    """Exact's PE has twice L-Mul's area and energy; gated clocks take a quarter off."""
    plain, dual = {}, {}
    for kind, sums in CLOCKED_SUMS["e4m3"].items():
        size = 2 if kind == "exact" else 1
        name = gated_pe("e4m3", kind, "exact")
        plain[name, "60fo4"] = made_up_clocked(name, 1000 * size, 400 * size)
        one = made_up_clocked(gated_pe("e4m3", kind, sums), 1100 * size, 400 * size)
        one = replace(one, gated=Spread(300 * size, 290 * size, 300 * size, 310 * size))
        dual[at_a_clock(one.design)] = Measured((), asdict(one))
    monkeypatch.setattr(gated, "accepted", lambda _: Accepted(PROVENANCE, dual))
    rows = clocked_gated_table(KeptCircuits(["e4m3"], ClockSurvey(plain, "made up"))).rows
    assert len(rows) == 6
    rows = {tuple(row[1:3]): [cell.partition(" (")[0] for cell in row[4:]] for row in rows}
    assert rows["lmul", "exact"] == ["0", "1,000", "400", "–", *["100\u00a0%"] * 4]
    shares = ["110\u00a0%", "75\u00a0%", "220\u00a0%", "150\u00a0%"]
    assert rows["exact", "dual14_-10"] == ["0", "2,200", "800", "600", *shares]
    assert not clocked_gated_table(KeptCircuits(["bf16"], ClockSurvey())).rows


def test_the_page_says_what_is_kept_at_a_clock():
    page = (Path(__file__).parents[3] / "docs" / "measuring.md").read_text()
    section = page.partition("\n### At a clock\n")[2].partition("\n## ")[0]
    kept = KeptCircuits(["e4m3", "e5m2"], clock_survey())
    rows = clocked_gated_table(kept).rows
    assert len(rows) == 12
    shown = ["| " + " | ".join(row).replace("\u00a0", " ") + " |" for row in rows]
    assert [line for line in section.splitlines() if line.startswith("| e")] == shown

    def own(fmt, kind, dual=True):
        one = at_clock(kept, fmt, kind, CLOCKED_SUMS[fmt][kind] if dual else "exact")
        gated = one and with_gates(one).energy
        assert one and one.energy and gated
        return one.area.median, one.energy.median, gated.median

    def percent(one, other, part=2):
        return round(100 * one[part] / other[part])

    (lmul4, exact4), (lmul5, exact5) = (
        [own(fmt, kind) for kind in ("lmul", "exact")] for fmt in ("e4m3", "e5m2")
    )
    (plain4, whole4), (plain5, _) = (
        [own(fmt, kind, dual=False) for kind in ("lmul", "exact")] for fmt in ("e4m3", "e5m2")
    )
    more = [
        percent(own(fmt, kind), own(fmt, kind, dual=False), 0) - 100
        for fmt, kinds in CLOCKED_SUMS.items()
        for kind in kinds
    ]

    def saved(fmt, kind, sums):
        return 1 - figures(fmt, kind, sums)[GATED] / figures(fmt, kind, "exact")[GATED]

    before = figures("e4m3", "exact", "dual14_-10"), figures("e4m3", "exact", "exact")
    for words in (
        f"In e5m2 yes, with {percent(exact5, plain5)} % of its energy, on "
        f"{percent(exact5, plain5, 0) - 100} % more area; in e4m3 no, with "
        f"{percent(exact4, plain4)} % of its energy, on {percent(exact4, plain4, 0) - 100} % more",
        f"{percent(lmul4, plain4)} % of its own plain sum's energy in e4m3 and "
        f"{percent(lmul5, plain5)} % in e5m2, and there exact's PE takes "
        f"{percent(exact4, lmul4) - 100} % and {percent(exact5, lmul5) - 100} % more than L-Mul's",
        f"{100 - percent(exact4, whole4)} % of exact's energy in place of "
        f"{100 * saved('e4m3', 'exact', 'dual14_-10'):.0f} %, {100 - percent(lmul4, plain4)} % of "
        f"L-Mul's in place of {100 * saved('e4m3', 'lmul', 'dual12_-8'):.0f} %",
        f"take {min(more)} to {max(more)} % more area",
        f"exact's takes {percent(exact4, whole4, 1) - 100} % more energy, where it takes "
        f"{100 * before[0]['energy_fj'] / before[1]['energy_fj'] - 100:.0f} % more",
        f"`lmul_rne` with it takes {percent(own('e5m2', 'lmul_rne'), plain5)} % of the energy",
    ):
        assert words in section, words
    readme = " ".join((Path(__file__).parents[3] / "README.md").read_text().split())
    assert (
        f"at the least area, {percent(exact5, plain5)} % at the clock above, there on "
        f"{percent(exact5, plain5, 0) - 100} % more area" in readme
    )
    sums = CLOCKED_SUMS["e4m3"]
    for least, one in (
        (figures("e4m3", "lmul", sums["lmul"]), lmul4),
        (figures("e4m3", "exact", sums["exact"]), exact4),
    ):
        assert f"{(one[1] - one[2]) / 1000:.1f}" == "1.0"
        assert f"{(least['energy_fj'] - least[GATED]) / 1000:.1f}" == "1.0"
