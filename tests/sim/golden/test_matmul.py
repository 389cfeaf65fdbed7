from fractions import Fraction

import numpy as np
import pytest
from literal_model import nearest_even, scale
from unsurveyed_kinds import marks_of

from lmul import FORMATS, KINDS, decode, encode, product
from lmul.hdl.numbers.policy import POLICIES
from lmul.sim.golden.matmul import OUT_FORMATS, dot_products, matmul

CASES = [
    pytest.param(
        name,
        kind,
        id=f"{kind}-{name}",
        marks=[pytest.mark.slow] if name == "fp32" else marks_of(kind, name),
    )
    for name, fmt in FORMATS.items()
    for kind in KINDS
    if KINDS[kind].exists_for(fmt)
]


def finite_codes(fmt, shape, seed, spread=None):
    """Random codes without NaN and Inf; ``spread`` keeps exponents within as many of the bias."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 1 << fmt.width, shape)
    if spread is not None:
        field = np.clip(fmt.bias + rng.integers(-spread, spread + 1, shape), 0, fmt.exponent_mask)
        keep = fmt.sign_mask | fmt.mantissa_mask
        codes = (codes & keep) | (field << fmt.mantissa_bits)
    return np.where(np.isfinite(decode(codes, fmt)), codes, 1)


def round_literally(value: Fraction, fmt, overflow: str) -> int:
    if value == 0:
        return 0
    sign = fmt.sign_mask if value < 0 else 0
    exponent = max(scale(abs(value)), 1 - fmt.bias)
    units = nearest_even(abs(value) / Fraction(2) ** (exponent - fmt.mantissa_bits))
    code = ((exponent + fmt.bias - 1) << fmt.mantissa_bits) + units
    if overflow == "wrap":
        return sign + code % fmt.sign_mask
    if code > fmt.max_code:
        if overflow == "saturate":
            return sign + fmt.max_code
        return sign + fmt.inf_code if fmt.has_inf else fmt.nan_code
    return sign + code


def exact_products(a, b, name, kind, policy):
    values = product(a[:, :, None], b[None], name, kind, POLICIES[policy].subnormals)
    return [
        [[Fraction(v) for v in values[i, :, j].tolist()] for j in range(b.shape[1])]
        for i in range(a.shape[0])
    ]


@pytest.mark.parametrize("spread", [None, 3])
@pytest.mark.parametrize(("name", "kind"), CASES)
def test_exact_is_the_fraction_rounded_once(name, kind, spread):
    fmt = FORMATS[name]
    a, b = finite_codes(fmt, (3, 24), 1, spread), finite_codes(fmt, (24, 4), 2, spread)
    for policy in ("ftz", "ocp"):
        terms = exact_products(a, b, name, kind, policy)
        for out in OUT_FORMATS:
            overflow = POLICIES[policy].overflow
            wanted = [
                [round_literally(sum(cell, Fraction(0)), FORMATS[out], overflow) for cell in row]
                for row in terms
            ]
            got = matmul(a, b, name, kind, policy, "exact", out)
            np.testing.assert_array_equal(got, wanted, err_msg=f"{policy} {out}")


@pytest.mark.parametrize("policy", ["lax", "bare"])
@pytest.mark.parametrize("name", ["e4m3", "e5m2", "e4m3fnuz"])
def test_specials_ignored_are_numbers(name, policy):
    fmt = FORMATS[name]
    # The format's fields, read without any special code.
    plain = type(fmt)("plain", fmt.exponent_bits, fmt.mantissa_bits, fmt.bias, "finite")
    rng = np.random.default_rng(4)
    a, b = rng.integers(0, 256, (4, 30)), rng.integers(0, 256, (30, 5))
    got = matmul(a, b, fmt, "exact", policy)
    np.testing.assert_array_equal(got, matmul(a, b, plain, "exact", policy))
    assert np.isfinite(decode(got, "fp32")).all()


@pytest.mark.parametrize("accumulator", ["fp32", "bf16", "e4m3"])
@pytest.mark.parametrize(("name", "kind"), CASES)
def test_float_accumulators_round_after_each_addition(name, kind, accumulator):
    fmt, target = FORMATS[name], FORMATS[accumulator]
    spread = None if fmt.width <= 8 else 4
    a, b = finite_codes(fmt, (2, 12), 5, spread), finite_codes(fmt, (12, 3), 6, spread)
    for policy in ("ftz", "ocp"):
        overflow = POLICIES[policy].overflow
        terms = exact_products(a, b, name, kind, policy)
        wanted = []
        for row in terms:
            for cell in row:
                code = 0
                for term in cell:
                    value = float(decode(code, target, np.float64))
                    if not np.isfinite(value):
                        break
                    code = round_literally(Fraction(value) + term, target, overflow)
                wanted.append(encode(decode(code, target, np.float64) + 0.0, "fp32"))
        got = matmul(a, b, name, kind, policy, accumulator)
        np.testing.assert_array_equal(got.ravel(), wanted, err_msg=policy)


@pytest.mark.parametrize("group", [1, 3, 20])
@pytest.mark.parametrize(("width", "lsb"), [(12, -6), (8, 0), (24, -15), (62, -30), (6, 4)])
def test_windows_cut_and_saturate(width, lsb, group):
    """A group's products are cut one by one, and its sum leaves the window once or not at all."""
    fmt = FORMATS["e4m3"]
    a, b = finite_codes(fmt, (4, 20), 7), finite_codes(fmt, (20, 5), 8)
    terms = exact_products(a, b, "e4m3", "lmul", "ocp")
    top, bottom = 2 ** (width - 1) - 1, -(2 ** (width - 1))
    wanted, flags = [], []
    for row in terms:
        for cell in row:
            total, flag = 0, False
            for start in range(0, len(cell), group):
                for term in cell[start : start + group]:
                    units = term / Fraction(2) ** lsb
                    flag |= abs(units) >= 2**width
                    total += min(max(units // 1, -(2**width)), 2**width)
                flag |= not bottom <= total <= top
                total = min(max(total, bottom), top)
            value = total * Fraction(2) ** lsb
            wanted.append(round_literally(value, FORMATS["fp32"], "nonsaturating"))
            flags.append(flag)
    got = dot_products(a, b, "e4m3", accumulator=f"fix{width}_{lsb}", terms=group)
    np.testing.assert_array_equal(got.codes.ravel(), wanted)
    np.testing.assert_array_equal(got.overflowed.ravel(), flags)
    assert any(flags) == (width < 62)


def test_groups_of_a_window_by_hand():
    """448 squared is beyond twice the window of 12 bits: it counts as 4096, and is told of."""
    a, b = encode([[448, 448, -448, 1.5]], "e4m3"), encode([[448], [1], [448], [1.25]], "e4m3")
    for terms, total in ((1, -2048 + 1), (2, 2047 - 4096 + 1), (4, 448 + 1)):
        found = dot_products(a, b, "e4m3", "exact", "ftz", "fix12_0", terms=terms)
        assert (decode(found.codes, "fp32"), found.overflowed) == (total, True)


def test_specials():
    inf, ninf, nan, zero, one, sub = 0x7C, 0xFC, 0x7D, 0x00, 0x3C, 0x01
    for row, column, wanted in [
        ([one, inf], [one, one], 0x7F800000),
        ([one, inf], [one, 0xBC], 0xFF800000),
        ([inf, inf], [one, 0xBC], 0x7FC00000),
        ([inf, ninf], [one, 0xBC], 0x7F800000),
        ([inf, one], [zero, one], 0x7FC00000),
        ([zero, one], [inf, one], 0x7FC00000),
        ([inf, inf], [inf, ninf], 0x7FC00000),
        ([ninf, one], [ninf, one], 0x7F800000),
        ([one, nan], [one, zero], 0x7FC00000),
        ([inf, one], [sub, one], 0x7F800000),
    ]:
        for accumulator in ("exact", "fp32", "bf16", "fix40_-20"):
            a, b = np.array([row]), np.array(column)[:, None]
            assert matmul(a, b, "e5m2", accumulator=accumulator)[0, 0] == wanted, (row, column)
    # Flushed, a subnormal is a zero; ignored, nothing is special.
    a, b = np.array([[inf, one]]), np.array([[sub], [one]])
    assert matmul(a, b, "e5m2", policy="ftz")[0, 0] == 0x7FC00000
    assert np.isfinite(decode(matmul(a, b, "e5m2", policy="lax"), "fp32")).all()


def test_infinite_operands_stay_infinite_when_sums_saturate():
    a, b = np.array([[0x7C, 0x3C]]), np.array([[0x3C], [0x3C]])
    for out, code in (("fp32", 0x7F800000), ("fp16", 0x7C00), ("bf16", 0x7F80)):
        assert matmul(a, b, "e5m2", policy="ftz", out=out)[0, 0] == code
    largest = np.full((1, 8), 0x7B), np.full((8, 1), 0x7B)
    assert matmul(*largest, "e5m2", policy="ftz", out="fp16")[0, 0] == 0x7BFF
    assert matmul(*largest, "e5m2", policy="ocp", out="fp16")[0, 0] == 0x7C00


def test_exact_does_not_depend_on_order():
    fmt = FORMATS["e5m2"]
    a, b = finite_codes(fmt, (5, 200), 9), finite_codes(fmt, (200, 6), 10)
    order = np.random.default_rng(0).permutation(200)
    np.testing.assert_array_equal(matmul(a, b, "e5m2"), matmul(a[:, order], b[order], "e5m2"))


def test_exact_has_room_for_any_k():
    # 100,000 of the largest products, and one of the smallest, which none of them may swallow.
    k = 100_001
    a, b = np.full((1, k), 0x7E), np.full((k, 1), 0x7E)
    a[0, 7], b[7, 0] = 1, 1
    total = Fraction(448**2 * (k - 1)) + Fraction(1, 2**18)
    assert matmul(a, b, "e4m3", "exact")[0, 0] == np.float32(448**2 * (k - 1)).view(np.uint32)
    b[8:, 0] |= 0x80 * (np.arange(k - 8) % 2).astype(int)  # all but a few cancel
    total -= 2 * 448**2 * (b[:, 0] > 0x80).sum()
    assert matmul(a, b, "e4m3", "exact")[0, 0] == round_literally(
        total, FORMATS["fp32"], "nonsaturating"
    )


def test_a_sum_of_zero_is_positive():
    a, b = np.array([[0x38, 0x38]]), np.array([[0x38], [0xB8]])
    assert matmul(a, b, "e4m3")[0, 0] == 0
    assert matmul(np.array([[0x80]]), np.array([[0x38]]), "e4m3")[0, 0] == 0


def test_matmul_wrong():
    a = np.ones((2, 3), np.uint8)
    with pytest.raises(ValueError, match=r"^Shapes \(2, 3\) and \(2, 3\) don't multiply: K "):
        matmul(a, a, "e4m3")
    with pytest.raises(ValueError, match=r"^Operand a must be a matrix, not of shape \(3,\)$"):
        matmul(a[0], a, "e4m3")
    with pytest.raises(ValueError, match=r"^Shapes \(0, 3\) and \(3, 2\) have a dimension of 0$"):
        matmul(a[:0], a.T, "e4m3")
    with pytest.raises(ValueError, match=r"^Unknown accumulator 'fix8': use exact, fp32, .*$"):
        matmul(a, a.T, "e4m3", accumulator="fix8")
    with pytest.raises(ValueError, match=r"^A window has from 2 to 62 bits, not 63 "):
        matmul(a, a.T, "e4m3", accumulator="fix63_0")
    with pytest.raises(ValueError, match=r"^Result format must be fp32, bf16, fp16, not 'e4m3'$"):
        matmul(a, a.T, "e4m3", out="e4m3")


@pytest.mark.parametrize("accumulator", ["fp32", "e4m3"])
def test_sum_that_wraps_to_a_special_code_stays_so(accumulator):
    # The code after the largest number's: Inf, or NaN where there is none.
    fmt = FORMATS[accumulator]
    assert fmt.max_code + 1 == (fmt.inf_code if fmt.has_inf else fmt.nan_code)
    half_ulp = encode(2.0 ** -(fmt.mantissa_bits + 1), fmt)
    a, b = [[fmt.max_code, fmt.max_code]], [[encode(1.0, fmt)], [half_ulp]]
    got = matmul(a, b, fmt, "exact", "bare", accumulator)
    assert got[0, 0] == (0x7F800000 if fmt.has_inf else 0x7FC00000)


def test_small_negative_slices_are_kept():
    # The other row and column spread the exponents, so that sums are added up from slices.
    a = np.array([[0x07, 0x09, 0x87, 0x82], [0x7B, 0x7B, 0x7B, 0x7B]])
    b = np.array([[0xB1, 0x96, 0x17, 0x19], [0x7B, 0x7B, 0x7B, 0x01]]).T
    codes = matmul(a, b, "e5m2", "lmul", "ocp")
    for (i, j), code in np.ndenumerate(codes):
        total = sum(map(Fraction, product(a[i], b[:, j], "e5m2", "lmul").tolist()), Fraction())
        assert code == round_literally(total, FORMATS["fp32"], "nonsaturating")
