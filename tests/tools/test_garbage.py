"""Garbage in cycles is left alone for a while, and not for longer."""

import gc
import threading

import pytest

from lmul.tools.garbage import uncollected


def test_until_the_last_is_out():
    assert gc.isenabled()
    inside, leave = threading.Event(), threading.Event()

    @uncollected()
    def other():
        inside.set()
        leave.wait()

    with uncollected():
        thread = threading.Thread(target=other)
        thread.start()
        inside.wait()
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert not gc.isenabled()
    leave.set()
    thread.join()
    assert gc.isenabled()


def test_after_a_failure():
    with pytest.raises(ValueError, match="wrong"), uncollected():
        raise ValueError("wrong")
    assert gc.isenabled()


def test_whoever_has_turned_it_off_keeps_it_off():
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
