"""How much of the figures that are compared most is luck of the mapping, as points."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from lmul.synth.comparison import multiplier_name
from lmul.synth.mac_designs import pe_name
from lmul.synth.noise import MappedSpread, Spread
from lmul.synth.point import Measured, Point

__all__ = ["SPREAD_FORMAT", "spread_designs", "spread_points", "spreads"]

SPREAD_FORMAT = "e4m3"
_STIMULUS = "attention QK"


def spread_designs(formats: Sequence[str]) -> list[str]:
    """The e4m3 multipliers under ftz that are compared most, and two PEs, which move little."""
    if SPREAD_FORMAT not in formats:
        return []
    kinds = ("lmul", "lmul_rne", "mitchell", "exact")
    multipliers = [multiplier_name(kind, SPREAD_FORMAT, "ftz") for kind in kinds]
    return multipliers + [pe_name(kind, SPREAD_FORMAT, "ftz") for kind in ("lmul", "exact")]


def spread_points(formats: Sequence[str]) -> list[Point]:
    """What is to be measured."""
    return [Point(name, "spread", stimulus=_STIMULUS) for name in spread_designs(formats)]


def spreads(found: Mapping[Point, Measured]) -> dict[str, MappedSpread]:
    """Of each design that was measured."""
    return {
        point.design: _spread(one.detail)
        for point, one in found.items()
        if point.measure == "spread"
    }


def _spread(detail: Mapping[str, Any]) -> MappedSpread:
    return MappedSpread(**{one.name: Spread(**detail[one.name]) for one in fields(MappedSpread)})
