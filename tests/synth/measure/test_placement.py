"""Designs placed from several seeds: each seed is a point, and is kept."""

import statistics

import pytest
from own_points import own_points

from lmul.console.place import place_report
from lmul.synth.fpga.place import place_seed
from lmul.synth.measure import measure
from lmul.synth.measure.measurement import Point, find
from lmul.synth.measure.placement import default_seeds, place


@pytest.mark.parametrize(
    ("argument", "error", "message"),
    [
        ({"seeds": 0}, ValueError, "^Seeds must be a positive integer, not 0$"),
        ({"seeds": 1.5}, TypeError, r"^Seeds must be a positive integer, not 1\.5$"),
        ({"jobs": 0}, ValueError, "^Jobs must be a positive integer, not 0$"),
    ],
)
def test_wrong(argument, error, message):
    with pytest.raises(error, match=message):
        place(["lmul-e4m3"], "ice40-hx8k", **argument)


def test_seeds_of_levels():
    assert [default_seeds(level) for level in ("multiplier", "pe", "array")] == [5, 5, 1]


@pytest.mark.slow
def test_seeds_are_points(tmp_path, monkeypatch):
    own_points(tmp_path, monkeypatch)
    name, device = "product-lmul-e2m1", "ice40-hx8k"
    [found] = place([name], device, seeds=2, jobs=1)
    alone = [place_seed(name, device, seed) for seed in (1, 2)]
    assert list(found.seeds) == [1, 2]
    assert (found.cells, found.wrapper) == (alone[0].cells, alone[0].wrapper)
    for one in alone:
        assert one.seeds.items() <= found.seeds.items()
    speeds = [one.fmax_mhz for one in alone]
    assert found.fmax_mhz == statistics.median(speeds)
    assert found.fmax_range == (min(speeds), max(speeds))
    kept = find(Point(name, "fpga", device=device, seed=2))
    assert kept and list(kept.metrics) == alone[1].metrics()
    figures = {metric.name: metric.value for metric in place_report([found]).metrics}
    assert (figures["fmax_min_mhz"], figures["fmax_max_mhz"]) == found.fmax_range
    monkeypatch.setattr(measure, "_WAYS", {})
    assert place([name], device, seeds=2, jobs=1) == [found]
