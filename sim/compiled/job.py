"""The files of an array's program: what it is to multiply, and what came of it."""

import struct
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.designs.mac import MacDesign
from lmul.tools import process
from lmul.tools.errors import ToolFailed
from lmul.tools.folders import build_root

__all__ = ["STREAMS", "Counts", "read_counts", "read_result", "run_job", "run_program", "write_job"]


STREAMS = ("a", "b", "out", "sums", "partials")
"""The streams that can be stalled; the last two are a weight-stationary array's."""

_COUNTS = struct.Struct("<6Q")


@dataclass(frozen=True)
class Counts:
    """What the driver counted: cycles, and those of them that a stream's waiting cost.

    ``nanoseconds`` is the time that the simulation's loop took.
    """

    cycles: int
    held: int
    starved: int
    drained: int
    too_long: int
    nanoseconds: int


def write_job(
    path: Path,
    design: MacDesign,
    a: npt.NDArray[Any],
    b: npt.NDArray[Any],
    stalls: Mapping[str, float],
    seed: int,
    bare: int = 0,
) -> None:
    """Write operands for the driver, which cuts them into tiles.

    Parameters
    ----------
    path : Path
    design : MacDesign
    a, b : arrays of codes, shapes (M, K) and (K, N)
        Their item sizes are the bytes of a lane.
    stalls : mapping of str to float
        For each of :data:`STREAMS` how likely it waits in a cycle.
    seed : int
        Of the stalls.
    bare : int
        Not 0: so many cycles of a loop that only clocks the array, and no results.
    """
    (m, k), n = a.shape, b.shape[1]
    chances = [round(stalls.get(name, 0.0) * (1 << 32)) for name in STREAMS]
    # A beat is neighbours in memory: of a column in os, of a row in ws.
    terms = design.terms
    if design.flow == "os":
        left = _lines(a.T, design.rows, terms)
    else:
        left = _lines(a, design.rows * terms, 1)
    with path.open("wb") as file:
        file.write(struct.pack("<10Q", m, k, n, seed, bare, *chances))
        file.write(left.tobytes())
        file.write(_lines(b, design.columns, terms).tobytes())


def _lines(matrix: npt.NDArray[Any], lanes: int, terms: int) -> npt.NDArray[Any]:
    """So many rows a line, those of a column side by side, filled up to whole beats."""
    height, width = matrix.shape
    whole = np.pad(matrix, ((0, -height % terms), (0, -width % lanes)))
    return whole.reshape(-1, terms, whole.shape[1]).swapaxes(1, 2)


def read_counts(data: bytes) -> Counts:
    """What a result file begins with."""
    return Counts(*_COUNTS.unpack_from(data))


def read_result(
    data: bytes, design: MacDesign, m: int, n: int, dtype: npt.DTypeLike
) -> tuple[Counts, npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Counts, results (M, N), and the overflow flag of each, where the array has them."""
    counts = read_counts(data)
    rows = m if design.flow == "ws" else -(-m // design.rows) * design.rows
    across = -(-n // design.columns)
    lanes = rows * across * design.columns
    codes = np.frombuffer(data, dtype, lanes, _COUNTS.size).reshape(rows, -1)[:m, :n]
    flags = np.frombuffer(data, np.uint8, -1, _COUNTS.size + codes.dtype.itemsize * lanes)
    overflowed = np.zeros((m, n), np.bool_)
    if flags.size:
        bits = np.unpackbits(flags.reshape(rows, across, -1), axis=2, bitorder="little")
        overflowed = bits[:, :, : design.columns].reshape(rows, -1)[:m, :n].astype(np.bool_)
    return counts, codes.copy(), overflowed


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
    """Multiply two matrices; the result file that :func:`lmul.sim.compiled.job.read_result` reads.

    Parameters are those of :func:`lmul.sim.compiled.job.write_job`, and:

    Parameters
    ----------
    program : Path
        From :func:`lmul.sim.compiled.program.array_program`.
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
