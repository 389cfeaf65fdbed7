"""Starts :mod:`lmul.sim.launch` in a process of its own, and ends it when its time is up."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from lmul.hdl.errors import ToolFailed

__all__ = ["TIMEOUT", "start"]

TIMEOUT = 900.0


def start(job: dict[str, object], folder: Path, variables: dict[str, str], timeout: float) -> int:
    """Do a job of :mod:`lmul.sim.launch`, its files in ``folder``; returns its exit status.

    Raises
    ------
    ToolFailed
        When it takes longer than ``timeout`` seconds; nothing of it runs on.
    """
    path = folder / f"{job['step']}.json"
    path.write_text(json.dumps(job))
    command = [sys.executable, "-m", "lmul.sim.launch", str(path)]
    with (folder / "launch.log").open("ab") as log:
        process = subprocess.Popen(
            command, env=variables, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            return process.wait(timeout)
        except BaseException as error:
            # The simulator and the compiler are in its session: none of them may outlive it.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if isinstance(error, subprocess.TimeoutExpired):
                raise ToolFailed(
                    f"{job['simulator']} did not finish to {job['step']} {job['top']!r} "
                    f"in {timeout:.0f} seconds; see {folder}"
                ) from None
            raise
