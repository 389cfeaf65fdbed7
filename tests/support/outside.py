"""What tests need from outside the project; without it they are skipped and say what is missing."""

import os
import shutil
from pathlib import Path

import pytest

__all__ = [
    "NEEDS_CHROMIUM",
    "NEEDS_ICARUS",
    "NEEDS_OPENSTA",
    "REAL_LIBRARIES",
    "SHORT_IN_ICARUS",
    "pdk",
]

NEEDS_CHROMIUM = pytest.mark.skipif(
    shutil.which("chromium") is None, reason="Chromium (chromium) is not on PATH"
)
NEEDS_ICARUS = pytest.mark.skipif(
    shutil.which("iverilog") is None, reason="Icarus Verilog (iverilog) is not on PATH"
)
SHORT_IN_ICARUS = pytest.mark.evidence if shutil.which("iverilog") is None else pytest.mark.slow
"""For tests of plain Verilog: Icarus takes a blink to build what takes Verilator seconds, so that
where Icarus is missing `make test` has a few of them and `make evidence` the rest."""

NEEDS_OPENSTA = pytest.mark.skipif(
    shutil.which("sta") is None, reason="OpenSTA (sta) is not on PATH"
)


REAL_LIBRARIES = (
    "sky130hd_tt.lib.gz",
    "sg13g2_stdcell_typ_1p20V_25C.lib",
    "osu018_stdcells.lib",
    "osu035_stdcells.lib",
)
_QFLOW = Path("/usr/share/qflow/tech")


def pdk(file: str) -> Path:
    """The path of a real cell library: osu* of Debian's qflow-tech, others where LMUL_PDK says."""
    if file.startswith("osu"):
        path = _QFLOW / file.split("_")[0] / file
        if not path.is_file():
            pytest.skip(f"{path} is missing; Debian: apt-get install qflow-tech-{path.parent.name}")
        return path
    folder = os.environ.get("LMUL_PDK")
    if not folder:
        pytest.skip(f"LMUL_PDK names no folder with {file}")
    path = Path(folder) / file
    if not path.is_file():
        pytest.skip(f"LMUL_PDK={folder!r} has no {file}")
    return path
