"""What the repository keeps of PEs at equal clocks."""

from dataclasses import fields
from typing import Any

from lmul.synth.comparison.accepted import Accepted, accepted
from lmul.synth.comparison.points import clock_points
from lmul.synth.measure.clocked import Clocked
from lmul.synth.measure.measurement import Measured
from lmul.synth.measure.variation import Spread

__all__ = ["at_clocks", "clocked_of", "kept_clocks"]


def kept_clocks() -> Accepted:
    """The figures of this commit, with where they come from."""
    return accepted("clocks")


def at_clocks() -> dict[tuple[str, str], Clocked]:
    """By design and clock, such as ``("pe-int8", "60fo4")``: those that are kept."""
    found = kept_clocks().of(clock_points())
    return {(point.design, point.clock): clocked_of(one) for point, one in found.items()}


def clocked_of(measured: Measured) -> Clocked:
    """What a point of ``clock`` gave."""
    detail: dict[str, Any] = {one.name: measured.detail[one.name] for one in fields(Clocked)}
    for name in ("area", "sequential", "energy"):
        detail[name] = detail[name] and Spread(**detail[name])
    return Clocked(**detail)
