"""What the report shows of FPGAs: LUTs before placement, and what was placed here before."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from lmul.synth.comparison import multiplier_name
from lmul.synth.mac_designs import INT8_PE, INT8_PRODUCT, int8_array_name, pe_name
from lmul.synth.mac_designs import array_name as square_array
from lmul.synth.mac_survey import WINDOW_KINDS
from lmul.synth.metrics import Metric
from lmul.synth.point import Measured, Point

__all__ = ["FMAX", "PLACED_ON", "fmax_metrics", "fpga_designs", "lut_points", "placed_points"]

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
    """What placing and routing gives: :mod:`lmul.synth.accepted` keeps it, no report places."""
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
