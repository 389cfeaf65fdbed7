"""Which layer of a model loses how much to another arithmetic."""
# pyright: reportMissingImports=false

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from lmul.torch.conversion import Filter, convert, convertible, restore
from lmul.torch.layers import Settings
from lmul.torch.scaled_dot_product import NothingReplaced, attention

__all__ = ["Loss", "Sensitivity", "sensitivity"]


Loss = Callable[[nn.Module], Any]

ATTENTION = "Q·Kᵀ and A·V"


@dataclass(frozen=True)
class Sensitivity:
    """Losses with one part of a model converted at a time; as text, the worst first.

    Attributes
    ----------
    baseline : float
        The loss of the model as it is.
    losses : dict of str to float
        By layer, and by ``"Q·Kᵀ and A·V"`` where the model calls
        ``scaled_dot_product_attention``; the largest first.
    """

    baseline: float
    losses: dict[str, float]

    def __str__(self) -> str:
        width = max(map(len, self.losses), default=0)
        lines = [f"{'loss as it is':{width}}  {self.baseline:.6g}"]
        for name, loss in self.losses.items():
            lines.append(f"{name:{width}}  {loss:.6g}  {loss - self.baseline:+.3g}")
        return "\n".join(lines)


def sensitivity(
    model: nn.Module, loss: Loss, filter_fn: Filter | None = None, **arithmetic: Any
) -> Sensitivity:
    """Convert one layer at a time, and measure; the model is left as it was.

    Parameters
    ----------
    model : nn.Module
        Not converted.
    loss : callable
        Of the model to a number, or a tensor of one element; called once for each layer, without
        gradients.
    filter_fn : callable or None
        As for :func:`convert`: False leaves a layer out.
    arithmetic
        ``format``, ``kind`` and so on, as for :func:`convert`.

    Raises
    ------
    TypeError, ValueError
        As :func:`convert`; for a model that is converted already.
    """
    if any(isinstance(getattr(m, "settings", None), Settings) for m in model.modules()):
        raise ValueError("The model is converted already: lmul.torch.restore(model) first")

    def measured() -> float:
        with torch.no_grad():
            return float(loss(model))

    baseline, losses = measured(), {}
    names = [
        name
        for name, module, reason in convertible(model)
        if not reason and (filter_fn is None or filter_fn(module, name))
    ]
    for name in names:
        try:
            convert(model, filter_fn=lambda _, at, name=name: at == name, **arithmetic)
            losses[name] = measured()
        finally:
            restore(model)
    with suppress(NothingReplaced):
        with attention(**arithmetic):
            found = measured()
        losses[ATTENTION] = found
    worst_first = sorted(losses.items(), key=lambda item: item[1], reverse=True)
    return Sensitivity(baseline, dict(worst_first))
