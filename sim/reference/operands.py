"""Random operands for what accumulates: codes of all sizes, of like size, and special ones."""

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.numbers.formats import Format, IntegerFormat
from lmul.sim.accuracy.operands import tensor_scale
from lmul.sim.accuracy.workload import attention
from lmul.sim.golden.codec import code_dtype, encode
from lmul.sim.reference.vectors import corner_codes

__all__ = [
    "Operands",
    "attention_operands",
    "draw_codes",
    "draw_operands",
    "largest_operands",
    "operand_corners",
]


Codes = npt.NDArray[np.unsignedinteger[Any]]
_INT8_CORNERS = np.array([0x00, 0x01, 0x7F, 0x80, 0x81, 0xFF], np.uint8)


@cache
def operand_corners(fmt: Format) -> Codes:
    """The codes at the edges of a format."""
    return _INT8_CORNERS if isinstance(fmt, IntegerFormat) else corner_codes(fmt)


def draw_codes(
    rng: np.random.Generator,
    fmt: Format,
    shape: tuple[int, ...],
    special: float = 0.0,
) -> Codes:
    """Finite codes, of any size or, as often, of like size; so that all bits of a sum count.

    Parameters
    ----------
    rng : Generator
    fmt : FloatFormat or IntegerFormat
    shape : tuple of int
    special : float
        The share of corner codes (NaN, Inf, zeros, subnormals, largest) among them.
    """
    if isinstance(fmt, IntegerFormat):
        codes = rng.integers(0, 1 << fmt.width, shape).astype(np.uint8)
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


Operands = tuple[Codes, Codes]
"""The left matrix, (M, K), and the right one, (K, N)."""
_REAL_DEPTH = 32


def draw_operands(
    rng: np.random.Generator, design: MacDesign, m: int, k: int, n: int, special: float = 0.0
) -> Operands:
    """Random matrices (m, k) and (k, n); ``special`` is the share of corner codes."""
    return (
        draw_codes(rng, design.format, (m, k), special),
        draw_codes(rng, design.format, (k, n), special),
    )


def largest_operands(design: MacDesign, k: int, negative: bool) -> Operands:
    """A tile of the largest products, k of them to a sum."""
    fmt = design.format
    if isinstance(fmt, IntegerFormat):
        # the lowest integer squared, or times the largest
        one, other = fmt.sign_mask, fmt.max_code if negative else fmt.sign_mask
    else:
        top = fmt.magnitude_mask if design.policy.specials == "ignore" else fmt.max_code
        one, other = top, top | (fmt.sign_mask if negative else 0)
    dtype = code_dtype(fmt)
    return np.full((design.rows, k), one, dtype), np.full((k, design.columns), other, dtype)


def attention_operands(design: MacDesign) -> list[Operands]:
    """A piece of each product of the real tile, with ragged edges on an array of the design."""
    m, n, k = 2 * design.rows + 1, design.columns + 1, min(_REAL_DEPTH, design.k_max)
    return [
        (_codes(left[0, :m, :k], design.format), _codes(right[0, :k, :n], design.format))
        for left, right in attention().products.values()
    ]


def _codes(values: npt.NDArray[np.float32], fmt: Format) -> Codes:
    if isinstance(fmt, IntegerFormat):
        scale = fmt.max_code / max(1e-30, float(np.abs(values).max()))
        return np.rint(values * scale).astype(np.int8).view(np.uint8)
    return np.asarray(encode(values * tensor_scale(values, fmt), fmt))
