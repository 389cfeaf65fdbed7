"""A circuit in a library's cells: its area, and its delay where that can be had."""

from typing import NamedTuple

from lmul.hdl.design import Design
from lmul.synth.area import AreaResult, area_of
from lmul.synth.circuit import Circuit
from lmul.synth.liberty import Library
from lmul.synth.liberty_file import Paths
from lmul.synth.mapping import map_cells
from lmul.synth.opensta import opensta_delay
from lmul.synth.timing import Timing, analyse

__all__ = ["InCells", "in_cells"]

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
    design: Design | str | Circuit, liberty: Paths | Library, restructuring: str | None = None
) -> InCells:
    """Map a design to a library, and measure area and delay.

    ``restructuring`` is as for :func:`lmul.synth.mapping.map_cells`.

    Raises
    ------
    TypeError, ValueError, OSError, ToolNotFound, ToolFailed
        As :func:`lmul.synth.mapping.map_cells`, :func:`lmul.synth.timing.analyse` and
        :func:`lmul.synth.opensta.opensta_delay`.
    """
    mapped = map_cells(design, liberty, restructuring=restructuring)
    if sum(mapped.cells.values()) > _LARGEST_TIMED or not mapped.library.has_delays:
        return InCells(area_of(mapped), None, None)
    return InCells(area_of(mapped), analyse(mapped), opensta_delay(mapped))
