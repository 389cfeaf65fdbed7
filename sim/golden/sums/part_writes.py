"""How often the parts of a sum are written that are written on change only."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.product_range import product_range
from lmul.sim.golden.codec import code_dtype
from lmul.sim.golden.multiply import product
from lmul.sim.golden.sums.sequential import running_sums

__all__ = ["matrix_writes", "part_writes", "stream_writes"]


Ints = npt.NDArray[np.integer[Any]]


def stream_writes(design: MacDesign, x: Ints, y: Ints, length: int) -> Mapping[str, float]:
    """As :func:`part_writes`, of pairs in a row, a dot product after another; no part of one."""
    used = len(x) // length * length
    x, y = (side[:used].reshape(-1, length).T for side in (x, y))
    return part_writes(design, x, y)


def matrix_writes(design: MacDesign, a: Ints, b: Ints) -> Mapping[str, float]:
    """As :func:`part_writes`, of matrix products, shapes (P, M, K) and (P, K, N)."""
    x, y = np.broadcast_arrays(a.swapaxes(1, 2)[..., None], b[:, :, None])  # (P, K, M, N)
    x, y = (side.swapaxes(0, 1).reshape(side.shape[1], -1) for side in (x, y))
    return part_writes(design, x, y)


def part_writes(design: MacDesign, x: Ints, y: Ints) -> Mapping[str, float]:
    """The share of additions in which each part is written, by its name.

    A part is written where the sum has other bits there than before, and at the end of each dot
    product, when all parts become zero.

    Parameters
    ----------
    design : MacDesign
        With a ``dualW`` accumulator.
    x, y : int arrays, shape (K, N)
        The operands of N dot products, codes of finite numbers; of ``int8`` the numbers.
    """
    parts, lsb = design.sum_parts, 0
    if design.kind == "int8" or not isinstance(design.format, FloatFormat):
        products = (x.astype(np.int64) * y).astype(np.float64)
    else:
        dtype, fmt, policy = code_dtype(design.format), design.format, design.policy
        products = product(x.astype(dtype), y.astype(dtype), fmt, design.kind, policy.subnormals)
        lsb = product_range(fmt, design.kind, policy).lsb
    sums = design.resolved_accumulator
    bits = running_sums(products, sums, lsb, parts.width, design.policy.overflow)
    changes = bits.copy()
    changes[:, 1:] ^= bits[:, :-1]
    changes[:, -1] = True
    return {name: float(changes[p].any(axis=0).mean()) for name, p in parts.rare.items()}
