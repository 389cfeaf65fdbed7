import numpy as np
import pytest
from amaranth.hdl import Fragment
from amaranth.sim import Simulator
from array_ws_bench import Job, run_jobs

from lmul.hdl.array.systolic import SystolicArray
from lmul.hdl.array.ws_array import WeightStationaryArray
from lmul.hdl.designs.cycles import array_cycles
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.mac.datapath import FloatDatapath
from lmul.hdl.mac.int8 import IntDatapath
from lmul.hdl.numbers.accumulator import DEFAULT_K_MAX, Accumulator, default_accumulator
from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.numbers.kinds import Kind
from lmul.hdl.numbers.policy import POLICIES
from lmul.sim.golden.matmul import dot_products

pytestmark = pytest.mark.slow  # simulates

SEED = 90210
K_MAX = 64


def path_of(fmt="e4m3", kind: Kind = "lmul", policy="ocp", accumulator=None, stages=0, k_max=K_MAX):
    found = Accumulator(accumulator) if accumulator else default_accumulator(FORMATS[fmt])
    if not found.is_exact:
        k_max = DEFAULT_K_MAX
    return FloatDatapath(FORMATS[fmt], kind, POLICIES[policy], found, k_max, stages)


def random_job(rng, path, m, k, n, **rest):
    top = 1 << path.code_width
    return Job(rng.integers(0, top, (m, k)), rng.integers(0, top, (k, n)), **rest)


def check(path, job, out="fp32"):
    a, b = job.a.astype(np.uint32), job.b.astype(np.uint32)
    wanted = dot_products(a, b, path.fmt, path.kind, path.policy, path.accumulator, out)
    assert np.array_equal(job.result, wanted.codes.astype(object))
    assert np.array_equal(job.overflows, wanted.overflowed)


def some_shapes(rng, rows, columns, count):
    """Shapes (M, K, N) around the array's sizes, and primes."""
    m = [1, 2, rows - 1, rows, rows + 1, 2 * rows + columns, 7, 13]
    k = [1, rows - 1, rows, rows + 1, 2 * rows - 2, 2 * rows - 1, 2 * rows, 5 * rows, 11, 17]
    n = [1, columns - 1, columns, columns + 1, 3 * columns, 5]
    shapes = {
        tuple(max(1, int(rng.choice(sizes))) for sizes in (m, k, n)) for _ in range(2 * count)
    }
    return sorted(shapes)[:: max(1, len(shapes) // count)]


@pytest.mark.parametrize(
    ("rows", "columns", "stages"),
    [
        (3, 4, 2),
        pytest.param(1, 1, 0, marks=pytest.mark.evidence),
        pytest.param(1, 5, 2, marks=pytest.mark.evidence),
        pytest.param(4, 1, 0, marks=pytest.mark.evidence),
        pytest.param(5, 2, 0, marks=pytest.mark.evidence),
        pytest.param(2, 2, 1, marks=pytest.mark.evidence),
    ],
)
def test_cycles_and_bits_of_many_shapes(rows, columns, stages):
    rng = np.random.default_rng(SEED)
    path = path_of("e2m1", stages=stages, policy="ocp" if rows < 5 else "ftz")  # a small one
    jobs = [
        random_job(rng, path, *shape)
        for shape in some_shapes(rng, rows, columns, 40 if rows == 3 else 80)
    ]
    run_jobs(path, rows, columns, jobs)
    for job in jobs:
        (m, k), n = job.a.shape, job.b.shape[1]
        assert job.cycles == array_cycles("ws", rows, columns, stages, m, k, n)
        assert job.held == job.after == 0
        assert not job.too_long
        assert not job.bad_last
        check(path, job)


@pytest.mark.parametrize(
    ("fmt", "kind", "policy", "accumulator", "out"),
    [
        ("e4m3", "exact", "ocp", "bf16", "bf16"),
        *(
            pytest.param(*case, marks=pytest.mark.evidence)
            for case in (
                ("e5m2", "lmul", "ocp", None, "fp16"),
                ("e4m3", "lmul", "bare", None, "fp32"),
                ("e4m3fnuz", "lmul_rne", "ftz", None, "fp32"),
                ("e4m3", "lmul_formula", "lax", None, "fp16"),
                ("e3m4", "mitchell", "ocp", None, "bf16"),
                ("e2m1", "exact", "ftz", None, "fp32"),
                ("e4m3", "lmul", "ocp", "fix14_-6", "fp32"),
                ("e5m2", "exact", "ocp", "fix20_-9", "fp16"),
                ("e4m3", "lmul", "ocp", "fp32", "bf16"),
                ("e5m2", "lmul_rne", "ocp", "e4m3", "fp32"),
                ("bf16", "lmul", "ocp", None, "fp32"),
            )
        ),
    ],
)
def test_stalls_lose_and_repeat_nothing(fmt, kind, policy, accumulator, out):
    rng = np.random.default_rng(SEED)
    path = path_of(fmt, kind, policy, accumulator, stages=len(kind) % 2)
    jobs = []
    for stalls in (
        (0, 0, 0, 0, 0),
        (512, 102, 0, 0, 0),
        (102, 512, 0, 0, 0),
        (0, 0, 512, 0, 102),
        (0, 0, 0, 512, 512),
        (102, 102, 102, 102, 102),
        (512, 512, 512, 512, 512),
        (0, 0, 0, 900, 900),
    ):
        m, k, n = (int(size) for size in rng.integers(1, 6, 3))
        jobs.append(random_job(rng, path, m, k, n, stalls=stalls))
        # no special operands: sums that are numbers
        m, k, n = (int(size) for size in rng.integers(1, 8, 3))
        ordinary = random_job(rng, path, m, k + 3, n, stalls=stalls)
        high = 1 << (path.fmt.magnitude_bits - 2)
        ordinary.a, ordinary.b = ordinary.a & ~high, ordinary.b & ~high
        jobs.append(ordinary)
    run_jobs(path, 3, 2, jobs, out)
    for job in jobs:
        check(path, job, out)


@pytest.mark.parametrize(
    ("rows", "columns"), [(2, 3), pytest.param(4, 2, marks=pytest.mark.evidence)]
)
def test_stalls_of_the_outputs_are_counted(rows, columns):
    rng = np.random.default_rng(SEED)
    path = path_of(policy="ftz")
    jobs = [
        random_job(rng, path, m, k, 2 * columns, stalls=(0, 0, 0, *stalls))
        for m in (1, 3, 9)
        for k in (1, rows, 3 * rows)
        for stalls in ((102, 0), (0, 102), (512, 512))
    ]
    run_jobs(path, rows, columns, jobs)
    for job in jobs:
        (m, k), n = job.a.shape, job.b.shape[1]
        unstalled = array_cycles("ws", rows, columns, 0, m, k, n)
        assert job.cycles == unstalled + job.held + job.after
        check(path, job)
    assert any(job.held for job in jobs)


def test_reset_forgets_a_tile():
    rng = np.random.default_rng(SEED)
    path = path_of("e4m3fnuz", policy="ftz")
    jobs = [
        random_job(rng, path, 5, 7, 3, wipe=wipe, stalls=(0, 0, 0, stall, stall))
        for wipe in (1, 2, 3, 4, 6, 9, 13, 17, 21)
        for stall in (0, 512)
    ]
    run_jobs(path, 3, 2, jobs)
    for job in jobs:
        check(path, job)
        if not job.stalls[3]:
            assert job.cycles == array_cycles("ws", 3, 2, 0, 5, 7, 3)


def test_too_long_is_flagged_and_hangs_nothing():
    rng = np.random.default_rng(SEED)
    path = path_of(k_max=8)
    jobs = [
        random_job(rng, path, m, k, n, wipe=wipe)
        for m, k, n, wipe in (
            (2, 8, 5, 0),
            (1, 9, 1, 0),
            (2, 8, 2, 0),
            (2, 8, 2, 1),  # after a reset
            (3, 20, 3, 1),
        )
    ]
    run_jobs(path, 3, 2, jobs)
    assert [job.too_long for job in jobs] == [False, True, True, False, True]
    for job in jobs:
        if job.a.shape[1] <= 8:
            check(path, job)


def test_integers():
    rng = np.random.default_rng(SEED)
    path = IntDatapath(64, 1)
    jobs = [random_job(rng, path, *shape) for shape in ((4, 3, 2), (1, 7, 5), (6, 20, 2))]
    jobs.append(Job(np.full((2, 64), 0x80), np.full((64, 2), 0x80)))
    run_jobs(path, 3, 2, jobs)
    for job in jobs:
        a, b = (matrix.astype(np.uint8).view(np.int8).astype(int) for matrix in (job.a, job.b))
        assert np.array_equal(job.result.astype(np.uint32).view(np.int32), a @ b)
        (m, k), n = job.a.shape, job.b.shape[1]
        assert job.cycles == array_cycles("ws", 3, 2, 1, m, k, n)


def test_raw_results():
    rng = np.random.default_rng(SEED)
    path = path_of("e5m2", policy="ftz")
    numbers = Job(rng.integers(0x20, 0x50, (2, 5)), rng.integers(0xA0, 0xD0, (5, 2)))
    # Inf, -Inf by 1, NaN: in the first tile, then through another one
    infinite = Job(
        np.array([[0x7C, 0, 0], [0xFC, 0, 0]]), np.array([[0x3C, 0x7E], [0x3C, 0], [0, 0]])
    )
    run_jobs(path, 2, 2, [numbers, infinite], out=None)
    width = path.sum_shape.width
    sums = [int(v) - ((int(v) >> (width - 1)) << width) for v in (numbers.result % 2**width).flat]
    found = np.ldexp(np.array(sums, float), path.range.lsb).astype(np.float32)
    a, b = numbers.a.astype(np.uint32), numbers.b.astype(np.uint32)
    wanted = dot_products(a, b, path.fmt, path.kind, path.policy, None, "fp32").codes
    assert np.array_equal(found.view(np.uint32), wanted.ravel())
    marks = infinite.result >> width  # pos, neg, nan
    assert list(marks[:, 0]) == [0b001, 0b010]
    assert [mark >> 2 for mark in marks[:, 1]] == [1, 1]


def test_from_design():
    array = SystolicArray.from_design(MacDesign.parse("array-lmul-e4m3-2x3-ws-s1"), "bf16")
    Fragment.get(array, None)  # Amaranth warns of a component that is made and never built
    assert isinstance(array, WeightStationaryArray)
    assert (array.rows, array.columns, array.latency) == (2, 3, 5)
    assert array.result_format is FORMATS["bf16"]
    with pytest.raises(ValueError, match=r"^Design 'array-lmul-e4m3-8x8-os' is no weight-stat"):
        WeightStationaryArray.from_design(MacDesign.parse("array-lmul-e4m3-8x8-os"))
    with pytest.raises(ValueError, match=r"^Rows must be from 1 to 64, not 0$"):
        WeightStationaryArray(path_of(), 0, 2)


def test_amaranth_simulates_it():
    rng = np.random.default_rng(SEED)
    path = path_of("e2m1", policy="ftz", k_max=4)
    a, b = rng.integers(0, 16, (2, 4)), rng.integers(0, 16, (4, 1))
    dut = WeightStationaryArray(path, 2, 1)
    rows = []

    async def bench(ctx):
        weights = [b[k].tolist() for k in range(4)]
        beats = [(a[i, k : k + 2], k) for k in (0, 2) for i in range(2)]
        sums = []
        ctx.set(dut.out.ready, 1)
        ctx.set(dut.partials.ready, 1)
        for _ in range(1 + dut.cycles(2, 4, 1)):  # nothing is ready in the first
            for stream, given in ((dut.a, beats), (dut.b, weights), (dut.sums, sums)):
                ctx.set(stream.valid, bool(given))
            if beats:
                lanes, k = beats[0]
                last = len(beats) % 2
                marks = {"last": last, "first": k == 0, "final": k == 2, "start": 1 - last}
                ctx.set(dut.a.payload, {"lanes": lanes.tolist(), "keep": 3, **marks})
            if weights:
                last = len(weights) % 2
                ctx.set(dut.b.payload, {"lanes": weights[0], "keep": 1, "last": last})
            if sums:
                ctx.set(dut.sums.payload, sums[0])
            for stream, given in ((dut.a, beats), (dut.b, weights), (dut.sums, sums)):
                if given and ctx.get(stream.ready):
                    given.pop(0)
            if ctx.get(dut.partials.valid):
                sums.append(ctx.get(dut.partials.payload))
            if ctx.get(dut.out.valid):
                rows.append(list(ctx.get(dut.out.payload).lanes))
            await ctx.tick()

    simulator = Simulator(dut)
    simulator.add_clock(1e-6)
    simulator.add_testbench(bench)
    simulator.run()
    wanted = dot_products(a, b, path.fmt, path.kind, path.policy, None, "fp32").codes
    assert np.array_equal(rows, wanted)
