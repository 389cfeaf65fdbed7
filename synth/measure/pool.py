"""One point tried: its result, or why there is none, in a line."""

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from lmul.synth.measure.measure import measured
from lmul.synth.measure.measurement import Measured, Point
from lmul.tools.errors import LmulError

__all__ = ["Failure", "attempt", "in_processes"]


@dataclass(frozen=True)
class Failure:
    """Why a point has no result.

    Attributes
    ----------
    message : str
        One line.
    """

    message: str


def attempt(point: Point) -> Measured | Failure:
    """The result of a point, or why it has none; it raises only what is meant to stop all."""
    try:
        return measured(point)
    except OSError as error:
        place = f": {error.filename}" if error.filename else ""
        return Failure(f"{error.strerror or error}{place}")
    except (LmulError, TypeError, ValueError) as error:
        return Failure(" ".join(str(error).split()))
    except Exception as error:  # a defect of ours: told apart by its type, the rest goes on
        return Failure(f"{type(error).__name__}: {' '.join(str(error).split())}")


Outcome = tuple[Point, Measured | Failure]

_DIED = Failure("its process died, as it does when memory runs out")

_GRACE = 3.0  # seconds for a process that is told to stop

# A process a core already: numpy's libraries must not start a thread a core in each.
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def in_processes(points: Iterable[Point], jobs: int) -> Iterator[Outcome]:
    """Each point with its result or failure, as they are done.

    When a process dies, what ran then is tried again at the end, each point in a process of its
    own, so that only the one that kills it fails. Whoever stops iterating stops the processes.

    Parameters
    ----------
    points : iterable of Point
        In the order in which they are begun.
    jobs : int
        Processes at a time.
    """
    left = deque(points)
    suspects: list[Point] = []
    with _one_thread_each():
        while left:
            suspects += yield from _run(left, jobs)
        for point in suspects:
            if (yield from _run(deque([point]), 1)):
                yield point, _DIED


def _run(left: deque[Point], jobs: int) -> Generator[Outcome, None, list[Point]]:
    """Take points from ``left`` until it is empty or a process died; those that ran then."""
    strangers = set(multiprocessing.active_children())
    running: dict[Future[Measured | Failure], Point] = {}
    # Spawned, not forked: numpy may have threads, which a fork would lose.
    pool = ProcessPoolExecutor(
        min(jobs, len(left)), multiprocessing.get_context("spawn"), initializer=_begin
    )
    try:
        while left or running:
            # No more than can run: nothing waits in a queue that an interruption must empty.
            while left and len(running) < jobs:
                running[pool.submit(_attempt, left[0])] = left[0]
                left.popleft()
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                result = future.result()
                yield running.pop(future), result
        return []
    except BrokenProcessPool:
        return list(running.values())
    finally:
        if running:
            for process in set(multiprocessing.active_children()) - strangers:
                process.terminate()
        pool.shutdown(cancel_futures=True)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """For processes started meanwhile; whoever has set a number keeps it."""
    ours = [name for name in _ONE_THREAD if name not in os.environ]
    os.environ.update(dict.fromkeys(ours, "1"))
    try:
        yield
    finally:
        for name in ours:
            os.environ.pop(name, None)


def _begin() -> None:
    """In a new process: stop when told to, and when the process that started it is gone."""
    _when_told(_leave)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _when_told(act: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, act)


def _leave(*_: object) -> None:
    """Exit between points: nothing is to be removed, and an exception might show as a warning."""
    os._exit(1)


def _stop(*_: object) -> None:
    """Exit by an exception, so that what runs removes its files; if that is caught, exit anyway."""
    # The pool and who uses it both tell a process to stop: the second must not cut the removal off.
    _when_told(signal.SIG_IGN)
    # Some libraries catch all exceptions, as numpy does while it is imported.
    late = threading.Timer(_GRACE, os._exit, (1,))
    late.daemon = True
    late.start()
    sys.exit(1)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _attempt(point: Point) -> Measured | Failure:
    try:
        _when_told(_stop)
        result = attempt(point)
        _when_told(_leave)
    except SystemExit:
        # Told to stop; temporary files are gone by now. The pool would go on to its next point.
        os._exit(1)
    return result
