"""Arrays as users hand them over: any byte order, layout and dtype, brought to one form."""

import sys
from typing import Any, TypeGuard

import numpy as np
import numpy.typing as npt

__all__ = [
    "FORMAT_OF_DTYPE",
    "as_floats",
    "bits_of",
    "is_float",
    "is_unnamed",
    "plain_array",
    "unnamed_hint",
]


# By name, so that ml_dtypes need not be installed: whoever has such an array has it.
FORMAT_OF_DTYPE = {
    "float8_e4m3fn": "e4m3",
    "float8_e5m2": "e5m2",
    "float8_e3m4": "e3m4",
    "float8_e4m3fnuz": "e4m3fnuz",
    "float8_e5m2fnuz": "e5m2fnuz",
    "float6_e2m3fn": "e2m3",
    "float6_e3m2fn": "e3m2",
    "float4_e2m1fn": "e2m1",
    "bfloat16": "bf16",
    "float16": "fp16",
    "float32": "fp32",
}
_NOT_NUMPYS = {name for name in FORMAT_OF_DTYPE if name[:6] == "float8" or name == "bfloat16"}
_SMALL_INTEGERS = ("int1", "int2", "int4", "uint1", "uint2", "uint4")  # ml_dtypes', a byte each
_EXACT_INTEGER = 1 << 53


def plain_array(given: npt.ArrayLike) -> npt.NDArray[Any]:
    """The array itself, in this machine's byte order.

    Every array from outside comes through here before its bits are looked at: a view of bytes in
    the other order would be of other numbers. A torch tensor is copied from its device where need
    be; of a dtype that numpy does not have, its numbers are float32.

    Raises
    ------
    TypeError, ValueError
        For a structured array; for a masked one, whose mask would be lost.
    """
    if _is_tensor(given):
        return _tensor_array(given)
    if np.ma.is_masked(given):
        raise ValueError("Masked elements have no value here: fill them first, as x.filled(0) does")
    array = np.asarray(given)
    if array.dtype.names is not None:
        names = ", ".join(map(repr, array.dtype.names))
        raise TypeError(
            f"A structured array is no array of numbers: pass one of its fields, {names}"
        )
    if array.dtype.name in _SMALL_INTEGERS:
        return array.astype(np.int8)
    # isnative alone would not do: ml_dtypes' dtypes of one byte say False once they were swapped.
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def bits_of(given: npt.ArrayLike) -> tuple[npt.NDArray[Any], str | None]:
    """The bits of an array in a format's own dtype, numpy's, ml_dtypes' or torch's; the dtype.

    The dtype is a key of :data:`FORMAT_OF_DTYPE`; any other array is itself, and the dtype None.
    Raises as :func:`plain_array` does.
    """
    if _is_tensor(given) and _dtype_name(given) in _NOT_NUMPYS:
        name, tensor = _dtype_name(given), given.detach().cpu()
        word = sys.modules["torch"].int16 if name == "bfloat16" else sys.modules["torch"].uint8
        bits = tensor.view(word).numpy()
        return bits.view(f"u{bits.itemsize}"), name
    array = plain_array(given)
    name = array.dtype.name
    known = name in FORMAT_OF_DTYPE
    return (array.view(f"u{array.itemsize}"), name) if known else (array, None)


def _is_tensor(given: Any) -> TypeGuard[Any]:
    # Whoever has a tensor has torch imported; nobody else should wait for it.
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(given, torch.Tensor)


def _dtype_name(tensor: Any) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _tensor_array(tensor: Any) -> npt.NDArray[Any]:
    tensor = tensor.detach().cpu()
    return (tensor.float() if _dtype_name(tensor) in _NOT_NUMPYS else tensor).numpy()


def is_float(dtype: np.dtype[Any]) -> bool:
    """Whether elements are numbers rather than codes: floats, numpy's or ml_dtypes'."""
    if dtype.kind == "f" or dtype.name in FORMAT_OF_DTYPE:
        return True
    # ml_dtypes' other floats; what np.load makes of files of them is np.void, and no number.
    return dtype.kind == "V" and dtype.type is not np.void and dtype.name not in _SMALL_INTEGERS


def as_floats(given: npt.ArrayLike) -> npt.NDArray[np.floating[Any]]:
    """Real numbers of at most 64 bits, exact: float32 of narrow floats, else float64.

    Raises
    ------
    TypeError, ValueError
        For anything else; for integers beyond ``2**53``.
    """
    array = plain_array(given)
    if array.dtype.name in FORMAT_OF_DTYPE:
        return array.astype(np.float32, copy=False)
    if array.dtype == np.float64:
        return array
    if array.dtype.kind in "ui":
        if array.size and max(abs(int(array.min())), abs(int(array.max()))) > _EXACT_INTEGER:
            raise ValueError("Integers beyond 2**53 can't be encoded exactly; pass floats")
        return array.astype(np.float64)
    try:
        # A float that ml_dtypes knows and this project does not, such as its float8_e4m3.
        # np.save writes ml_dtypes' arrays without their names: those are "V1", and no numbers.
        if array.dtype.kind == "V" and np.can_cast(array.dtype, np.float64):
            return array.astype(np.float64)
    except TypeError:
        pass
    raise TypeError(
        f"Values must be real numbers of at most 64 bits, not an array of {array.dtype.name}"
        f"{unnamed_hint(array.dtype)}"
    )


def is_unnamed(dtype: np.dtype[Any]) -> bool:
    """Whether elements are nameless bytes, as np.load gives for ml_dtypes' arrays."""
    return dtype.type is np.void and dtype.names is None and dtype.itemsize in (1, 2)


def unnamed_hint(dtype: np.dtype[Any]) -> str:
    """What to do with nameless bytes, to be put behind a message; empty for other dtypes."""
    if not is_unnamed(dtype):
        return ""
    codes = f"np.uint{8 * dtype.itemsize}"
    return (
        f" (np.save drops the name of ml_dtypes' dtypes: for codes take x.view({codes}), "
        "for numbers x.view(their dtype))"
    )
