from fractions import Fraction

import numpy as np
import pytest

from lmul.hdl.numbers.accumulator import Accumulator
from lmul.sim.golden import multiply as golden
from lmul.sim.golden.codec import encode
from lmul.sim.golden.matmul import matmul
from lmul.sim.golden.sequential_sums import running_sums

SEED = 20241004


def integers(bits, signed=True):
    """The numbers of columns of bits, bit 0 first."""
    values = np.zeros(bits.shape[1:], object)
    for place, bit in enumerate(bits):
        weight = 1 << place
        values += bit.astype(object) * (-weight if signed and place == len(bits) - 1 else weight)
    return values


@pytest.mark.parametrize("spread", [4, 40, 400])
def test_exact_sums_are_those_of_fractions(spread):
    rng = np.random.default_rng(SEED)
    products = np.ldexp(rng.integers(-255, 256, (9, 40)).astype(float), rng.integers(0, spread, 40))
    bits = running_sums(products, Accumulator("exact"), -2, spread + 16, "saturate")
    units = np.array([[Fraction(p) * 4 for p in row] for row in products.tolist()], object)
    wanted = np.cumsum(units, axis=0)
    assert (integers(bits) == wanted).all()


def test_window_saturates_and_goes_on():
    products = np.array([[100.0], [60.0], [-0.25], [-300.0], [1.0]])
    bits = running_sums(products, Accumulator("fix8_0"), -9, 8, "saturate")
    # 160 is cut to 127, -0.25 to -1, -174 to -128.
    assert integers(bits).ravel().tolist() == [100, 127, 126, -128, -127]


@pytest.mark.parametrize("sigma", [1, 1e19, 1e38])
def test_rounded_sums_are_those_of_dot_products(sigma):
    """With the larger ones sums become infinite, and stay so whatever is added."""
    rng = np.random.default_rng(SEED)
    a, b = (encode(sigma * rng.standard_normal(shape), "bf16") for shape in ((12, 1), (12, 50)))
    products = golden.product(a, b, "bf16", "exact")
    bits = running_sums(products, Accumulator("fp32"), 0, 32, "nonsaturating")
    wanted = matmul(a.T, b, "bf16", "exact")[0]
    assert integers(bits, signed=False)[-1].tolist() == wanted.tolist()
