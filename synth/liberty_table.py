"""Tables of Liberty files: read onto the axes of :class:`lmul.synth.lookup.Table`."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from lmul.synth.liberty_syntax import Group
from lmul.synth.lookup import Layers, Table

__all__ = ["Grid", "read_grid", "read_layers", "read_table"]

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
    """A table of up to three variables, the third another output's load; else as that above."""
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
