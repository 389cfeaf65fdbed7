"""Exact sums of float64 parts, on any device: sums.cpp's function of this name, in torch."""
# pyright: reportMissingImports=false

from collections.abc import Sequence

import torch

__all__ = ["sums_to_odd"]


def sums_to_odd(parts: Sequence[torch.Tensor]) -> torch.Tensor:
    """Element by element, rounded to odd: of a sum's neighbours, the one whose last bit is set.

    Rounding that again, to fewer bits, rounds the sum itself.
    """
    expansion: list[torch.Tensor] = []  # Shewchuk's: none reaches into the one after it
    for rest in parts:
        for k, below in enumerate(expansion):
            total = rest + below
            expansion[k] = _lost(rest, below, total)
            rest = total
        expansion.append(rest)
    result = expansion.pop()
    below = torch.zeros_like(result)
    for more in reversed(expansion):
        total = result + more
        lost = _lost(result, more, total)
        done = below != 0
        result, below = torch.where(done, result, total), torch.where(done, below, lost)
    bits = result.view(torch.int64)
    away = torch.where((below > 0) == (result > 0), 1, -1)
    inexact = (below != 0) & (bits & 1 == 0)
    return (bits + torch.where(inexact, away, 0)).view(torch.float64) + 0.0


def _lost(a: torch.Tensor, b: torch.Tensor, total: torch.Tensor) -> torch.Tensor:
    """What the addition lost, exactly (Knuth)."""
    of_b = total - a
    return (a - (total - of_b)) + (b - of_b)
