"""Bugs planted in a weight-stationary array, one at a time: what checks it must see each."""

import array_bench
import numpy as np
import pytest
from amaranth import Const
from array_ws_bench import Job, run_jobs
from outside import NEEDS_ICARUS

from lmul.hdl.array import ws_array as array_ws
from lmul.hdl.designs.cycles import array_cycles
from lmul.hdl.mac.datapath import FloatDatapath
from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.numbers.policy import POLICIES
from lmul.hdl.numbers.product_range import ProductRange
from lmul.sim.golden.matmul import matmul

pytestmark = pytest.mark.evidence

SEED = 4711
ROWS, COLUMNS, K_MAX = 2, 2, 8


def differs():
    """Whether anything is wrong: a bit, a cycle, a beat too many or too few."""
    rng = np.random.default_rng(SEED)
    fmt = FORMATS["e4m3"]
    path = FloatDatapath(fmt, "lmul", POLICIES["ocp"], None, K_MAX)
    largest = np.full((2, K_MAX), fmt.max_code), np.full((K_MAX, COLUMNS), fmt.max_code)
    shapes = ((3, 5, 4), (1, 3, 3))
    pairs = [(rng.integers(0, 0x60, (m, k)), rng.integers(0, 0x60, (k, n))) for m, k, n in shapes]
    unstalled = [Job(a, b) for a, b in (largest, *pairs)]
    stalled = [Job(a, b, stalls=(0, 0, 0, 500, 500)) for a, b in pairs]
    try:
        run_jobs(path, ROWS, COLUMNS, unstalled + stalled)
    except AssertionError:
        return True
    wrong = []
    for job in unstalled:
        (m, k), n = job.a.shape, job.b.shape[1]
        wrong.append(job.cycles != array_cycles("ws", ROWS, COLUMNS, 0, m, k, n))
    for job in unstalled + stalled:
        wanted = matmul(job.a.astype(np.uint8), job.b.astype(np.uint8), fmt)
        wrong.append(not np.array_equal(job.result, wanted.astype(object)))
    return any(wrong)


@pytest.fixture(params=[pytest.param("icarus", marks=NEEDS_ICARUS), "verilator"])
def _simulator(monkeypatch, request):
    monkeypatch.setattr(array_bench, "SIMULATOR", request.param)


@pytest.mark.usefixtures("_simulator")
def test_nothing_planted():
    assert not differs()


@pytest.mark.parametrize(
    "register",
    [
        "skew_b_1",
        "skew_a_1",
        "skew_sum_1",
        "deskew_0",
        "skew_swaps_1",  # the second row's weights change over one cycle early
    ],
)
def test_register_missing(monkeypatch, register):
    whole = array_ws.delay

    def short(m, value, cycles, en, name, reset=None):
        return whole(m, value, cycles - (name == register), en, name, reset)

    monkeypatch.setattr(array_ws, "delay", short)
    assert differs()


@pytest.mark.usefixtures("_simulator")
def test_stall_drops_a_beat(monkeypatch):
    # what says that sums leave goes on while the grid is held
    right = array_ws.delay

    def wrong(m, value, cycles, en, name, reset=None):
        return right(m, value, cycles, Const(1, 1) if name == "valid" else en, name, reset)

    monkeypatch.setattr(array_ws, "delay", wrong)
    assert differs()


def test_accumulator_one_bit_short(monkeypatch):
    right = ProductRange.accumulator_bits
    monkeypatch.setattr(ProductRange, "accumulator_bits", lambda self, k: right(self, k) - 1)
    assert differs()
