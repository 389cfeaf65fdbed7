"""Dot-product units in the report: shares by hand, windows, and what is shown alone."""

import json

import pytest

from lmul.cli import main
from lmul.hdl.designs.design import Design
from lmul.synth.comparison.accepted import SETS, accepted
from lmul.synth.comparison.dots import (
    TRIED_WINDOWS,
    DotSurvey,
    dot_name,
    dot_points,
    dot_rows,
    window_points,
)
from lmul.synth.measure.measure import measure
from lmul.synth.measure.measurement import Measured, Point
from lmul.synth.tables.dots import COST_TITLE, cost_table, window_table
from lmul.tools.metrics import Metric

QK = "attention QK"


def figures(point: Point, **values: float) -> Measured:
    return Measured(tuple(Metric(point.design, "dot", n, v) for n, v in values.items()), {})


def made_up(point: Point) -> Measured:
    """Exact cores take 800 gates, integers' 400, all others 320; exact units 1600, others 1200."""
    kind = Design.parse(point.design).kind
    return {
        "gates": figures(point, gates=1600 if kind == "exact" else 1200),  # all with a register
        "core": figures(
            point,
            core_gates={"exact": 800, "int8": 400}.get(kind, 320),
            core_area_um2=3200.0,
            core_energy_fj=500 if kind == "exact" else 300,
        ),
        "cells": figures(point, area_um2=8000.0, delay_ps=41_000.0),
        "energy": figures(
            point,
            energy_fj=2000.0 if kind == "exact" else 1700.0,
            energy_without_glitches_fj=170.0,
        ),
        "error": figures(point, mred=0.0612),
    }[point.measure]


SURVEY = DotSurvey({point: made_up(point) for point in dot_points()}, "Kept since then.")


def test_what_is_compared():
    rows = dot_rows()
    names = [name for row in rows for name in row.names.values()]
    assert len(names) == len(set(names))
    assert {"dot-lmul-e4m3-n8-w12-ftz", "dot-exact-bf16-n8-w24-ftz", "dot-int8-n8"} <= set(names)
    # A twin for each, of the same size.
    for row in rows:
        if "lmul" in row.names:
            assert dot_name("exact", row.format, row.terms, row.window) in names
            assert row.terms in (2, 16, 32) or dot_name("int8", "", row.terms, 0) in names
    measured = {(point.design, point.measure) for point in dot_points()}
    assert ("dot-lmul-bf16-n8-w16-ftz-s1", "energy") in measured
    assert ("dot-exact-e4m3-n16-w12-ftz-s1", "energy") in measured
    assert ("dot-int8-n8-s1", "energy") in measured
    assert ("dot-mitchell-e4m3-n8-w12-ftz", "core") not in measured


def test_costs_of_a_term():
    table = cost_table(SURVEY)
    rows = {tuple(row[:4]): dict(zip(table.columns, row, strict=True)) for row in table.rows}
    mine = rows["e4m3", "lmul", "12", "8"]
    assert (mine["core gates"], mine["µm²"], mine["fJ"]) == ("40", "400", "300")
    assert (mine["unit gates"], mine["unit µm²"]) == ("150", "1,000")
    shares = [mine[f"takes of {twin}'s gates"] for twin in ("exact", "lmul_rne", "int8")]
    assert [share.replace("\u00a0", " ") for share in shares] == ["40 %", "100 %", "80 %"]
    assert mine["of exact's fJ"] == "60\u00a0%"
    shares = [mine[f"of exact's unit's {what}"] for what in ("gates", "µm²", "fJ")]
    assert [share.replace("\u00a0", " ") for share in shares] == ["75 %", "100 %", "85 %"]
    assert (mine["unit fJ"], mine["no glitches"], mine["ns"]) == ("1,700", "170", "41")
    assert mine["errs, %"] == "6.12"
    assert rows["e4m3", "exact", "12", "8"]["takes of exact's gates"] == "–"
    assert rows["bf16", "lmul", "16", "8"]["takes of lmul_rne's gates"] == "–"
    assert rows["int8", "int8", "–", "8"]["core gates"] == "50"
    assert rows["e4m3", "lmul", "12", "2"]["unit fJ"] == "–"  # not measured
    assert rows["e4m3", "lmul", "12", "4"]["unit fJ"] == "1,700"
    assert rows["int8", "int8", "–", "8"]["unit fJ"] == "1,700"
    assert table.notes[-1] == "Kept since then."
    assert cost_table(DotSurvey()).rows == []


def test_least_window_without_loss():
    """Errors of 4 %, above that in windows of less than 12 bits, and once by luck below."""
    found = {}
    for point in window_points(terms=(8,)):
        window = Design.parse(point.design).window  # pyright: ignore[reportAttributeAccessIssue]
        mred = {6: 0.0399, 8: 0.05, 10: 0.0405}.get(window, 0.0403)
        found[point] = figures(point, mred=mred, mred_in_fp32=0.04)
    table = window_table(DotSurvey(errors=found))
    [row] = [row for row in table.rows if row[:3] == ["bf16", "lmul", "8"]]
    assert row[3:] == ["3.99", "5.00", "4.05", "4.03", "4.03", "4.03", "4.03", "4.00", "12"]
    assert len(row) == 3 + len(TRIED_WINDOWS) + 2
    assert len(table.rows) == 2 * 4 + 2 * 3


def test_kept_figures_are_those_of_the_report():
    kept = accepted("dots")
    assert set(kept.found) <= set(SETS["dots"]())
    if kept.found:
        assert {"commit", "date", "command", "sources"} <= set(kept.provenance)
        assert "`make accepted SET=dots`" in kept.told
        assert len(cost_table(DotSurvey(kept.found)).rows) > 15


@pytest.mark.evidence
def test_kept_figures_are_measured_again():
    """A row of the table, all of it: gates, core, area, delay, energy, error."""
    name = "dot-lmul-e4m3-n8-w12-ftz"  # mapping the core of dot-int8-n8 takes minutes
    kept = {point: one for point, one in accepted("dots").found.items() if point.design == name}
    assert {point.measure for point in kept} == {"core", "error", "gates", "cells", "energy"}
    for point, one in kept.items():
        now = {metric.name: metric.value for metric in measure(point).metrics}
        was = {metric.name: metric.value for metric in one.metrics if "opensta" not in metric.name}
        assert {name: now[name] for name in was} == pytest.approx(was, rel=1e-6)


def test_a_table_alone(capsys):
    """Nothing else is measured for it, so that it is there at once."""
    name = cost_table(SURVEY).name
    assert main(["report", "--table", name, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["title"] == COST_TITLE
    assert len(shown["rows"]) == len(cost_table(DotSurvey(accepted("dots").found)).rows)
