"""Chosen cells as a Liberty text that Yosys and ABC read as this package reads the library.

Figures are the library's own, digit for digit. What the tools would read otherwise is written in
the one way that they understand: names one by one (ABC passes over a timing group whose
``related_pin`` names two), tables with the transition first and the load second, two points or more
on each (ABC knows no other), functions with all their parentheses (ABC lets ``&`` bind before
``^``, Liberty says ``^`` first), units as ABC knows them, capacitances and areas that the library
leaves to its defaults. Energies, leakage, wire loads and flip-flops' timing are left out: nothing
that reads this text uses them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lmul.synth.liberty.cells import COMBINATIONAL
from lmul.synth.liberty.function import CellFunction
from lmul.synth.liberty.reader import DELAY_TABLES
from lmul.synth.liberty.syntax import Group, split
from lmul.synth.liberty.table import read_grid

__all__ = ["Chosen", "written"]


# ABC takes any other unit of time for 1 ns, any other unit of load for 1 pF.
_TIMES = {"1ns": 1e-9, "100ps": 1e-10, "10ps": 1e-11, "1ps": 1e-12}
_LIBRARY_VALUES = ("delay_model", "nom_process", "nom_temperature", "nom_voltage", "voltage_unit")
_CAPACITANCES = ("rise_capacitance", "fall_capacitance", "max_capacitance")
_PIN_VALUES = (*_CAPACITANCES, "max_transition", "clock", "nextstate_type")


@dataclass(frozen=True)
class Chosen:
    """A cell to write.

    Attributes
    ----------
    group : Group
        As it stands in its file.
    templates : mapping of str to Group
        Its file's templates of tables.
    functions : mapping of str to CellFunction, or None
        Of a cell without state, by output; None of a flip-flop.
    capacitance : float
        Of input pins that state none, in the library's unit.
    """

    group: Group
    templates: Mapping[str, Group]
    functions: Mapping[str, CellFunction] | None
    capacitance: float


def written(
    header: Group, name: str, time_unit: float, capacitance_unit: float, cells: Sequence[Chosen]
) -> str:
    """The text.

    Parameters
    ----------
    header : Group
        The library's group, or the first of several.
    name : str
        What to call it.
    time_unit, capacitance_unit : float
        s and F.
    cells : sequence of Chosen
        The cells.

    Raises
    ------
    ValueError
        When a table in one of them can't be read; with cell and line.
    """
    unit = next((text for text, size in _TIMES.items() if _close(size, time_unit)), None)
    time = None if unit else time_unit / 1e-12
    small = capacitance_unit < 0.5e-12
    load = capacitance_unit / (1e-15 if small else 1e-12)
    sizes: set[tuple[int, int]] = set()
    body = [line for cell in cells for line in _cell(cell, time, sizes)]
    lines = [
        f'library ("{name}") {{',
        *_values(header, _LIBRARY_VALUES),
        f'time_unit : "{unit or "1ps"}";',
        f"capacitive_load_unit ({load:g}, {'ff' if small else 'pf'});",
    ]
    for slews, loads in sorted(sizes):
        lines += [
            f'lu_table_template ("{_template(slews, loads)}") {{',
            "variable_1 : input_net_transition; variable_2 : total_output_net_capacitance;",
            *_axes([str(i) for i in range(slews)], [str(i) for i in range(loads)]),
            "}",
        ]
    return "\n".join([*lines, *body, "}", ""])


def _cell(cell: Chosen, time: float | None, sizes: set[tuple[int, int]]) -> Iterator[str]:
    group = cell.group
    yield f'cell ("{group.name}") {{'
    yield f"area : {group.values.get('area', '0')};"
    yield from _values(group, ("cell_leakage_power", "drive_strength"))
    for state in group.of_kind("ff"):
        yield f"ff ({', '.join(_quoted(x) for x in state.arguments)}) {{"
        yield from _values(state, state.values)
        yield "}"
    for pin in group.of_kind("pin"):
        direction = pin.values.get("direction", "input")
        for name in pin.arguments:
            if direction != "input" and cell.functions is not None and name not in cell.functions:
                continue  # ABC stops at a pin that is neither input nor function
            yield f'pin ("{name}") {{ direction : {direction};'
            if direction == "input" or "capacitance" in pin.values:
                yield f"capacitance : {pin.values.get('capacitance', f'{cell.capacitance:g}')};"
            yield from _values(pin, _PIN_VALUES)
            if cell.functions is None:
                yield from _values(pin, ("function",))
            elif name in cell.functions:
                yield f'function : "{cell.functions[name].parenthesised}";'
                try:
                    yield from _timing(pin, cell.templates, time, sizes)
                except ValueError as error:
                    raise ValueError(f"cell {group.name!r}, {error}") from None
            yield "}"
    yield "}"


def _timing(
    pin: Group, templates: Mapping[str, Group], time: float | None, sizes: set[tuple[int, int]]
) -> Iterator[str]:
    for arc in pin.of_kind("timing"):
        if arc.values.get("timing_type", "combinational") not in COMBINATIONAL:
            continue
        tables = []
        for kind in DELAY_TABLES:
            for table in arc.of_kind(kind):
                tables += _table(table, templates, time, sizes)
        if not tables:
            continue
        for related in split(arc.values.get("related_pin", "")):
            yield f'timing () {{ related_pin : "{related}";'
            yield from _values(arc, ("timing_sense", "timing_type"))
            yield from tables
            yield "}"


def _table(
    group: Group, templates: Mapping[str, Group], time: float | None, sizes: set[tuple[int, int]]
) -> Iterator[str]:
    grid = read_grid(group, templates)
    if grid is None:
        return
    (_, slews), (_, loads), (_, others) = grid.axes
    values = grid.values[:: len(others)]
    rows = [list(values[i : i + len(loads)]) for i in range(0, len(values), len(loads))]
    if len(loads) == 1:  # the same at any load
        loads, rows = ("0", "1"), [row * 2 for row in rows]
    if len(slews) == 1:
        slews, rows = ("0", "1"), rows * 2
    sizes.add((len(slews), len(loads)))
    yield f'{group.kind} ("{_template(len(slews), len(loads))}") {{'
    yield from _axes(_scaled(slews, time), loads)
    yield "values (" + ", ".join(f'"{", ".join(_scaled(row, time))}"' for row in rows) + ");"
    yield "}"


def _scaled(numbers: Sequence[str], scale: float | None) -> Sequence[str]:
    return numbers if scale is None else [f"{float(x) * scale:.9g}" for x in numbers]


def _axes(slews: Sequence[str], loads: Sequence[str]) -> Iterator[str]:
    yield f'index_1 ("{", ".join(slews)}"); index_2 ("{", ".join(loads)}");'


def _template(slews: int, loads: int) -> str:
    return f"delay_{slews}_{loads}"


def _values(group: Group, names: Sequence[str] | Mapping[str, str]) -> Iterator[str]:
    return (f"{name} : {_quoted(group.values[name])};" for name in names if name in group.values)


def _quoted(text: str) -> str:
    return '"' + " ".join(text.replace('"', " ").split()) + '"'


def _close(a: float, b: float) -> bool:
    return abs(a / b - 1) < 1e-9
