"""What the report measures of designs in cells: area, delay, curves, energy."""

from collections.abc import Iterable, Iterator, Sequence

from lmul.hdl.formats import FORMATS
from lmul.hdl.kinds import Kind
from lmul.synth.comparison import kinds_of, multiplier_name, product_name
from lmul.synth.mac_designs import (
    ACCUMULATORS,
    ARRAY_SIDE,
    COUNTED_FORMATS,
    INT8_PE,
    INT8_PRODUCT,
    array_name,
    has_pes,
    int8_array_name,
    pe_name,
)
from lmul.synth.mac_survey import WINDOW_KINDS
from lmul.synth.point import Point

__all__ = [
    "ARRAY_COUNTED",
    "ARRAY_DRIVEN",
    "ARRAY_TIMED",
    "COSTED_POLICIES",
    "STIMULUS",
    "arrays_in_cells",
    "cell_points",
    "curve_designs",
    "is_narrow",
    "kept_points",
    "multipliers_in_cells",
    "pes_in_cells",
    "products_in_cells",
    "split_designs",
    "window_pes",
]

COSTED_POLICIES = ("lax", "ftz", "ocp")
STIMULUS = "attention QK"
ARRAY_COUNTED = (ARRAY_SIDE // 2, ARRAY_SIDE)
"""Sides of the arrays that are mapped; others are composed (:mod:`lmul.synth.array_area`)."""

ARRAY_TIMED = ARRAY_COUNTED[0]
"""Side of the arrays whose delay is measured: larger ones differ in buffers alone."""

ARRAY_DRIVEN = (ARRAY_SIDE, 2 * ARRAY_SIDE)
"""Sides of the arrays whose energy is shown, where it was measured."""

_FIRST_POLICIES = ("ftz",)


def is_narrow(fmt: str) -> bool:
    """Whether int8 stands beside a format: it is as wide."""
    return FORMATS[fmt].width == 8


def products_in_cells(fmt: str) -> dict[str, str]:
    """Bare product units by kind; the integer one beside fp8."""
    names = {kind: product_name(kind, fmt) for kind in kinds_of(fmt)}
    return {**names, "int8": INT8_PRODUCT} if is_narrow(fmt) else {**names}


def multipliers_in_cells(fmt: str, policy: str) -> dict[str, str]:
    """Multipliers by kind; the bare integer product, which has nothing to unpack, beside fp8."""
    names = {kind: multiplier_name(kind, fmt, policy) for kind in kinds_of(fmt)}
    return {**names, "int8": INT8_PRODUCT} if is_narrow(fmt) else {**names}


def pes_in_cells(fmt: str, policy: str) -> dict[str, str]:
    """PEs by kind, each with its format's usual accumulator; int8's beside fp8.

    Of all kinds under ftz alone, and none of wider formats under lax: inside an array, where
    operands are unpacked already, that differs from ftz by what a NaN takes.
    """
    if not has_pes(fmt) or (policy == "lax" and not is_narrow(fmt)):
        return {}
    kinds: list[Kind] = [k for k in kinds_of(fmt) if policy == "ftz" or k in WINDOW_KINDS]
    names = {kind: pe_name(kind, fmt, policy) for kind in kinds}
    return {**names, "int8": INT8_PE} if is_narrow(fmt) else {**names}


def window_pes(fmt: str) -> dict[tuple[str, str], str]:
    """PEs under ftz by accumulator and kind: what they sum in besides the format's usual."""
    return {
        (accumulator, kind): pe_name(kind, fmt, "ftz", accumulator)
        for accumulator in ACCUMULATORS.get(fmt, ())
        for kind in WINDOW_KINDS
    }


def arrays_in_cells(fmt: str, side: int) -> dict[str, str]:
    """Output-stationary arrays under ftz by kind."""
    if not has_pes(fmt):
        return {}
    kinds: list[Kind] = [kind for kind in kinds_of(fmt) if kind in WINDOW_KINDS]
    names = {kind: array_name(kind, fmt, side=side) for kind in kinds}
    return {**names, "int8": int8_array_name(side)} if is_narrow(fmt) else {**names}


def curve_designs(fmt: str) -> dict[str, list[str]]:
    """Designs under ftz whose area is measured against delay, by level."""
    if fmt not in COUNTED_FORMATS:
        return {}
    kinds: list[Kind] = [kind for kind in kinds_of(fmt) if kind in WINDOW_KINDS]
    found = {"multiplier": [multiplier_name(kind, fmt, "ftz") for kind in kinds]}
    if fmt == "e4m3":
        found["pe"] = [pe_name(kind, fmt, "ftz") for kind in kinds]
    return found


def split_designs(fmt: str) -> list[str]:
    """Designs under ftz whose area and energy are shown by part."""
    if fmt not in COUNTED_FORMATS:
        return []
    return [
        name
        for names in (multipliers_in_cells(fmt, "ftz"), pes_in_cells(fmt, "ftz"))
        for kind, name in names.items()
        if kind in (*WINDOW_KINDS, "int8") and name != INT8_PRODUCT
    ]


def cell_points(formats: Sequence[str], full: bool = False) -> list[Point]:
    """All points, in the embedded library: a PDK that happens to be installed changes nothing.

    Product units, multipliers, PEs and arrays under ftz; with ``full`` other policies too, other
    sums, curves, parts, and arrays of another size.
    """
    return list(dict.fromkeys(_points(formats, full)))


def _points(formats: Sequence[str], full: bool) -> Iterator[Point]:
    for fmt in formats:
        yield from _area_and_energy(products_in_cells(fmt).values())
        for policy in COSTED_POLICIES if full else _FIRST_POLICIES:
            for names in (multipliers_in_cells(fmt, policy), pes_in_cells(fmt, policy)):
                yield from _area_and_energy(names.values())
        if not full:
            if fmt in COUNTED_FORMATS:
                yield from _driven_array(fmt)
            continue
        yield from (Point(name, "parts", stimulus=STIMULUS) for name in split_designs(fmt))
        yield from _area_and_energy(window_pes(fmt).values())
        if fmt in COUNTED_FORMATS:
            yield from _array_points(fmt)
        for names in curve_designs(fmt).values():
            yield from (Point(name, "curve") for name in names)


def _array_points(fmt: str) -> Iterator[Point]:
    for side in ARRAY_COUNTED:
        for name in arrays_in_cells(fmt, side).values():
            yield Point(name, "cells" if side == ARRAY_TIMED else "area")
            if side in ARRAY_DRIVEN:
                yield Point(name, "energy", stimulus=STIMULUS)


def _driven_array(fmt: str) -> Iterator[Point]:
    for name in arrays_in_cells(fmt, ARRAY_DRIVEN[0]).values():
        yield Point(name, "area")
        yield Point(name, "energy", stimulus=STIMULUS)


def kept_points(formats: Sequence[str]) -> list[Point]:
    """What takes too long to be measured for each report: :mod:`lmul.synth.accepted` keeps it.

    Energies of larger arrays, and all of fp16's and fp32's; ``examples/arrays.toml`` is the same.
    """
    found = []
    for fmt in formats:
        found += [*_array_points(fmt)] if fmt not in COUNTED_FORMATS else []
        for name in arrays_in_cells(fmt, ARRAY_DRIVEN[-1]).values():
            found.append(Point(name, "energy", stimulus=STIMULUS))
    return list(dict.fromkeys(found))


def _area_and_energy(names: Iterable[str]) -> Iterator[Point]:
    for name in names:
        yield Point(name, "cells")
        yield Point(name, "energy", stimulus=STIMULUS)
