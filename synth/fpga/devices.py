"""The FPGAs that are placed and routed for: name, nextpnr's options, what they have."""

from collections.abc import Mapping
from dataclasses import dataclass

from lmul.synth.fpga.luts import Family

__all__ = ["DEVICES", "Device", "check_device"]


@dataclass(frozen=True)
class Device:
    """One FPGA in one package.

    Attributes
    ----------
    name : str
        As the command line has it.
    family : str
        ``"ice40"`` or ``"ecp5"``.
    options : tuple of str
        nextpnr's, for device, package and speed grade.
    part : str
        Yosys's word for the timing of a subfamily of iCE40; empty for ECP5.
    has_dsps : bool
        Whether there are DSP blocks.
    """

    name: str
    family: Family
    options: tuple[str, ...]
    part: str = ""
    has_dsps: bool = True

    @property
    def logic(self) -> str:
        """nextpnr's name of what holds a LUT."""
        return "ICESTORM_LC" if self.family == "ice40" else "TRELLIS_COMB"


def _ice40(size: str, package: str, part: str, has_dsps: bool = False) -> Device:
    options = (f"--{size}", "--package", package)
    return Device(f"ice40-{size}", "ice40", options, part, has_dsps)


def _ecp5(size: str) -> Device:
    # The slowest speed grade, nextpnr's default; the package that all sizes come in.
    options = (f"--{size}", "--package", "CABGA381", "--speed", "6")
    return Device(f"ecp5-{size}", "ecp5", options)


DEVICES: Mapping[str, Device] = {
    device.name: device
    for device in (
        _ice40("hx1k", "tq144", "hx"),
        _ice40("hx4k", "tq144", "hx"),
        _ice40("hx8k", "ct256", "hx"),
        _ice40("lp8k", "ct256", "lp"),
        _ice40("up5k", "sg48", "u", has_dsps=True),
        *map(_ecp5, ("12k", "25k", "45k", "85k")),
    )
}
"""By name."""


def check_device(name: str, dsp: bool = False) -> Device:
    """The device of a name.

    Raises
    ------
    ValueError
        When there is none of that name, or DSP blocks are asked for and it has none.
    """
    if name not in DEVICES:
        raise ValueError(f"Unknown FPGA device {name!r}: use {', '.join(DEVICES)}")
    device = DEVICES[name]
    if dsp and not device.has_dsps:
        others = ", ".join(other.name for other in DEVICES.values() if other.has_dsps)
        raise ValueError(f"Device {name!r} has no DSP blocks: use {others}, or no DSPs")
    return device
