"""Every derived property of every named format, against ml_dtypes and gfloat."""

import dataclasses
import re

import gfloat
import gfloat.formats
import ml_dtypes
import numpy as np
import pytest
from oracle import DTYPES, GFLOAT

from lmul.hdl.numbers.formats import FORMATS, FloatFormat

CANONICAL_NAN = {  # OFP8, MX and IEEE 754, as ARITHMETIC §1 lists them
    "e4m3": 0x7F,
    "e5m2": 0x7E,
    "e3m4": 0x78,
    "e4m3fnuz": 0x80,
    "e5m2fnuz": 0x80,
    "e2m3": None,
    "e3m2": None,
    "e2m1": None,
    "bf16": 0x7FC0,
    "fp16": 0x7E00,
    "fp32": 0x7FC00000,
}


def decoded(code: int, name: str) -> float:
    """What ml_dtypes or numpy reads a code as."""
    stored = {1: np.uint8, 2: np.uint16, 4: np.uint32}[np.dtype(DTYPES[name]).itemsize]
    return float(np.array([code], stored).view(DTYPES[name])[0])


def test_names_are_complete() -> None:
    assert list(FORMATS) == list(DTYPES) == list(CANONICAL_NAN)
    assert all(str(fmt) == fmt.name == name for name, fmt in FORMATS.items())


@pytest.mark.parametrize("name", DTYPES)
def test_widths_against_ml_dtypes(name: str) -> None:
    fmt, info = FORMATS[name], ml_dtypes.finfo(DTYPES[name])
    assert (fmt.width, fmt.exponent_bits, fmt.mantissa_bits) == (info.bits, info.nexp, info.nmant)
    assert fmt.magnitude_bits == info.nexp + info.nmant == fmt.width - 1
    assert fmt.sign_mask == 2 ** (info.bits - 1)
    assert fmt.magnitude_mask == 2 ** (info.bits - 1) - 1
    assert fmt.exponent_mask == 2**info.nexp - 1
    assert fmt.mantissa_mask == 2**info.nmant - 1


@pytest.mark.parametrize("name", DTYPES)
def test_values_against_ml_dtypes(name: str) -> None:
    fmt, info = FORMATS[name], ml_dtypes.finfo(DTYPES[name])
    assert fmt.max == float(info.max) == decoded(fmt.max_code, name)
    assert fmt.min_normal == float(info.smallest_normal) == decoded(fmt.min_normal_code, name)
    assert fmt.min_subnormal == float(info.smallest_subnormal) == decoded(1, name)


@pytest.mark.parametrize("name", DTYPES)
def test_special_codes_against_ml_dtypes(name: str) -> None:
    fmt = FORMATS[name]
    assert fmt.nan_code == CANONICAL_NAN[name]
    assert fmt.has_nan == (fmt.nan_code is not None)
    if fmt.nan_code is not None:
        assert np.isnan(decoded(fmt.nan_code, name))
    assert fmt.has_inf == (fmt.inf_code is not None)
    if fmt.inf_code is not None:
        assert decoded(fmt.inf_code, name) == np.inf
    minus_zero = decoded(fmt.sign_mask, name)
    assert fmt.has_negative_zero == (minus_zero == 0 and bool(np.signbit(minus_zero)))
    if fmt.width <= 16:
        codes = np.arange(2**fmt.width, dtype=np.uint16 if fmt.width > 8 else np.uint8)
        with np.errstate(invalid="ignore"):  # signalling NaNs among the codes
            values = codes.view(DTYPES[name]).astype(np.float64)
        assert fmt.has_inf == bool(np.isinf(values).any())
        assert fmt.has_nan == bool(np.isnan(values).any())


@pytest.mark.parametrize("name", GFLOAT)
def test_against_gfloat(name: str) -> None:
    fmt, info = FORMATS[name], GFLOAT[name]
    assert (fmt.width, fmt.exponent_bits, fmt.bias) == (info.k, info.expBits, info.bias)
    assert fmt.mantissa_bits == info.precision - 1
    assert (fmt.has_inf, fmt.has_nan) == (info.num_posinfs > 0, info.num_nans > 0)
    assert fmt.has_negative_zero == info.has_nz
    assert (fmt.max, fmt.max_code) == (info.max, info.code_of_max)
    assert fmt.min_normal == info.smallest_normal
    assert fmt.min_subnormal == info.smallest_subnormal
    if fmt.nan_code is not None:
        assert np.isnan(gfloat.decode_float(info, fmt.nan_code).fval)
    if fmt.inf_code is not None:
        assert fmt.inf_code == info.code_of_posinf


@pytest.mark.parametrize(
    ("name", "constant"),
    [("fp32", 0x3F780000), ("bf16", 16248), ("fp16", 15296), ("e4m3", 55), ("e5m2", 59)],
)
def test_paper_constant(name: str, constant: int) -> None:
    # arXiv 2410.00907 gives fp32's; ARITHMETIC §2 derives the others.
    fmt = FORMATS[name]
    assert (fmt.bias << fmt.mantissa_bits) - fmt.paper_offset == constant


def test_paper_l() -> None:
    seen = {m: FloatFormat("f", 5, m, 15).paper_l for m in range(1, 24)}
    assert [seen[m] for m in range(1, 6)] == [1, 2, 3, 3, 4]
    assert {seen[m] for m in range(5, 24)} == {4}


def test_formats_of_ones_own() -> None:
    # The smallest of each kind, and one with a bias of its own; counted by hand.
    tiny = FloatFormat("tiny", 1, 1, 0, "fn")  # codes 0, 1 (subnormal 1.0), 2 (2.0), 3 (NaN)
    assert (tiny.width, tiny.max, tiny.max_code, tiny.nan_code) == (3, 2.0, 2, 3)
    assert (tiny.min_normal, tiny.min_subnormal) == (2.0, 1.0)
    fmt = FloatFormat("e2m1i", 2, 1, 1)  # E = 3 is Inf and NaN, so 3.0 is the largest
    assert (fmt.max, fmt.inf_code, fmt.nan_code) == (3.0, 6, 7)
    fmt = FloatFormat("e4m3b11", 4, 3, 11, "fnuz")
    twin = ml_dtypes.finfo(ml_dtypes.float8_e4m3b11fnuz)
    assert (fmt.max, fmt.min_normal) == (float(twin.max), float(twin.smallest_normal))
    fmt = FloatFormat("e4m3i", 4, 3, 7)
    twin = ml_dtypes.finfo(ml_dtypes.float8_e4m3)
    assert (fmt.max, fmt.min_subnormal) == (float(twin.max), float(twin.smallest_subnormal))


def test_frozen_and_hashable() -> None:
    fmt = FORMATS["e4m3"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        fmt.bias = 8  # pyright: ignore[reportAttributeAccessIssue]
    assert hash(fmt) == hash(FloatFormat("e4m3", 4, 3, 7, "fn"))
    assert fmt != FloatFormat("e4m3", 4, 3, 7, "ieee")


NAME_RULE = "Format name must be lower-case letters, digits and underscores, starting with a letter"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((7, 4, 3, 7), TypeError, "Format name must be a string, not 7"),
        (("", 4, 3, 7), ValueError, f"{NAME_RULE}, not ''"),
        (("E4M3", 4, 3, 7), ValueError, f"{NAME_RULE}, not 'E4M3'"),
        (("_x", 4, 3, 7), ValueError, f"{NAME_RULE}, not '_x'"),
        (("e4-m3", 4, 3, 7), ValueError, f"{NAME_RULE}, not 'e4-m3'"),
        (("é", 4, 3, 7), ValueError, f"{NAME_RULE}, not 'é'"),
        (("f\n", 4, 3, 7), ValueError, f"{NAME_RULE}, not 'f\\n'"),
        (("f", 4.0, 3, 7), TypeError, "exponent_bits must be an integer, not 4.0"),
        (("f", 4, True, 7), TypeError, "mantissa_bits must be an integer, not True"),
        (("f", 4, 3, None), TypeError, "bias must be an integer, not None"),
        (
            ("f", 4, 3, 7, "inf"),
            ValueError,
            "specials must be one of ieee, fn, fnuz, finite, not 'inf'",
        ),
        (
            ("f", 1, 3, 7),
            ValueError,
            "exponent_bits must be at least 2 with 'ieee' specials, not 1",
        ),
        (
            ("f", 0, 3, 7, "fn"),
            ValueError,
            "exponent_bits must be at least 1 with 'fn' specials, not 0",
        ),
        (("f", 4, 0, 7), ValueError, "mantissa_bits must be at least 1, not 0"),
        (("f", 8, 24, 127), ValueError, "A format has at most 32 bits, not 33 (1 + 8 + 24)"),
        (
            ("f", 12, 3, 7),
            ValueError,
            "Format 'f' does not fit float64: its values reach from 2**-9 to 2**4088",
        ),
        (
            ("f", 4, 3, 1100),
            ValueError,
            "Format 'f' does not fit float64: its values reach from 2**-1102 to 2**-1085",
        ),
    ],
)
def test_wrong(arguments: tuple, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        FloatFormat(*arguments)
