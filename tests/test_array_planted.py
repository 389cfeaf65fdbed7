"""Bugs planted in an array, one at a time: what checks arrays must see each."""

import numpy as np
import pytest
from amaranth import Const
from array_bench import Job, run_jobs

from lmul.hdl import array_os
from lmul.hdl.float_datapath import FloatDatapath
from lmul.hdl.formats import FORMATS
from lmul.hdl.policy import POLICIES
from lmul.hdl.product_range import ProductRange
from lmul.sim.matmul import matmul

pytestmark = pytest.mark.slow

SEED = 4711
ROWS, COLUMNS, K_MAX = 3, 3, 16


def differs():
    """Whether anything is wrong: a bit, a cycle, a beat too many or too few."""
    rng = np.random.default_rng(SEED)
    fmt = FORMATS["e4m3"]
    path = FloatDatapath(fmt, "lmul", POLICIES["ocp"], None, K_MAX)
    largest = np.full((ROWS, K_MAX), fmt.max_code), np.full((K_MAX, COLUMNS), fmt.max_code)
    tiles = [
        (rng.integers(0, 0x60, (ROWS, k)), rng.integers(0, 0x60, (k, COLUMNS)))
        for k in (3, 5, 4, 3, 3)
    ]
    jobs = [Job([largest]), Job(tiles), Job(tiles, stalls=(0, 0, 700))]
    try:
        run_jobs(path, ROWS, COLUMNS, jobs)
    except AssertionError:
        return True
    sums = 2 * ROWS + COLUMNS + K_MAX - 2 + 2
    wrong = [jobs[0].cycles != sums]
    for job in jobs:
        for (a, b), result in zip(job.tiles, job.results, strict=True):
            wanted = matmul(a.astype(np.uint8), b.astype(np.uint8), fmt, k_max=K_MAX)
            wrong.append(not np.array_equal(result, wanted.astype(object)))
    return any(wrong)


def test_nothing_planted():
    assert not differs()


def test_skew_register_missing(monkeypatch):
    whole = array_os.delay_struct

    def short(m, struct, cycles, en, name, reset):
        return whole(m, struct, cycles - (name == "skew_b_2"), en, name, reset)

    monkeypatch.setattr(array_os, "delay_struct", short)
    assert differs()


@pytest.mark.parametrize("step", [-1, 1])
def test_last_off_by_one(monkeypatch, step):
    right = array_os.delay

    def wrong(m, value, cycles, en, name, reset=None):
        return right(m, value, cycles + step * (name == "skew_last_1"), en, name, reset)

    monkeypatch.setattr(array_os, "delay", wrong)
    assert differs()


def test_stall_drops_a_result(monkeypatch):
    # the grid does not wait for the drain
    monkeypatch.setattr(
        array_os.OutputStationaryArray, "_capturing", lambda self, m, first, advances: Const(0, 1)
    )
    assert differs()


def test_accumulator_one_bit_short(monkeypatch):
    right = ProductRange.accumulator_bits
    monkeypatch.setattr(ProductRange, "accumulator_bits", lambda self, k: right(self, k) - 1)
    assert differs()
