from fractions import Fraction

import numpy as np
import pytest

from lmul.hdl.numbers.accumulator import Accumulator
from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.numbers.kind_checks import resolve_offset
from lmul.hdl.numbers.policy import Policy
from lmul.sim.golden import multiply as golden
from lmul.sim.golden.codec import decode, encode
from lmul.sim.golden.matmul import matmul
from lmul.sim.golden.outer_products import Side
from lmul.sim.golden.sums.sequential import running_sums
from lmul.sim.golden.sums.single import single_sums

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


def test_groups_of_products():
    """An exact sum is what it is after the group's last one; a window is left once a group."""
    rng = np.random.default_rng(SEED)
    products = rng.integers(-255, 256, (12, 40)).astype(float)
    each, grouped = (
        running_sums(products, Accumulator("exact"), 0, 16, "saturate", terms) for terms in (1, 3)
    )
    assert (grouped == each[:, 2::3]).all()
    products = np.array([[100.0], [60.0], [-50.25], [30.0], [1.0], [-0.25]])
    bits = running_sums(products, Accumulator("fix8_0"), -9, 8, "saturate", terms=3)
    assert integers(bits).ravel().tolist() == [109, 127]  # -50.25 is cut to -51


@pytest.mark.parametrize("sigma", [1, 1e19, 1e38])
def test_rounded_sums_are_those_of_dot_products(sigma):
    """With the larger ones sums become infinite, and stay so whatever is added."""
    rng = np.random.default_rng(SEED)
    a, b = (encode(sigma * rng.standard_normal(shape), "bf16") for shape in ((12, 1), (12, 50)))
    products = golden.product(a, b, "bf16", "exact")
    bits = running_sums(products, Accumulator("fp32"), 0, 32, "nonsaturating")
    wanted = matmul(a.T, b, "bf16", "exact")[0]
    assert integers(bits, signed=False)[-1].tolist() == wanted.tolist()


@pytest.mark.parametrize(
    ("kind", "name", "policy", "sigma", "quick"),
    [
        ("lmul", "e4m3", "ocp", 1, True),
        ("mitchell", "e5m2", "ftz", 1, True),
        ("lmul_rne", "e4m3", "ocp", 0.01, True),
        ("lmul_formula", "fp16", "lax", 1, True),
        ("exact", "e3m4", "ocp", 0.05, True),
        ("lmul", "bf16", "ocp", 1, True),
        ("lmul", "bf16", "ocp", 1e-19, False),
        ("exact", "fp16", "bare", 1e-3, True),
        ("lmul", "fp32", "ocp", 1, True),
        ("exact", "fp32", "ocp", 1, False),
    ],
)
def test_fp32_sums_are_rounded_fractions(kind, name, policy, sigma, quick):
    """Products as multiply's own, exact sums in Fractions, rounded by numpy once after each."""
    fmt = FORMATS[name]
    rng = np.random.default_rng(SEED)
    x, y = sigma * rng.standard_normal((2, 5, 70))
    y *= np.exp2(rng.integers(-6, 6, y.shape))
    x[rng.random(x.shape) < 0.1] = 0
    a, b = encode(x, fmt), encode(y.T, fmt)
    if fmt.exponent_bits < 8 or not quick:
        a[0, 3], b[5, 1] = 1, fmt.sign_mask | 1  # the smallest subnormals
    subnormals = Policy.parse(policy).subnormals
    left, right = Side.of(a, fmt, subnormals), Side.of(b, fmt, subnormals)
    found = single_sums(left, right, fmt, kind, resolve_offset(kind, fmt, None))
    assert (found is not None) == quick
    sums = decode(matmul(a, b, fmt, kind, policy, "fp32"), "fp32", np.float64)
    products = golden.product(a[:, :, None], b[None], fmt, kind, subnormals)
    wanted = np.zeros(sums.shape)
    for k in range(a.shape[1]):
        for place in np.ndindex(wanted.shape):
            product = Fraction(float(products[place[0], k, place[1]]))
            wanted[place] = single(Fraction(float(wanted[place])) + product)
    assert sums.tolist() == wanted.tolist()


def single(value: Fraction) -> float:
    """To nearest even at 24 bits or at 2**-149, by integers alone."""
    if not value:
        return 0.0
    size = abs(value)
    exponent = size.numerator.bit_length() - size.denominator.bit_length()
    exponent -= size < Fraction(2) ** exponent
    unit = Fraction(2) ** max(exponent - 23, -149)
    return float(round(value / unit) * unit)
