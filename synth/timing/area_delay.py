"""A circuit in a library's cells: its area, and its delay where that can be had."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lmul.hdl.designs.design import Design
from lmul.synth.gates.circuit import Circuit
from lmul.synth.layout.wires import NONE
from lmul.synth.liberty.file import Paths
from lmul.synth.liberty.library import Library, load
from lmul.synth.mapping.area import AreaResult, area_of
from lmul.synth.mapping.mapping import map_cells
from lmul.synth.timing.opensta import opensta_delay
from lmul.synth.timing.timing import Timing, analyse

__all__ = ["CurvePoint", "InCells", "curve", "in_cells"]


# A flat netlist beyond this takes minutes to put together; an array's longest path is its PE's.
_LARGEST_TIMED = 100_000


class InCells(NamedTuple):
    """Area and delay of one netlist, mapped for area.

    Attributes
    ----------
    area : AreaResult
    timing : Timing or None
        Its longest path, when the library has delays and the netlist no more than 100,000 cells.
    opensta_ps : float or None
        The same path by OpenSTA, where ``sta`` is on PATH.
    """

    area: AreaResult
    timing: Timing | None
    opensta_ps: float | None


def in_cells(
    design: Design | str | Circuit,
    liberty: Paths | Library,
    restructuring: str | None = None,
    wires: str = NONE,
) -> InCells:
    """Map a design to a library, and measure area and delay.

    ``restructuring`` is as for :func:`lmul.synth.mapping.mapping.map_cells`, ``wires`` as for
    :func:`lmul.synth.timing.timing.analyse`.

    Raises
    ------
    TypeError, ValueError, OSError, ToolNotFound, ToolFailed
        As :func:`lmul.synth.mapping.mapping.map_cells`,
        :func:`lmul.synth.timing.timing.analyse` and
        :func:`lmul.synth.timing.opensta.opensta_delay`.
    """
    mapped = map_cells(design, liberty, restructuring=restructuring)
    if sum(mapped.cells.values()) > _LARGEST_TIMED or not mapped.library.has_delays:
        return InCells(area_of(mapped), None, None)
    timing = analyse(mapped, wires=wires)
    return InCells(area_of(mapped), timing, opensta_delay(mapped, wires=wires))


FRACTIONS = (0.8, 0.4, 0.1)
ROUNDS = (0, 1, 2)


@dataclass(frozen=True)
class CurvePoint:
    """One mapping of a circuit.

    Attributes
    ----------
    target_ps : float or None
        The delay asked for; None for the mapping for area alone.
    rounds : int
        As :func:`lmul.synth.mapping.mapping.map_cells`.
    area : AreaResult
    timing : Timing
        By :func:`lmul.synth.timing.timing.analyse`, registers' own times included.
    """

    target_ps: float | None
    rounds: int
    area: AreaResult
    timing: Timing

    def section(self) -> dict[str, float | int | str | None]:
        """For a report's JSON."""
        return {
            "target_ps": self.target_ps,
            "rounds": self.rounds,
            "delay_ps": self.timing.delay_ps,
            "area_um2": self.area.area_um2,
            "sequential_um2": self.area.sequential_um2,
            "library": self.area.library,
            "restructuring": self.area.restructuring,
        }


def curve(
    design: Design | str | Circuit,
    liberty: Paths | Library,
    targets: Sequence[float] | None = None,
    wires: str = NONE,
) -> list[CurvePoint]:
    """A circuit's area-delay curve: the mappings that no other one beats in both.

    Parameters
    ----------
    design : Design, str or Circuit
        A design, a design's name, or hand-made Verilog.
    liberty : Paths or Library
        The library, or its Liberty file or files.
    targets : sequence of float, optional
        Delays to ask for, ps; 0.8, 0.4 and 0.1 of the smallest circuit's when left out. Each is
        tried with no, one and two rounds of flattening chains.
    wires : str
        As for :func:`lmul.synth.timing.timing.analyse`.

    Returns
    -------
    list of CurvePoint
        From the smallest and slowest to the largest and fastest.

    Raises
    ------
    TypeError, ValueError, OSError, ToolNotFound, ToolFailed
        As :func:`lmul.synth.mapping.mapping.map_cells` and
        :func:`lmul.synth.timing.timing.analyse`.
    """
    circuit = Circuit.of(design)
    library = liberty if isinstance(liberty, Library) else load(liberty)
    smallest = _point(circuit, library, None, 0, wires)
    if targets is None:
        targets = [round(smallest.timing.delay_ps * part) or 1 for part in FRACTIONS]
    points = [smallest]
    points += [_point(circuit, library, target, n, wires) for n in ROUNDS for target in targets]
    points.sort(key=lambda point: (point.area.area_um2, point.timing.delay_ps))
    front = points[:1]
    for point in points[1:]:
        if point.timing.delay_ps < front[-1].timing.delay_ps:
            front.append(point)
    return front


def _point(
    circuit: Circuit, library: Library, target: float | None, rounds: int, wires: str
) -> CurvePoint:
    mapped = map_cells(circuit, library, target, rounds)
    return CurvePoint(target, rounds, area_of(mapped), analyse(mapped, wires=wires))
