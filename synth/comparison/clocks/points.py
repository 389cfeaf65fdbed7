"""Which circuits are compared at equal clocks, and at which."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lmul.hdl.designs.mac import MacDesign
from lmul.synth.comparison.designs import (
    ACCUMULATORS,
    ARRAY_DRIVEN,
    WINDOW_KINDS,
    arrays_in_cells,
    pes_in_cells,
    same_width_name,
)
from lmul.synth.comparison.dots import USUAL_TERMS, USUAL_WINDOWS, dot_name, unit_kinds
from lmul.synth.comparison.points import STIMULUS
from lmul.synth.liberty.nodes import NODES
from lmul.synth.measure.measurement import FASTEST, Point
from lmul.synth.timing.search.subject import PLACES

__all__ = [
    "ARRAY",
    "CARRIES_CLOCKS",
    "CLOCKS",
    "DOT",
    "LARGE_ARRAY",
    "LONG",
    "NODE_CLOCKS",
    "PE",
    "SHORT",
    "USUAL",
    "array_points",
    "carries_kept",
    "clock_points",
    "clocked_designs",
    "node_points",
    "same_width_pes",
    "unit_points",
]


PE, DOT = "PE", f"{USUAL_TERMS}-term unit"

_SIDES: Mapping[str, int] = {f"{side}x{side} array": side for side in ARRAY_DRIVEN}

ARRAY, LARGE_ARRAY = _SIDES

USUAL = "60fo4"
"""The clock of published multiply-accumulate units; 40 inverter delays are a fast one's."""

LONG, SHORT = "120fo4", "40fo4"

CLOCKS: Mapping[str, Mapping[str, Sequence[str]]] = {
    PE: {
        "e4m3": (LONG, USUAL, SHORT, FASTEST),
        "e5m2": (LONG, USUAL, SHORT, FASTEST),
        "bf16": (LONG, USUAL, FASTEST),
    },
    DOT: {
        "e4m3": (LONG, USUAL, SHORT, FASTEST),
        "e5m2": (LONG, USUAL, SHORT),
        "bf16": (LONG, USUAL, SHORT),
        "fp16": (LONG, USUAL, SHORT),
    },
    ARRAY: {
        "e4m3": (LONG, USUAL, SHORT),
        "e5m2": (LONG, USUAL, SHORT),
        "bf16": (LONG, USUAL),
    },
    LARGE_ARRAY: {"e4m3": (LONG, USUAL), "e5m2": (LONG, USUAL), "bf16": (USUAL,)},
}
"""Periods by level and format, the longest first."""

CARRIES_CLOCKS: Mapping[str, Sequence[str]] = {"e4m3": (USUAL, SHORT)}
"""Periods by format at which PEs that keep carries are kept, whether they are the smallest or not.

At a longer one the circuit of the least area is fast enough."""


def clock_points() -> list[Point]:
    """PEs, those with sums of one width and those whose sums keep carries, too.

    :mod:`lmul.synth.comparison.accepted` keeps them: each takes minutes.
    """
    wide = [
        Point(name, "clock", stimulus=STIMULUS, clock=USUAL)
        for fmt in CLOCKS[PE]
        for name in same_width_pes(fmt).values()
    ]
    kept = [
        Point(name, "clock", stimulus=STIMULUS, clock=clock)
        for fmt, clocks in CARRIES_CLOCKS.items()
        for clock in clocks
        for name in carries_kept(fmt).values()
    ]
    return list(dict.fromkeys([*_points(PE), *wide, *kept]))


def array_points() -> list[Point]:
    """Arrays, kept too."""
    return [point for level in _SIDES for point in _points(level)]


def unit_points() -> list[Point]:
    """Dot-product units, kept too."""
    return list(dict.fromkeys(_points(DOT)))


def _points(level: str) -> list[Point]:
    return [
        Point(name, "clock", stimulus=STIMULUS, clock=clock)
        for fmt, clocks in CLOCKS[level].items()
        for clock in clocks
        for name in clocked_designs(fmt, level).values()
    ]


NODE_CLOCKS: Mapping[str, str] = {"e4m3": USUAL, "bf16": USUAL}
"""Periods at which PEs are compared in several nodes, in delays of each library's own inverter."""


def node_points() -> list[Point]:
    """PEs at one clock in the libraries of several nodes, which are told by their names.

    L-Mul's and those that it is compared with.
    """
    return [
        Point(design, "clock", library=(name,), stimulus=STIMULUS, clock=clock)
        for name in NODES
        for fmt, clock in NODE_CLOCKS.items()
        for kind, design in clocked_designs(fmt, PE).items()
        if kind != "mitchell"
    ]


_KINDS = (*WINDOW_KINDS, "mitchell", "int8")


def clocked_designs(fmt: str, level: str) -> dict[str, str]:
    """Designs by kind that are compared at equal clocks, each with pipelines of its own."""
    if fmt not in CLOCKS[level]:
        return {}
    if level == DOT:
        terms, window = USUAL_TERMS, USUAL_WINDOWS[fmt]
        return {kind: dot_name(kind, fmt, terms, window) for kind in unit_kinds(fmt)}
    found = pes_in_cells(fmt, "ftz") if level == PE else arrays_in_cells(fmt, _SIDES[level])
    return {kind: found[kind] for kind in _KINDS if kind in found}


def carries_kept(fmt: str) -> dict[str, str]:
    """PEs by kind whose sums keep carries; Mitchell's differs from L-Mul's in an edge alone."""
    found = clocked_designs(fmt, PE)
    return {
        kind: replace(MacDesign.parse(name), carries=PLACES).name
        for kind, name in found.items()
        if kind != "mitchell"
    }


def same_width_pes(fmt: str) -> dict[str, str]:
    """PEs by kind whose exact sums are as wide as the widest kind's; none with sums in floats."""
    if fmt not in ACCUMULATORS:
        return {}
    return {kind: same_width_name(kind, fmt, "ftz", WINDOW_KINDS) for kind in WINDOW_KINDS}
