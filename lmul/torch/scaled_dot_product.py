"""Attention in another arithmetic: the setting of arXiv 2410.00907, tables 2 to 5."""
# pyright: reportMissingImports=false

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.nn import functional

from lmul.hdl.numbers.accumulator import Accumulator
from lmul.hdl.numbers.formats import Format
from lmul.hdl.numbers.kinds import Kind
from lmul.hdl.numbers.policy import Policy
from lmul.sim.golden.codec import Rounding
from lmul.torch.arithmetic import Arithmetic, Backward, Scale, check_backward
from lmul.torch.functional import all_finite, differentiable

__all__ = ["NothingReplaced", "attention", "scaled_dot_product_attention"]


class NothingReplaced(RuntimeError):
    """Inside :func:`attention`, nothing called ``scaled_dot_product_attention``."""


@contextmanager
def attention(
    format: Format | str = "e4m3",
    kind: Kind = "lmul",
    policy: Policy | str = "ftz",
    accumulator: Accumulator | str | None = "exact",
    rounding: Rounding = "nearest",
    scale: Scale = "row",
    backward: Backward = "ste",
) -> Iterator[None]:
    """Inside, Q·Kᵀ and A·V of ``scaled_dot_product_attention`` multiply by ``kind``.

    That is what transformers calls with ``attn_implementation="sdpa"`` (its default), and
    nn.MultiheadAttention with ``need_weights=False``. Softmax, scaling and masks are as ever, in
    float32. The function is exchanged for the whole process while the block runs.

    Parameters
    ----------
    format, kind, policy, accumulator, rounding, scale
        See :class:`~lmul.torch.arithmetic.Arithmetic`. A row is a query, a key, a query's
        weights, or one element of all values.
    backward : str
        The derivative, see :func:`lmul.torch.matmul`.

    Raises
    ------
    TypeError, ValueError
        For wrong names; for NaN or Inf in queries, keys or values.
    NothingReplaced
        At the end, when nothing inside called ``scaled_dot_product_attention``.
    """
    arithmetic = Arithmetic.of(format, kind, policy, accumulator, rounding, scale)
    backward = check_backward(backward)
    calls = 0

    def replaced(*args: Any, **named: Any) -> torch.Tensor:
        nonlocal calls
        calls += 1
        return scaled_dot_product_attention(arithmetic, backward, *args, **named)

    original = functional.multi_head_attention_forward

    def without_weights(*args: Any, **named: Any) -> Any:
        if named.get("need_weights", True):
            raise ValueError(
                "nn.MultiheadAttention multiplies by itself where it returns its weights: call "
                "it with need_weights=False inside lmul.torch.attention"
            )
        return original(*args, **named)

    before = functional.scaled_dot_product_attention
    fused = torch.backends.mha.get_fastpath_enabled()
    functional.scaled_dot_product_attention = replaced
    functional.multi_head_attention_forward = without_weights
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        functional.scaled_dot_product_attention = before
        functional.multi_head_attention_forward = original
        torch.backends.mha.set_fastpath_enabled(fused)
    if not calls:
        raise NothingReplaced(
            "Nothing inside lmul.torch.attention called scaled_dot_product_attention, so nothing "
            "was replaced: load a transformers model with attn_implementation='sdpa'"
        )


def scaled_dot_product_attention(
    arithmetic: Arithmetic,
    backward: Backward,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attn_mask: torch.Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> torch.Tensor:
    """torch's function of this name, its two matrix products in ``arithmetic``.

    Shapes (..., heads, queries, E), (..., heads, keys, E) and (..., heads, keys, Ev).
    """
    if attn_mask is not None and is_causal:
        raise RuntimeError("attn_mask and is_causal must not both be given")
    for name, side in (("query", query), ("key", key), ("value", value)):
        if not all_finite(side):
            raise ValueError(f"NaN or Inf in attention's {name}: look before this layer")
    if torch.is_autocast_enabled(query.device.type):
        to = torch.get_autocast_dtype(query.device.type)
        query, key, value = (side.to(to) for side in (query, key, value))
    dtype = query.dtype
    if enable_gqa:
        key, value = (
            side.repeat_interleave(query.shape[-3] // side.shape[-3], -3) for side in (key, value)
        )
    with torch.autocast(query.device.type, enabled=False):
        if dtype != torch.float64:
            query, key, value = query.float(), key.float(), value.float()
        factor = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
        scores = differentiable(query, key.mT, arithmetic, backward, "Q·Kᵀ") * factor
        if is_causal:
            attn_mask = scores.new_ones(scores.shape[-2:], dtype=torch.bool).tril()
        if attn_mask is not None:
            if attn_mask.dtype == torch.bool:
                scores = scores.masked_fill(~attn_mask, -math.inf)
            else:
                scores = scores + attn_mask.to(scores.dtype)
        weights = torch.softmax(scores, -1)
        if attn_mask is not None:  # a query that may see nothing takes nothing
            unseen = (scores == -math.inf).all(-1, keepdim=True)
            weights = weights.masked_fill(unseen, 0)
        weights = torch.dropout(weights, dropout_p, dropout_p > 0)
        return differentiable(weights, value, arithmetic, backward, "A·V").to(dtype)
