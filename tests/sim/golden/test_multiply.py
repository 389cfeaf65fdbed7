import numpy as np
import pytest
from literal_model import multiply_literally
from oracle import DTYPES
from unsurveyed_kinds import marks_of

import lmul
from lmul import FORMATS, KINDS, POLICIES, FloatFormat, Policy, decode, multiply, product
from lmul.hdl.numbers.kind_checks import resolve_offset

SMALL = [f for f in FORMATS.values() if f.width <= 8]
WIDE = [f for f in FORMATS.values() if f.width > 8]
EVERY_POLICY = [POLICIES["bare"]] + [
    Policy("zero", s, t, o, p)
    for s in ("flush", "normalize")
    for t in ("flush", "gradual")
    for o in ("saturate", "nonsaturating")
    for p in ("ignore", "propagate")
]
USER_FORMATS = [
    FloatFormat("e5m3_odd", 5, 3, 3),  # a bias far from the middle
    FloatFormat("e3m1_fn", 3, 1, 3, "fn"),
    FloatFormat("e1m2", 1, 2, 0, "finite"),
    FloatFormat("e2m5_fnuz", 2, 5, 2, "fnuz"),
    FloatFormat("e4m4_negative", 4, 4, -2, "finite"),
]


def all_pairs(fmt):
    codes = np.arange(1 << fmt.width, dtype=np.uint8 if fmt.width <= 8 else np.uint16)
    return np.repeat(codes, codes.size), np.tile(codes, codes.size)


def wide_pairs(fmt, count=1_000_000, seed=11):
    """Random codes, half of them with close exponents, and every pair of corner codes."""
    rng = np.random.default_rng(seed)
    dtype = np.uint16 if fmt.width == 16 else np.uint32
    x, y = rng.integers(0, 1 << fmt.width, (2, count), dtype=dtype)
    # Half of the products land near 1, where none overflows or vanishes.
    complement = (2 * fmt.bias << fmt.mantissa_bits) - (x & fmt.magnitude_mask).astype(np.int64)
    near = np.clip(complement + rng.integers(-64, 64, count), 0, fmt.magnitude_mask)
    y[::2] = near[::2].astype(dtype)
    inf = fmt.inf_code
    m = fmt.mantissa_bits
    magnitudes = [0, 1, 2, (1 << m) - 1, 1 << m, (1 << m) + 1, (2 << m) - 1, fmt.bias << m]
    magnitudes += [(fmt.bias << m) + 1, (fmt.bias + 1 << m) - 1, fmt.max_code, inf, inf + 1]
    magnitudes += [fmt.nan_code, fmt.magnitude_mask, (fmt.bias >> 1) << m, 1 << (m - 1)]
    corners = np.array([c | s for c in magnitudes for s in (0, fmt.sign_mask)], dtype)
    cx, cy = np.repeat(corners, corners.size), np.tile(corners, corners.size)
    return np.concatenate([cx, x]), np.concatenate([cy, y])


def oracle_product(x, y, fmt):
    dtype = DTYPES[fmt.name]
    with np.errstate(all="ignore"):
        wanted = x.view(dtype) * y.view(dtype)
    bits = wanted.view(x.dtype)
    if fmt.nan_code is None:
        return bits
    return np.where(np.isnan(wanted.astype(np.float64)), fmt.nan_code, bits)


@pytest.mark.parametrize("fmt", SMALL, ids=str)
def test_exact_ocp_every_pair(fmt):
    x, y = all_pairs(fmt)
    np.testing.assert_array_equal(multiply(x, y, fmt, "exact", "ocp"), oracle_product(x, y, fmt))


@pytest.mark.parametrize("fmt", WIDE, ids=str)
def test_exact_ocp_a_million_pairs(fmt):
    x, y = wide_pairs(fmt)
    np.testing.assert_array_equal(multiply(x, y, fmt, "exact", "ocp"), oracle_product(x, y, fmt))


@pytest.mark.parametrize("offset_from_paper", [True, False])
def test_fp32_bare_is_the_papers_recipe(offset_from_paper):
    x, y = wide_pairs(FORMATS["fp32"])
    wrapped = (x & 0x7FFFFFFF) + (y & 0x7FFFFFFF) - np.uint32(0x3F780000)
    wanted = (wrapped & np.uint32(0x7FFFFFFF)) | ((x ^ y) & np.uint32(0x80000000))
    offset = None if offset_from_paper else 1 << 19
    np.testing.assert_array_equal(multiply(x, y, "fp32", "lmul", "bare", offset), wanted)


@pytest.mark.parametrize(
    ("name", "constant"), [("bf16", 16248), ("fp16", 15296), ("e4m3", 55), ("e5m2", 59)]
)
def test_bare_constants(name, constant):
    fmt = FORMATS[name]
    x, y = all_pairs(fmt) if fmt.width == 8 else wide_pairs(fmt)
    total = (x & fmt.magnitude_mask).astype(int) + (y & fmt.magnitude_mask) - constant
    wanted = (total & fmt.magnitude_mask) | ((x ^ y) & fmt.sign_mask)
    np.testing.assert_array_equal(multiply(x, y, fmt, "lmul", "bare"), wanted)


def literal_cases():
    for fmt in [*FORMATS.values(), *USER_FORMATS]:
        for kind in KINDS:
            if KINDS[kind].exists_for(fmt):
                marks = marks_of(kind, fmt.name)
                if not marks and fmt.exponent_bits == 8:
                    marks = [pytest.mark.slow]
                yield pytest.param(fmt, kind, id=f"{kind}-{fmt}", marks=marks)


@pytest.mark.parametrize(("fmt", "kind"), list(literal_cases()))
def test_every_policy_against_the_literal_model(fmt, kind):
    rng = np.random.default_rng(17)
    if fmt.width <= 16:
        x, y = rng.integers(0, 1 << fmt.width, (2, 120))
        y[:60] = (
            np.clip((2 * fmt.bias << fmt.mantissa_bits) - (x[:60] & fmt.magnitude_mask), 0, None)
            & fmt.magnitude_mask
        )
        edge = rng.choice(
            [0, 1, fmt.sign_mask, fmt.max_code, fmt.magnitude_mask, fmt.min_normal_code], (2, 30)
        )
        x, y = np.concatenate([x, edge[0], x[:30]]), np.concatenate([y, edge[1], edge[1]])
    else:
        x, y = wide_pairs(fmt, 60, seed=17)
        x, y = x[-150:], y[-150:]
    for policy in EVERY_POLICY:
        for offset in (None, (1 << fmt.mantissa_bits) - 1):
            if offset is not None and kind not in ("lmul", "lmul_formula"):
                continue
            resolved = resolve_offset(kind, fmt, offset)
            wanted = [
                multiply_literally(int(a), int(b), fmt, kind, policy, resolved)
                for a, b in zip(x, y, strict=True)
            ]
            got = multiply(x, y, fmt, kind, policy, offset)
            np.testing.assert_array_equal(got, wanted, err_msg=f"{policy} {offset}")


@pytest.mark.parametrize(("name", "under_ocp"), [("e4m3", 448), ("e5m2", 252)])
def test_lmul_rne_is_exact_but_for_double_rounding(name, under_ocp):
    x, y = all_pairs(FORMATS[name])
    for policy in ("lax", "ftz"):
        rne = multiply(x, y, name, "lmul_rne", policy)
        np.testing.assert_array_equal(rne, multiply(x, y, name, "exact", policy))
    differ = multiply(x, y, name, "lmul_rne", "ocp") != multiply(x, y, name, "exact", "ocp")
    assert np.count_nonzero(differ) == under_ocp


def test_worst_cases_of_lmul():
    one = lmul.encode(1.0, "e4m3")
    assert decode(multiply(one, one, "e4m3"), "e4m3") == 1.125
    one = lmul.encode(1.0, "e5m2")
    assert decode(multiply(one, one, "e5m2"), "e5m2") == 1.25


def test_mitchell_is_lmul_at_offset_0():
    x, y = all_pairs(FORMATS["e4m3"])
    lmul_0 = multiply(x, y, "e4m3", "lmul", "ocp", offset=0)
    np.testing.assert_array_equal(multiply(x, y, "e4m3", "mitchell", "ocp"), lmul_0)


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=str)
def test_product_exact_is_the_float64_product(fmt):
    x, y = all_pairs(fmt) if fmt.width <= 8 else wide_pairs(fmt, 200_000)
    with np.errstate(invalid="ignore"):
        wanted = decode(x, fmt, np.float64) * decode(y, fmt, np.float64)
    np.testing.assert_array_equal(product(x, y, fmt, "exact"), wanted)


NARROW_KINDS = [kind for kind, info in KINDS.items() if info.exists_for(FORMATS["e4m3"])]


@pytest.mark.parametrize("kind", NARROW_KINDS)
def test_product_packs_to_multiply(kind):
    x, y = all_pairs(FORMATS["e4m3"])
    values = product(x, y, "e4m3", kind)
    np.testing.assert_array_equal(lmul.encode(values, "e4m3"), multiply(x, y, "e4m3", kind))


def test_shapes_and_dtypes():
    rows, columns = np.arange(5, dtype=np.uint8)[:, None], np.arange(7)[None, :]
    table = multiply(rows, columns, "e4m3")
    assert table.shape == (5, 7)
    assert table.dtype == np.uint8
    assert table[3, 4] == multiply(3, 4, "e4m3")
    assert multiply(3, 4, "bf16").dtype == np.uint16
    assert multiply(3, 4, "fp32").dtype == np.uint32
    assert multiply(np.zeros((0, 3), np.uint8), np.zeros((1, 3), np.uint8), "e4m3").shape == (0, 3)
    big = np.broadcast_to(np.arange(256, dtype=np.uint8), (3000, 256))  # enough for threads
    transposed = np.asfortranarray(big)
    wanted = np.broadcast_to(multiply(big[0], 0x3C, "e4m3"), big.shape)
    np.testing.assert_array_equal(multiply(transposed, 0x3C, "e4m3"), wanted)


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=str)
def test_own_dtype_is_taken_as_it_is(fmt):
    values = np.array([1.0, 1.5, -2.0, 0.5], DTYPES[fmt.name])
    wanted = multiply(lmul.encode(values, fmt), lmul.encode(values[::-1], fmt), fmt)
    np.testing.assert_array_equal(multiply(values, values[::-1], fmt), wanted)


def test_multiply_wrong():
    with pytest.raises(ValueError, match=r"^Shapes \(2,\) and \(3,\) don't broadcast$"):
        multiply([1, 2], [1, 2, 3], "e4m3")
    with pytest.raises(TypeError, match=r"^Codes must be integers .*not float64"):
        multiply([1.5], [2], "e4m3")
    with pytest.raises(ValueError, match=r"^Codes of 'e4m3' have 8 bits, 0 to 0xff, not 300$"):
        multiply([300], [2], "e4m3")
    with pytest.raises(ValueError, match=r"^Unknown kind 'lmull': use lmul, .*$"):
        multiply(1, 2, "e4m3", "lmull")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match=r"^Offset must be from 0 to 7 for 'e4m3', not 8$"):
        multiply(1, 2, "e4m3", offset=8)
    with pytest.raises(ValueError, match=r"^Unknown policy 'ieee': use bare, lax, ftz, ocp, .*$"):
        multiply(1, 2, "e4m3", policy="ieee")
    with pytest.raises(
        ValueError, match=r"^Kind 'lmul_rne' needs a format of at most 3 mantissa bits, not 'bf16'"
    ):
        multiply(1, 2, "bf16", "lmul_rne")
