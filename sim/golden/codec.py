"""Numbers to codes and back, for any format and any shape."""

from functools import lru_cache
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.sim.golden.arithmetic import Significands, round_to_code
from lmul.sim.golden.array_input import as_float64, format_of, plain_array, unnamed_hint

__all__ = [
    "EncodeOverflow",
    "Rounding",
    "as_codes",
    "as_format",
    "code_dtype",
    "decode",
    "encode",
    "round_magnitude",
]


Rounding = Literal["nearest", "truncate"]
EncodeOverflow = Literal["nonsaturating", "saturate"]

_FLOAT64_FRACTION = 52
_TABLE_WIDTH = 16


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


def code_dtype(fmt: FloatFormat) -> np.dtype[np.unsignedinteger[Any]]:
    """The smallest unsigned dtype that holds the codes of ``fmt``."""
    return np.dtype(np.uint8 if fmt.width <= 8 else np.uint16 if fmt.width <= 16 else np.uint32)


def as_codes(codes: npt.ArrayLike, fmt: FloatFormat) -> npt.NDArray[np.unsignedinteger[Any]]:
    """Codes as an array of :func:`code_dtype`.

    Takes unsigned or signed integers that fit, and arrays of the format's own dtype (numpy's or
    ml_dtypes'), which are read as their bits. Any byte order and layout; an empty list is none.

    Raises
    ------
    TypeError, ValueError
        For another format's dtype or anything that is no integer; for codes out of range.
    """
    array = plain_array(codes)
    dtype = code_dtype(fmt)
    owner = format_of(array.dtype)
    if owner is not None:
        if FORMATS[owner] != fmt:
            raise TypeError(
                f"Codes of {fmt.name!r} can't come from an array of {array.dtype.name} "
                f"(that is {owner!r}); encode() converts values"
            )
        return array.view(dtype) & dtype.type(fmt.sign_mask | fmt.magnitude_mask)
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
        float16, float32, float64, ml_dtypes' floats, or integers up to 2**53.
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
    values = as_float64(x)
    shape = values.shape
    values = np.atleast_1d(values)
    nan, inf = np.isnan(values), np.isinf(values)
    if not fmt.has_nan and nan.any():
        raise ValueError(f"NaN can't be encoded in {fmt.name!r}, which has no NaN")
    finite = np.where(nan | inf, 0.0, np.abs(values))
    magnitude = round_magnitude(finite, fmt, rounding)
    too_large = (magnitude > fmt.max_code) | inf
    negative = np.signbit(values).astype(np.int64)
    if overflow == "saturate" or fmt.nan_code is None:
        np.copyto(magnitude, fmt.max_code, where=too_large)
        too_large = np.zeros_like(too_large)
    elif fmt.inf_code is not None:
        np.copyto(magnitude, fmt.inf_code, where=too_large)
        too_large = np.zeros_like(too_large)
    if not fmt.has_negative_zero:
        negative &= magnitude != 0
    codes = magnitude | (negative << fmt.magnitude_bits)
    if fmt.nan_code is not None:
        np.copyto(codes, fmt.nan_code, where=nan | too_large)
    return codes.astype(code_dtype(fmt)).reshape(shape)[()]


def round_magnitude(
    values: npt.NDArray[np.float64], fmt: FloatFormat, rounding: Rounding = "nearest"
) -> npt.NDArray[np.int64]:
    """Magnitude codes of finite values that are not negative, the exponent field unbounded above.

    Subnormals are rounded on their own grid; what exceeds the largest finite number is left to
    the caller.
    """
    fraction, exponent = np.frexp(values)
    sig = np.ldexp(fraction, _FLOAT64_FRACTION + 1).astype(np.int64)
    value = Significands(sig, exponent.astype(np.int64) - 1 + fmt.bias, _FLOAT64_FRACTION)
    magnitude = round_to_code(
        value, fmt.mantissa_bits, gradual=True, truncate=rounding == "truncate"
    )
    return np.where(values == 0, 0, magnitude)


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
