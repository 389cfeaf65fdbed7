"""Runs an array's program in a process of its own: there alone it can crash or hang."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy.typing as npt

from lmul.hdl.mac_design import MacDesign
from lmul.sim import process
from lmul.sim.array_job import write_job
from lmul.tools.errors import ToolFailed
from lmul.tools.folders import build_root

__all__ = ["run_job", "run_program"]

_BROKEN = 3  # the driver's exit status when an array breaks the protocol or hangs


def run_job(
    program: Path,
    design: MacDesign,
    a: npt.NDArray[Any],
    b: npt.NDArray[Any],
    timeout: float,
    stalls: Mapping[str, float] | None = None,
    seed: int = 0,
    bare: int = 0,
    waves: Path | None = None,
) -> bytes:
    """Multiply two matrices; the result file that :func:`lmul.sim.array_job.read_result` reads.

    Parameters are those of :func:`lmul.sim.array_job.write_job`, and:

    Parameters
    ----------
    program : Path
        From :func:`lmul.sim.array_program.array_program`.
    timeout : float
        Seconds after which the program is ended.
    waves : Path, optional
        Record the signals in this file.

    Raises
    ------
    ToolFailed
        See :func:`run_program`.
    """
    place = build_root() / "sim" / "array"
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place) as name:
        folder = Path(name)
        write_job(folder / "job", design, a, b, stalls or {}, seed, bare)
        more = [str(waves.absolute())] if waves else []
        command = [str(program), str(folder / "job"), str(folder / "result"), *more]
        run_program(command, folder / "log", design.name, timeout)
        return (folder / "result").read_bytes()


def run_program(command: list[str], log: Path, name: str, timeout: float) -> None:
    """Run an array's program.

    Raises
    ------
    ToolFailed
        When it says that the array hangs or breaks the protocol; when it crashes or takes too long.
    """
    status = process.run(command, log, {}, timeout, f"The simulation of {name!r} did not finish")
    if status:
        said = log.read_text(errors="replace").strip().rpartition("\n")[2]
        if status == _BROKEN:
            raise ToolFailed(f"The array {name!r} {said}")
        raise ToolFailed(f"The simulation of {name!r} ended with status {status}: {said}")
