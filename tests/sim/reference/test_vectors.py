"""The stimulus reaches what it promises to reach."""

import numpy as np
import pytest

from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.sim.reference.vectors import WIDE_PAIRS, all_pairs, corner_codes, corner_pairs, pairs

WIDE = [fmt for fmt in FORMATS.values() if fmt.width > 8]
NARROW = [fmt for fmt in FORMATS.values() if fmt.width <= 8]


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=str)
def test_corners(fmt):
    codes = set(corner_codes(fmt).tolist())
    one = fmt.bias << fmt.mantissa_bits
    wanted = {0, 1, fmt.min_normal_code - 1, fmt.min_normal_code, one, one + 1, fmt.max_code}
    wanted |= {code for code in (fmt.inf_code, fmt.nan_code) if code is not None}
    both_signs = wanted | {code ^ fmt.sign_mask for code in wanted}
    assert both_signs <= codes
    assert max(codes) < fmt.sign_mask << 1


def test_corner_pairs_are_a_full_cross():
    x, y = corner_pairs(FORMATS["fp16"])
    n = len(corner_codes(FORMATS["fp16"]))
    assert len(x) == len(set(zip(x.tolist(), y.tolist(), strict=True))) == n * n


@pytest.mark.parametrize("fmt", NARROW, ids=str)
def test_all_pairs(fmt):
    x, y = pairs(fmt)
    assert len(x) == 1 << 2 * fmt.width
    assert np.array_equal(np.unique(x.astype(int) << fmt.width | y), np.arange(len(x)))


def test_all_pairs_wrong():
    message = r"^All pairs are for formats of at most 8 bits, not 'fp16' with 16$"
    with pytest.raises(ValueError, match=message):
        all_pairs(FORMATS["fp16"])


@pytest.mark.parametrize("fmt", WIDE, ids=str)
def test_wide_pairs(fmt):
    x, y = pairs(fmt)
    assert len(x) == len(y) == WIDE_PAIRS >= 1_000_000
    first = len(corner_codes(fmt)) ** 2
    assert np.array_equal(x[:first], corner_pairs(fmt)[0])
    for side in (x, y):
        magnitude = side & fmt.magnitude_mask
        exponents = np.bincount((magnitude >> fmt.mantissa_bits).astype(int))
        assert len(exponents) == fmt.exponent_mask + 1 and exponents.min() > 500
        subnormal = (magnitude > 0) & (magnitude < fmt.min_normal_code)
        assert subnormal.mean() > 0.05
        # Leading ones of subnormals stand everywhere, or normalising is not tested.
        assert len(np.unique(np.log2(magnitude[subnormal]).astype(int))) == fmt.mantissa_bits


def test_seed():
    fmt = FORMATS["bf16"]
    first, again, other = pairs(fmt), pairs(fmt), pairs(fmt, seed=1)
    assert np.array_equal(first[0], again[0]) and np.array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])


def test_odd_format():
    fmt = FloatFormat("tiny", 1, 11, 0, "fn")
    x, y = pairs(fmt, 5000)
    assert len(x) == len(y) >= 5000
    assert max(x.max(), y.max()) < 1 << fmt.width
