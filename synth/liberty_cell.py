"""A cell's Liberty group, read into :class:`lmul.synth.cells.Cell`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from lmul.synth.cell_function import CellFunction
from lmul.synth.cells import Cell, Leakage, Pin, PowerArc, State, TimingArc
from lmul.synth.liberty_syntax import Group, split
from lmul.synth.lookup import Table

__all__ = ["Scales", "number", "read_cell", "read_functions"]

# Names of a table's variables that belong on its second axis; all others on the first.
_SECOND_AXIS = ("total_output_net_capacitance", "constrained_pin_transition")
_LOAD = "total_output_net_capacitance"
_SEPARATORS = str.maketrans('",\\', "   ")
# Supply pins that carry off what others brought.
_GROUNDS = ("primary_ground", "backup_ground", "internal_ground", "pwell", "deeppwell")
# For a table whose template the library does not define.
_USUAL = {"variable_1": "input_net_transition", "variable_2": _LOAD}


@dataclass(frozen=True)
class Scales:
    """What to multiply a library's figures by, and what it says once for all its cells.

    Attributes
    ----------
    time, capacitance, energy, leakage : float
        To ps, fF, fJ and nW.
    templates : mapping of str to Group
        Tables' templates by name.
    input_capacitance, output_capacitance, cell_leakage : float
        The library's defaults, in its own units.
    """

    time: float
    capacitance: float
    energy: float
    leakage: float
    templates: Mapping[str, Group] = field(default_factory=dict)
    input_capacitance: float = 0.0
    output_capacitance: float = 0.0
    cell_leakage: float = 0.0


def read_cell(group: Group, scales: Scales) -> Cell:
    """The cell of a ``cell`` group.

    Raises
    ------
    ValueError
        When a number, a table or a function in it can't be read; with its line.
    """
    grounds = {
        name
        for pin in group.of_kind("pg_pin")
        if pin.values.get("pg_type") in _GROUNDS
        for name in pin.arguments
    }
    states = tuple(
        Leakage(_when(g), number(g, "value", 0.0) * scales.leakage, _supply(g))
        for g in _drawn(group.of_kind("leakage_power"), grounds)
    )
    if "cell_leakage_power" in group.values:
        leakage = number(group, "cell_leakage_power", 0.0) * scales.leakage
    elif states:
        supplies = len({state.supply for state in states})
        leakage = sum(state.power for state in states) / len(states) * supplies
    else:
        leakage = scales.cell_leakage * scales.leakage
    pins = {
        name: _pin(name, pin, scales, grounds)
        for pin in group.of_kind("pin")
        for name in pin.arguments
    }
    return Cell(
        name=group.name,
        area=number(group, "area", 0.0),
        leakage=leakage,
        leakage_states=states,
        pins=pins,
        state=_state(group),
        dont_use=group.values.get("dont_use") == "true",
    )


def read_functions(group: Group) -> dict[str, CellFunction]:
    """The functions of a ``cell`` group's outputs, by pin.

    Raises
    ------
    ValueError
        When a function can't be read; with its line.
    """
    found = {}
    for pin in group.of_kind("pin"):
        function = _function(pin, "function")
        three_state = "three_state" in pin.values  # a buffer, but not for logic
        if function and pin.values.get("direction") == "output" and not three_state:
            found |= dict.fromkeys(pin.arguments, function)
    return found


def number(group: Group, name: str, default: float) -> float:
    """A simple attribute as a number.

    Raises
    ------
    ValueError
        When it is none.
    """
    text = group.values.get(name)
    if text is None:
        return default
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"line {group.line}: {name} must be a number, not {text!r}") from None


def _pin(name: str, group: Group, scales: Scales, grounds: Collection[str]) -> Pin:
    direction = group.values.get("direction", "input")
    default = scales.input_capacitance if direction == "input" else scales.output_capacitance
    capacitance = number(group, "capacitance", default)
    limit = None
    if "max_capacitance" in group.values:
        limit = number(group, "max_capacitance", 0.0) * scales.capacitance
    return Pin(
        name=name,
        direction=direction,
        capacitance=capacitance * scales.capacitance,
        rise_capacitance=number(group, "rise_capacitance", capacitance) * scales.capacitance,
        fall_capacitance=number(group, "fall_capacitance", capacitance) * scales.capacitance,
        max_capacitance=limit,
        clock=group.values.get("clock") == "true",
        function=_function(group, "function") if direction != "input" else None,
        timing=tuple(a for g in group.of_kind("timing") for a in _timing(g, scales)),
        power=tuple(
            arc
            for entry in _drawn(group.of_kind("internal_power"), grounds)
            for arc in _power(entry, scales)
        ),
    )


def _timing(group: Group, scales: Scales) -> list[TimingArc]:
    tables = {t.kind: _table(t, scales, scales.time) for t in group.groups}
    return [
        TimingArc(
            related_pin=pin,
            sense=group.values.get("timing_sense", "non_unate"),
            kind=group.values.get("timing_type", "combinational"),
            when=_when(group),
            delay_rise=tables.get("cell_rise", tables.get("rise_constraint")),
            delay_fall=tables.get("cell_fall", tables.get("fall_constraint")),
            transition_rise=tables.get("rise_transition"),
            transition_fall=tables.get("fall_transition"),
        )
        for pin in split(group.values.get("related_pin", ""))
    ]


def _power(group: Group, scales: Scales) -> list[PowerArc]:
    tables = {t.kind: _table(t, scales, scales.energy) for t in group.groups}
    both = tables.get("power")
    rise, fall = tables.get("rise_power", both), tables.get("fall_power", both)
    related = split(group.values.get("related_pin", "")) or (None,)
    return [PowerArc(pin, _when(group), rise, fall, _supply(group)) for pin in related]


def _supply(group: Group) -> str | None:
    return group.values.get("related_pg_pin", group.values.get("power_level"))


def _drawn(entries: Iterable[Group], grounds: Collection[str]) -> list[Group]:
    """The entries of what is drawn from supplies, of one pin's internal powers or a cell's leakage.

    All charge that leaves through a ground pin came from a supply, so that a library with tables
    for both states the same energy twice. Where it states it for grounds alone, it is told there.
    """
    every = list(entries)
    return [entry for entry in every if _supply(entry) not in grounds] or every


def _state(group: Group) -> State | None:
    for state in group.of_kind("ff", "latch"):
        return State(
            names=state.arguments,
            clocked_on=_function(state, "clocked_on"),
            next_state=_function(state, "next_state"),
            clear=_function(state, "clear"),
            preset=_function(state, "preset"),
        )
    return None


def _when(group: Group) -> CellFunction | None:
    return _function(group, "when")


def _function(group: Group, name: str) -> CellFunction | None:
    text = group.values.get(name)
    if not text:
        return None
    try:
        return CellFunction(text)
    except ValueError as error:
        raise ValueError(f"line {group.line}: {name}: {error}") from None


def _table(group: Group, scales: Scales, scale: float) -> Table | None:
    """A table of any template, on the axes of :class:`Table`; None for a group that is none."""
    if "values" not in group.lists:
        return None
    template = scales.templates.get(group.name)
    variables = template.values if template else _USUAL
    axes = []
    for index in ("1", "2"):
        text = group.lists.get(f"index_{index}")
        if text is None and template:
            text = template.lists.get(f"index_{index}")
        variable = variables.get(f"variable_{index}")
        if text is not None and variable:
            unit = scales.capacitance if variable == _LOAD else scales.time
            axes.append((variable, tuple(x * unit for x in _numbers(group, text))))
    flat = [x * scale for x in _numbers(group, group.lists["values"])]
    points = [len(axis) for _, axis in axes]
    if len(flat) != (points[0] if points else 1) * (points[1] if len(points) > 1 else 1):
        raise ValueError(
            f"line {group.line}: {group.kind} has {len(flat)} values for "
            f"{' by '.join(map(str, points)) or 'no'} points"
        )
    if any(a >= b for _, axis in axes for a, b in pairwise(axis)):
        raise ValueError(f"line {group.line}: {group.kind} has points that do not rise")
    if not axes:
        return Table((0.0,), (0.0,), ((flat[0],),))
    if len(axes) == 1:
        [(variable, axis)] = axes
        if variable in _SECOND_AXIS:
            return Table((0.0,), axis, (tuple(flat),))
        return Table(axis, (0.0,), tuple((x,) for x in flat))
    (first, one), (_, two) = axes
    rows = tuple(tuple(flat[i : i + len(two)]) for i in range(0, len(flat), len(two)))
    if first in _SECOND_AXIS:
        return Table(two, one, tuple(zip(*rows, strict=True)))
    return Table(one, two, rows)


def _numbers(group: Group, text: str) -> Sequence[float]:
    try:
        return [
            float(x) for x in text.replace('"', " ").replace("\\", " ").replace(",", " ").split()
        ]
    except ValueError as error:
        raise ValueError(f"line {group.line}: {group.kind}: {error}") from None
