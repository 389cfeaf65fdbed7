"""Processes that end when their time is up, :mod:`lmul.sim.runner.launch` among them."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from lmul.tools.errors import ToolFailed

__all__ = ["BUILD_FAILED", "TIMEOUT", "first_error", "run", "start"]


TIMEOUT = 900.0
BUILD_FAILED = 10
"""The exit status of :mod:`lmul.sim.runner.launch` when the simulator rejects the Verilog."""


def start(job: dict[str, object], folder: Path, variables: dict[str, str], timeout: float) -> int:
    """Do a job of :mod:`lmul.sim.runner.launch`, its files in ``folder``; returns its exit status.

    Raises
    ------
    ToolFailed
        When it takes longer than ``timeout`` seconds; nothing of it runs on.
    """
    path = folder / f"{job['step']}.json"
    path.write_text(json.dumps(job))
    command = [sys.executable, "-m", "lmul.sim.runner.launch", str(path)]
    doing = f"{job['simulator']} did not finish to {job['step']} {job['top']!r}"
    return run(command, folder / "launch.log", variables, timeout, doing)


def run(
    command: Sequence[str],
    log: Path,
    variables: dict[str, str],
    timeout: float,
    late: str,
    folder: Path | None = None,
) -> int:
    """Run a program, what it says going into ``log``; returns its exit status.

    Raises
    ------
    ToolFailed
        When it takes longer than ``timeout`` seconds, beginning with ``late``; nothing of it runs
        on.
    """
    with log.open("ab") as stream:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            return process.wait(timeout)
        except BaseException as error:
            # The simulator and the compiler are in its session: none of them may outlive it. They
            # are gone where Ctrl-C came just after their end.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if isinstance(error, subprocess.TimeoutExpired):
                raise ToolFailed(f"{late} in {timeout:.0f} seconds; see {log.parent}") from None
            raise


def first_error(log: Path) -> str:
    """The first line of a log that reports an error, with the log's path."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    for line in lines:
        if "error" in line.lower() and not line.startswith(("c++", "g++")):
            return f"{line.strip()} (log: {log})"
    return f"see {log}"
