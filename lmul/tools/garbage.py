"""Python's search for garbage in cycles, put off while much is built that lives on."""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["uncollected"]


_lock = threading.Lock()
_inside = 0
_collects = False


@contextmanager
def uncollected() -> Iterator[None]:
    """No garbage is collected while any thread is in here; also a decorator.

    Netlists and syntax trees are millions of small objects that live to the end: to look through
    them again and again takes a third of the time, or more.
    """
    global _inside, _collects
    with _lock:
        if not _inside:
            _collects = gc.isenabled()
            gc.disable()
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside and _collects:
                gc.enable()
