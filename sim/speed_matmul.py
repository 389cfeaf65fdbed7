"""How fast the golden matrix product is, beside numpy's own float64 product of as many elements."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

import numpy as np

from lmul.hdl.formats import FORMATS
from lmul.sim.codec import encode
from lmul.sim.matmul import matmul

__all__ = ["MatmulSpeed", "measure_matmul", "seconds"]

_FORMATS = ("e4m3", "e5m2")
_SIDE = 1024


@dataclass(frozen=True)
class MatmulSpeed:
    """One measurement, in multiply-accumulates per second."""

    name: str
    macs_per_second: float
    float64_per_second: float

    @property
    def ratio(self) -> float:
        """Of the speed to float64's."""
        return self.macs_per_second / self.float64_per_second


def seconds(run: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def measure_matmul(side: int = _SIDE, runs: int = 3) -> Iterator[MatmulSpeed]:
    """Time products of square matrices of normal random numbers; medians of some runs.

    The reference multiplies float64 matrices of the same size, with numpy's BLAS on as many
    threads; it is timed in turn with each measurement.
    """
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, side, side))
    for name in _FORMATS:
        fmt = FORMATS[name]
        a, b = encode(x, fmt), encode(y, fmt)
        times = []
        for _ in range(runs):
            mine = seconds(lambda a=a, b=b, fmt=fmt: matmul(a, b, fmt))
            times.append((mine, seconds(lambda: x @ y)))
        mine, theirs = (median(column) for column in zip(*times, strict=True))
        yield MatmulSpeed(f"lmul-{name}-ocp", side**3 / mine, side**3 / theirs)
