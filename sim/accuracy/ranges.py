"""Where products fall: in range, overflow, underflow, zero, or special.

Counted over code pairs, apart from any error (ARITHMETIC section 8): an overflow says nothing of
a multiplier's accuracy.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.kinds import Kind
from lmul.sim.golden.codec import as_format, decode
from lmul.sim.golden.multiply import product

__all__ = ["Census", "census", "range_masks"]


_SEEDED_PAIRS = 1_000_000


@dataclass(frozen=True)
class Census:
    """Where the products of code pairs fall; every pair is in one class.

    ``special``: NaN or Inf operand; ``zero``: else a zero operand; ``overflow``, ``underflow``:
    the kind's product, rounded once, beyond the largest or below the smallest normal;
    ``in_range``: all others.
    """

    pairs: int
    special: int
    zero: int
    overflow: int
    underflow: int
    in_range: int
    exhaustive: bool


def census(kind: Kind, fmt: FloatFormat | str, offset: int | None = None, seed: int = 0) -> Census:
    """Count what becomes of all code pairs (up to 8 bits), or of a million seeded ones."""
    fmt = as_format(fmt)
    codes = np.arange(1 << fmt.width, dtype=np.uint32) if fmt.is_narrow else None
    if codes is not None:
        x, y = (a.ravel() for a in np.broadcast_arrays(codes[:, None], codes[None, :]))
    else:
        rng = np.random.default_rng(seed)
        x, y = rng.integers(0, 1 << fmt.width, (2, _SEEDED_PAIRS), dtype=np.uint32)
    x_value, y_value = decode(x, fmt, np.float64), decode(y, fmt, np.float64)
    special = ~(np.isfinite(x_value) & np.isfinite(y_value))
    zero = ~special & ((x_value == 0) | (y_value == 0))
    value = product(x, y, fmt, kind, "normalize", offset)
    overflow, underflow = range_masks(value, fmt)
    plain = ~special & ~zero
    counts = {
        "special": special,
        "zero": zero,
        "overflow": plain & overflow,
        "underflow": plain & underflow,
        "in_range": plain & ~overflow & ~underflow,
    }
    numbers = {name: int(np.count_nonzero(mask)) for name, mask in counts.items()}
    return Census(pairs=x.size, exhaustive=codes is not None, **numbers)


def range_masks(
    values: NDArray[np.float64], fmt: FloatFormat
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which values overflow, and which are below the smallest normal, once rounded to nearest even.

    Judged as ARITHMETIC section 3 says: on the value rounded with an unbounded exponent.
    """
    magnitude = np.abs(values)
    m = fmt.mantissa_bits
    top = np.floor(np.log2(fmt.max))
    half_ulp = 2.0 ** (top - m - 1)
    # The tie above an odd code goes up, to what does not exist; above an even one it comes down.
    limit = fmt.max + half_ulp
    overflow = magnitude >= limit if fmt.max_code & 1 else magnitude > limit
    # Just below the smallest normal the grid is half as fine as above it; its tie is even: up.
    underflow = magnitude < fmt.min_normal * (1 - 2.0 ** -(m + 2))
    return overflow, underflow & (magnitude != 0)
