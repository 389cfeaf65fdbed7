"""The report's circuits under several orders of their statements, as points."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from lmul.synth.cell_points import (
    STIMULUS,
    multipliers_in_cells,
    pes_in_cells,
    products_in_cells,
    window_pes,
)
from lmul.synth.mac_survey import WINDOW_KINDS
from lmul.synth.noise import MappedSpread, Spread
from lmul.synth.point import Measured, Point

__all__ = ["spread_designs", "spread_points", "spreads"]

_MULTIPLIERS = (*WINDOW_KINDS, "mitchell", "int8")
_OTHERS = (*WINDOW_KINDS, "int8")


def spread_designs(formats: Sequence[str], full: bool = False) -> list[str]:
    """Every circuit under ftz of which something is claimed, but for arrays.

    With ``full`` PEs with other sums too.
    """
    names = []
    for fmt in formats:
        for found, kinds in (
            (products_in_cells(fmt), _OTHERS),
            (multipliers_in_cells(fmt, "ftz"), _MULTIPLIERS),
            (pes_in_cells(fmt, "ftz"), _OTHERS),
        ):
            names += [name for kind, name in found.items() if kind in kinds]
        if full:
            names += window_pes(fmt).values()
    return list(dict.fromkeys(names))


def spread_points(formats: Sequence[str], full: bool = False) -> list[Point]:
    """What is to be measured."""
    return [Point(name, "spread", stimulus=STIMULUS) for name in spread_designs(formats, full)]


def spreads(found: Mapping[Point, Measured]) -> dict[str, MappedSpread]:
    """Of each design that was measured."""
    return {
        point.design: _spread(one.detail)
        for point, one in found.items()
        if point.measure == "spread"
    }


def _spread(detail: Mapping[str, Any]) -> MappedSpread:
    return MappedSpread(**{one.name: Spread(**detail[one.name]) for one in fields(MappedSpread)})
