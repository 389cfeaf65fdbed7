"""Means with intervals, resampled by items, so that two arithmetics are compared item by item."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

__all__ = ["Interval", "contrast", "mean"]


_RESAMPLES = 2000
_PERCENT = (2.5, 97.5)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """A figure and the 95 % interval of its resamples."""

    value: float
    low: float
    high: float

    def map(self, shown: Callable[[float], float]) -> "Interval":
        """The same on another scale; ``shown`` must not fall."""
        return Interval(shown(self.value), shown(self.low), shown(self.high))


def mean(items: Floats) -> Interval:
    """The mean of items, shape (items,)."""
    resampled = _shares(len(items)) @ items
    low, high = np.percentile(resampled, _PERCENT)
    return Interval(float(items.mean()), float(low), float(high))


def contrast(items: Mapping[str, Floats], weights: Mapping[str, float]) -> Interval:
    """The mean of a weighted sum of rows, such as ``{"lmul": 1, "exact": -1}``, item by item."""
    total = sum((weight * items[name] for name, weight in weights.items()), start=np.float64(0))
    return mean(np.asarray(total))


@cache
def _shares(count: int) -> Floats:
    """How much of each resample is each item, shape (resamples, items); of a fixed seed."""
    drawn = np.random.default_rng(0).multinomial(count, np.full(count, 1 / count), _RESAMPLES)
    return drawn / count
