"""What became of numbers that a format can't hold, counted and in words."""

from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.numbers.formats import FloatFormat
from lmul.sim.golden.array_input import as_floats
from lmul.sim.golden.codec import decode

__all__ = ["encoding_losses"]


def encoding_losses(
    values: npt.ArrayLike, codes: npt.NDArray[np.unsignedinteger[Any]], fmt: FloatFormat
) -> str:
    """How many of ``values`` are no longer what they were, in words; empty if none.

    Rounding is not counted, but where it takes a number to 0. A NaN that stays NaN and an Inf
    that stays Inf are not counted either.

    Parameters
    ----------
    values, codes : arrays of one shape
        What was encoded to nearest even without saturation, and what came of it.
    fmt : FloatFormat
        Of the codes.
    """
    given, found = as_floats(values).astype(np.float64), decode(codes, fmt, np.float64)
    size, numbers = np.abs(given), ~np.isnan(given)
    counts = {
        "became NaN": numbers & np.isnan(found),
        "became Inf": numbers & np.isfinite(given) & np.isinf(found),
        f"became the largest, {fmt.max:g}": _cut(size, fmt),
        "became 0": (size > 0) & (found == 0),
    }
    said = [f"{np.count_nonzero(where)} {what}" for what, where in counts.items() if where.any()]
    return f"of {given.size} " + ", ".join(said) if said else ""


def _cut(size: npt.NDArray[np.float64], fmt: FloatFormat) -> npt.NDArray[np.bool_]:
    """Where overflow ends at the largest number, for want of Inf and NaN."""
    if fmt.has_nan:
        return np.zeros(size.shape, np.bool_)
    ulp = fmt.max - float(decode(fmt.max_code - 1, fmt, np.float64))
    return size >= fmt.max + ulp / 2  # a tie rounds up: all bits of the largest's code are ones
