"""How fast an array is simulated, beside a loop that only clocks the same model."""

from dataclasses import dataclass
from statistics import median

import numpy as np

from lmul.sim.array_run import array_design, bare_cycles_per_second, run_array

__all__ = ["ArraySpeed", "measure_array"]

_DESIGN = "array-lmul-e4m3-16x16-os"
_SIDE = 256


@dataclass(frozen=True)
class ArraySpeed:
    """One measurement: medians of some runs, taken in turn."""

    design: str
    macs_per_second: float
    cycles_per_second: float
    bare_cycles_per_second: float

    @property
    def ratio(self) -> float:
        """Of the driver's speed to the bare loop's."""
        return self.cycles_per_second / self.bare_cycles_per_second


def measure_array(name: str = _DESIGN, side: int = _SIDE, runs: int = 5) -> ArraySpeed:
    """Time a product of square matrices of random codes: every beat, every result, every count.

    The bare loop writes operands to the same compiled model and clocks it, and looks at nothing.
    """
    design = array_design(name)
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 256, (2, side, side), dtype=np.uint8)
    times = []
    for _ in range(runs):
        run = run_array(design, a, b)
        cycles_per_second = run.cycles / run.seconds
        bare = bare_cycles_per_second(design, a, b, run.cycles)
        times.append((run.macs_per_second, cycles_per_second, bare))
    return ArraySpeed(design.name, *(median(column) for column in zip(*times, strict=True)))
