"""How fast numbers become codes, beside ml_dtypes' conversion of as many."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

import ml_dtypes
import numpy as np

from lmul.sim.golden.codec import encode
from lmul.speed.matmul import seconds

__all__ = ["EncodeSpeed", "measure_encode"]


_DTYPES = {
    "e4m3": np.dtype(ml_dtypes.float8_e4m3fn),
    "e5m2": np.dtype(ml_dtypes.float8_e5m2),
    "bf16": np.dtype(ml_dtypes.bfloat16),
    "fp16": np.dtype(np.float16),
}
_ELEMENTS = 1 << 22


@dataclass(frozen=True)
class EncodeSpeed:
    """One measurement, in numbers per second."""

    name: str
    encoded_per_second: float
    converted_per_second: float

    @property
    def ratio(self) -> float:
        """Of the speed to the other conversion's."""
        return self.encoded_per_second / self.converted_per_second


def measure_encode(elements: int = _ELEMENTS, runs: int = 5) -> Iterator[EncodeSpeed]:
    """Time float32 and float64 numbers, normal random ones; medians of runs taken in turn."""
    given = np.random.default_rng(0).normal(size=elements)
    for name, other in _DTYPES.items():
        for values in (given.astype(np.float32), given):
            times = [
                (
                    seconds(lambda x=values, name=name: encode(x, name)),
                    seconds(lambda x=values, other=other: x.astype(other)),
                )
                for _ in range(runs)
            ]
            mine, theirs = (median(column) for column in zip(*times, strict=True))
            label = f"{name} from {values.dtype}"
            yield EncodeSpeed(label, elements / mine, elements / theirs)
