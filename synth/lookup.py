"""Tables of a cell library, looked up between and beyond their points."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Layers", "Table"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Table:
    """A figure as a function of input transition and output load (NLDM).

    A table that does not depend on one of them has a single point there, which stands for all.

    Parameters
    ----------
    slews : tuple of float
        Input transition times, ps, rising. In the tables of constraints, such as setup, the
        related pin's (the clock's).
    loads : tuple of float
        Output load, fF, rising. In the tables of constraints the constrained pin's transition, ps.
    values : tuple of tuple of float
        ``values[i][j]`` at ``slews[i]`` and ``loads[j]``: ps in timing tables, fJ in power tables.
    """

    slews: tuple[float, ...]
    loads: tuple[float, ...]
    values: tuple[tuple[float, ...], ...]

    def __call__(self, slew: float, load: float) -> float:
        """The figure at a point, bilinear; beyond the table's edge its outer cells go on straight.

        Parameters
        ----------
        slew : float
            Input transition, ps.
        load : float
            Output load, fF.
        """
        i, x = _place(self.slews, slew)
        j, y = _place(self.loads, load)
        row = self.values[i]
        low = row[j] + y * (row[j + 1] - row[j]) if y else row[j]
        if not x:
            return low
        row = self.values[i + 1]
        high = row[j] + y * (row[j + 1] - row[j]) if y else row[j]
        return low + x * (high - low)

    def at(self, slews: Floats, loads: Floats) -> Floats:
        """The figure at many points, ``slews[i]`` with ``loads[i]``."""
        values = np.array(self.values)
        i, x = _places(self.slews, slews)
        j, y = _places(self.loads, loads)
        right = np.minimum(j + 1, len(self.loads) - 1)
        low, high = (
            values[row, j] + y * (values[row, right] - values[row, j])
            for row in (i, np.minimum(i + 1, len(self.slews) - 1))
        )
        return low + x * (high - low)

    def covers(self, slew: float, load: float) -> bool:
        """Whether the point lies within the table, so that nothing is extrapolated."""
        return (len(self.slews) == 1 or self.slews[0] <= slew <= self.slews[-1]) and (
            len(self.loads) == 1 or self.loads[0] <= load <= self.loads[-1]
        )


@dataclass(frozen=True, slots=True)
class Layers:
    """A figure that may also depend on the load of another output: a table for each such load.

    Parameters
    ----------
    outputs : tuple of float
        The other output's load, fF, rising; a single point stands for all.
    tables : tuple of Table
        One for each, of equal axes.
    """

    outputs: tuple[float, ...]
    tables: tuple[Table, ...]

    def at(self, output: float) -> Table:
        """The table for a load of the other output, on a straight line between two of them."""
        i, x = _place(self.outputs, output)
        low = self.tables[i]
        if not x:
            return low
        rows = zip(low.values, self.tables[i + 1].values, strict=True)
        return Table(
            low.slews,
            low.loads,
            tuple(tuple(a + x * (b - a) for a, b in zip(*row, strict=True)) for row in rows),
        )


def _place(axis: Sequence[float], at: float) -> tuple[int, float]:
    """The interval to interpolate in, and where in it: below 0 or above 1 beyond the edges."""
    if len(axis) == 1:
        return 0, 0.0
    i = min(max(bisect_right(axis, at) - 1, 0), len(axis) - 2)
    return i, (at - axis[i]) / (axis[i + 1] - axis[i])


def _places(axis: Sequence[float], at: Floats) -> tuple[npt.NDArray[np.int64], Floats]:
    if len(axis) == 1:
        return np.zeros(len(at), np.int64), np.zeros(len(at))
    points = np.array(axis)
    i = np.clip(np.searchsorted(points, at, side="right") - 1, 0, len(axis) - 2)
    return i, (at - points[i]) / (points[i + 1] - points[i])
