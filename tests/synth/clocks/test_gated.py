"""The table of sums that are written in part: from made-up figures, and from those kept."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

from lmul.synth.clocks import gated
from lmul.synth.clocks.gated import GATED, figures, gated_table
from lmul.synth.comparison.accepted import Accepted
from lmul.synth.comparison.clocks.gated import GATED_SUMS, gated_points
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.measure.measurement import Measured
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
    section = section.partition("\n## ")[0]
    table = gated_table(cast(ReportDocument, SimpleNamespace(formats=["e4m3", "e5m2"])))
    shown = ["| " + " | ".join(row).replace("\u00a0", " ") + " |" for row in table.rows]
    assert [line for line in section.splitlines() if line[:3] in ("| e", "| i")] == shown

    def least(fmt, kind):
        return min(figures(fmt, kind, sums)[GATED] for sums in GATED_SUMS[fmt])

    e4m3, e5m2 = ([least(fmt, kind) for kind in ("lmul", "exact")] for fmt in ("e4m3", "e5m2"))
    beside = [figures(fmt, "lmul", "exact")[GATED] for fmt in ("e4m3", "e5m2")]
    whole = [figures(fmt, "exact", "exact")[GATED] for fmt in ("e4m3", "e5m2")]

    int8 = figures("int8", "int8", "exact")[GATED]

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
