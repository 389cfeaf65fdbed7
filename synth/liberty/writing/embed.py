"""The embedded libraries, written from open ones: few cells, fewer table points.

``python -m lmul.synth.liberty.writing.embed asap7 FILE… -o asap7.lib`` makes one of
:data:`lmul.synth.liberty.writing.extracts.EXTRACTS`: from the same input the same bytes. Every
figure is one of the source's, digit for digit.
"""

import argparse
import hashlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from lmul.synth.liberty.default import NAMED
from lmul.synth.liberty.file import LibertyText
from lmul.synth.liberty.syntax import Group, parse, split
from lmul.synth.liberty.writing.extracts import EXTRACTS, Extract
from lmul.tools.files import write_whole

__all__ = ["embedded", "main"]


_T = TypeVar("_T")

_POINTS = (0, 2, 3, 4, 6)
"""Of the seven points of each axis: the ends, and all of the middle, where units work."""

_LIBRARY_VALUES = (
    "delay_model",
    "time_unit",
    "voltage_unit",
    "leakage_power_unit",
    "current_unit",
    "pulling_resistance_unit",
    "nom_process",
    "nom_temperature",
    "nom_voltage",
    "input_threshold_pct_fall",
    "input_threshold_pct_rise",
    "output_threshold_pct_fall",
    "output_threshold_pct_rise",
    "slew_derate_from_library",
    "slew_lower_threshold_pct_fall",
    "slew_lower_threshold_pct_rise",
    "slew_upper_threshold_pct_fall",
    "slew_upper_threshold_pct_rise",
    "default_operating_conditions",
)
# Power tools take the supply's voltage from them.
_CONDITION_VALUES = ("process", "temperature", "voltage", "tree_type")
_CELL_VALUES = ("area", "cell_footprint", "cell_leakage_power")
_PIN_VALUES = ("direction", "function", "clock", "capacitance", "max_capacitance")
_ARC_VALUES = ("related_pin", "timing_sense", "timing_type", "when")
_STATE_VALUES = ("clocked_on", "next_state")
# Checks of pulse width are of no use before there is a clock tree.
_ARC_TYPES = ("combinational", "rising_edge", "setup_rising", "hold_rising")

_CHANGED = """\
   Changed by lmul: {kept} of {all} cells; {points} of the 7 points of each table's axes; no wire
   loads, no supply pins, no pulse-width checks. Every figure is one of the source's.
"""
_WRITTEN = """\
   Written by `python -m lmul.synth.liberty.writing.embed`; not to be edited by hand. */
"""


def embedded(extract: Extract, texts: Sequence[str]) -> str:
    """The text of an embedded library from the text, or texts, of its source.

    Raises
    ------
    ValueError
        When a text is no library, or all of them lack one of the extract's cells.
    """
    libraries = [parse(LibertyText(Path("source.lib"), text))[0] for text in texts]
    first = libraries[0]
    cells = {cell.name: cell for library in libraries for cell in library.of_kind("cell")}
    names = [extract.full(name) for name in extract.cells]
    if missing := [name for name in names if name not in cells]:
        raise ValueError(f"Library {first.name!r} has no cell {missing[0]!r}")
    sources = [
        f"   {'' if number else 'Source: '}library {library.name}, revision "
        f"{_short(library.values.get('revision', '?'))}, SHA-256 of its text\n"
        f"   {hashlib.sha256(text.encode()).hexdigest()}.\n"
        for number, (library, text) in enumerate(zip(libraries, texts, strict=True))
    ]
    changed = _CHANGED.format(kept=len(names), all=len(cells), points=len(_POINTS))
    header = "".join([extract.notice, changed, *sources, _WRITTEN])
    lines = [f'library ("lmul_{extract.name or first.name}") {{']
    for conditions in first.of_kind("operating_conditions"):
        lines.append(f'  operating_conditions ("{conditions.name}") {{')
        lines += _indented(_values(conditions, _CONDITION_VALUES))
        lines.append("  }")
    lines += _values(first, _LIBRARY_VALUES)
    lines.append(f"  capacitive_load_unit ({first.lists['capacitive_load_unit']});")
    kept = [cells[name] for name in sorted(names)]
    templates = {
        template.name: template
        for library in libraries
        for template in library.of_kind("lu_table_template", "power_lut_template")
    }
    for template in templates.values():
        lines += _indented(_template(template))
    for cell in kept:
        lines += _indented(_cell(cell))
    return header + "\n".join([*lines, "}", ""])


def _cell(cell: Group) -> Iterator[str]:
    yield f'cell ("{cell.name}") {{'
    yield from _values(cell, _CELL_VALUES)
    grounds = [pin.name for pin in cell.of_kind("pg_pin") if "ground" in pin.values["pg_type"]]
    for state in _supplied(cell, grounds, "leakage_power"):
        when = state.values.get("when")
        value = f"value : {_short(state.values['value'])};"
        yield f"  leakage_power () {{ {value} " + (f'when : "{when}"; }}' if when else "}")
    for state in cell.of_kind("ff"):
        yield f'  ff ("{state.arguments[0]}", "{state.arguments[1]}") {{'
        yield from _indented(_values(state, _STATE_VALUES))
        yield "  }"
    for pin in cell.of_kind("pin"):
        yield f'  pin ("{pin.name}") {{'
        yield from _indented(_values(pin, _PIN_VALUES))
        for arc in _supplied(pin, grounds, "internal_power", "timing"):
            if arc.values.get("timing_type", "combinational") in _ARC_TYPES:
                yield f"    {arc.kind} () {{"
                yield from _indented(_indented(_values(arc, _ARC_VALUES)))
                for table in arc.groups:
                    yield from _indented(_indented(_indented(_table(table))))
                yield "    }"
        yield "  }"
    yield "}"


def _supplied(group: Group, grounds: Sequence[str], *kinds: str) -> Iterator[Group]:
    """Without what is stated for ground: it is a supply's energy once more."""
    return (one for one in group.of_kind(*kinds) if one.values.get("related_pg_pin") not in grounds)


def _template(group: Group) -> Iterator[str]:
    names = [name for name in ("variable_1", "variable_2") if name in group.values]
    yield f'{group.kind} ("{group.name}") {{'
    yield from _values(group, names)
    for name in ("index_1", "index_2"):
        if name in group.lists:
            yield f'  {name} ("{", ".join(_thin(_floats(group.lists[name])))}");'
    yield "}"


def _table(group: Group) -> Iterator[str]:
    axes = {n: _floats(group.lists[n]) for n in ("index_1", "index_2") if n in group.lists}
    values = _floats(group.lists["values"])
    yield f'{group.kind} ("{group.name}") {{'
    for name, axis in axes.items():
        yield f'  {name} ("{", ".join(_thin(axis))}");'
    width = len(axes["index_2"]) if "index_2" in axes else len(values)
    rows = [values[i : i + width] for i in range(0, len(values), width)]
    kept = [", ".join(_thin(row)) for row in _thin(rows)]
    yield "  values (" + ", ".join(f'"{row}"' for row in kept) + ");"
    yield "}"


def _thin(axis: list[_T]) -> list[_T]:
    return [axis[i] for i in _POINTS] if len(axis) == 7 else axis


def _values(group: Group, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if name in group.values:
            value = group.values[name]
            yield f"  {name} : {_short(value) if _is_number(value) else _quoted(value)};"


def _floats(text: str) -> list[str]:
    return [_short(x) for item in split(text) for x in item.replace(",", " ").split()]


def _short(number: str) -> str:
    """The same number without the zeros that fill it up."""
    return f"{float(number):.10g}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _quoted(text: str) -> str:
    return f'"{text}"'


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def main(arguments: list[str] | None = None) -> None:
    """Read the source named on the command line and write the embedded library."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("extract", choices=EXTRACTS, help="which one to write")
    parser.add_argument("source", type=Path, nargs="+", help="its source's files, plain or packed")
    parser.add_argument("-o", "--output", type=Path, help="where, in place of the package's own")
    chosen = parser.parse_args(arguments)
    output = chosen.output or NAMED[chosen.extract]
    try:
        texts = [LibertyText.read(source).text for source in chosen.source]
        text = embedded(EXTRACTS[chosen.extract], texts)
    except (OSError, ValueError) as error:
        sys.exit(f"embed: {error}")
    write_whole(output.parent, {output.name: text})


if __name__ == "__main__":
    main()
