"""The table of the least energy at one clock, from made-up circuits."""

from types import SimpleNamespace
from typing import cast

from made_up_clocked import made_up_clocked

from lmul.synth.clocks.energies import energy_table
from lmul.synth.comparison.clocks.energies import energy_points
from lmul.synth.comparison.clocks.kept import ClockSurvey
from lmul.synth.comparison.clocks.points import USUAL, clock_points, unit_points
from lmul.synth.comparison.document import ReportDocument


def test_points():
    kept = {point.design for point in [*clock_points(), *unit_points()] if point.clock == USUAL}
    assert {point.design for point in energy_points()} <= kept
    assert {point.least for point in energy_points()} == {"energy"}
    assert not any("mitchell" in point.design for point in energy_points())


def test_table():
    """The smallest twins are twice as large as L-Mul's circuits, those of the least energy thrice;
    those of bf16 are not kept.
    """
    thrifty = {}
    for design in (point.design for point in energy_points() if "bf16" not in point.design):
        twin = 1 if "-lmul-" in design else 3
        name = f"{design}-s9" if design.startswith("dot") else design
        thrifty[design] = made_up_clocked(name, twin * 1000, twin * 400)
    smallest = {
        (point.design, point.clock): made_up_clocked(
            point.design, *(2 - ("-lmul-" in point.design),) * 2
        )
        for point in [*clock_points(), *unit_points()]
    }
    document = SimpleNamespace(
        formats=["e4m3", "bf16", "fp16"], clocks=ClockSurvey(smallest, "", thrifty)
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
