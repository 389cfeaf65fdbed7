"""What tests need from outside the project; without it they are skipped and say what is missing."""

import os
import shutil
from pathlib import Path

import pytest

__all__ = ["NEEDS_ICARUS", "NEEDS_OPENSTA", "pdk"]

NEEDS_ICARUS = pytest.mark.skipif(
    shutil.which("iverilog") is None, reason="Icarus Verilog (iverilog) is not on PATH"
)
NEEDS_OPENSTA = pytest.mark.skipif(
    shutil.which("sta") is None, reason="OpenSTA (sta) is not on PATH"
)


def pdk(file: str) -> Path:
    """The path of a real cell library, in the folder that LMUL_PDK names."""
    folder = os.environ.get("LMUL_PDK")
    if not folder:
        pytest.skip(f"LMUL_PDK names no folder with {file}")
    path = Path(folder) / file
    if not path.is_file():
        pytest.skip(f"LMUL_PDK={folder!r} has no {file}")
    return path
