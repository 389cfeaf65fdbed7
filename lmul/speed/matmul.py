"""How fast the golden matrix product is, beside numpy's own float64 product of as many elements."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

import numpy as np

from lmul.hdl.numbers.formats import FORMATS
from lmul.sim.compiled.run import bare_cycles_per_second, run_array
from lmul.sim.golden.codec import encode
from lmul.sim.golden.matmul import matmul
from lmul.sim.reference.matrices import array_design
from lmul.speed.beside import Speed, beside

__all__ = ["ArraySpeed", "measure_array", "measure_matmul"]


_PRODUCTS = (("e4m3", "exact"), ("e5m2", "exact"), ("e4m3", "fp32"), ("bf16", "fp32"))
_SIDE = 1024


def measure_matmul(side: int = _SIDE, runs: int = 3) -> Iterator[Speed]:
    """Time products of square matrices of normal random numbers; medians of some runs.

    The reference multiplies float64 matrices of the same size, with numpy's BLAS on as many
    threads; it is timed in turn with each measurement.
    """
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, side, side))
    for name, sums in _PRODUCTS:
        fmt = FORMATS[name]
        a, b = encode(x, fmt), encode(y, fmt)
        yield beside(
            f"lmul-{name}-ocp, {sums} sums",
            lambda a=a, b=b, fmt=fmt, sums=sums: matmul(a, b, fmt, accumulator=sums),
            lambda: x @ y,
            side**3,
            runs,
        )


_DESIGN = "array-lmul-e4m3-16x16-os"
_ARRAY_SIDE = 256


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


def measure_array(name: str = _DESIGN, side: int = _ARRAY_SIDE, runs: int = 5) -> ArraySpeed:
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
