"""The derivatives of a matrix product whose multiplication is only nearly one."""
# pyright: reportMissingImports=false

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.autograd.function import once_differentiable

from lmul.hdl.numbers.formats import IntegerFormat
from lmul.hdl.numbers.kind_checks import resolve_offset
from lmul.sim.golden.arithmetic import CODE_SUMS
from lmul.torch.arithmetic import Arithmetic
from lmul.torch.cpu.sums import slopes
from lmul.torch.cuda import dispatch as cuda
from lmul.torch.grid import operands, powers

__all__ = ["Product"]


Multiply = Callable[[torch.Tensor, torch.Tensor, Arithmetic, str], torch.Tensor]


class Product(torch.autograd.Function):
    """``multiply(a, b, arithmetic, name)`` with the derivative that ``backward`` names."""

    @staticmethod
    def forward(
        ctx: Any,
        a: torch.Tensor,
        b: torch.Tensor,
        arithmetic: Arithmetic,
        backward: str,
        multiply: Multiply,
        name: str,
    ) -> torch.Tensor:
        """The product; both operands are kept for the derivative."""
        ctx.save_for_backward(a, b)
        ctx.how = arithmetic, backward, multiply, name
        return multiply(a, b, arithmetic, name)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grad_outputs: torch.Tensor) -> Any:  # pyright: ignore
        """With respect to both operands, where they need it."""
        (g,) = grad_outputs
        a, b = ctx.saved_tensors
        arithmetic, backward, multiply, name = ctx.how
        wanted = ctx.needs_input_grad

        def times(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            if backward == "lmul":
                return multiply(x, y, arithmetic, f"{name}, derivative")
            return torch.matmul(x, y)

        if backward == "exact":
            left = _exact(g, a, b, arithmetic) if wanted[0] else None
            right = _exact(g.mT, b.mT, a.mT, arithmetic).mT if wanted[1] else None
        else:
            left = times(g, b.mT) if wanted[0] else None
            right = times(a.mT, g) if wanted[1] else None
        return (
            None if left is None else left.sum_to_size(a.shape),
            None if right is None else right.sum_to_size(b.shape),
            None,
            None,
            None,
            None,
        )


def _exact(
    g: torch.Tensor, a: torch.Tensor, b: torch.Tensor, arithmetic: Arithmetic
) -> torch.Tensor:
    """Σ over j of g[i, j] · ∂(a[i, k] ⊗ b[k, j]) / ∂a[i, k], rounding taken as the identity."""
    fmt = arithmetic.format
    if isinstance(fmt, IntegerFormat):
        return torch.matmul(g, b.mT)
    on_left, on_right = operands(a, b, arithmetic, fmt)
    x, y, wide = on_left.values, on_right.values, g.double()
    if on_right.scale is not None:
        wide = wide * powers(-on_right.scale)
    if arithmetic.kind not in CODE_SUMS:
        slope = y.double()
        if arithmetic.kind == "lmul_formula":  # (1 + xm + ym + 2^-l) times both powers of two
            fraction, exponent = torch.frexp(slope)
            slope = fraction.sign() * powers(exponent - 1)
        return torch.matmul(wide, slope.mT).to(a.dtype)
    offset = resolve_offset(arithmetic.kind, fmt, None)
    stack = torch.broadcast_shapes(g.shape[:-2], x.shape[:-2], y.shape[:-2])
    result = g.new_empty((*stack, *a.shape[-2:]), dtype=torch.float64)
    wide, x, y = (side.broadcast_to(*stack, *side.shape[-2:]) for side in (wide, x, y))
    for place in np.ndindex(*stack):
        if cuda.computes(g):
            result[place] = cuda.slopes(wide[place], x[place], y[place], fmt, offset)
            continue
        at, left, right = (side[place].numpy() for side in (wide, x, y))
        found = slopes(at, left, right, fmt, offset, torch.get_num_threads())
        result[place] = torch.from_numpy(found)
    return result.to(a.dtype)
