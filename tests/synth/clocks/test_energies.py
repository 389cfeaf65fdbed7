"""The table of the least energy at one clock, from made-up circuits."""

from dataclasses import asdict
from types import SimpleNamespace
from typing import cast

from made_up_clocked import made_up_clocked

from lmul.hdl.designs.dot import DotDesign
from lmul.synth.clocks import energies
from lmul.synth.clocks.energies import energy_table
from lmul.synth.comparison.accepted import Accepted
from lmul.synth.comparison.clocks.energies import energy_points
from lmul.synth.comparison.clocks.kept import ClockSurvey
from lmul.synth.comparison.clocks.points import USUAL, clock_points, unit_points
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.measure.measurement import Measured

PROVENANCE = {"commit": "0123456789abcdef", "date": "2026-11-29", "command": "make accepted"}


def test_points():
    kept = {point.design for point in [*clock_points(), *unit_points()] if point.clock == USUAL}
    assert {point.design for point in energy_points()} <= kept
    assert {point.least for point in energy_points()} == {"energy"}
    assert not any("mitchell" in point.design for point in energy_points())


def test_table(monkeypatch):
    """The smallest twins are twice as large as L-Mul's circuits, those of the least energy thrice;
    those of bf16 are not kept.
    """
    found = {}
    for point in energy_points():
        twin = 1 if "-lmul-" in point.design else 3
        if "bf16" in point.design:
            continue
        named = DotDesign.parse(point.design) if point.design.startswith("dot") else None
        name = f"{named.name}-s9" if named else point.design
        one = made_up_clocked(name, twin * 1000, twin * 400)
        found[point] = Measured((), asdict(one))
    smallest = {
        (point.design, point.clock): made_up_clocked(
            point.design, *(2 - ("-lmul-" in point.design),) * 2
        )
        for point in [*clock_points(), *unit_points()]
    }
    monkeypatch.setattr(energies, "accepted", lambda _: Accepted(PROVENANCE, found))
    document = SimpleNamespace(
        formats=["e4m3", "bf16", "fp16"], clocks=ClockSurvey(smallest, "All measured.")
    )
    rows = energy_table(cast(ReportDocument, document)).rows
    assert [row[:2] for row in rows[::2]] == [
        ["PE", "e4m3"],
        ["8-term unit", "e4m3"],
        ["8-term unit", "fp16"],
    ]
    assert [row[3] for row in rows] == ["area", "energy"] * 3
    assert [row[4] for row in rows[2:4]] == ["0 and 0", "9 and 9"]
    for row, share in zip(rows, ("50", "33") * 3, strict=True):
        shown = [cell for cell in row[7:] if cell != "–"]
        assert {cell[:2] for cell in shown} == {share}
        assert len(shown) == (2 if row[1] == "fp16" else 6)
