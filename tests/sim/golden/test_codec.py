import gfloat
import gfloat.formats
import ml_dtypes
import numpy as np
import pytest
from oracle import DTYPES, GFLOAT

from lmul import FORMATS, FloatFormat, decode, encode

SMALL = [f for f in FORMATS.values() if f.width <= 16]


def every_code(fmt):
    return np.arange(1 << fmt.width, dtype=np.uint8 if fmt.width <= 8 else np.uint16)


@pytest.mark.parametrize("fmt", SMALL, ids=str)
def test_decode_every_code_ml_dtypes(fmt):
    codes = every_code(fmt)
    with np.errstate(invalid="ignore"):
        wanted = codes.view(DTYPES[fmt.name]).astype(np.float64)
    got = decode(codes, fmt, np.float64)
    assert got.dtype == np.float64
    np.testing.assert_array_equal(got, wanted)
    numbers = ~np.isnan(wanted)
    np.testing.assert_array_equal(np.signbit(got[numbers]), np.signbit(wanted[numbers]))


@pytest.mark.parametrize("name", [name for name in GFLOAT if name != "fp32"])
def test_decode_every_code_gfloat(name):
    fmt = FORMATS[name]
    codes = every_code(fmt)
    wanted = [gfloat.decode_float(GFLOAT[name], int(c)).fval for c in codes]
    np.testing.assert_array_equal(decode(codes, fmt, np.float64), wanted)


def test_decode_fp32():
    codes = np.random.default_rng(7).integers(0, 1 << 32, 1_000_000, dtype=np.uint32)
    codes[:6] = [0, 1 << 31, 1, 0x7F7FFFFF, 0x7F800000, 0x7FC00000]
    np.testing.assert_array_equal(decode(codes, "fp32"), codes.view(np.float32))


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=str)
def test_encode_nearest(fmt):
    # Every value of the format, the midpoints between neighbours, and a hair either side of them.
    if fmt.width <= 16:
        values = np.unique(decode(every_code(fmt), fmt, np.float64))
        values = values[np.isfinite(values)]
    else:
        bits = np.random.default_rng(3).integers(0, 1 << 32, 100_000, dtype=np.uint32)
        values = np.unique(bits.view(np.float32)[np.isfinite(bits.view(np.float32))])
        values = np.unique(np.concatenate([values, np.nextafter(values, np.float32(0))]))
        values = values.astype(np.float64)
    middles = (values[1:] + values[:-1]) / 2
    beyond = [fmt.max * f for f in (1.01, 1.03, 1.0625, 1.125, 1.2, 4, -1.2, -4)]
    # ml_dtypes goes through float32 and would round twice: float32 hairs keep that exact.
    fine = np.float64 if fmt.width > 16 else np.float32
    hairs = [np.nextafter(middles.astype(fine), fine(end)) for end in (np.inf, -np.inf)]
    special = [*beyond, np.inf, -np.inf, 0.0, -0.0]
    if fine is np.float32:
        special = np.clip(special, -3.4e38, 3.4e38).astype(fine)
    x = np.concatenate([values, middles, *hairs, special, [np.inf, -np.inf]], dtype=np.float64)
    with np.errstate(all="ignore"):
        wanted = x.astype(DTYPES[fmt.name])
    got = encode(x, fmt)
    assert got.shape == x.shape
    bits = wanted.view(got.dtype)
    if fmt.nan_code is not None:
        bits = np.where(np.isnan(wanted.astype(np.float64)), fmt.nan_code, bits)
    np.testing.assert_array_equal(got, bits)


@pytest.mark.parametrize("fmt", SMALL, ids=str)
def test_encode_truncate(fmt):
    # The largest code whose value is not above x: truncation, said another way.
    codes = np.arange(fmt.max_code + 1)
    values = decode(codes, fmt, np.float64)
    x = np.random.default_rng(5).uniform(0, fmt.max, 10_000)
    x[:1000] *= fmt.min_normal / fmt.max
    wanted = codes[np.searchsorted(values, x, side="right") - 1]
    np.testing.assert_array_equal(encode(x, fmt, rounding="truncate"), wanted)
    negative = encode(-x, fmt, rounding="truncate")
    np.testing.assert_array_equal(decode(negative, fmt, np.float64), -values[wanted])


@pytest.mark.parametrize(
    ("name", "overflow", "code"),
    [
        ("e4m3", "nonsaturating", 0x7F),
        ("e4m3", "saturate", 0x7E),
        ("e5m2", "nonsaturating", 0x7C),
        ("e5m2", "saturate", 0x7B),
        ("e5m2fnuz", "nonsaturating", 0x80),
        ("e5m2fnuz", "saturate", 0x7F),
        ("e2m1", "nonsaturating", 0x7),
        ("fp32", "nonsaturating", 0x7F800000),
        ("fp32", "saturate", 0x7F7FFFFF),
    ],
)
def test_encode_overflow(name, overflow, code):
    assert encode(np.inf, name, overflow=overflow) == code
    assert encode(1e300, name, overflow=overflow) == code
    assert encode(FORMATS[name].max, name, overflow=overflow) == FORMATS[name].max_code


def test_encode_truncate_judges_overflow_after_rounding():
    # 479 is cut to 448, the largest; 480 is kept as 480, which e4m3 hasn't.
    assert encode([479.9, 480.0], "e4m3", rounding="truncate").tolist() == [0x7E, 0x7F]


def test_encode_takes_any_real_dtype_and_shape():
    values = [[0.5, -1.75], [0.0, 448.0]]
    wanted = [[0x30, 0xBE], [0x00, 0x7E]]
    for dtype in (np.float16, np.float32, np.float64, ml_dtypes.bfloat16, ml_dtypes.float8_e4m3):
        array = np.array(values[0], dtype=dtype)
        assert encode(array, "e4m3").tolist() == wanted[0], dtype
    assert encode(values, "e4m3").tolist() == wanted
    assert encode(np.int64(3), "e4m3") == 0x44
    assert encode(np.zeros((0, 3)), "e4m3").shape == (0, 3)
    assert encode([True and 1], "e4m3").dtype == np.uint8


@pytest.mark.parametrize("fmt", SMALL, ids=str)
def test_encode_any_bits(fmt):
    """Floats of any exponent, subnormal ones too, as ml_dtypes rounds them from float32."""
    bits = np.random.default_rng(8).integers(0, 1 << 32, 200_001, dtype=np.uint32)
    bits[: 1 << 16] >>= np.arange(1 << 16, dtype=np.uint32) % 9  # more of the small exponents
    given = bits.view(np.float32)
    given = given[~np.isnan(given)] if not fmt.has_nan else given
    with np.errstate(invalid="ignore", over="ignore"):
        wanted = given.astype(DTYPES[fmt.name]).astype(np.float32)
        for x in (given, given.astype(np.float64)):
            found = decode(encode(x, fmt), fmt)
            np.testing.assert_array_equal(found, wanted)
            assert (np.signbit(found) == np.signbit(wanted))[~np.isnan(found)].all()


@pytest.mark.parametrize("bias", [1072, 1023, -900])
@pytest.mark.parametrize("rounding", ["nearest", "truncate"])
def test_encode_at_the_ends_of_float64(bias, rounding):
    """Formats whose small numbers are float64's own subnormals, and one of huge numbers alone."""
    fmt = FloatFormat("own", 4, 2, bias)
    codes = np.arange(fmt.max_code + 1)
    values = decode(codes, fmt, np.float64)
    assert encode(values, fmt, rounding).tolist() == codes.tolist()
    ratios = values[1:] / values[1]
    assert ratios.tolist() == [
        *range(1, 4),
        *((4 + code % 4) << (code // 4 - 1) for code in codes[4:]),
    ]
    if bias < 1072:  # there is something between two numbers
        between = values[:-1] + np.diff(values) / 2
        up = codes[:-1] % 2 if rounding == "nearest" else 0
        assert encode(between, fmt, rounding).tolist() == (codes[:-1] + up).tolist()


def test_encode_user_format():
    fmt = FloatFormat("e6m9", 6, 9, 31)
    codes = np.arange(fmt.max_code + 1)
    np.testing.assert_array_equal(encode(decode(codes, fmt, np.float64), fmt), codes)
    wide = FloatFormat("e10m12", 10, 12, 511)
    assert decode(encode(2.0**300, wide), wide, np.float64) == 2.0**300


def test_encode_wrong():
    with pytest.raises(ValueError, match=r"^NaN can't be encoded in 'e2m1', which has no NaN$"):
        encode([1.0, np.nan], "e2m1")
    with pytest.raises(ValueError, match=r"^rounding must be 'nearest' or 'truncate', not 'up'$"):
        encode(1.0, "e4m3", rounding="up")  # pyright: ignore[reportArgumentType]
    with pytest.raises(
        ValueError, match=r"^overflow must be 'nonsaturating' or 'saturate', not 'wrap'$"
    ):
        encode(1.0, "e4m3", overflow="wrap")  # pyright: ignore[reportArgumentType]
    with pytest.raises(
        TypeError,
        match=r"^Values must be real numbers of at most 64 bits, not an array of complex128$",
    ):
        encode(1j, "e4m3")
    with pytest.raises(TypeError, match=r"not an array of (longdouble|float128)$"):
        encode(np.longdouble(1), "e4m3")
    with pytest.raises(ValueError, match=r"^Unknown format 'e4m4': use e4m3, e5m2, .*$"):
        encode(1.0, "e4m4")
    with pytest.raises(TypeError, match=r"^Format must be a FloatFormat or its name, not 8$"):
        encode(1.0, 8)  # pyright: ignore[reportArgumentType]


def test_decode_wrong():
    with pytest.raises(ValueError, match=r"^Codes of 'e4m3' have 8 bits, 0 to 0xff, not 256$"):
        decode([1, 256], "e4m3")
    with pytest.raises(ValueError, match=r"^Codes of 'e2m1' have 4 bits, 0 to 0xf, not -1$"):
        decode([-1], "e2m1")
    with pytest.raises(
        TypeError,
        match=r"^Codes of 'e4m3' can't come from an array of float8_e5m2 \(that is 'e5m2'\); "
        r"encode\(\) converts values$",
    ):
        decode(np.zeros(3, ml_dtypes.float8_e5m2), "e4m3")
    with pytest.raises(
        TypeError,
        match=r"^Codes must be integers or an array of the format's own dtype, not float64; "
        r"encode\(\) converts values$",
    ):
        decode([1.0], "e4m3")
    with pytest.raises(TypeError, match=r"^decode gives float32 or float64, not int8$"):
        decode([1], "e4m3", np.int8)
    with pytest.raises(
        ValueError, match=r"^float32 can't hold the values of 'e9m4': ask for float64$"
    ):
        decode([1], FloatFormat("e9m4", 9, 4, 255))
