"""Matrices in .npy files: codes or numbers in, codes or numbers out."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.files import write_whole
from lmul.hdl.formats import FORMATS
from lmul.hdl.mac_design import MacDesign
from lmul.sim.codec import decode, encode

__all__ = ["as_operand", "read_matrix", "write_matrix"]


def read_matrix(path: Path) -> npt.NDArray[Any]:
    """The array in a .npy file.

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
        raise ValueError(f"{str(path)!r} is no .npy file of numbers") from None
    if not isinstance(matrix, np.ndarray) or matrix.dtype.kind not in "iuf":
        raise ValueError(f"{str(path)!r} must hold one array of integers or floats")
    return matrix


def as_operand(matrix: npt.NDArray[Any], design: MacDesign) -> tuple[npt.NDArray[Any], str]:
    """Codes for a design, and in words how they came about.

    Integers are codes (or, for ``int8``, themselves); floats are encoded to the design's format,
    to nearest even, as :func:`lmul.encode` does by default.

    Raises
    ------
    ValueError
        For floats where the design has integers.
    """
    size = " x ".join(map(str, matrix.shape))
    if matrix.dtype.kind != "f":
        what = "integers" if design.format is None else f"codes of {design.format.name}"
        return matrix, f"{size} {what}"
    if design.format is None:
        raise ValueError(f"Design {design.name!r} multiplies integers, not {matrix.dtype}")
    codes = encode(matrix, design.format)
    return codes, f"{size} {matrix.dtype}, encoded to {design.format.name}, to nearest even"


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
    if design.format is None:
        said = "int32"
    elif not as_codes:
        content, said = decode(codes, FORMATS[out], np.float32), "float32"
    stream = io.BytesIO()
    np.save(stream, content)
    write_whole(path.parent, {path.name: stream.getvalue()})
    return said
