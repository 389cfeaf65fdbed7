"""What the report measures of designs in cells: area, delay, curves, energy."""

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from lmul.synth.comparison.designs import (
    ARRAY_COUNTED,
    ARRAY_DRIVEN,
    ARRAY_TIMED,
    COSTED_POLICIES,
    COUNTED_FORMATS,
    INT8_PE,
    INT8_PRODUCT,
    WINDOW_KINDS,
    arrays_in_cells,
    curve_designs,
    has_int8_beside,
    int8_array_name,
    kept_kinds,
    kinds_of,
    mac_designs,
    multiplier_name,
    multipliers_in_cells,
    pe_name,
    pes_in_cells,
    product_name,
    split_designs,
    window_pes,
)
from lmul.synth.comparison.designs import array_name as square_array
from lmul.synth.gates.breakdown import PartCount, Split
from lmul.synth.gates.count import GateCount
from lmul.synth.measure.measurement import Measured, Point
from lmul.synth.measure.variation import MappedSpread, Spread
from lmul.tools.metrics import Metric

__all__ = [
    "FMAX",
    "PLACED_ON",
    "STIMULUS",
    "cell_points",
    "claim_points",
    "corrected_points",
    "counted",
    "counted_text",
    "fmax_metrics",
    "fpga_designs",
    "gate_points",
    "kept_points",
    "lut_points",
    "mac_points",
    "placed_points",
    "products_in_cells",
    "split_of",
    "split_points",
    "spread_designs",
    "spread_points",
    "spreads",
]


Found = Mapping[Point, Measured]


def gate_points(designs: Iterable[str]) -> list[Point]:
    """The gates of each design."""
    return [Point(name, "gates") for name in designs]


def split_points(designs: Iterable[str]) -> list[Point]:
    """The gates of each design and those of its parts."""
    return [Point(name, measure) for name in designs for measure in ("gates", "split")]


def counted(found: Found, designs: Iterable[str]) -> dict[str, GateCount]:
    """Gate counts by design, from the results of :func:`gate_points`."""
    return {name: GateCount(**found[Point(name, "gates")].detail["count"]) for name in designs}


def counted_text(found: Found, design: str) -> str:
    """The SHA-256 of the Verilog whose gates were counted."""
    return found[Point(design, "gates")].detail["verilog"]


def split_of(found: Found, design: str) -> Split:
    """A design's gates, whole and by part, from the results of :func:`split_points`."""
    [whole] = counted(found, [design]).values()
    parts = found[Point(design, "split")].detail["parts"]
    return Split(whole, tuple(PartCount(**part) for part in parts))


def mac_points(formats: Iterable[str], full: bool = False) -> list[Point]:
    """What is to be counted, for :func:`lmul.synth.measure.runs.run_points`."""
    apart, whole = mac_designs(formats, full)
    return [*split_points(apart), *gate_points(whole)]


STIMULUS = "attention QK"


_FIRST_POLICIES = ("ftz",)


def products_in_cells(fmt: str) -> dict[str, str]:
    """Bare product units by kind; the integer one beside fp8."""
    names = {kind: product_name(kind, fmt) for kind in kinds_of(fmt)}
    return {**names, "int8": INT8_PRODUCT} if has_int8_beside(fmt) else {**names}


def cell_points(formats: Sequence[str], full: bool = False) -> list[Point]:
    """All points, in the embedded library: a PDK that happens to be installed changes nothing.

    Product units, multipliers, PEs and arrays under ftz; with ``full`` other policies too, other
    sums, curves, parts, and arrays of another size. None of what is kept.
    """
    kept = set(corrected_points(formats))
    return [point for point in dict.fromkeys(_points(formats, full)) if point not in kept]


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


_CLAIMED_FORMATS = ("fp16", "fp32")


def claim_points() -> list[Point]:
    """What the paper compares with: L-Mul and exact in wide formats, under ftz, kept too."""
    names = [
        designs(fmt, "ftz")[kind]
        for fmt in _CLAIMED_FORMATS
        for designs in (multipliers_in_cells, pes_in_cells)
        for kind in ("lmul", "exact")
    ]
    return [Point(name, "energy", stimulus=STIMULUS) for name in names]


def kept_points(formats: Sequence[str]) -> list[Point]:
    """What takes too long for each report: :mod:`lmul.synth.comparison.accepted` keeps it.

    Energies of larger arrays and all of fp16's and fp32's arrays (``examples/arrays.toml`` has
    both), and, whatever the formats, :func:`claim_points`.
    """
    found = claim_points()
    for fmt in formats:
        found += [*_array_points(fmt)] if fmt not in COUNTED_FORMATS else []
        for name in arrays_in_cells(fmt, ARRAY_DRIVEN[-1]).values():
            found.append(Point(name, "energy", stimulus=STIMULUS))
    return list(dict.fromkeys(found))


def corrected_points(formats: Sequence[str]) -> list[Point]:
    """Multipliers and PEs of corrected and truncated kinds under ftz, kept too: gates, area, delay,
    energy.
    """
    found: list[Point] = []
    for fmt in formats:
        multipliers, pes = multipliers_in_cells(fmt, "ftz"), pes_in_cells(fmt, "ftz")
        for kind in kept_kinds(fmt):
            found += [*gate_points([multipliers[kind]])]
            found += [*_area_and_energy([multipliers[kind], pes[kind]])]
    return found


def _area_and_energy(names: Iterable[str]) -> Iterator[Point]:
    for name in names:
        yield Point(name, "cells")
        yield Point(name, "energy", stimulus=STIMULUS)


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


FMAX = "fmax_mhz"

PLACED_ON = ("ice40-hx8k", "ecp5-25k")
_SEEDS = range(6)
_SIDE = 4
_FORMAT = "e4m3"


def fpga_designs(formats: Sequence[str]) -> list[tuple[str, bool]]:
    """Designs, and whether DSP blocks are allowed: only an integer multiplication goes into one.

    Of e4m3 and int8; multipliers under lax too: a published FPGA figure does no more.
    """
    return list(_designs(formats))


def _designs(formats: Sequence[str]) -> Iterator[tuple[str, bool]]:
    if _FORMAT not in formats:
        return
    for policy in ("lax", "ftz"):
        yield from ((multiplier_name(kind, _FORMAT, policy), False) for kind in WINDOW_KINDS)
    yield multiplier_name("exact", _FORMAT, "ftz"), True
    yield from ((INT8_PRODUCT, dsp) for dsp in (False, True))
    yield from ((pe_name(kind, _FORMAT, "ftz"), False) for kind in WINDOW_KINDS)
    yield from ((INT8_PE, dsp) for dsp in (False, True))


def lut_points(formats: Sequence[str]) -> list[Point]:
    """LUTs before placement, of Xilinx's: nextpnr places none of those."""
    designs = fpga_designs(formats)
    return [Point(name, "luts", device="xilinx", dsp=dsp) for name, dsp in designs]


def placed_points(formats: Sequence[str]) -> list[Point]:
    """What placing gives: :mod:`lmul.synth.comparison.accepted` keeps it, no report places."""
    designs = fpga_designs(formats)
    if _FORMAT in formats:
        designs += [(square_array(kind, _FORMAT, side=_SIDE), False) for kind in WINDOW_KINDS]
        designs += [(int8_array_name(_SIDE), False)]
    return [
        Point(name, "fpga", device=device, seed=seed, dsp=dsp)
        for name, dsp in designs
        for device in PLACED_ON
        if not (dsp and device.startswith("ice40-hx"))  # it has no DSP blocks
        for seed in _SEEDS
    ]


def fmax_metrics(found: Mapping[Point, Measured]) -> list[Metric]:
    """Of each design that was placed, the median over its seeds."""
    seeds: dict[tuple[str, ...], list[Metric]] = {}
    for point, one in found.items():
        if point.measure == "fpga":
            for metric in one.metrics:
                if metric.name == FMAX:
                    seeds.setdefault(metric.key, []).append(metric)
    return [
        replace(metrics[0], value=statistics.median(metric.value for metric in metrics))
        for metrics in seeds.values()
    ]
