"""Matrix products of tensors with another multiplication; the bits that the hardware gives."""
# pyright: reportMissingImports=false

from typing import Any

import numpy as np
import torch

from lmul.hdl.numbers.accumulator import Accumulator
from lmul.hdl.numbers.formats import FORMATS, FloatFormat, Format, IntegerFormat
from lmul.hdl.numbers.kind_checks import resolve_offset
from lmul.hdl.numbers.kinds import Kind
from lmul.hdl.numbers.policy import Policy
from lmul.sim.golden.codec import Rounding, decode, encode
from lmul.sim.golden.matmul import matmul as golden_matmul
from lmul.sim.golden.stacked import stacked_product
from lmul.torch.arithmetic import Arithmetic, Backward, Scale, check_backward
from lmul.torch.cpu.sums import sums
from lmul.torch.cuda import dispatch as cuda
from lmul.torch.derivative import Product
from lmul.torch.grid import OnGrid, operands, powers, to_grid
from lmul.torch.recipe import Recipe
from lmul.torch.simulation import current

__all__ = ["all_finite", "differentiable", "matmul", "product"]


_DTYPES = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
_OUT = {torch.float16: "fp16", torch.bfloat16: "bf16"}


def matmul(
    a: torch.Tensor,
    b: torch.Tensor,
    format: Format | str = "e4m3",
    kind: Kind = "lmul",
    policy: Policy | str = "ocp",
    accumulator: Accumulator | str | None = None,
    rounding: Rounding = "nearest",
    scale: Scale = "none",
    backward: Backward = "ste",
) -> torch.Tensor:
    """``torch.matmul`` with ``kind`` as its multiplication.

    With the defaults of ``rounding`` and ``scale`` the result is that of :func:`lmul.matmul`, bit
    for bit, and so that of the simulated hardware; docs/torch.md says what is known of GPUs.

    Parameters
    ----------
    a, b : Tensor of float16, bfloat16, float32 or float64, shapes (..., M, K) and (..., K, N)
        Numbers, on the CPU or both on one CUDA GPU; a vector stands for a row on the left, a
        column on the right, and the dimensions in front broadcast. Under autocast they are cast
        as torch.matmul's are.
    format : FloatFormat, IntegerFormat or str
        What they are rounded to; or ``"int8"``.
    kind, policy : str
        Of the products and of special cases.
    accumulator : Accumulator, str or None
        None is ``exact`` up to 8 bits and ``fp32`` beyond.
    rounding, scale : str
        See :class:`~lmul.torch.arithmetic.Arithmetic`.
    backward : str
        The derivative: ``"ste"`` is that of the plain product of a and b; ``"exact"`` is the
        product's own, piecewise (of L-Mul, powers of two); ``"lmul"`` is the plain product's,
        computed in this arithmetic. Rounding counts as the identity in all of them.

    Returns
    -------
    Tensor of the operands' dtype
        Sums rounded once, to nearest even: to that dtype, of float64 to float32.

    Raises
    ------
    TypeError, ValueError
        For what is no tensor of floats, or on another device; for shapes that don't multiply,
        and wrong names.
    ToolNotFound, ToolFailed
        When g++ is missing, or can't compile the sums; on a GPU, when Triton is missing.
    """
    arithmetic = Arithmetic.of(format, kind, policy, accumulator, rounding, scale)
    return differentiable(a, b, arithmetic, check_backward(backward), "matmul")


def differentiable(
    a: torch.Tensor, b: torch.Tensor, arithmetic: Arithmetic, backward: Backward, name: str
) -> torch.Tensor:
    """:func:`matmul`, of what was checked; ``name`` says whose product it is."""
    for letter, side in (("a", a), ("b", b)):
        if not isinstance(side, torch.Tensor) or side.dtype not in _DTYPES:
            what = str(side.dtype) if isinstance(side, torch.Tensor) else type(side).__name__
            raise TypeError(f"Operand {letter} must be a tensor of floats, not {what}")
        if reason := cuda.refused(side.device):
            raise ValueError(f"Operand {letter} is on {side.device}: {reason}")
        if side.layout != torch.strided or side.is_nested:
            raise TypeError(f"Operand {letter} must be a dense tensor: use .to_dense()")
        if not side.ndim:
            raise ValueError(f"Operand {letter} must have a dimension at least")
    if a.device != b.device:
        raise ValueError(f"Operands must be on one device, not on {a.device} and {b.device}")
    if torch.is_autocast_enabled(a.device.type):
        to = torch.get_autocast_dtype(a.device.type)
        a, b = (side if side.dtype == torch.float64 else side.to(to) for side in (a, b))
    if a.dtype != b.dtype:
        raise TypeError(f"Operands must have one dtype, not {a.dtype} and {b.dtype}")
    left, right = (a[None] if a.ndim == 1 else a), (b[:, None] if b.ndim == 1 else b)
    shapes = f"Shapes {tuple(a.shape)} and {tuple(b.shape)} don't multiply"
    if left.shape[-1] != right.shape[-2]:
        raise ValueError(f"{shapes}: K is not the same")
    try:
        torch.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    except RuntimeError:
        raise ValueError(f"{shapes}: the dimensions in front don't broadcast") from None
    result: torch.Tensor = Product.apply(left, right, arithmetic, backward, product, name)
    result = result[..., 0, :] if a.ndim == 1 else result
    return result[..., 0] if b.ndim == 1 else result


@torch.compiler.disable
def product(a: torch.Tensor, b: torch.Tensor, arithmetic: Arithmetic, name: str) -> torch.Tensor:
    """The product alone, of at least two dimensions each; nothing here is differentiated."""
    with torch.no_grad():
        if not a.numel() or not b.numel():
            return torch.matmul(a, b)
        if isinstance(arithmetic.format, IntegerFormat):
            return _integer(a, b, arithmetic, arithmetic.format, name)
        return _product(a, b, arithmetic, arithmetic.format, name)


def all_finite(values: torch.Tensor) -> bool:
    """Whether no number is NaN or Inf; a finite sum tells so in one pass."""
    return bool(values.sum().isfinite()) or bool(values.isfinite().all())


def _product(
    a: torch.Tensor, b: torch.Tensor, arithmetic: Arithmetic, fmt: FloatFormat, name: str
) -> torch.Tensor:
    x, y = operands(a, b, arithmetic, fmt)
    scaled = x.scale is not None and y.scale is not None
    out = _OUT.get(a.dtype, "fp32")
    saturate = arithmetic.policy.overflow == "saturate"

    def finished(totals: torch.Tensor) -> torch.Tensor:
        if x.scale is not None and y.scale is not None:
            totals = totals * powers(-(x.scale + y.scale))
        return to_grid(totals, FORMATS[out], saturate=saturate).values.to(a.dtype)

    result = finished(_sums(x, y, arithmetic, fmt))
    if (simulation := current()) is None:
        return result
    # Scaled sums may be beyond the largest float16, so that an array rounds them to float32.
    drained = "fp32" if scaled and out == "fp16" else out
    return simulation.product(name, (x.values, y.values), arithmetic, drained, finished, result)


def _sums(x: OnGrid, y: OnGrid, arithmetic: Arithmetic, fmt: FloatFormat) -> torch.Tensor:
    """Before they are rounded, in float64; see :func:`lmul.torch.cpu.sums.sums`."""
    if x.finite and y.finite and arithmetic.policy.subnormals != "raw":
        offset = resolve_offset(arithmetic.kind, fmt, None)
        depth = x.values.shape[-1]
        recipe = Recipe.of((x.exponents, y.exponents), depth, arithmetic, offset)
        if recipe is not None and cuda.computes(x.values):
            return cuda.sums(x, y, recipe, arithmetic)
        if recipe is not None:
            threads = torch.get_num_threads()
            return torch.from_numpy(sums(x.values.numpy(), y.values.numpy(), recipe, threads))

    def multiply(left: Any, right: Any) -> Any:
        return golden_matmul(
            left, right, fmt, arithmetic.kind, arithmetic.policy, arithmetic.accumulator
        )

    left, right = (encode(side.values.cpu().numpy(), fmt) for side in (x, y))
    codes = stacked_product(left, right, multiply, np.uint32)
    return torch.from_numpy(decode(codes, "fp32", np.float64)).to(x.values.device)


def _integer(
    a: torch.Tensor, b: torch.Tensor, arithmetic: Arithmetic, fmt: IntegerFormat, name: str
) -> torch.Tensor:
    """The integer twin: both operands times a scale each, rounded to nearest even."""
    dims = (-1, -2) if arithmetic.scale == "row" else (None, None)
    scales, integers = [], []
    for side, dim in zip((a.double(), b.double()), dims, strict=True):
        largest = side.abs().amax(dim, keepdim=True) if dim else side.abs().amax()
        scale = torch.where(largest > 0, largest / fmt.max_code, 1.0)
        scales.append(scale)
        integers.append(torch.round(side / scale))
    left, right = integers

    def finished(totals: torch.Tensor) -> torch.Tensor:
        return (totals * (scales[0] * scales[1])).to(a.dtype)

    result = finished(left @ right)  # exact: float64 holds any sum of products of 14 bits
    if (simulation := current()) is None:
        return result
    return simulation.product(name, (left, right), arithmetic, "fp32", finished, result)
