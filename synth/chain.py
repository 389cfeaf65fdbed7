"""A cell in a long chain of its own kind: what each stage does to the next."""

from typing import NamedTuple

from lmul.synth.cells import FALL, RISE, Pin

__all__ = ["Chain"]


class Chain(NamedTuple):
    """A stage of a chain, the means of both edges.

    Attributes
    ----------
    delay_ps, slew_ps : float
        Its delay, and the transition time that it gives and is given.
    """

    delay_ps: float
    slew_ps: float

    @classmethod
    def of(cls, output: Pin, load: float) -> "Chain | None":
        """A cell's stage with a load in fF at its output; None without tables."""
        slew = delay = 0.0
        for _ in range(20):  # a fixed point: the slew out depends little on the slew in
            stages = [arc.at(edge, slew, load) for arc in output.timing for edge in (RISE, FALL)]
            found = [stage for stage in stages if stage is not None]
            if not found:
                return None
            delay, slew = (sum(each) / len(found) for each in zip(*found, strict=True))
        return cls(delay, slew)
