import re

import numpy as np
import pytest
from amaranth import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from array_bench import Job, run_jobs
from netlist_eval import netlists

from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.mac.datapath import datapath_of
from lmul.hdl.mac.int8 import IntDatapath, int_sum_bits
from lmul.hdl.products.int8 import Int8Product
from lmul.hdl.verilog.convert import convert

pytestmark = pytest.mark.slow  # simulates

SEED = 8


def test_every_product():
    x, y = (side.ravel() for side in np.meshgrid(np.arange(256), np.arange(256)))
    found = netlists(convert(Int8Product(), "unit"), ["unit"])["unit"](x=x, y=y)["p"]
    product = x.astype(np.int8).astype(np.int64) * y.astype(np.int8)
    assert np.array_equal(found.astype(np.int64), product & 0xFFFF)


class MultiplyAdd(wiring.Component):
    def __init__(self, stages, width=32):
        self.path = IntDatapath(stages=stages, sum_bits=width)
        super().__init__({"x": In(8), "y": In(8), "acc": In(width), "total": Out(width)})

    def elaborate(self, platform):
        m = Module()
        m.submodules.product = product = self.path.product_unit()
        m.submodules.accumulation = accumulation = self.path.accumulation_unit(product)
        m.d.comb += [
            product.x.value.eq(self.x),
            product.y.value.eq(self.y),
            accumulation.p.eq(product.p),
            accumulation.acc.eq(self.acc),
            self.total.eq(accumulation.total),
        ]
        return m


@pytest.mark.parametrize(("stages", "width"), [(0, 32), (1, 32), (0, 26)])
def test_every_product_is_added(stages, width):
    x, y = (side.ravel() for side in np.meshgrid(np.arange(256), np.arange(256)))
    acc = np.random.default_rng(SEED).integers(0, 1 << width, x.size)
    acc[::3] &= 0xFFFF
    unit = convert(MultiplyAdd(stages, width), "unit")
    found = netlists(unit, ["unit"])["unit"](x=x, y=y, acc=acc)
    product = x.astype(np.int8).astype(np.int64) * y.astype(np.int8)
    assert np.array_equal(found["total"].astype(np.int64), (acc + product) & ((1 << width) - 1))


@pytest.mark.parametrize("stages", [0, 1])
def test_array(stages):
    rng = np.random.default_rng(SEED)
    tiles = [(rng.integers(-128, 128, (3, k)), rng.integers(-128, 128, (k, 2))) for k in (1, 9, 4)]
    extremes = [
        (np.full((3, 600), -128), np.full((600, 2), -128)),
        (np.full((3, 600), -128), np.full((600, 2), 127)),
    ]
    jobs = [Job(tiles), Job(tiles, stalls=(100, 300, 500)), Job(extremes)]
    run_jobs(IntDatapath(1024, stages), 3, 2, jobs)
    for job in jobs:
        for (a, b), result in zip(job.tiles, job.results, strict=True):
            assert np.array_equal(result, ((a @ b) & 0xFFFFFFFF).astype(object))


def test_masked_lanes_are_zero():
    job = Job([(np.array([[5], [7]]), np.array([[3, 2]]))], keep=(0b01, 0b10))
    run_jobs(IntDatapath(), 2, 2, [job])
    assert job.results[0].tolist() == [[0, 10], [0, 0]]


def test_datapath():
    assert datapath_of(MacDesign.parse("pe-int8-s1")) == IntDatapath(1024, 1)
    # 1024 times -128 squared is 2**24, which no 25-bit integer with a sign holds.
    assert int_sum_bits(1024) == 26
    assert int_sum_bits(1023) == 25
    message = "k_max must be from 1 to 131071, not 131072"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        IntDatapath(131072)
