import math
from fractions import Fraction

import numpy as np
import pytest
from amaranth.hdl import Fragment
from pe_bench import captured

from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.mac.datapath import FloatDatapath
from lmul.hdl.mac.pe import PE
from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.hdl.numbers.policy import POLICIES
from lmul.sim.golden import multiply as golden

pytestmark = pytest.mark.slow  # simulates

SEED = 20241003
K_MAX = 16
FLUSH = [(0, 0, 0, 0, 1)] * 5


def is_nan(code, fmt):
    return bool(np.isnan(golden.product(code, code, fmt, "exact")))


def drawn(rng, fmt, policy):
    """A code that is no NaN: those are the edge's business."""
    while True:
        code = int(rng.integers(0, 1 << fmt.width))
        if policy.specials == "ignore" or not is_nan(code, fmt):
            return code


def product(x, y, path):
    fmt = path.fmt
    if path.policy.specials == "ignore":
        # a format without special codes: each is the number that its fields spell
        fmt = FloatFormat("twin", fmt.exponent_bits, fmt.mantissa_bits, fmt.bias, "finite")
    return float(golden.product(x, y, fmt, path.kind, path.policy.subnormals, path.offset))


def summed(products):
    """The exact sum, or the NaN or Inf that infinite products make of it."""
    if all(math.isfinite(p) for p in products):
        return sum(map(Fraction, products))
    return sum(p for p in products if not math.isfinite(p))


def dot_products(path, rng, lengths):
    """Cycles with bubbles and holds among them, and the wanted sums."""
    cycles, wanted = [], []
    for length in lengths:
        products = []
        for k in range(length):
            while rng.random() < 0.2:  # held: nothing on the inputs may matter
                cycles.append((*rng.integers(0, 1 << path.fmt.width, 2), 1, 1, 0))
            if rng.random() < 0.1:
                cycles.append((*rng.integers(0, 1 << path.fmt.width, 2), 0, 0, 1))
            x, y = (drawn(rng, path.fmt, path.policy) for _ in "xy")
            cycles.append((x, y, 1, k == length - 1, 1))
            products.append(product(x, y, path))
        wanted.append(summed(products))
    return cycles + FLUSH, wanted


def values(results, lsb):
    """The numbers that results stand for."""
    for result in results:
        pos, neg = result.get("pos", 0), result.get("neg", 0)
        infinite = math.nan if pos and neg else math.inf if pos else -math.inf
        yield infinite if pos or neg else result["sum"] * Fraction(2) ** lsb


def check(path, cycles, wanted):
    found = list(values(captured(path, cycles), path.range.lsb))
    assert len(found) == len(wanted)
    for have, want in zip(found, wanted, strict=True):
        assert have == want or (have != have and want != want)  # NaN differs from itself


CASES = [
    ("e4m3", "lmul", "ocp", 0, 0),
    ("e4m3", "lmul", "ftz", 1, 8),
    ("e4m3", "lmul", "bare", 0, 0),
    ("e4m3", "exact", "ocp", 2, 0),
    ("e4m3", "exact", "lax", 0, 1),
    ("e4m3", "lmul_rne", "ocp", 2, 5),
    ("e4m3", "lmul_formula", "ocp", 2, 0),
    ("e4m3", "mitchell", "ftz", 0, 0),
    ("e5m2", "lmul", "ocp", 0, 8),
    ("e5m2", "exact", "lax", 1, 0),
    ("e3m4", "lmul", "ocp", 0, 0),
    ("e4m3fnuz", "lmul", "bare", 2, 64),
    ("e2m1", "lmul_rne", "ocp", 0, 3),
    ("e2m3", "exact", "ftz", 0, 0),
]


@pytest.mark.parametrize(("fmt", "kind", "policy", "stages", "carries"), CASES)
def test_sums(fmt, kind, policy, stages, carries):
    path = FloatDatapath(FORMATS[fmt], kind, POLICIES[policy], None, K_MAX, stages, carries=carries)
    check(path, *dot_products(path, np.random.default_rng(SEED), [1, K_MAX, 3, 1, 7]))


@pytest.mark.parametrize("offset", [0, 3, 7])
@pytest.mark.parametrize("kind", ["lmul", "lmul_formula"])
def test_offset(kind, offset):
    path = FloatDatapath(FORMATS["e4m3"], kind, POLICIES["ftz"], None, K_MAX, 0, offset)
    check(path, *dot_products(path, np.random.default_rng(SEED), [5, 1]))


@pytest.mark.parametrize("kind", ["lmul", "exact"])
@pytest.mark.parametrize("policy", ["ftz", "ocp", "bare"])
def test_room_for_k_max_of_the_largest(kind, policy):
    fmt = FORMATS["e4m3"]
    path = FloatDatapath(fmt, kind, POLICIES[policy], None, 13, 0)
    top = fmt.magnitude_mask if policy == "bare" else fmt.max_code
    for x in (top, top | fmt.sign_mask):
        cycles = [(x, top, 1, k == 12, 1) for k in range(13)]
        check(path, cycles + FLUSH, [13 * Fraction(product(x, top, path))])


def test_smallest_products_are_kept():
    fmt = FORMATS["e4m3"]
    path = FloatDatapath(fmt, "lmul", POLICIES["ocp"], None, K_MAX, 0)
    cycles = [(1, 1, 1, 0, 1), (1, fmt.sign_mask | 2, 1, 1, 1)]
    check(path, cycles + FLUSH, [Fraction(product(1, 1, path) + product(1, 0x82, path))])


INF, MINUS, ONE, SMALL, ZERO = 0x7C, 0xFC, 0x3C, 0x01, 0x80


@pytest.mark.parametrize(("stages", "carries"), [(0, 0), (2, 8)])
@pytest.mark.parametrize(
    ("pairs", "ftz", "ocp"),
    [
        ([(INF, ONE)], math.inf, math.inf),
        ([(ONE, MINUS), (ONE, ONE)], -math.inf, -math.inf),
        ([(INF, MINUS), (ONE, ONE), (MINUS, INF)], -math.inf, -math.inf),
        ([(INF, ONE), (ONE, MINUS)], math.nan, math.nan),
        ([(INF, ZERO)], math.nan, math.nan),
        ([(ONE, ONE), (SMALL, MINUS), (ONE, ONE)], math.nan, -math.inf),
    ],
)
def test_infinite_products_stay(pairs, ftz, ocp, stages, carries):
    for policy, wanted in (("ftz", ftz), ("ocp", ocp)):
        path = FloatDatapath(
            FORMATS["e5m2"], "lmul", POLICIES[policy], None, K_MAX, stages, carries=carries
        )
        cycles = [(x, y, 1, k == len(pairs) - 1, 1) for k, (x, y) in enumerate(pairs)]
        after = [(ONE, ONE, 1, 1, 1), *FLUSH]  # and the next sum has forgotten it
        check(path, cycles + after, [wanted, Fraction(product(ONE, ONE, path))])


def test_from_design():
    pe = PE.from_design(MacDesign.parse("pe-lmul-e4m3-ftz-k64-s1"))
    assert pe.datapath == FloatDatapath(FORMATS["e4m3"], "lmul", POLICIES["ftz"], None, 64, 1)
    Fragment.get(pe, None)  # Amaranth warns of a component that is made and never built
    assert pe.latency == 2
    assert pe.datapath.sum_shape.width == 40


def test_datapath_wrong():
    with pytest.raises(ValueError, match=r"^k_max must be from 1 to 16777216, not 0$"):
        FloatDatapath(FORMATS["e4m3"], k_max=0)
    with pytest.raises(ValueError, match=r"^Offset must be from 0 to 7 for 'e4m3', not 8$"):
        FloatDatapath(FORMATS["e4m3"], offset=8)
