"""np.matmul's shapes for a product of two matrices: vectors, stacks of matrices, no elements."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["stacked_product"]


Array = npt.NDArray[Any]


def stacked_product(
    a: Array, b: Array, multiply: Callable[[Array, Array], Array], dtype: npt.DTypeLike
) -> Array:
    """``np.matmul`` with another product of matrices inside.

    Parameters
    ----------
    a, b : arrays, shapes (..., M, K) and (..., K, N)
        Of one dimension: a row on the left, a column on the right, and no such dimension in the
        result. The dimensions in front broadcast.
    multiply : callable
        Of matrices (M, K) and (K, N), none of these 0, to (M, N).
    dtype : numpy dtype
        Of its results. Sums of nothing are 0.

    Raises
    ------
    ValueError
        For shapes that np.matmul refuses.
    """
    if not a.ndim or not b.ndim:
        raise ValueError("Operands must have a dimension at least; multiply() takes single codes")
    left, right = (a[None] if a.ndim == 1 else a), (b[:, None] if b.ndim == 1 else b)
    wrong = f"Shapes {a.shape} and {b.shape} don't multiply"
    if left.shape[-1] != right.shape[-2]:
        raise ValueError(f"{wrong}: K is not the same")
    try:
        stack = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    except ValueError:
        raise ValueError(f"{wrong}: the dimensions in front don't broadcast") from None
    m, k, n = *left.shape[-2:], right.shape[-1]
    result = np.zeros((*stack, m, n), dtype)
    if result.size and k:
        if right.ndim == 2:  # one product: the rows of all matrices on the left
            result[...] = multiply(left.reshape(-1, k), right).reshape(result.shape)
        else:
            left = np.broadcast_to(left, (*stack, m, k))
            right = np.broadcast_to(right, (*stack, k, n))
            for place in np.ndindex(stack):
                result[place] = multiply(left[place], right[place])
    if a.ndim == 1:
        result = result[..., 0, :]
    return (result[..., 0] if b.ndim == 1 else result)[()]
