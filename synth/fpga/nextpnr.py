"""nextpnr, run in a folder of its own and remembered by content.

A result depends on the netlist, the device, the seed and nextpnr's version, and on nothing else:
their hash is its key in :mod:`lmul.tools.cache`. The seconds are those of the run that was kept.
"""

import hashlib
import importlib.util
import json
import re
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lmul.synth.fpga.devices import Device
from lmul.tools.cache import cache_folder, find, keep
from lmul.tools.errors import ToolFailed
from lmul.tools.files import write_whole
from lmul.tools.folders import wasm_environment
from lmul.tools.installed import package_version
from lmul.tools.wasm import command, start_once

__all__ = ["Routed", "placer_version", "read_report", "route", "too_large"]


_KIND = "fpga"  # of the cache
_CACHE_LAYOUT = "1"  # to be raised when a cached result's form changes
# No frequency is asked for: nextpnr makes the circuit as fast as it can whatever the goal.
_OPTIONS = ("--json", "netlist.json", "--report", "report.json", "--timing-allow-fail")
_UTILISATION = re.compile(r"^Info:\s+(\w+):\s*(\d+)/\s*(\d+)\s+\d+%", re.MULTILINE)
_ERROR = re.compile(r"^ERROR: (.*)$", re.MULTILINE)
_NAMES = {
    "ICESTORM_LC": "logic cells",
    "ICESTORM_RAM": "block RAMs",
    "ICESTORM_DSP": "DSP blocks",
    "SB_IO": "pins",
    "TRELLIS_COMB": "LUTs",
    "TRELLIS_FF": "flip-flops",
    "TRELLIS_IO": "pins",
    "TRELLIS_RAMW": "LUT RAM write ports",
    "DP16KD": "block RAMs",
    "MULT18X18D": "DSP blocks",
}


@dataclass(frozen=True)
class Routed:
    """A placed and routed netlist.

    Attributes
    ----------
    fmax_mhz : float
        Of its only clock, from register to register.
    used : mapping of str to tuple of int
        By nextpnr's names: how many are used, and how many the device has.
    seconds : float
        Wall-clock of nextpnr, when it ran.
    """

    fmax_mhz: float
    used: Mapping[str, tuple[int, int]]
    seconds: float


def placer_version(device: Device) -> str:
    """The version of the package with the nextpnr of a device.

    Raises
    ------
    ToolNotFound
        When it is not installed.
    """
    return package_version(f"yowasp-nextpnr-{device.family}", "fpga")


def route(netlist: str, device: Device, seed: int) -> Routed:
    """Place and route a netlist of Yosys's ``write_json``.

    Parameters
    ----------
    netlist : str
        With one clock, mapped to the device's family.
    device : Device
    seed : int
        Where the placer starts.

    Raises
    ------
    ToolNotFound
        When nextpnr is not installed.
    ToolFailed
        When the netlist is too large, told with what ran out, or can't be placed or routed.
    """
    version = placer_version(device)
    digest = hashlib.sha256()
    for part in (_CACHE_LAYOUT, version, *device.options, *_OPTIONS, str(seed), netlist):
        digest.update(len(part).to_bytes(8, "little") + part.encode())
    key = digest.hexdigest()
    if kept := find(_KIND, key):
        found = json.loads(kept)
        return Routed(found["fmax_mhz"], _pairs(found["used"]), found["seconds"])
    routed = _run(netlist, device, seed, cache_folder(_KIND) / f"{key}.log")
    keep(_KIND, key, json.dumps(asdict(routed)))
    return routed


def _run(netlist: str, device: Device, seed: int, log_path: Path) -> Routed:
    package = f"yowasp_nextpnr_{device.family}"
    assert importlib.util.find_spec(package), package
    nextpnr = command(package, f"run_nextpnr_{device.family}")
    start_once(nextpnr, "nextpnr")
    with tempfile.TemporaryDirectory(prefix="lmul-nextpnr-") as name:
        folder = Path(name)
        (folder / "netlist.json").write_text(netlist)
        start = time.monotonic()
        process = subprocess.run(
            [*nextpnr, *device.options, *_OPTIONS, "--seed", str(seed)],
            cwd=folder,
            env=wasm_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        seconds = time.monotonic() - start
        report = folder / "report.json"
        if process.returncode or not report.is_file():
            raise _failed(process.stdout, process.returncode, device, log_path)
        return read_report(report.read_text(), round(seconds, 3))


def read_report(text: str, seconds: float = 0.0) -> Routed:
    """What nextpnr's ``--report`` says.

    Raises
    ------
    ToolFailed
        When it has not exactly one clock.
    """
    report: dict[str, Any] = json.loads(text)
    clocks = report["fmax"]
    if len(clocks) != 1:
        raise ToolFailed(f"nextpnr reports {len(clocks)} clocks; a circuit to place has one")
    [clock] = clocks.values()
    used = {
        name: (one["used"], one["available"])
        for name, one in report["utilization"].items()
        if one["used"]
    }
    return Routed(clock["achieved"], used, seconds)


def too_large(log: str) -> str:
    """What a netlist needs more of than there is, from nextpnr's log; empty when nothing."""
    return ", ".join(
        f"{int(used):,} {_NAMES.get(name, name)} of {int(available):,}"
        for name, used, available in dict.fromkeys(_UTILISATION.findall(log))
        if int(used) > int(available)
    )


def _failed(log: str, code: int, device: Device, place: Path) -> ToolFailed:
    if needed := too_large(log):
        return ToolFailed(f"it needs {needed} that {device.name} has")
    [path] = write_whole(place.parent, {place.name: log})
    found = _ERROR.search(log)
    reason = found[1].strip() if found else f"exit code {code}"
    return ToolFailed(f"nextpnr: {reason} (log: {path})")


def _pairs(used: Mapping[str, list[int]]) -> dict[str, tuple[int, int]]:
    return {name: (number, available) for name, (number, available) in used.items()}
