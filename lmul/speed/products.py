"""How fast the golden model is, beside numpy's own float32 multiply on as many elements.

``make bench`` prints this, and the speeds of :mod:`~lmul.speed.encode` and
:mod:`~lmul.speed.matmul`. Times depend on the machine, so the ratios are what to compare.
"""

import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.hdl.numbers.kinds import KINDS, Kind
from lmul.sim.golden.codec import code_dtype, decode
from lmul.sim.golden.multiply import multiply
from lmul.speed.beside import Speed, beside
from lmul.speed.encode import measure_encode
from lmul.speed.matmul import measure_array, measure_matmul

__all__ = ["measure"]


_ELEMENTS = 1 << 23
_RUNS = 5
_FORMATS = ("e4m3", "e5m2", "bf16", "fp16", "fp32")
_POLICIES = ("lax", "ocp")


def measure(elements: int = _ELEMENTS, runs: int = _RUNS) -> Iterator[Speed]:
    """Time every kind in the report's formats, against numpy's float32 product.

    The reference multiplies the decoded values of the same arrays, on one thread, as numpy does;
    it is timed in turn with each measurement.
    """
    rng = np.random.default_rng(0)
    for name in _FORMATS:
        fmt = FORMATS[name]
        x, y = rng.integers(0, 1 << fmt.width, (2, elements), dtype=code_dtype(fmt))
        a, b = decode(x, fmt), decode(y, fmt)
        for kind, info in KINDS.items():
            if not info.exists_for(fmt):
                continue
            for policy in _POLICIES:
                yield _pair(f"{kind}-{name}-{policy}", x, y, a, b, fmt, kind, policy, runs)


def _pair(
    label: str,
    x: npt.NDArray[Any],
    y: npt.NDArray[Any],
    a: npt.NDArray[Any],
    b: npt.NDArray[Any],
    fmt: FloatFormat,
    kind: Kind,
    policy: str,
    runs: int,
) -> Speed:
    out = np.empty_like(a)

    def ours() -> object:
        return multiply(x, y, fmt, kind, policy)

    def reference() -> object:
        with np.errstate(all="ignore"):
            return np.multiply(a, b, out=out)

    return beside(label, ours, reference, x.size, runs)


def _main() -> None:
    print(f"golden model, {_ELEMENTS:,} products, median of {_RUNS}, {os.cpu_count()} cores")
    for speed in measure():
        print(speed.text("M/s", 1e6), flush=True)
    print("\nencode, beside ml_dtypes' (fp16: numpy's) conversion")
    for speed in measure_encode():
        print(speed.text("M/s", 1e6), flush=True)
    print("\ngolden matrix product, 1024^3, beside numpy's float64 one")
    for speed in measure_matmul():
        print(speed.text("G MAC/s", 1e9, 2), flush=True)
    print("\nsimulated array, 256^3, beside a loop that only clocks the model")
    array = measure_array()
    print(
        f"{array.design:28} {array.macs_per_second / 1e6:8.1f} M MAC/s, "
        f"{array.cycles_per_second:,.0f} and {array.bare_cycles_per_second:,.0f} cycles/s, "
        f"ratio {array.ratio:.2f}"
    )


if __name__ == "__main__":
    _main()
