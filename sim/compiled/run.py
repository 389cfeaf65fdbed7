"""Matrix products on simulated arrays: the RTL that ships, cycle by cycle."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.numbers.formats import FORMATS, IntegerFormat
from lmul.sim.compiled.job import STREAMS, read_counts, read_result, run_job
from lmul.sim.golden.codec import code_dtype
from lmul.sim.golden.matmul import OUT_FORMATS, DotProducts
from lmul.sim.reference.matrices import array_design, operands
from lmul.tools import process

__all__ = ["ArrayRun", "Comparison", "bare_cycles_per_second", "compare", "run_array"]


_MOST_STALLED = 0.99
_SLOWEST = 500.0  # cycles a second, of the largest arrays with waves


@dataclass(frozen=True, eq=False)
class ArrayRun:
    """A matrix product from an array, and how it went.

    Cycles are counted from the first beat accepted to the last result delivered, both included.
    Each cycle more than the closed form has is one of three:

    - ``held``: the grid stood still, because results or partial sums were not taken.
    - ``starved``: the grid moved on without operands, and something came later for it. That is so
      when the tile had more beats left than the cycles that its end must still keep from the end
      before: where K < R, these absorb a missing beat. In a weight-stationary array, where weights
      are loaded meanwhile and may absorb it too, it is what the other two leave of the difference.
    - ``drained``: results stood still after the grid's last cycle, because one was not taken.

    Attributes
    ----------
    design : MacDesign
    codes : array of codes of the result's format, or of int32 for int8, shape (M, N)
    overflowed : array of bool, shape (M, N)
        The sticky flags of a ``fixW_L`` accumulator; all False for the others.
    shape : tuple of int
        M, K, N.
    cycles : int
    closed_form : int
        What ``design.cycles(M, K, N)`` says: cycles without stalls.
    held, starved, drained : int
    too_long : bool
        The array's flag: a sum had more than K_max terms.
    seconds : float
        The simulation's loop: without building and without reading and writing files.
    waves : Path or None
        The recorded signals, as VCD.
    """

    design: MacDesign
    codes: npt.NDArray[Any]
    overflowed: npt.NDArray[np.bool_]
    shape: tuple[int, int, int]
    cycles: int
    closed_form: int
    held: int
    starved: int
    drained: int
    too_long: bool
    seconds: float
    waves: Path | None = None

    @property
    def stalls(self) -> int:
        """``held + starved + drained``: ``cycles`` is ``closed_form`` and these."""
        return self.held + self.starved + self.drained

    @property
    def macs(self) -> int:
        """Multiply-accumulates of the product: M K N."""
        m, k, n = self.shape
        return m * k * n

    @property
    def utilisation(self) -> float:
        """Of all multipliers in all cycles, the part that did one of ``macs``."""
        return self.macs / (self.cycles * self.design.multipliers)

    @property
    def macs_per_second(self) -> float:
        """Of the simulation."""
        return self.macs / self.seconds


def run_array(
    design: MacDesign | str,
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    out: str = "fp32",
    stalls: float | Mapping[str, float] = 0.0,
    seed: int = 0,
    waves: Path | None = None,
    verilog: str | None = None,
    on_progress: Callable[[int, int, str], None] | None = None,
) -> ArrayRun:
    """Multiply two matrices on a simulated array.

    The array's Verilog is compiled at the first use, which takes from seconds to a minute, and
    kept; the product is cut into tiles, ragged edges being masked by ``tkeep``.

    Parameters
    ----------
    design : MacDesign or str
        An array, such as ``"array-lmul-e4m3-16x16-os"``.
    a, b : arrays of codes, shapes (M, K) and (K, N)
        Of the design's format; of integers from -128 to 127 for ``int8``.
    out : str
        ``fp32``, ``bf16`` or ``fp16``; without meaning for ``int8``.
    stalls : float or mapping of str to float
        How likely a stream waits in a cycle, of each stream or by its name: ``a``, ``b``, ``out``,
        and in a weight-stationary array ``sums`` and ``partials``.
    seed : int
        Of the stalls.
    waves : Path, optional
        Record the signals in this VCD file.
    verilog : str, optional
        Text to simulate in place of the design's own.
    on_progress : callable, optional
        Called with (done, total, label).

    Raises
    ------
    TypeError, ValueError
        For wrong arguments; a dimension of 0; K beyond the design's ``k_max``.
    ToolNotFound, ToolFailed
        When a tool is not installed; when it rejects the Verilog; when the array hangs or breaks
        the rules of its streams.
    """
    design = array_design(design)
    x, y = operands(design, a, b)
    if out not in OUT_FORMATS:
        raise ValueError(f"Result format must be {', '.join(OUT_FORMATS)}, not {out!r}")
    chances = _chances(stalls)
    is_integer = isinstance(design.format, IntegerFormat)
    dtype = np.dtype(np.int32) if is_integer else code_dtype(FORMATS[out])
    (m, k), n = x.shape, y.shape[1]
    expected = design.cycles(m, k, n)
    report = on_progress or (lambda done, total, label: None)
    report(0, 2, f"{design.name}: building")
    from lmul.sim.compiled.program import array_program

    program = array_program(design, out, waves is not None, verilog)
    report(1, 2, f"{design.name}: {expected:,} cycles")
    most = process.TIMEOUT + expected / (1 - max(chances.values())) / _SLOWEST
    data = run_job(program, design, x, y, most, chances, seed, waves=waves)
    counts, codes, overflowed = read_result(data, design, m, n, dtype)
    report(2, 2, f"{design.name}: done")
    starved = counts.starved
    if design.flow == "ws":
        starved = counts.cycles - expected - counts.held - counts.drained
    return ArrayRun(
        design,
        codes,
        overflowed,
        (m, k, n),
        counts.cycles,
        expected,
        counts.held,
        starved,
        counts.drained,
        bool(counts.too_long),
        counts.nanoseconds / 1e9,
        waves,
    )


def bare_cycles_per_second(
    design: MacDesign | str, a: npt.ArrayLike, b: npt.ArrayLike, cycles: int
) -> float:
    """The speed of a loop that only clocks the array, writing operands: what a driver could reach.

    Raises
    ------
    TypeError, ValueError, ToolNotFound, ToolFailed
        As :func:`run_array`.
    """
    design = array_design(design)
    x, y = operands(design, a, b)
    from lmul.sim.compiled.program import array_program

    most = process.TIMEOUT + cycles / _SLOWEST
    counts = read_counts(run_job(array_program(design), design, x, y, most, bare=cycles))
    return counts.cycles / counts.nanoseconds * 1e9


def _chances(stalls: float | Mapping[str, float]) -> dict[str, float]:
    given = stalls if isinstance(stalls, Mapping) else {name: stalls for name in STREAMS}
    chances = {name: float(chance) for name, chance in given.items()}
    for name, chance in chances.items():
        if name not in STREAMS:
            raise ValueError(f"Unknown stream {name!r}: use {', '.join(STREAMS)}")
        if not 0 <= chance <= _MOST_STALLED:
            raise ValueError(f"Stalls must be from 0 to {_MOST_STALLED}, not {chance!r}")
    return chances


@dataclass(frozen=True)
class Comparison:
    """How many results are right in every bit, their flags of overflow included.

    ``first`` says where the first wrong one is; None when all are right.
    """

    equal: int
    results: int
    first: str | None

    @property
    def bit_exact(self) -> bool:
        """Whether all of them are."""
        return self.equal == self.results


def compare(run: ArrayRun, want: DotProducts) -> Comparison:
    """Results of an array against those that are right."""
    codes = want.codes
    right = (run.codes == codes) & (run.overflowed == want.overflowed)
    first = None
    if not right.all():
        i, j = (int(place) for place in np.argwhere(~right)[0])
        digits = 2 * codes.dtype.itemsize
        mask = (1 << 4 * digits) - 1
        found, wanted = (int(c[i, j]) & mask for c in (run.codes, codes))
        first = f"at [{i}, {j}] {found:#0{digits + 2}x}, golden {wanted:#0{digits + 2}x}"
        if found == wanted:
            first += ", the overflow flag is wrong"
    return Comparison(int(right.sum()), right.size, first)
