"""How fast numbers become codes, beside ml_dtypes' conversion of as many."""

from collections.abc import Iterator

import ml_dtypes
import numpy as np

from lmul.sim.golden.codec import encode
from lmul.speed.beside import Speed, beside

__all__ = ["measure_encode"]


_DTYPES = {
    "e4m3": np.dtype(ml_dtypes.float8_e4m3fn),
    "e5m2": np.dtype(ml_dtypes.float8_e5m2),
    "bf16": np.dtype(ml_dtypes.bfloat16),
    "fp16": np.dtype(np.float16),
}
_ELEMENTS = 1 << 22


def measure_encode(elements: int = _ELEMENTS, runs: int = 5) -> Iterator[Speed]:
    """Time float32 and float64 numbers, normal random ones; medians of runs taken in turn."""
    given = np.random.default_rng(0).normal(size=elements)
    for name, other in _DTYPES.items():
        for values in (given.astype(np.float32), given):
            yield beside(
                f"{name} from {values.dtype}",
                lambda x=values, name=name: encode(x, name),
                lambda x=values, other=other: x.astype(other),
                elements,
                runs,
            )
