"""The parts of a matrix product that a GPU computes where its tensors are; kernels are Triton's.

They give the bits that the processor's parts give. Kernels run on the device of their tensors,
whichever is torch's current one.
"""
# pyright: reportMissingImports=false

from collections.abc import Sequence
from importlib import import_module, util
from typing import TYPE_CHECKING, Any

import torch

from lmul.hdl.numbers.formats import FloatFormat
from lmul.tools.errors import ToolNotFound
from lmul.tools.installed import install_command
from lmul.torch.arithmetic import Arithmetic
from lmul.torch.recipe import Recipe

if TYPE_CHECKING:
    from lmul.torch.grid import OnGrid

__all__ = ["computes", "refused", "round_to_grid", "slopes", "sums"]


def computes(values: torch.Tensor) -> bool:
    """Whether these numbers lie on a GPU."""
    return values.device.type == "cuda"


def refused(device: torch.device) -> str:
    """Why nothing is computed on a device, and what to do; empty where it is."""
    if device.type in ("cpu", "cuda"):
        return ""
    return "lmul.torch computes on the CPU and on CUDA GPUs, so move it there, with .cpu()"


def round_to_grid(
    values: torch.Tensor, grid: Sequence[Any], factors: torch.Tensor | None, by_column: bool
) -> tuple[torch.Tensor, tuple[int, int], bool]:
    """See :func:`lmul.torch.cuda.grid.round_to_grid`."""
    with torch.cuda.device_of(values):
        return _kernels("grid").round_to_grid(values, grid, factors, by_column)


def sums(x: "OnGrid", y: "OnGrid", recipe: Recipe, arithmetic: Arithmetic) -> torch.Tensor:
    """See :func:`lmul.torch.cpu.sums.sums`: by tensor cores where exact, else one by one."""
    left, right = _stacked(x.values, y.values)
    with torch.cuda.device_of(left):
        totals = _kernels("slices").sums(left, right, x, y, arithmetic)
        if totals is None and recipe.plain:
            totals = torch.matmul(left.double(), right.double()) + 0.0
        elif totals is None:
            totals = _kernels("ordered").sums(left, right, recipe)
    stack = torch.broadcast_shapes(x.values.shape[:-2], y.values.shape[:-2])
    return totals.reshape(*stack, x.values.shape[-2], y.values.shape[-1])


def slopes(
    g: torch.Tensor, x: torch.Tensor, y: torch.Tensor, fmt: FloatFormat, offset: int
) -> torch.Tensor:
    """See :func:`lmul.torch.cpu.sums.slopes`."""
    with torch.cuda.device_of(g):
        return _kernels("slopes").slopes(g, x, y, fmt, offset)


def _stacked(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Shapes (B, M, K) and (B, K, N); weights have all rows in one matrix."""
    if y.numel() == y.shape[-1] * y.shape[-2]:
        return x.reshape(1, -1, x.shape[-1]), y.reshape(1, *y.shape[-2:])
    stack = torch.broadcast_shapes(x.shape[:-2], y.shape[:-2])
    left, right = (side.expand(*stack, *side.shape[-2:]) for side in (x, y))
    return left.reshape(-1, *x.shape[-2:]), right.reshape(-1, *y.shape[-2:])


def _kernels(name: str) -> Any:
    if util.find_spec("triton") is None:
        raise ToolNotFound(
            f"triton is not installed, and computes on a GPU: {install_command('cuda')}, "
            "or move model and inputs to the CPU, with .cpu()"
        )
    return import_module(f"lmul.torch.cuda.{name}")
