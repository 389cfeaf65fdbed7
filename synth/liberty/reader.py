"""A cell's Liberty group, read into :class:`lmul.synth.liberty.cells.Cell`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lmul.synth.liberty.cells import (
    COMBINATIONAL,
    Cell,
    Constraint,
    Leakage,
    Pin,
    PowerArc,
    State,
    TimingArc,
)
from lmul.synth.liberty.function import CellFunction
from lmul.synth.liberty.syntax import Group, split
from lmul.synth.liberty.table import Layers, Table, read_layers, read_table

__all__ = ["DELAY_TABLES", "Scales", "number", "read_cell", "read_functions"]


DELAY_TABLES = ("cell_rise", "cell_fall", "rise_transition", "fall_transition")
"""The tables of a timing group that delays and transitions come from."""

_CLOCKED = ("rising_edge", "falling_edge")
_SETUP = ("setup_rising", "setup_falling")
_HOLD = ("hold_rising", "hold_falling")
_CONSTRAINTS = ("rise_constraint", "fall_constraint")
# Supply pins that carry off what others brought.
_GROUNDS = ("primary_ground", "backup_ground", "internal_ground", "pwell", "deeppwell")


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

    def table(self, group: Group, scale: float) -> Table | None:
        """A group's table, its values times a scale; None for a group that is none."""
        return read_table(group, self.templates, self.time, self.capacitance, scale)

    def layers(self, group: Group, scale: float) -> Layers | None:
        """The same of a table that may have a third axis."""
        return read_layers(group, self.templates, self.time, self.capacitance, scale)


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
    )


def read_functions(group: Group) -> dict[str, CellFunction]:
    """The functions of a ``cell`` group's outputs, by pin; none of a three-state cell's.

    Raises
    ------
    ValueError
        When a function can't be read; with its line.
    """
    pins = tuple(group.of_kind("pin"))
    if any("three_state" in pin.values for pin in pins):  # a buffer, but not for logic
        return {}
    found = {}
    for pin in pins:
        function = _function(pin, "function")
        if function and pin.values.get("direction") == "output":
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
        raise ValueError(f"{group.where}: {name} must be a number, not {text!r}") from None


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
        clock=group.is_true("clock") or group.is_true("clock_gate_clock_pin"),
        function=_function(group, "function") if direction != "input" else None,
        timing=tuple(a for g in group.of_kind("timing") for a in _timing(g, scales)),
        setup=tuple(c for g in group.of_kind("timing") for c in _constraints(g, _SETUP, scales)),
        hold=tuple(c for g in group.of_kind("timing") for c in _constraints(g, _HOLD, scales)),
        power=tuple(
            arc
            for entry in _drawn(group.of_kind("internal_power"), grounds)
            for arc in _power(entry, scales)
        ),
    )


def _timing(group: Group, scales: Scales) -> list[TimingArc]:
    kind = group.values.get("timing_type", "combinational")
    if kind not in (*COMBINATIONAL, *_CLOCKED):
        return []
    tables = {t.kind: scales.table(t, scales.time) for t in group.groups if t.kind in DELAY_TABLES}
    return [
        TimingArc(
            related_pin=pin,
            sense=group.values.get("timing_sense", "non_unate"),
            kind=kind,
            when=_when(group),
            delay_rise=tables.get("cell_rise"),
            delay_fall=tables.get("cell_fall"),
            transition_rise=tables.get("rise_transition"),
            transition_fall=tables.get("fall_transition"),
        )
        for pin in split(group.values.get("related_pin", "")) or ("",)
    ]


def _constraints(group: Group, kinds: Sequence[str], scales: Scales) -> list[Constraint]:
    if group.values.get("timing_type") not in kinds:
        return []
    tables = {t.kind: scales.layers(t, scales.time) for t in group.groups if t.kind in _CONSTRAINTS}
    rise, fall = (tables.get(kind) for kind in _CONSTRAINTS)
    output = group.values.get("related_output_pin", "")
    related = split(group.values.get("related_pin", "")) or ("",)
    return [Constraint(pin, output, rise, fall) for pin in related]


def _power(group: Group, scales: Scales) -> list[PowerArc]:
    tables = {t.kind: scales.table(t, scales.energy) for t in group.groups}
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
        raise ValueError(f"{group.where}: {name}: {error}") from None
