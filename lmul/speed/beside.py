"""How fast something is beside a reference: both are timed in turn, so that the ratio is fair."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

__all__ = ["Speed", "beside", "seconds"]


Clock = Callable[[Callable[[], object]], float]


@dataclass(frozen=True)
class Speed:
    """Of one thing and of its reference: medians of several runs, in items a second."""

    name: str
    per_second: float
    reference: float

    @property
    def ratio(self) -> float:
        """Of the speed to the reference's."""
        return self.per_second / self.reference

    def text(self, unit: str, scale: float, digits: int = 1) -> str:
        """A line of a table; speeds in ``unit``, which is ``scale`` items a second."""
        mine, other = self.per_second / scale, self.reference / scale
        width = 8 + digits
        return (
            f"{self.name:44} {mine:{width}.{digits}f} {unit} {other:{width}.{digits}f} {unit} "
            f"{self.ratio:8.3f}"
        )


def seconds(run: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def beside(
    name: str,
    run: Callable[[], object],
    reference: Callable[[], object],
    items: int,
    runs: int,
    reference_items: int | None = None,
    clock: Clock = seconds,
) -> Speed:
    """Time two calls in turn, each called once before.

    Parameters
    ----------
    name : str
    run, reference : callable
    items, reference_items : int
        What a call of either works on; the reference as many as the other where left out.
    runs : int
        How often each is timed.
    clock : callable
        Gives the seconds of a call.
    """
    run()  # what is made once is made
    reference()
    times = [(clock(run), clock(reference)) for _ in range(runs)]
    mine, other = (median(column) for column in zip(*times, strict=True))
    return Speed(name, items / mine, (reference_items or items) / other)
