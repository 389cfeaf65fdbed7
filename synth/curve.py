"""Area against delay: what a circuit costs when it must be faster."""

from collections.abc import Sequence
from dataclasses import dataclass

from lmul.hdl.design import Design
from lmul.synth.area import AreaResult, area_of
from lmul.synth.circuit import Circuit
from lmul.synth.liberty import Library, load
from lmul.synth.liberty_file import Paths
from lmul.synth.mapping import map_cells
from lmul.synth.timing import Timing, analyse

__all__ = ["CurvePoint", "curve"]

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
        As :func:`lmul.synth.mapping.map_cells`.
    area : AreaResult
    timing : Timing
        By :func:`lmul.synth.timing.analyse`, registers' own times included.
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

    Returns
    -------
    list of CurvePoint
        From the smallest and slowest to the largest and fastest.

    Raises
    ------
    TypeError, ValueError, OSError, ToolNotFound, ToolFailed
        As :func:`lmul.synth.mapping.map_cells` and :func:`lmul.synth.timing.analyse`.
    """
    circuit = Circuit.of(design)
    library = liberty if isinstance(liberty, Library) else load(liberty)
    smallest = _point(circuit, library, None, 0)
    if targets is None:
        targets = [round(smallest.timing.delay_ps * part) or 1 for part in FRACTIONS]
    points = [smallest]
    points += [_point(circuit, library, target, n) for n in ROUNDS for target in targets]
    points.sort(key=lambda point: (point.area.area_um2, point.timing.delay_ps))
    front = points[:1]
    for point in points[1:]:
        if point.timing.delay_ps < front[-1].timing.delay_ps:
            front.append(point)
    return front


def _point(circuit: Circuit, library: Library, target: float | None, rounds: int) -> CurvePoint:
    mapped = map_cells(circuit, library, target, rounds)
    return CurvePoint(target, rounds, area_of(mapped), analyse(mapped))
