"""`lmul sweep`: a grid of designs, measured over all cores or on a cluster."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from lmul.console.terminal import progress_bar
from lmul.tools.folders import tool_variables
from lmul.tools.installed import package_version

__all__ = ["sweep"]


def sweep(
    spec: Annotated[
        Path, typer.Argument(metavar="SPEC", help="What to measure: a TOML file of grids.")
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FOLDER",
            help="Where to write. Default: build/sweep/NAME, below the current folder.",
        ),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes at a time. Default: one a core.")
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Measure on a Dask cluster, such as tcp://10.0.0.1:8786."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say how many points there are to measure.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")] = False,
) -> None:
    """Measure a grid of designs; write a table and Pareto pictures.

    A grid has lists of measures (gates, area, cells, curve, energy, clock, luts, fpga, error,
    core), levels, kinds, formats, policies, accumulators, k_max, sizes, flows, terms, windows,
    sticky, stages, carries, libraries, stimuli, clocks, devices, seeds and dsp; or of designs by
    name. (cells is area and delay.) What can't be combined is left out.
    Results are kept: a sweep that was stopped goes on where it was. Exit code 1 when a point
    failed; the others are written.
    """
    from lmul.synth.sweep.grid import expand
    from lmul.synth.sweep.spec import read_spec

    read = read_spec(spec)
    expansion = expand(read)
    left_out = sum(expansion.left_out.values())
    if dry_run:
        from lmul.synth.measure.runs import cached

        total, kept = len(expansion.points), len(cached(expansion.points))
        if as_json:
            counts = {"points": total, "kept": kept, "left_out": dict(expansion.left_out)}
            print(json.dumps(counts, indent=2))
        else:
            print(f"{total} points, {kept} measured before, {left_out} combinations left out")
            _print_left_out(expansion.left_out)
        return
    package_version("matplotlib", "sweep")
    os.environ.update(tool_variables())  # matplotlib reads them when it is imported
    if any(point.measure in ("energy", "clock", "core") for point in expansion.points):
        from lmul.synth.gatesim.kernel import check_compiler

        check_compiler()
    from lmul.synth.sweep.sweep import sweep as run

    if not expansion.points:
        raise ValueError(f"{spec} has nothing to measure: all {left_out} combinations are left out")
    folder = output or Path("build/sweep") / read.name
    with progress_bar("sweep", remaining=True, log=True) as on_progress:
        result = run(expansion, folder, jobs, scheduler, on_progress)
    if as_json:
        print(result.report().to_json(), end="")
    else:
        done = len(result.found)
        print(
            f"{done + len(result.failed)} points, {done - result.kept} measured now, {result.kept} "
            f"before, {len(result.failed)} failed, {left_out} combinations left out"
        )
        _print_left_out(expansion.left_out)
        for path in result.files:
            print(path)
    for point, failure in result.failed.items():
        print(f"lmul: failed: {point.label}: {failure.message}", file=sys.stderr)
    if result.failed:
        raise typer.Exit(1)


def _print_left_out(left_out: Mapping[str, int]) -> None:
    for reason, number in left_out.items():
        print(f"  left out, {number}: {reason}")
