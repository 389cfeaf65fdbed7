"""The embedded library, ``cells.lib``, written from sky130hd: few cells, fewer table points.

``python -m lmul.synth.liberty.writing.embed sky130_fd_sc_hd__tt_025C_1v80.lib -o cells.lib``: from
the same input the same bytes. Every figure is one of the source's, digit for digit.
"""

import argparse
import hashlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from lmul.synth.liberty.default import EMBEDDED
from lmul.synth.liberty.file import LibertyText
from lmul.synth.liberty.syntax import Group, parse, split
from lmul.tools.files import write_whole

__all__ = ["CELLS", "embedded", "main"]


_T = TypeVar("_T")

PREFIX = "sky130_fd_sc_hd__"

_ROWS = (
    "inv_1 inv_2 inv_4 inv_8 buf_1 buf_2 buf_4 buf_8",
    "nand2_1 nand2_2 nand2_4 nand3_1 nand4_1 nand2b_1 nor2_1 nor2_2 nor2_4 nor3_1 nor4_1 nor2b_1",
    "and2_0 and3_1 and4_1 or2_0 or3_1 or4_1",
    "a21oi_1 o21ai_0 a21o_1 o21a_1 a22oi_1 o22ai_1",
    "a31oi_1 o31ai_1 a211oi_1 o211ai_1 o41ai_1 a21boi_0",
    "xor2_1 xnor2_1 xnor3_1 maj3_1 mux2_1 mux2i_1 fa_1",
    "dfxtp_1 edfxtp_1",
)
CELLS = tuple(name for row in _ROWS for name in row.split())
"""What stays. The gates that take the most area when this project's units are mapped to the whole
library, chosen until L-Mul and exact units moved alike (tests/synth/liberty/test_embed.py);
inverters, buffers, NAND2 and NOR2 in several strengths for delay; a flip-flop with enable and one
without."""

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
# Checks of hold and pulse width are of no use before there is a layout.
_ARC_TYPES = ("combinational", "rising_edge", "setup_rising")

_HEADER = """\
/* Some cells of sky130_fd_sc_hd, for areas, delays and energies where no other library is at hand.

   Copyright 2020 The SkyWater PDK Authors
   Licensed under the Apache License, Version 2.0: https://www.apache.org/licenses/LICENSE-2.0
   SPDX-License-Identifier: Apache-2.0

   Changed by lmul: {kept} of {all} cells; {points} of the 7 points of each table's axes; no wire
   loads, no supply pins, no hold or pulse-width checks. Every figure is one of the source's.
   Source: library {name}, revision {revision}, SHA-256 of its text
   {sha256}.
   Written by `python -m lmul.synth.liberty.writing.embed`; not to be edited by hand. */
"""


def embedded(text: str) -> str:
    """The text of ``cells.lib`` from the text of sky130hd's typical library.

    Raises
    ------
    ValueError
        When the text is no such library, or lacks one of :data:`CELLS`.
    """
    [library] = parse(LibertyText(Path("source.lib"), text))
    cells = {cell.name: cell for cell in library.of_kind("cell")}
    names = [PREFIX + name for name in CELLS]
    if missing := [name for name in names if name not in cells]:
        raise ValueError(f"Library {library.name!r} has no cell {missing[0]!r}")
    header = _HEADER.format(
        kept=len(names),
        all=len(cells),
        points=len(_POINTS),
        name=library.name,
        revision=_short(library.values.get("revision", "?")),
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )
    lines = [f'library ("lmul_{library.name}") {{']
    for conditions in library.of_kind("operating_conditions"):
        lines.append(f'  operating_conditions ("{conditions.name}") {{')
        lines += _indented(_values(conditions, _CONDITION_VALUES))
        lines.append("  }")
    lines += _values(library, _LIBRARY_VALUES)
    lines.append(f"  capacitive_load_unit ({library.lists['capacitive_load_unit']});")
    for template in library.of_kind("lu_table_template", "power_lut_template"):
        lines += _indented(_template(template))
    for name in sorted(names):
        lines += _indented(_cell(cells[name]))
    return header + "\n".join([*lines, "}", ""])


def _cell(cell: Group) -> Iterator[str]:
    yield f'cell ("{cell.name}") {{'
    yield from _values(cell, _CELL_VALUES)
    for state in cell.of_kind("leakage_power"):
        yield f"  leakage_power () {{ value : {_short(state.values['value'])}; " + (
            f'when : "{state.values["when"]}"; }}'
        )
    for state in cell.of_kind("ff"):
        yield f'  ff ("{state.arguments[0]}", "{state.arguments[1]}") {{'
        yield from _indented(_values(state, _STATE_VALUES))
        yield "  }"
    for pin in cell.of_kind("pin"):
        yield f'  pin ("{pin.name}") {{'
        yield from _indented(_values(pin, _PIN_VALUES))
        for arc in pin.of_kind("internal_power", "timing"):
            if arc.values.get("timing_type", "combinational") in _ARC_TYPES:
                yield f"    {arc.kind} () {{"
                yield from _indented(_indented(_values(arc, _ARC_VALUES)))
                for table in arc.groups:
                    yield from _indented(_indented(_indented(_table(table))))
                yield "    }"
        yield "  }"
    yield "}"


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
    parser.add_argument("source", type=Path, help="sky130_fd_sc_hd__tt_025C_1v80.lib, or its .gz")
    parser.add_argument("-o", "--output", type=Path, default=EMBEDDED)
    chosen = parser.parse_args(arguments)
    try:
        text = embedded(LibertyText.read(chosen.source).text)
    except (OSError, ValueError) as error:
        sys.exit(f"make_cells: {error}")
    write_whole(chosen.output.parent, {chosen.output.name: text})


if __name__ == "__main__":
    main()
