"""Matrices for an array to multiply: random, real, and the largest."""

from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.formats import FloatFormat
from lmul.hdl.mac_design import MacDesign
from lmul.sim.codec import code_dtype, encode
from lmul.sim.operand_accuracy import tensor_scale
from lmul.sim.operand_draw import draw_codes
from lmul.sim.workload import attention

__all__ = ["Operands", "attention_operands", "draw_operands", "largest_operands"]

Codes = npt.NDArray[np.unsignedinteger[Any]]
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
    if fmt is None:
        # -128 squared, or times 127
        one, other = 0x80, 0x7F if negative else 0x80
        dtype = np.dtype(np.uint8)
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


def _codes(values: npt.NDArray[np.float32], fmt: FloatFormat | None) -> Codes:
    if fmt is None:
        scale = 127 / max(1e-30, float(np.abs(values).max()))
        return np.rint(values * scale).astype(np.int8).view(np.uint8)
    return np.asarray(encode(values * tensor_scale(values, fmt), fmt))
