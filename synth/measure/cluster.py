"""Points on a Dask cluster: the same tasks as in processes here, for who has more machines."""

import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from lmul.synth.measure.measurement import Measured, Point, keep, key
from lmul.synth.measure.pool import Failure, attempt
from lmul.tools.errors import ToolFailed, ToolNotFound
from lmul.tools.installed import install_command

__all__ = ["on_cluster"]


_SECONDS = 10  # to reach the scheduler

_one_at_a_time = threading.Lock()


def on_cluster(
    points: Iterable[Point], scheduler: str
) -> Iterator[tuple[Point, Measured | Failure]]:
    """Each point with its result or failure, as they are done; results are kept here too.

    A worker whose sources, tools, libraries or stimulus files differ from those here refuses the
    point: its figures would pass for others'. Its files must have the same paths.

    Parameters
    ----------
    points : iterable of Point
    scheduler : str
        Its address, such as ``"tcp://10.0.0.1:8786"``.

    Raises
    ------
    ToolNotFound
        When Dask's ``distributed`` is not installed.
    ToolFailed
        When the scheduler can't be reached, or has no workers.
    """
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise ToolNotFound(
            "distributed is not installed; run here, without a scheduler, or: "
            + install_command("sweep")
        ) from None
    try:
        client = Client(scheduler, timeout=_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ToolFailed(f"Scheduler {scheduler!r} can't be reached: {reason}") from None
    with client, _quiet():
        if not client.scheduler_info()["workers"]:
            raise ToolFailed(
                f"Scheduler {scheduler!r} has no workers: start one with dask worker {scheduler}"
            )
        running = {
            client.submit(_attempt, point, key(point), pure=False): point for point in points
        }
        for future in as_completed(running, loop=client.loop):
            point = running[future]
            if future.status != "finished":
                error = future.exception() if future.status == "error" else future.status
                yield point, Failure(f"the cluster lost it: {' '.join(str(error).split())}")
                continue
            result = future.result()
            yield point, keep(point, result) if isinstance(result, Measured) else result


@contextmanager
def _quiet() -> Iterator[None]:
    """No tracebacks of a scheduler that is gone: its points' failures tell."""
    logger = logging.getLogger("distributed.client")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def _attempt(point: Point, expected: str) -> Measured | Failure:
    """On a worker."""
    try:
        same = key(point) == expected
    except OSError as error:
        return Failure(f"the worker lacks a file: {error.strerror}: {error.filename}")
    if not same:
        return Failure("the worker has other sources, tool versions or files than this machine")
    # Workers may have threads, and Amaranth is not made for several.
    with _one_at_a_time:
        return attempt(point)
