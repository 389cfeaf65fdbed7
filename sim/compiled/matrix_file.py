"""Matrices in .npy files: codes or numbers in, codes or numbers out."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.numbers.formats import FORMATS, IntegerFormat
from lmul.sim.explain.encoding_losses import encoding_losses
from lmul.sim.golden.array_input import is_unnamed
from lmul.sim.golden.codec import decode, encode
from lmul.tools.files import write_whole

__all__ = ["as_operand", "read_matrix", "write_matrix"]


_E5M2_HEADER = b"'descr': '<f1'"
_HEADER_START = 64


def read_matrix(path: Path) -> npt.NDArray[Any]:
    """The array in a .npy file; one of ml_dtypes' float8_e5m2, as float32.

    Raises
    ------
    OSError
        When it can't be read.
    ValueError
        When it holds no array of numbers.
    """
    try:
        matrix = np.load(path, allow_pickle=False)
    except (ValueError, EOFError):
        matrix = _e5m2_matrix(path)
        if matrix is not None:
            return matrix
        raise ValueError(f"{str(path)!r} is no .npy file of numbers") from None
    if not isinstance(matrix, np.ndarray) or not (
        matrix.dtype.kind in "iuf" or is_unnamed(matrix.dtype)
    ):
        raise ValueError(f"{str(path)!r} must hold one array of integers or floats")
    return matrix


def _e5m2_matrix(path: Path) -> npt.NDArray[np.float32] | None:
    """The numbers in a file that np.save made of float8_e5m2; None if it is none.

    ml_dtypes gives that dtype the kind of numpy's own floats, so that the file names it '<f1',
    which np.load does not know.
    """
    data = path.read_bytes()
    if not data.startswith(b"\x93NUMPY") or _E5M2_HEADER not in data[:_HEADER_START]:
        return None
    try:
        codes = np.load(io.BytesIO(data.replace(_E5M2_HEADER, b"'descr': '|u1'", 1)))
    except (ValueError, EOFError):
        return None
    return np.asarray(decode(codes, "e5m2"), np.float32)


def as_operand(matrix: npt.NDArray[Any], design: MacDesign) -> tuple[npt.NDArray[Any], str]:
    """Codes for a design, and in words how they came about, with what the encoding lost.

    Integers are codes (or, for ``int8``, themselves); floats are encoded to the design's format,
    to nearest even, as :func:`lmul.encode` does by default. Nameless bytes, which is how np.save
    writes ml_dtypes' arrays, are codes where the design's format may be theirs.

    Raises
    ------
    ValueError
        For floats where the design has integers; for nameless bytes of another format.
    """
    size = " x ".join(map(str, matrix.shape))
    if is_unnamed(matrix.dtype):
        return _unnamed_codes(matrix, design), f"{size} codes of {design.format}, by the design"
    if matrix.dtype.kind != "f":
        what = (
            "integers"
            if isinstance(design.format, IntegerFormat)
            else f"codes of {design.format.name}"
        )
        return matrix, f"{size} {what}"
    if isinstance(design.format, IntegerFormat):
        raise ValueError(f"Design {design.name!r} multiplies integers, not {matrix.dtype}")
    codes = encode(matrix, design.format)
    said = f"{size} {matrix.dtype.name}, encoded to {design.format.name}, to nearest even"
    losses = encoding_losses(matrix, codes, design.format)
    return codes, f"{said}: {losses}" if losses else said


def _unnamed_codes(matrix: npt.NDArray[Any], design: MacDesign) -> npt.NDArray[Any]:
    size = 8 * matrix.dtype.itemsize
    fmt = design.format
    # Of the formats of two bytes, bf16 alone is unnamed in files.
    if isinstance(fmt, IntegerFormat) or (fmt.width > 8 if size == 8 else fmt.name != "bf16"):
        raise ValueError(
            f"A file of {size}-bit values without the name of their dtype (np.save drops those of "
            f"ml_dtypes) does not suit {design.name!r}: save x.view(np.uint{size}) to give codes, "
            "or x.astype(np.float32) to give numbers"
        )
    return matrix.view(f"u{matrix.dtype.itemsize}")


def write_matrix(
    path: Path, codes: npt.NDArray[Any], design: MacDesign, out: str, as_codes: bool
) -> str:
    """Write results, the file whole or not at all; what it holds, in words.

    Numbers are float32, which holds every value of ``out``, or int32 for ``int8``.

    Raises
    ------
    OSError
        When it can't be written.
    """
    content, said = codes, f"codes of {out}, {codes.dtype}"
    if isinstance(design.format, IntegerFormat):
        said = "int32"
    elif not as_codes:
        content, said = decode(codes, FORMATS[out], np.float32), "float32"
    stream = io.BytesIO()
    np.save(stream, content)
    write_whole(path.parent, {path.name: stream.getvalue()})
    return said
