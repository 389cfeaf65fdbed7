"""Numbers to codes and back, for any format and any shape."""

from functools import lru_cache
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from lmul.hdl.numbers.formats import FORMATS, FloatFormat, Format
from lmul.sim.golden.array_input import FORMAT_OF_DTYPE, as_floats, bits_of, unnamed_hint
from lmul.sim.golden.round_floats import Rounding, round_magnitude

__all__ = [
    "EncodeOverflow",
    "Rounding",
    "as_codes",
    "as_format",
    "code_dtype",
    "decode",
    "encode",
]


EncodeOverflow = Literal["nonsaturating", "saturate"]

_TABLE_WIDTH = 16
_CHUNK = 1 << 14  # numbers whose intermediate words stay in a core's own cache


def as_format(fmt: FloatFormat | str) -> FloatFormat:
    """The format itself, or the named one.

    Raises
    ------
    TypeError, ValueError
        When ``fmt`` is neither a FloatFormat nor a string; when no format has that name.
    """
    if isinstance(fmt, FloatFormat):
        return fmt
    if not isinstance(fmt, str):
        raise TypeError(f"Format must be a FloatFormat or its name, not {fmt!r}")
    if fmt not in FORMATS:
        raise ValueError(f"Unknown format {fmt!r}: use {', '.join(FORMATS)}, or a FloatFormat")
    return FORMATS[fmt]


def code_dtype(fmt: Format) -> np.dtype[np.unsignedinteger[Any]]:
    """The smallest unsigned dtype that holds the codes of ``fmt``."""
    return np.dtype(np.uint8 if fmt.width <= 8 else np.uint16 if fmt.width <= 16 else np.uint32)


def as_codes(codes: npt.ArrayLike, fmt: FloatFormat) -> npt.NDArray[np.unsignedinteger[Any]]:
    """Codes as an array of :func:`code_dtype`.

    Takes unsigned or signed integers that fit, and arrays of the format's own dtype (numpy's,
    ml_dtypes' or torch's), which are read as their bits. Any byte order and layout; an empty list
    is none.

    Raises
    ------
    TypeError, ValueError
        For another format's dtype or anything that is no integer; for codes out of range.
    """
    array, name = bits_of(codes)
    dtype = code_dtype(fmt)
    if name is not None:
        owner = FORMAT_OF_DTYPE[name]
        if FORMATS[owner] != fmt:
            raise TypeError(
                f"Codes of {fmt.name!r} can't come from an array of {name} (that is {owner!r}); "
                "encode() converts values"
            )
        return array & dtype.type(fmt.sign_mask | fmt.magnitude_mask)
    if not array.size and not isinstance(codes, np.ndarray):
        return array.astype(dtype)  # what numpy makes of [] is float64
    if array.dtype.kind not in "ui":
        raise TypeError(
            f"Codes must be integers or an array of the format's own dtype, not {array.dtype.name}"
            f"{unnamed_hint(array.dtype) or '; encode() converts values'}"
        )
    limit = fmt.sign_mask | fmt.magnitude_mask
    if (array.dtype.kind == "i" or array.dtype.itemsize * 8 > fmt.width) and array.size:
        for extreme in (int(array.min()), int(array.max())):
            if not 0 <= extreme <= limit:
                raise ValueError(
                    f"Codes of {fmt.name!r} have {fmt.width} bits, 0 to {limit:#x}, not {extreme}"
                )
    return array.astype(dtype, copy=False)


def encode(
    x: npt.ArrayLike,
    fmt: FloatFormat | str,
    rounding: Rounding = "nearest",
    overflow: EncodeOverflow = "nonsaturating",
) -> npt.NDArray[np.unsignedinteger[Any]]:
    """Round numbers to codes of ``fmt``.

    Parameters
    ----------
    x : array of float or integer, any shape
        float16, float32, float64, ml_dtypes' floats, or integers up to 2**53; torch tensors of
        the same, bfloat16 and float8 among them.
    fmt : FloatFormat or str
        The format, or its name.
    rounding : str
        ``"nearest"``: ties to even, as fp8 hardware converts; ``"truncate"``: toward zero, the
        "first k bits" of arXiv 2410.00907.
    overflow : str
        Judged after rounding. ``"nonsaturating"``: Inf, NaN where there is no Inf, the largest
        finite where there is neither; ``"saturate"``: the largest finite, for Inf too.

    Returns
    -------
    array of the smallest unsigned dtype, shape of ``x``

    Raises
    ------
    TypeError, ValueError
        For anything but real numbers; for an unknown rounding or overflow, and for a NaN where
        the format has none.
    """
    fmt = as_format(fmt)
    _check_choice("rounding", rounding, get_args(Rounding))
    _check_choice("overflow", overflow, get_args(EncodeOverflow))
    values = as_floats(x)
    flat = np.ascontiguousarray(values).reshape(-1)
    codes = np.empty(flat.shape, code_dtype(fmt))
    for start in range(0, flat.size, _CHUNK):
        part = slice(start, start + _CHUNK)
        codes[part] = _encode(flat[part], fmt, rounding, overflow)
    return codes.reshape(values.shape)[()]


def _encode(
    values: npt.NDArray[np.floating[Any]],
    fmt: FloatFormat,
    rounding: Rounding,
    overflow: EncodeOverflow,
) -> npt.NDArray[np.unsignedinteger[Any]]:
    nan = np.isnan(values)
    if not nan.any():
        nan = None
    elif not fmt.has_nan:
        raise ValueError(f"NaN can't be encoded in {fmt.name!r}, which has no NaN")
    codes = round_magnitude(values, fmt, rounding)
    sign = np.signbit(values)
    too_large = codes > fmt.max_code
    too_large |= np.isinf(values)
    if too_large.any():
        largest = fmt.max_code
        if overflow == "nonsaturating" and fmt.nan_code is not None:
            if fmt.inf_code is None:
                nan = too_large if nan is None else nan | too_large
            else:
                largest = fmt.inf_code
        np.copyto(codes, codes.dtype.type(largest), where=too_large)
    if not fmt.has_negative_zero:
        sign &= codes != 0
    codes |= sign.astype(codes.dtype) << codes.dtype.type(fmt.magnitude_bits)
    if nan is not None:
        assert fmt.nan_code is not None
        np.copyto(codes, codes.dtype.type(fmt.nan_code), where=nan)
    return codes


def decode(
    codes: npt.ArrayLike, fmt: FloatFormat | str, dtype: npt.DTypeLike = np.float32
) -> npt.NDArray[np.floating[Any]]:
    """The numbers that codes of ``fmt`` stand for; exact.

    Parameters
    ----------
    codes : array of integers, or of the format's own dtype, any shape
    fmt : FloatFormat or str
    dtype : numpy.float32 or numpy.float64

    Raises
    ------
    TypeError, ValueError
        For another format's dtype, codes that are too wide, another result dtype, and a format
        whose values float32 can't hold when float32 is asked for.
    """
    fmt = as_format(fmt)
    wanted = np.dtype(dtype)
    if wanted not in (np.dtype(np.float32), np.dtype(np.float64)):
        raise TypeError(f"decode gives float32 or float64, not {wanted.name}")
    if wanted == np.float32 and not _fits_float32(fmt):
        raise ValueError(f"float32 can't hold the values of {fmt.name!r}: ask for float64")
    array = as_codes(codes, fmt)
    if fmt.width <= _TABLE_WIDTH:
        values = _table(fmt)[array]
    else:
        values = _decode_float64(array.astype(np.int64), fmt)
    with np.errstate(invalid="ignore"):  # some processors flag the conversion of a NaN
        return (values.astype(np.float32) if wanted == np.float32 else values.copy())[()]


def _fits_float32(fmt: FloatFormat) -> bool:
    single = FORMATS["fp32"]
    return (
        fmt.mantissa_bits <= single.mantissa_bits
        and fmt.max <= single.max
        and fmt.min_subnormal >= single.min_subnormal
    )


@lru_cache(maxsize=64)
def _table(fmt: FloatFormat) -> npt.NDArray[np.float64]:
    return _decode_float64(np.arange(1 << fmt.width), fmt)


def _decode_float64(codes: npt.NDArray[np.int64], fmt: FloatFormat) -> npt.NDArray[np.float64]:
    magnitude = codes & fmt.magnitude_mask
    field = magnitude >> fmt.mantissa_bits
    mantissa = magnitude & fmt.mantissa_mask
    hidden = np.where(field > 0, 1 << fmt.mantissa_bits, 0)
    exponent = np.maximum(field, 1) - (fmt.bias + fmt.mantissa_bits)
    values: npt.NDArray[np.float64] = np.ldexp((mantissa + hidden).astype(np.float64), exponent)
    if fmt.inf_code is not None:
        values = np.where(magnitude == fmt.inf_code, np.inf, values)
        values = np.where(magnitude > fmt.inf_code, np.nan, values)
    elif fmt.specials == "fn":
        values = np.where(magnitude == fmt.nan_code, np.nan, values)
    values = np.where(codes & fmt.sign_mask, -values, values)
    if fmt.specials == "fnuz":
        values = np.where(codes == fmt.nan_code, np.nan, values)
    return values


def _check_choice(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} must be {' or '.join(map(repr, allowed))}, not {value!r}")
