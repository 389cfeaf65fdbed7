"""Tables of a cell library, looked up between and beyond their points."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from lmul.synth.liberty.syntax import Group

__all__ = ["Grid", "Layers", "Table", "read_grid", "read_layers", "read_table"]


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
    i = bisect_right(axis, at, 1, len(axis) - 1) - 1  # of the inner points: beyond them, the outer
    return i, (at - axis[i]) / (axis[i + 1] - axis[i])


def _places(axis: Sequence[float], at: Floats) -> tuple[npt.NDArray[np.int64], Floats]:
    if len(axis) == 1:
        return np.zeros(len(at), np.int64), np.zeros(len(at))
    points = np.array(axis)
    i = np.clip(np.searchsorted(points, at, side="right") - 1, 0, len(axis) - 2)
    return i, (at - points[i]) / (points[i + 1] - points[i])


Numbers = tuple[str, ...]

LOAD = "total_output_net_capacitance"
# Which axis of a table a variable belongs on; those that are not named here stand on the first.
_AXES = {
    LOAD: 1,
    "constrained_pin_transition": 1,
    "related_out_total_output_net_capacitance": 2,
    "equal_or_opposite_output_net_capacitance": 2,
}
_CAPACITANCES = frozenset(_AXES) - {"constrained_pin_transition"}
# For a table whose template the library does not define.
_USUAL = {"variable_1": "input_net_transition", "variable_2": LOAD}
_SEPARATORS = str.maketrans('",\\', "   ")


@dataclass(frozen=True)
class Grid:
    """A table as it is written: digits, on axes in one order.

    Attributes
    ----------
    axes : tuple of (str, tuple of str)
        Of three axes each the variable, empty without one, and its points, one or more.
    values : tuple of str
        The first axis's points slowest, the last one's fastest.
    """

    axes: tuple[tuple[str, Numbers], ...]
    values: Numbers


def read_grid(group: Group, templates: Mapping[str, Group]) -> Grid | None:
    """A table of any template; None for a group that is no table.

    Raises
    ------
    ValueError
        When values and points don't fit, or two variables belong on one axis; with the line.
    """
    if "values" not in group.lists:
        return None
    template = templates.get(group.name)
    variables = template.values if template else _USUAL
    found: list[tuple[int, str, Numbers]] = []
    for index in ("1", "2", "3"):
        text = group.lists.get(f"index_{index}")
        if text is None and template:
            text = template.lists.get(f"index_{index}")
        variable = variables.get(f"variable_{index}")
        if text is not None and variable:
            found.append((_AXES.get(variable, 0), variable, _numbers(text)))
    values = _numbers(group.lists["values"])
    points = [len(axis) for _, _, axis in found]
    size = 1
    for one in points:
        size *= one
    if len(values) != size:
        raise ValueError(
            f"{group.where}: {group.kind} has {len(values)} values for "
            f"{' by '.join(map(str, points)) or 'no'} points"
        )
    if len({place for place, _, _ in found}) < len(found):
        names = " and ".join(variable for _, variable, _ in found)
        raise ValueError(f"{group.where}: {group.kind} has two axes of one kind: {names}")
    axes: list[tuple[str, Numbers]] = [("", ("0",))] * 3
    for place, variable, axis in found:
        axes[place] = variable, axis
    places = [place for place, _, _ in found]
    if places != sorted(places):
        values = _reordered(values, places, points)
    return Grid(tuple(axes), values)


def read_table(
    group: Group, templates: Mapping[str, Group], time: float, capacitance: float, scale: float
) -> Table | None:
    """A table of one or two variables; None for a group that is none.

    What also depends on another output's load is taken without one, as OpenSTA does.

    Parameters
    ----------
    group : Group
    templates : mapping of str to Group
        By name.
    time, capacitance : float
        What to multiply points by, to ps and fF.
    scale : float
        What to multiply values by.

    Raises
    ------
    ValueError
        As :func:`read_grid`; for what is no number, and for points that do not rise.
    """
    layers = read_layers(group, templates, time, capacitance, scale)
    return layers.at(0.0) if layers else None


def read_layers(
    group: Group, templates: Mapping[str, Group], time: float, capacitance: float, scale: float
) -> Layers | None:
    """A table of up to three variables, the third another output's load; as :func:`read_grid`."""
    grid = read_grid(group, templates)
    if grid is None:
        return None
    units = (capacitance if variable in _CAPACITANCES else time for variable, _ in grid.axes)
    try:
        one, two, three = (
            tuple(float(x) * unit for x in axis)
            for (_, axis), unit in zip(grid.axes, units, strict=True)
        )
        values = [float(x) * scale for x in grid.values]
    except ValueError as error:
        raise ValueError(f"{group.where}: {group.kind}: {error}") from None
    if any(a >= b for axis in (one, two, three) for a, b in pairwise(axis)):
        raise ValueError(f"{group.where}: {group.kind} has points that do not rise")
    deep, row = len(three), len(two) * len(three)
    starts = range(0, len(values), row)
    return Layers(
        three,
        tuple(
            Table(one, two, tuple(tuple(values[i + k : i + row : deep]) for i in starts))
            for k in range(deep)
        ),
    )


def _reordered(values: Numbers, places: list[int], points: list[int]) -> Numbers:
    """Values in the order of their axes' places."""
    strides = [1] * len(points)
    for axis in range(len(points) - 2, -1, -1):
        strides[axis] = strides[axis + 1] * points[axis + 1]
    at = [0]
    for axis in sorted(range(len(points)), key=places.__getitem__):
        at = [start + i * strides[axis] for start in at for i in range(points[axis])]
    return tuple(values[i] for i in at)


def _numbers(text: str) -> Numbers:
    return tuple(text.translate(_SEPARATORS).split())
