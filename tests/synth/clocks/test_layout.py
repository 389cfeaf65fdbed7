"""The table of wires and clock trees, from made-up circuits."""

from dataclasses import asdict, replace
from types import SimpleNamespace
from typing import cast

from made_up_clocked import made_up_clocked

from lmul.synth.clocks import layout
from lmul.synth.clocks.layout import layout_table, with_leaves
from lmul.synth.comparison.accepted import Accepted
from lmul.synth.comparison.clocks.layout import layout_points
from lmul.synth.comparison.clocks.points import clock_points
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.measure.measurement import Measured

PROVENANCE = {"commit": "0123456789abcdef", "date": "2026-11-28", "command": "make accepted"}


def test_leaves_add_to_all_of_a_range():
    one = with_leaves(replace(made_up_clocked("pe-int8", 4000, 300), leaves_fj=50))
    assert one.energy
    assert (one.energy.as_written, one.energy.least, one.energy.most) == (350, 344, 356)
    missed = made_up_clocked("pe-int8", 4000, None)
    assert with_leaves(missed) == missed


def test_table(monkeypatch):
    """Each twin is twice as large as L-Mul; long wires are met by none."""
    found = {}
    for point in [*clock_points(), *layout_points()]:
        twin = 1 if "pe-lmul-" in point.design else 2
        energy = None if point.wires == "long" else twin * 400.0
        one = made_up_clocked(point.design, twin * 1000, energy)
        found[point] = Measured((), asdict(replace(one, leaves_fj=100 if energy else 0)))
    monkeypatch.setattr(layout, "accepted", lambda _: Accepted(PROVENANCE, found))
    document = SimpleNamespace(formats=["e4m3", "e5m2", "bf16"])
    rows = layout_table(cast(ReportDocument, document)).rows
    assert [row[0] for row in rows] == ["e4m3"] * 6 + ["bf16"] * 6
    assert [row[2] for row in rows] == ["none", "middle", "long"] * 4
    none, middle, long = rows[:3]
    assert none[3:] == middle[3:]
    assert none[6].startswith("50\u00a0% (") and none[9].startswith("50\u00a0% (")
    # 400 and 100 fJ beside 800 and 100.
    assert none[11] == "25\u00a0%"
    assert [cell[:2] for cell in none[12:]] == ["56", "56", "56"]
    assert set(long[3:]) == {"–"}


def test_without_wires_the_circuits_are_those_of_the_clock_tables():
    kept = set(clock_points())
    assert {replace(point, wires="none") for point in layout_points()} < kept
