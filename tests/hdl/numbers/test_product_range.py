import math
import re
from dataclasses import replace

import numpy as np
import pytest

from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.hdl.numbers.kinds import KINDS, Kind
from lmul.hdl.numbers.policy import POLICIES, Policy
from lmul.hdl.numbers.product_range import ProductRange, product_range
from lmul.sim.golden import multiply as golden

# ARITHMETIC section 4: magnitude bits before K's growth, lowest bit; flush and normalize
TABLE: list[tuple[str, Kind, tuple[int, int | None], tuple[int, int | None]]] = [
    ("e4m3", "lmul", (33, -15), (39, -21)),
    ("e4m3", "lmul_formula", (33, -15), (39, -21)),
    ("e4m3", "mitchell", (33, -15), (36, -18)),
    ("e4m3", "lmul_rne", (33, -15), (36, -18)),
    ("e4m3", "exact", (36, -18), (36, -18)),
    ("e5m2", "lmul", (62, None), (66, None)),
    ("e5m2", "lmul_formula", (62, None), (66, None)),
    ("e5m2", "mitchell", (62, None), (64, None)),
    ("e5m2", "lmul_rne", (62, None), (64, None)),
    ("e5m2", "exact", (64, None), (64, None)),
]
SMALL = [f for f in FORMATS.values() if f.width <= 8]


@pytest.mark.parametrize(("fmt", "kind", "flush", "normalize"), TABLE)
def test_table(fmt, kind, flush, normalize):
    for policy, (bits, lsb) in (("ftz", flush), ("ocp", normalize)):
        found = product_range(FORMATS[fmt], kind, POLICIES[policy])
        assert found.magnitude_bits == bits
        assert lsb is None or found.lsb == lsb


def enumerated(fmt: FloatFormat, kind: Kind, policy: Policy, offset=None) -> ProductRange:
    """From all pairs of codes, as the golden model multiplies them."""
    if policy.specials == "ignore":
        # a format without special codes: each is the number that its fields spell
        fmt = FloatFormat("twin", fmt.exponent_bits, fmt.mantissa_bits, fmt.bias, "finite")
    codes = np.arange(1 << fmt.magnitude_bits)
    values = golden.product(
        codes[:, None], codes[None, :], fmt, kind, policy.subnormals, offset
    ).ravel()
    values = values[np.isfinite(values) & (values > 0)]
    mantissa, exponent = np.frexp(values)
    units = np.ldexp(mantissa, 53).astype(np.int64)
    low_bits = np.frexp((units & -units).astype(float))[1] - 1 + exponent - 53
    lsb = int(low_bits.min())
    return ProductRange(lsb, int(math.ldexp(values.max(), -lsb)))


@pytest.mark.parametrize("fmt", SMALL, ids=str)
@pytest.mark.parametrize("policy", ["bare", "lax", "ftz", "ocp"])
def test_every_pair(fmt, policy):
    for kind in KINDS:
        if not KINDS[kind].exists_for(fmt):
            continue
        for specials in ("ignore", "propagate"):
            if policy == "bare" and specials == "propagate":
                continue
            used = replace(POLICIES[policy], specials=specials)
            assert product_range(fmt, kind, used) == enumerated(fmt, kind, used), (kind, used)


@pytest.mark.parametrize("kind", ["lmul", "lmul_formula"])
def test_every_offset(kind):
    for offset in range(8):
        for policy in POLICIES.values():
            fmt = FORMATS["e4m3"]
            found = product_range(fmt, kind, policy, offset)
            assert found == enumerated(fmt, kind, policy, offset), (offset, policy)


def test_accumulator_bits():
    # 1024 times 1.625 * 2**17 in units of 2**-15, and the sign
    assert product_range(FORMATS["e4m3"], "lmul", POLICIES["ftz"]).accumulator_bits(1024) == 44
    assert product_range(FORMATS["e4m3"], "exact", POLICIES["ftz"]).accumulator_bits(1024) == 47
    some = ProductRange(0, 5)
    assert [some.accumulator_bits(k) for k in (1, 2, 3, 6, 7)] == [4, 5, 5, 6, 7]


@pytest.mark.parametrize("k_max", [0, -1, 1.5, True])
def test_accumulator_bits_wrong(k_max):
    message = f"K_max must be a positive integer, not {k_max!r}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        ProductRange(0, 5).accumulator_bits(k_max)


def test_product_range_wrong():
    with pytest.raises(ValueError, match=r"^Kind .mitchell. has no offset"):
        product_range(FORMATS["e4m3"], "mitchell", POLICIES["ftz"], 1)
