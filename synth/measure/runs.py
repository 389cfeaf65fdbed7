"""Many points at once, over all cores or on a cluster; what fails is told, and the rest done."""

import os
from collections.abc import Callable, Iterable, Iterator

from lmul.synth.measure.measurement import Measured, Point, find
from lmul.synth.measure.pool import Failure, attempt, in_processes
from lmul.tools import yosys
from lmul.tools.errors import ToolFailed

__all__ = ["Interrupted", "Progress", "all_points", "cached", "run_points"]


Progress = Callable[[int, int, str], None]

# What takes longest begins first, or one core would end alone with it.
_LONGEST_FIRST = (
    *(
        "fpga",
        "clock",
        "spread",
        "curve",
        "energy",
        "check",
        "parts",
        "luts",
        "core",
        "split",
        "cells",
        "area",
        "gates",
    ),
    "error",
)

_FIRST_START = "Yosys compiles itself for this machine, once (up to a minute)"


class Interrupted(KeyboardInterrupt):
    """A run of points was interrupted; its message says how many of them are kept."""


def cached(points: Iterable[Point]) -> dict[Point, Measured]:
    """The results that are there; nothing is measured.

    Raises
    ------
    OSError
        When a file that a point names can't be read.
    """
    found = {point: find(point) for point in points}
    return {point: result for point, result in found.items() if result is not None}


def run_points(
    points: Iterable[Point],
    jobs: int | None = None,
    scheduler: str | None = None,
    on_progress: Progress | None = None,
) -> dict[Point, Measured | Failure]:
    """The results of points: those that are kept, the others measured now.

    A program that calls this must be importable, as :mod:`multiprocessing` says of what it
    spawns: keep what a script does behind ``if __name__ == "__main__"``.

    Parameters
    ----------
    points : iterable of Point
        One that is named twice is measured once.
    jobs : int, optional
        Processes at a time; one a core when left out. With 1, all is done in this process.
    scheduler : str, optional
        The address of a Dask scheduler, to measure there and not here.
    on_progress : callable, optional
        Called with points done, points in all, and what was done last.

    Returns
    -------
    dict of Point to Measured or Failure
        In the order of ``points``.

    Raises
    ------
    ValueError
        When ``jobs`` is below 1.
    ToolNotFound, ToolFailed
        When Yosys is not installed or does not start; when the scheduler can't be reached.
    Interrupted
        When Ctrl-C stops it.
    """
    if jobs is not None and jobs < 1:
        raise ValueError(f"Jobs must be a positive integer, not {jobs!r}")
    unique = list(dict.fromkeys(points))
    report = on_progress or _silent
    found: dict[Point, Measured | Failure] = {}
    for point in unique:
        if (known := _look(point)) is not None:
            found[point] = known
    missing = sorted((p for p in unique if p not in found), key=_order)
    report(len(found), len(unique), "")
    try:
        for point, result in _run(missing, jobs or _cores(), scheduler, found, report):
            found[point] = result
            report(len(found), len(unique), point.label)
    except KeyboardInterrupt:
        # Looked up again: failures are not kept, and a process may have kept what it did last.
        kept = sum(isinstance(_look(point), Measured) for point in unique)
        raise Interrupted(
            f"stopped: {kept} of {len(unique)} points are kept; the same command goes on from there"
        ) from None
    return {point: found[point] for point in unique}


def all_points(
    points: Iterable[Point], jobs: int | None = None, on_progress: Progress | None = None
) -> dict[Point, Measured]:
    """The results of points, none of which may fail.

    Raises
    ------
    ValueError, ToolNotFound, Interrupted
        As :func:`run_points`.
    ToolFailed
        When a point fails, once all are done: the first failure.
    """
    found: dict[Point, Measured] = {}
    for point, result in run_points(points, jobs, on_progress=on_progress).items():
        if isinstance(result, Failure):
            raise ToolFailed(f"{point.label}: {result.message}")
        found[point] = result
    return found


def _run(
    points: list[Point],
    jobs: int,
    scheduler: str | None,
    found: dict[Point, Measured | Failure],
    report: Progress,
) -> Iterator[tuple[Point, Measured | Failure]]:
    if not points:
        return iter(())
    if scheduler is not None:
        # Imported here: distributed takes a second.
        from lmul.synth.measure.cluster import on_cluster

        return on_cluster(points, scheduler)
    if any(point.measure != "error" for point in points):
        total = len(found) + len(points)
        yosys.prepare(lambda: report(len(found), total, _FIRST_START))
    if jobs == 1 or len(points) <= 1:
        return ((point, attempt(point)) for point in points)
    return in_processes(points, jobs)


def _look(point: Point) -> Measured | Failure | None:
    try:
        return find(point)
    except OSError as error:
        return Failure(f"{error.strerror}: {error.filename}")


def _order(point: Point) -> tuple[bool, int, Point]:
    return not point.design.startswith("array"), _LONGEST_FIRST.index(point.measure), point


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _silent(_done: int, _total: int, _label: str) -> None:
    pass
