"""Layers whose matrix product has another multiplication; a module becomes one by its class.

Parameters, buffers, hooks and names stay where they are, so that ``state_dict``, ``deepcopy`` and
pickling work as before, and what holds a reference to the module has the new one.
"""
# pyright: reportMissingImports=false

from dataclasses import dataclass

import torch
from torch import nn

from lmul.torch.arithmetic import Arithmetic, Backward
from lmul.torch.functional import all_finite, differentiable

__all__ = [
    "CAREFUL",
    "Linear",
    "Settings",
    "TransformerEncoder",
    "TransformerEncoderLayer",
    "affine",
]


@dataclass(frozen=True)
class Settings:
    """What a converted layer computes in.

    Attributes
    ----------
    arithmetic : Arithmetic
    backward : str
        The derivative, see :func:`lmul.torch.matmul`.
    name : str
        The layer's, for errors.
    """

    arithmetic: Arithmetic
    backward: Backward
    name: str


def affine(
    given: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None, settings: Settings
) -> torch.Tensor:
    """``given @ weight + bias``; weight of shape (in, out).

    Raises
    ------
    TypeError, ValueError
        As :func:`lmul.torch.matmul`; for NaN or Inf among the activations, and where operands
        overflow the format. The message names the layer.
    """
    try:
        name = settings.name or "the model"
        result = differentiable(given, weight, settings.arithmetic, settings.backward, name)
        if not all_finite(result):
            _explain(given, weight, result)
    except (TypeError, ValueError) as error:
        raise type(error)(f"Layer {settings.name!r}: {error}") from None
    return result if bias is None else result + bias.to(result.dtype)


def _explain(given: torch.Tensor, weight: torch.Tensor, result: torch.Tensor) -> None:
    for what, values in (("activations", given), ("weights", weight)):
        if (count := int((~values.isfinite()).sum())) > 0:
            raise ValueError(f"{count} of its {what} are NaN or Inf: look before this layer")
    count = int((~result.isfinite()).sum())
    raise ValueError(
        f"{count} of its results overflow: use scale='row', a format of larger numbers, or the "
        "policy 'lax', which saturates"
    )


class Linear(nn.Linear):
    """``nn.Linear`` in the arithmetic of its ``settings``."""

    settings: Settings

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """Rows of ``input`` times the weights, plus the bias."""
        return affine(input, self.weight.t(), self.bias, self.settings)

    def extra_repr(self) -> str:
        """As nn.Linear's, and the arithmetic."""
        return f"{super().extra_repr()}, {self.settings.arithmetic}"


class _Slow:
    """torch's fused encoder reads its layers' weights itself, past their ``forward``."""

    def forward(self, *args: object, **named: object) -> torch.Tensor:
        """As the layer computes without the fused operation."""
        enabled = torch.backends.mha.get_fastpath_enabled()
        torch.backends.mha.set_fastpath_enabled(False)
        try:
            return super().forward(*args, **named)  # pyright: ignore[reportAttributeAccessIssue]
        finally:
            torch.backends.mha.set_fastpath_enabled(enabled)


class TransformerEncoderLayer(_Slow, nn.TransformerEncoderLayer):
    """The encoder layer of torch, never fused."""


class TransformerEncoder(_Slow, nn.TransformerEncoder):
    """The encoder of torch, never fused, nor on nested tensors."""


CAREFUL = {
    nn.TransformerEncoderLayer: TransformerEncoderLayer,
    nn.TransformerEncoder: TransformerEncoder,
}
"""Modules whose fused form would bypass a converted layer inside, and what they become."""
