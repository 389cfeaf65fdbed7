"""Error metrics against figures derived elsewhere, by hand, and by a second computation."""

import ml_dtypes
import numpy as np
import pytest

from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.numbers.kinds import KINDS
from lmul.sim.accuracy.operands import operand_accuracy, tensor_scale
from lmul.sim.accuracy.pairs import ErrorStats, accuracy, histogram
from lmul.sim.accuracy.ranges import census, range_masks
from lmul.sim.accuracy.workload import attention
from lmul.sim.golden.codec import decode
from lmul.sim.golden.multiply import multiply


# Percent, from an enumeration that is not this project's code, given to two decimals.
@pytest.mark.parametrize(
    ("kind", "fmt", "mred", "bias"),
    [
        ("lmul", "e4m3", 5.24, 4.93),
        ("lmul_rne", "e4m3", 1.90, -0.54),
        ("mitchell", "e4m3", 3.78, -3.78),
        ("lmul", "e5m2", 14.67, 14.67),
        ("mitchell", "e5m2", 3.57, -3.57),
        ("lmul", "bf16", 2.66, None),
    ],
)
def test_known_figures(kind, fmt, mred, bias):
    measured = accuracy(kind, fmt).packed
    assert 100 * measured.mred == pytest.approx(mred, abs=0.0051)
    if bias is not None:
        assert 100 * measured.bias == pytest.approx(bias, abs=0.0051)


@pytest.mark.parametrize(
    ("fmt", "low", "high"), [("e4m3", None, 12.5), ("e5m2", None, 25.0), ("bf16", -7.3, 6.3)]
)
def test_known_worst_cases_of_lmul(fmt, low, high):
    measured = accuracy("lmul", fmt).packed
    assert 100 * measured.worst_high == pytest.approx(high, abs=0.051)
    if low is not None:
        assert 100 * measured.worst_low == pytest.approx(low, abs=0.051)


@pytest.mark.parametrize(
    ("fmt", "best", "mred"), [("bf16", 6, 2.526), ("e3m4", 1, 2.70)]
)  # 7 and 4 mantissa bits
def test_known_best_constants(fmt, best, mred):
    offsets = range(1 << FORMATS[fmt].mantissa_bits)
    errors = [accuracy("lmul", fmt, offset).packed.mred for offset in offsets]
    assert int(np.argmin(errors)) == best
    assert 100 * errors[best] == pytest.approx(mred, abs=0.0051)


@pytest.mark.parametrize("fmt", ["e4m3", "e5m2", "e3m4", "bf16", "fp16"])
def test_all_mantissa_pairs_are_counted(fmt):
    measured = accuracy("lmul", fmt)
    pairs = 4 ** FORMATS[fmt].mantissa_bits
    assert (measured.pairs, measured.outside, measured.exhaustive) == (pairs, 0, True)
    assert measured.unrounded.counted == measured.packed.counted == pairs


def test_unrounded_formula_against_its_formula():
    # 1 + x + y + 2**-l over (1 + x)(1 + y), straight from equation 1 of arXiv 2410.00907.
    x = np.arange(128) / 128
    errors = (1 + x[:, None] + x + 2**-4) / ((1 + x[:, None]) * (1 + x)) - 1
    measured = accuracy("lmul_formula", "bf16").unrounded
    assert measured.mred == pytest.approx(np.abs(errors).mean(), rel=1e-12)
    assert measured.bias == pytest.approx(errors.mean(), rel=1e-12)
    assert (measured.worst_low, measured.worst_high) == pytest.approx((errors.min(), errors.max()))


def test_exact_product_packed_is_a_rounding_error():
    measured = accuracy("exact", "bf16")
    assert measured.unrounded.worst == 0
    assert 0 < measured.packed.worst_high <= 2**-8


@pytest.mark.parametrize("policy", ["bare", "lax", "ftz", "ocp"])
def test_policies_pack_in_range_products_alike(policy):
    # accuracy() measures one policy; here is why one is enough.
    codes = np.arange(FORMATS["e4m3"].mantissa_mask + 1) + (7 << 3)
    for kind, info in KINDS.items():
        if not info.exists_for(FORMATS["e4m3"]):
            continue
        packed = multiply(codes[:, None], codes, "e4m3", kind, policy)
        assert np.array_equal(packed, multiply(codes[:, None], codes, "e4m3", kind, "ftz"))


def test_seeded_pairs_of_fp32_repeat_and_differ_by_seed():
    first, again, other = (accuracy("lmul", "fp32", pairs=100_000, seed=s) for s in (0, 0, 1))
    assert first.packed == again.packed
    assert first.packed != other.packed
    assert (first.pairs, first.exhaustive, first.seed) == (100_000, False, 0)
    # The continuous limit of the paper's form, l = 4, by quadrature on a fine grid.
    x = (np.arange(2000) + 0.5) / 2000
    total = x[:, None] + x + 2**-4
    value = np.where(total < 1, 1 + total, np.where(total < 2, 2 * total, 4 * (total - 1)))
    errors = value / ((1 + x[:, None]) * (1 + x)) - 1
    assert first.packed.mred == pytest.approx(np.abs(errors).mean(), rel=0.01)


def test_pairs_must_be_positive():
    with pytest.raises(ValueError, match=r"^Pairs must be a positive integer, not 0$"):
        accuracy("lmul", "fp32", pairs=0)


def test_stats_add_up_over_chunks():
    errors = np.array([0.5, -0.25, 0.125, -1.0])
    stats = ErrorStats()
    for chunk in np.split(errors, 2):
        stats.add(chunk)
    stats.add(errors[:0])
    assert (stats.counted, stats.worst_low, stats.worst_high, stats.worst) == (4, -1.0, 0.5, -1.0)
    assert stats.mred == pytest.approx(1.875 / 4)
    assert stats.bias == pytest.approx(-0.625 / 4)
    assert np.isnan(ErrorStats().mred)


@pytest.mark.parametrize(
    ("fmt", "dtype"), [("e4m3", ml_dtypes.float8_e4m3fn), ("e5m2", ml_dtypes.float8_e5m2)]
)
def test_census_of_exact_against_ml_dtypes(fmt, dtype):
    counted = census("exact", fmt)
    values = np.arange(256, dtype=np.uint8).view(dtype).astype(np.float64)
    with np.errstate(invalid="ignore"):
        exact = (values[:, None] * values).ravel()
    finite = np.isfinite(values)
    plain = (finite[:, None] & finite).ravel() & (exact != 0)
    m, least = FORMATS[fmt].mantissa_bits, float(ml_dtypes.finfo(dtype).smallest_normal)
    fraction, exponent = np.frexp(exact)
    rounded = np.ldexp(np.round(np.ldexp(fraction, m + 1)), exponent - m - 1)
    with np.errstate(over="ignore"):
        overflow = plain & ~np.isfinite(exact.astype(dtype).astype(np.float64))
    assert counted.pairs == 65536
    assert counted.special == 65536 - finite.sum() ** 2
    assert counted.overflow == overflow.sum()
    assert counted.underflow == (plain & (np.abs(rounded) < least)).sum()
    assert counted.zero + counted.overflow + counted.underflow + counted.in_range == (
        finite.sum() ** 2
    )


@pytest.mark.parametrize("fmt", ["e4m3", "e5m2", "e3m2", "bf16"])
def test_range_masks_at_their_edges(fmt):
    f = FORMATS[fmt]
    ulp = f.max - float(decode(f.max_code - 1, f, np.float64))
    edge_below = f.min_normal * (1 - 2.0 ** -(f.mantissa_bits + 2))
    values = np.array([f.max, f.max + 0.499 * ulp, f.max + 0.501 * ulp, -2 * f.max, 0.0])
    assert range_masks(values, f)[0].tolist() == [False, False, True, True, False]
    tie_overflows = bool(f.max_code & 1)
    assert range_masks(np.array([f.max + ulp / 2]), f)[0].tolist() == [tie_overflows]
    values = np.array(
        [f.min_normal, edge_below, np.nextafter(edge_below, 0), 0.0, -f.min_subnormal]
    )
    assert range_masks(values, f)[1].tolist() == [False, False, True, False, True]


def test_histogram_sums_to_one_and_sees_the_constant():
    edges = np.linspace(-0.26, 0.26, 53)
    spread = histogram("lmul", "e4m3", edges)
    assert spread.shares.sum() == pytest.approx(1)
    # Of 64 pairs, 1 x 1 alone is above +12 %: it gives 1.125.
    assert spread.shares[edges[:-1] > 0.115].sum() == pytest.approx(1 / 64)
    mitchell = histogram("mitchell", "e4m3", edges)
    assert mitchell.shares[edges[:-1] > 0.011].sum() == 0


def test_operand_accuracy_by_hand():
    # 1 x 1 is 1.125 and 1 x 2 is 2.25 in e4m3 lmul: +12.5 % each, a pure gain.
    left, right = np.array([[1.0, 1.0]]), np.array([[1.0], [2.0]])
    measured = operand_accuracy(left, right, "e4m3", scaled=False)
    assert measured.products_quantised.mred == measured.products_quantised.bias == 0.125
    assert measured.dots_quantised.relative == measured.dots_quantised.gain == 0.125
    assert measured.dots_quantised.residual == 0
    assert (measured.products, measured.zero, measured.overflow, measured.underflow) == (2, 0, 0, 0)


def test_operand_accuracy_tells_the_two_references_apart():
    # 1.1 is 1.125 in e4m3 to nearest and 1.0 truncated; exact adds nothing of its own to 1.0.
    left, right = np.array([[1.1]]), np.array([[1.0]])
    nearest = operand_accuracy(left, right, "e4m3", "exact", "nearest", scaled=False)
    truncated = operand_accuracy(left, right, "e4m3", "exact", "truncate", scaled=False)
    assert nearest.dots_quantised.relative == truncated.dots_quantised.relative == 0
    assert nearest.dots_original.gain == pytest.approx(1.125 / 1.1 - 1)
    assert truncated.products_original.bias == pytest.approx(1.0 / 1.1 - 1)


def test_operand_accuracy_counts_what_leaves_the_range():
    left, right = np.array([[448.0, 2.0**-6, 2.0**-20]]), np.array([[448.0], [2.0**-6], [1.0]])
    measured = operand_accuracy(left, right, "e4m3", "exact", scaled=False)
    assert (measured.overflow, measured.underflow, measured.zero) == (1, 1, 1)
    assert measured.products_quantised.counted == 0


def test_scale_changes_no_mantissa_and_lets_no_product_overflow():
    for fmt in ("e4m3", "e5m2"):
        for left, right in attention().products.values():
            a, b = tensor_scale(left, fmt), tensor_scale(right, fmt)
            assert np.frexp(a)[0] == np.frexp(b)[0] == 0.5
            largest = float(np.abs(left).max() * a) * float(np.abs(right).max() * b)
            assert FORMATS[fmt].max / 32 < largest < FORMATS[fmt].max


def test_real_operands_agree_with_numpy():
    left, right = attention().products["AV"]
    measured = operand_accuracy(left, right, "fp16", "exact", scaled=False)
    rounded = left.astype(np.float16).astype(np.float64) @ right.astype(np.float16).astype(float)
    original = left.astype(np.float64) @ right.astype(np.float64)
    expected = np.linalg.norm(rounded - original) / np.linalg.norm(original)
    assert measured.dots_original.relative == pytest.approx(expected, rel=1e-9)
    assert measured.dots_quantised.relative < 1e-12


def test_operand_accuracy_wrong_shapes():
    with pytest.raises(
        ValueError, match=r"^Shapes \(2, 3\) and \(2, 3\) don't fit a matrix product$"
    ):
        operand_accuracy(np.ones((2, 3)), np.ones((2, 3)), "e4m3")
