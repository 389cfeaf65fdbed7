import re

import numpy as np
import pytest
from array_bench import Job, run_jobs

from lmul.hdl.mac.datapath import FloatDatapath
from lmul.hdl.numbers.accumulator import Accumulator
from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.numbers.policy import POLICIES
from lmul.sim.golden.matmul import dot_products

pytestmark = pytest.mark.slow  # simulates

SEED = 31337


def tiles_of(rng, fmt, depths):
    """Random codes, exponents near each other for cancellation, and near the format's ends."""
    tiles = []
    one = fmt.bias << fmt.mantissa_bits
    spreads = (fmt.magnitude_mask, 2 << fmt.mantissa_bits, 6 << fmt.mantissa_bits)
    for number, k in enumerate(depths):
        pair = []
        for shape in ((2, k), (k, 2)):
            spread = spreads[number % 3]
            low = (0, one, 0)[number % 3] if number % 4 else max(0, fmt.max_code - spread)
            magnitude = np.minimum(low + rng.integers(0, spread, shape), fmt.magnitude_mask)
            pair.append(magnitude | rng.integers(0, 2, shape) << fmt.magnitude_bits)
        tiles.append(tuple(pair))
    return tiles


QUICK = [
    ("bf16", "lmul", "ocp", "fp32", "fp32", 0),
    ("e5m2", "lmul", "ocp", "fix12_2", "fp32", 0),
]
MORE = [
    ("e4m3", "lmul", "ocp", "fp32", "fp32", 0),
    ("e5m2", "lmul_formula", "lax", "e4m3", "bf16", 0),
    ("e4m3", "exact", "ftz", "bf16", "fp32", 1),
    ("e5m2", "lmul", "ocp", "bf16", "fp16", 0),
    ("e4m3", "lmul", "ocp", "e4m3", "fp32", 0),
    ("bf16", "exact", "lax", "fp32", "bf16", 0),
    ("fp16", "exact", "ocp", "fp32", "fp16", 0),
    ("fp32", "lmul", "ocp", "fp32", "bf16", 0),
    ("e4m3", "lmul", "ocp", "fix24_-9", "fp32", 0),
    ("e4m3", "exact", "ftz", "fix18_-21", "fp16", 1),
    ("bf16", "lmul", "ocp", "fix32_-16", "fp32", 0),
]
CASES = [*QUICK, *(pytest.param(*case, marks=pytest.mark.evidence) for case in MORE)]


@pytest.mark.parametrize(("fmt", "kind", "policy", "accumulator", "out", "stages"), CASES)
def test_dot_products(fmt, kind, policy, accumulator, out, stages):
    rng = np.random.default_rng(SEED)
    path = FloatDatapath(
        FORMATS[fmt], kind, POLICIES[policy], Accumulator(accumulator), 1024, stages
    )
    tiles = tiles_of(rng, path.fmt, [1, 2, 3, 2, 40, 7] * 20)
    job = Job(tiles, stalls=(0, 0, 100))
    run_jobs(path, 2, 2, [job], out)
    flagged = 0
    for number, ((a, b), result) in enumerate(zip(tiles, job.results, strict=True)):
        wanted = dot_products(
            a.astype(np.uint32), b.astype(np.uint32), fmt, kind, policy, accumulator, out
        )
        assert np.array_equal(result, wanted.codes.astype(object)), number
        if path.resolved_accumulator.window:
            assert np.array_equal(job.overflows[number], wanted.overflowed), number
            flagged += wanted.overflowed.sum()
    if path.resolved_accumulator.window:
        assert flagged, "the tiles never left the window"


def test_window_wrong():
    message = "A window has from 2 to 62 bits, not 63 ('fix63_0')"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Accumulator("fix63_0")
