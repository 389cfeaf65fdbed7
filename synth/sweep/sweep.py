"""A sweep: its points measured, and what is written of them."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lmul.synth.measure.measurement import Measured, Point
from lmul.synth.measure.provenance import measuring_digest, tool_versions
from lmul.synth.measure.runs import Failure, cached, run_points
from lmul.synth.sweep.grid import Expansion
from lmul.synth.sweep.table import check_pyarrow, sweep_table, to_csv, to_parquet
from lmul.tools.files import write_whole
from lmul.tools.metrics import Report

__all__ = ["SweepResult", "sweep"]


Progress = Callable[[int, int, str], None]


_TEXT = "pareto.md"


@dataclass(frozen=True)
class SweepResult:
    """What a sweep gave.

    Attributes
    ----------
    found : mapping of Point to Measured
        In the order of the sweep.
    failed : mapping of Point to Failure
    kept : int
        Points whose results were there before.
    left_out : mapping of str to int
        As :class:`lmul.synth.sweep.grid.Expansion`.
    files : sequence of Path
        What was written; nothing when no point has a result.
    """

    found: Mapping[Point, Measured]
    failed: Mapping[Point, Failure]
    kept: int
    left_out: Mapping[str, int]
    files: Sequence[Path]

    def report(self) -> Report:
        """The document of ``lmul sweep --json``."""
        tools: dict[str, str] = {}
        for point in self.found:
            tools |= tool_versions(point.measure)
        sections: dict[str, Any] = {
            "package": measuring_digest(),
            "points": len(self.found) + len(self.failed),
            "kept": self.kept,
            "failed": {point.label: failure.message for point, failure in self.failed.items()},
            "left_out": dict(self.left_out),
            "files": [str(path) for path in self.files],
        }
        metrics = [metric for result in self.found.values() for metric in result.metrics]
        return Report(tools, metrics, sections)


def sweep(
    expansion: Expansion,
    folder: Path,
    jobs: int | None = None,
    scheduler: str | None = None,
    on_progress: Progress | None = None,
) -> SweepResult:
    """Measure a sweep's points; write the table and the Pareto pictures.

    ``table.parquet``, ``table.csv``, pictures as SVG and PNG, and ``pareto.md``, which names the
    designs that the pictures number: written whole or not at all, when all is measured. Results
    are kept as they come, so that a sweep that was stopped goes on where it was. Pictures that
    this sweep has none of are removed.

    Parameters
    ----------
    expansion : Expansion
    folder : Path
    jobs, scheduler, on_progress
        As :func:`lmul.synth.measure.runs.run_points`.

    Raises
    ------
    ToolNotFound
        When pyarrow is not installed; before anything is measured.
    ValueError, OSError, ToolFailed
        As :func:`lmul.synth.measure.runs.run_points`; when the folder can't be written.
    """
    check_pyarrow()
    kept = len(cached(expansion.points))
    results = run_points(expansion.points, jobs, scheduler, on_progress)
    found = {point: one for point, one in results.items() if isinstance(one, Measured)}
    failed = {point: one for point, one in results.items() if isinstance(one, Failure)}
    files = _write(folder, found) if found else []
    return SweepResult(found, failed, kept, expansion.left_out, files)


def _write(folder: Path, found: Mapping[Point, Measured]) -> list[Path]:
    # Imported here: matplotlib takes half a second, and worker processes draw nothing.
    from lmul.synth.sweep.pictures import NAMES, pareto_pictures, pareto_text

    table = sweep_table(found)
    files: dict[str, str | bytes] = {"table.parquet": to_parquet(table), "table.csv": to_csv(table)}
    for picture in pareto_pictures(found):
        files |= {f"{picture.name}.svg": picture.svg(), f"{picture.name}.png": picture.png()}
    if text := pareto_text(found):
        files[_TEXT] = text
    written = write_whole(folder, files)
    for name in (_TEXT, *(f"{name}.{kind}" for name in NAMES for kind in ("svg", "png"))):
        if name not in files:
            with suppress(FileNotFoundError):
                (folder / name).unlink()
    return written
