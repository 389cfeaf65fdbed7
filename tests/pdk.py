"""Real cell libraries for tests, in the folder that LMUL_PDK names."""

import os
from pathlib import Path

import pytest

__all__ = ["pdk"]


def pdk(file: str) -> Path:
    """A library's path; the test is skipped, saying what is missing, where there is none."""
    folder = os.environ.get("LMUL_PDK")
    if not folder:
        pytest.skip(f"LMUL_PDK names no folder with {file}")
    path = Path(folder) / file
    if not path.is_file():
        pytest.skip(f"LMUL_PDK={folder!r} has no {file}")
    return path
