import re

import numpy as np
import pytest
from amaranth.hdl import Fragment
from amaranth.sim import Simulator
from array_bench import Job, run_jobs

from lmul.hdl.array.os_array import OutputStationaryArray
from lmul.hdl.array.systolic import SystolicArray
from lmul.hdl.designs.cycles import array_cycles
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.mac.datapath import FloatDatapath
from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.numbers.kinds import Kind
from lmul.hdl.numbers.policy import POLICIES
from lmul.sim.golden.matmul import dot_products

pytestmark = pytest.mark.slow  # simulates

SEED = 90210
K_MAX = 64


def path_of(fmt="e4m3", kind: Kind = "lmul", policy="ocp", stages=0, k_max=K_MAX):
    return FloatDatapath(FORMATS[fmt], kind, POLICIES[policy], None, k_max, stages)


def random_tiles(rng, path, rows, columns, depths):
    top = 1 << path.fmt.width
    return [(rng.integers(0, top, (rows, k)), rng.integers(0, top, (k, columns))) for k in depths]


def wanted(path, tile, out="fp32"):
    a, b = (matrix.astype(np.uint32) for matrix in tile)
    return dot_products(a, b, path.fmt, path.kind, path.policy, None, out).codes


def check(path, job, out="fp32"):
    for tile, result in zip(job.tiles, job.results, strict=True):
        assert np.array_equal(result, wanted(path, tile, out).astype(object))


def closed_form(rows, columns, k, tiles, latency):
    """DESIGN's: the first tile, and what each further one adds."""
    return 2 * rows + columns + k - 2 + latency + (tiles - 1) * max(k, rows)


@pytest.mark.parametrize(
    ("rows", "columns", "stages"),
    [
        (3, 4, 1),
        pytest.param(1, 1, 0, marks=pytest.mark.evidence),
        pytest.param(1, 5, 2, marks=pytest.mark.evidence),
        pytest.param(4, 1, 0, marks=pytest.mark.evidence),
        pytest.param(5, 2, 0, marks=pytest.mark.evidence),
    ],
)
def test_cycles_and_bits_of_many_shapes(rows, columns, stages):
    rng = np.random.default_rng(SEED)
    path = path_of(stages=stages, policy="ocp" if rows < 5 else "ftz")
    depths = sorted({1, 2, 3, 5, 7, 11, 13, K_MAX, *range(max(1, rows - 1), 2 * rows + 2)})
    jobs = [
        Job(random_tiles(rng, path, rows, columns, [k] * tiles))
        for k in depths
        for tiles in (1, 2, 5)
    ]
    run_jobs(path, rows, columns, jobs)
    for job in jobs:
        k, n = job.tiles[0][0].shape[1], columns * len(job.tiles)
        assert job.cycles == closed_form(rows, columns, k, len(job.tiles), 3 + stages)
        assert job.cycles == array_cycles("os", rows, columns, stages, rows, k, n)
        assert job.held == job.after == 0
        assert not job.too_long
        assert not job.bad_last
        check(path, job)


@pytest.mark.parametrize("policy", ["bare", pytest.param("ocp", marks=pytest.mark.evidence)])
def test_masked_lanes_are_zero(policy):
    rng = np.random.default_rng(SEED)
    path = path_of(policy=policy)
    [(a, b)] = random_tiles(rng, path, 3, 3, [4])
    a[1, 2] = b[2, 1] = 0x7F  # NaN, or just a number: masked it is neither
    job = Job([(a, b)], keep=(0b101, 0b101))
    run_jobs(path, 3, 3, [job])
    kept = wanted(path, (a[::2], b[:, ::2]))
    assert np.array_equal(job.results[0][::2, ::2], kept.astype(object))
    assert not job.results[0][1, ::2].any()
    assert not job.results[0][::2, 1].any()


def test_from_design():
    array = SystolicArray.from_design(MacDesign.parse("array-lmul-e4m3-2x3-os-s1"), "bf16")
    Fragment.get(array, None)  # Amaranth warns of a component that is made and never built
    assert (array.rows, array.columns, array.latency) == (2, 3, 4)
    assert array.result_format is FORMATS["bf16"]
    assert array.cycles(5, 7, 4) == closed_form(2, 3, 7, 3 * 2, 4)
    with pytest.raises(ValueError, match=r"^Design 'array-lmul-e4m3-8x8-ws' is no output-stat"):
        OutputStationaryArray.from_design(MacDesign.parse("array-lmul-e4m3-8x8-ws"))


def test_closed_form():
    assert closed_form(8, 8, 64, 64, 0) == 4118
    assert closed_form(16, 16, 256, 256, 0) == 65582


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 4), "Rows must be from 1 to 64, not 0"),
        ((4, 65), "Columns must be from 1 to 64, not 65"),
        ((4, 4, "e4m3"), "Result format must be fp32, bf16, fp16 or None, not 'e4m3'"),
    ],
)
def test_array_wrong(arguments, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        OutputStationaryArray(path_of(), *arguments)


def test_the_base_is_no_array():
    with pytest.raises(TypeError, match=r"^SystolicArray is a base: make one of its flows"):
        SystolicArray(path_of(), 2, 2)


def test_amaranth_simulates_it():
    rng = np.random.default_rng(SEED)
    path = path_of("e2m1", policy="ftz", k_max=4)
    tiles = random_tiles(rng, path, 2, 2, [3, 1])
    dut = OutputStationaryArray(path, 2, 2)
    rows = []

    async def bench(ctx):
        beats = [(a, b, k) for a, b in tiles for k in range(a.shape[1])]
        ctx.set(dut.out.ready, 1)
        for _ in range(1 + closed_form(2, 2, 3, 2, 3)):  # nothing is ready in the first
            if beats:
                a, b, k = beats[0]
                last = int(k == a.shape[1] - 1)
                lanes = [int(v) for v in a[:, k]], [int(v) for v in b[k]]
                ctx.set(dut.a.payload, {"lanes": lanes[0], "keep": 3, "last": last})
                ctx.set(dut.b.payload, {"lanes": lanes[1], "keep": 3, "last": last})
            ctx.set(dut.a.valid, bool(beats))
            ctx.set(dut.b.valid, bool(beats))
            assert ctx.get(dut.a.ready) == ctx.get(dut.b.ready)  # so it is, as they are offered
            if beats and ctx.get(dut.a.ready):
                beats.pop(0)
            if ctx.get(dut.out.valid):
                rows.append(list(ctx.get(dut.out.payload).lanes))
            await ctx.tick()

    simulator = Simulator(dut)
    simulator.add_clock(1e-6)
    simulator.add_testbench(bench)
    simulator.run()
    assert np.array_equal(rows, np.concatenate([wanted(path, tile) for tile in tiles]))
