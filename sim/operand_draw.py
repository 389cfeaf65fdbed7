"""Random operands for what accumulates: codes of all sizes, of like size, and special ones."""

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.formats import FloatFormat
from lmul.sim.codec import code_dtype
from lmul.sim.vectors import corner_codes

__all__ = ["draw_codes", "operand_corners"]

Codes = npt.NDArray[np.unsignedinteger[Any]]
_INT8_CORNERS = np.array([0x00, 0x01, 0x7F, 0x80, 0x81, 0xFF], np.uint8)


@cache
def operand_corners(fmt: FloatFormat | None) -> Codes:
    """The codes at the edges of a format; of 8-bit integers for None."""
    return _INT8_CORNERS if fmt is None else corner_codes(fmt)


def draw_codes(
    rng: np.random.Generator,
    fmt: FloatFormat | None,
    shape: tuple[int, ...],
    special: float = 0.0,
) -> Codes:
    """Finite codes, of any size or, as often, of like size; so that all bits of a sum count.

    Parameters
    ----------
    rng : Generator
    fmt : FloatFormat or None
        None draws 8-bit integers.
    shape : tuple of int
    special : float
        The share of corner codes (NaN, Inf, zeros, subnormals, largest) among them.
    """
    if fmt is None:
        codes = rng.integers(0, 256, shape).astype(np.uint8)
    else:
        top = fmt.max_code
        if rng.random() < 0.5:
            magnitude = rng.integers(0, top + 1, shape)
        else:
            spread = rng.integers(1, 4) << fmt.mantissa_bits
            magnitude = np.clip(
                rng.integers(0, top + 1) + rng.integers(-spread, spread + 1, shape), 0, top
            )
        codes = (magnitude | rng.integers(0, 2, shape) * fmt.sign_mask).astype(code_dtype(fmt))
    corners = operand_corners(fmt)
    chosen = corners[rng.integers(0, len(corners), shape)]
    return np.where(rng.random(shape) < special, chosen, codes)
