"""Tools compiled to WebAssembly: each compiles itself for this machine at its first start.

That takes some seconds to a minute, and leaves the machine code in a folder of the user's, in
which two that start at once would write over what the other one reads.
"""

import fcntl
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from platformdirs import user_cache_path

from lmul.tools.errors import ToolFailed
from lmul.tools.folders import wasm_environment

__all__ = ["command", "start_once"]


_FIRST_START = "Preparing to run"  # what the wrapper says when it compiles a tool
_started: set[tuple[str, ...]] = set()
_lock = threading.Lock()


def command(package: str, function: str) -> tuple[str, ...]:
    """What starts the tool that a function of a package runs; its arguments are to follow."""
    # -P: nothing in the working directory may be imported in place of a library.
    text = f"import sys, {package}; sys.exit({package}.{function}(sys.argv[1:]))"
    return (sys.executable, "-P", "-c", text)


def start_once(
    starts: tuple[str, ...], name: str, on_first_start: Callable[[], None] | None = None
) -> None:
    """Have a tool say its version, so that it compiles itself if it never has.

    Once in a process; processes wait for each other.

    Parameters
    ----------
    starts : tuple of str
        Of :func:`command`.
    name : str
        The tool's, for errors.
    on_first_start : callable, optional
        Called when the tool says that it has begun to compile itself.

    Raises
    ------
    ToolFailed
        When it does not start.
    OSError
        When there is no place for what it compiles.
    """
    with _lock:
        if starts in _started:
            return
        variables = wasm_environment()
        chosen = variables.get("YOWASP_CACHE_DIR")
        folder = Path(chosen) if chosen else user_cache_path("YoWASP", appauthor=False)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / ".lmul-first-start").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with subprocess.Popen(
                [*starts, "--version"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                env=variables,
            ) as process:
                assert process.stderr is not None
                said = []
                for line in process.stderr:
                    if line.startswith(_FIRST_START):
                        if on_first_start:
                            on_first_start()
                    else:
                        said.append(line.strip())
        if process.returncode:
            reason = next((line for line in reversed(said) if line), "it says nothing")
            raise ToolFailed(f"{name} does not start (exit code {process.returncode}): {reason}")
        _started.add(starts)
