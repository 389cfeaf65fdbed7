"""The linear layer of GPT-2, in transformers: its weights are (in, out)."""
# pyright: reportMissingImports=false

import torch
from transformers.pytorch_utils import Conv1D as _Conv1D

from lmul.torch.layers import Settings, affine

__all__ = ["Conv1D"]


class Conv1D(_Conv1D):
    """``transformers.pytorch_utils.Conv1D`` in the arithmetic of its ``settings``."""

    settings: Settings

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Rows of ``x`` times the weights, plus the bias."""
        return affine(x, self.weight, self.bias, self.settings)
