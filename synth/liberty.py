"""Libraries of standard cells, read from Liberty files (NLDM)."""

import gzip
import re
import zlib
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from pathlib import Path

from lmul.synth.cell_function import CellFunction
from lmul.synth.cells import Cell
from lmul.synth.liberty_cell import Scales, number, read_cell, read_functions
from lmul.synth.liberty_syntax import Group, parse, split

__all__ = ["Library", "load"]

# Isolation cells and level shifters belong to power domains; ABC would take them for small gates
# (sky130's isobufsrc for a NOR with one inverted input), and pads for buffers. What says dont_use,
# ABC itself leaves out.
_SPECIAL = ("is_isolation_cell", "is_level_shifter", "always_on", "pad_cell")
_UNIT = re.compile(r"([\d.]+(?:e[-+]?\d+)?)?\s*([munpfa]?)([a-z]+)", re.IGNORECASE)
_PREFIX = {"": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15, "a": 1e-18}


class Library:
    """A Liberty file, read: its cells by name, ``library["nand2"]``, in the file's order.

    A cell's figures are converted when it is first asked for, so that a large library costs
    little; what is wrong with one cell is said then.

    Parameters
    ----------
    path : Path
        Where the text comes from, for messages.
    text : str
        The file, unpacked.

    Attributes
    ----------
    name : str
        What the file calls its library.
    path, text
        As given.
    special_cells : tuple of str
        Isolation cells, level shifters, always-on cells and pads: not for ordinary logic.
    voltage : float or None
        The nominal supply voltage, V.
    time_unit, capacitance_unit, leakage_unit, energy_unit : float
        The file's own units in s, F, W and J. Energy is V² times the unit of capacitance.
    wire_load : str or None
        The wire load model that the file makes the default. Nothing here uses it: all figures
        are without wires; a timing tool may add them.

    Raises
    ------
    ValueError
        When the text is no Liberty library, or its syntax or a unit is broken: with the line.
    KeyError
        From ``library[name]``, when the library has no such cell.
    """

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.text = text
        try:
            group = parse(text)
        except ValueError as error:
            raise ValueError(f"Liberty file {str(path)!r} can't be read: {error}") from None
        self._groups = {cell.name: cell for cell in group.of_kind("cell")}
        if group.kind != "library" or not group.name or not self._groups:
            missing = "a cell" if group.kind == "library" else "'library (NAME)'"
            raise ValueError(f"File {str(path)!r} is no Liberty library: it has not even {missing}")
        self.name = group.name
        self.special_cells = tuple(n for n, cell in self._groups.items() if _is_special(cell))
        self.wire_load = group.values.get("default_wire_load")
        self._cells: dict[str, Cell] = {}
        try:
            self.voltage = _voltage(group)
            self.time_unit = _unit(group, "time_unit", "1ns", "s")
            self.leakage_unit = _unit(group, "leakage_power_unit", "1nW", "W")
            self.capacitance_unit = _load_unit(group)
            self.energy_unit = _unit(group, "voltage_unit", "1V", "V") ** 2 * self.capacitance_unit
            self._scales = Scales(
                time=self.time_unit / 1e-12,
                capacitance=self.capacitance_unit / 1e-15,
                energy=self.energy_unit / 1e-15,
                leakage=self.leakage_unit / 1e-9,
                templates={
                    t.name: t for t in group.of_kind("lu_table_template", "power_lut_template")
                },
                input_capacitance=number(group, "default_input_pin_cap", 0.0),
                output_capacitance=number(group, "default_output_pin_cap", 0.0),
                cell_leakage=number(group, "default_cell_leakage_power", 0.0),
            )
        except ValueError as error:
            raise ValueError(f"Liberty file {str(path)!r} can't be used: {error}") from None

    def __getitem__(self, name: str) -> Cell:
        if name not in self._cells:
            group = self._groups[name]
            try:
                self._cells[name] = read_cell(group, self._scales)
            except ValueError as error:
                raise self._broken(name, error) from None
        return self._cells[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._groups)

    def __len__(self) -> int:
        return len(self._groups)

    def __contains__(self, name: object) -> bool:
        return name in self._groups

    @cached_property
    def usable(self) -> tuple[str, ...]:
        """Cells that synthesis may take: not ``dont_use``, none of :attr:`special_cells`."""
        return tuple(
            name
            for name, group in self._groups.items()
            if name not in self.special_cells and group.values.get("dont_use") != "true"
        )

    @cached_property
    def functions(self) -> Mapping[str, Mapping[str, CellFunction]]:
        """The outputs' functions of the usable cells without flip-flop or latch.

        Read without the cells' tables: a search through a large library costs little.
        """
        found = {}
        for name in self.usable:
            group = self._groups[name]
            if not any(group.of_kind("ff", "latch", "statetable")):
                try:
                    found[name] = read_functions(group)
                except ValueError as error:
                    raise self._broken(name, error) from None
        return found

    def _broken(self, name: str, error: ValueError) -> ValueError:
        return ValueError(f"Liberty file {str(self.path)!r} can't be used: cell {name!r}, {error}")


def load(path: Path) -> Library:
    """Read a Liberty file, plain or gzipped.

    Raises
    ------
    OSError
        When the file is missing or can't be read.
    ValueError
        When it is no Liberty file, a broken one, or a damaged gzip file.
    """
    path = Path(path)
    if not path.is_file():
        what = "is a folder, not a file" if path.is_dir() else "does not exist"
        raise FileNotFoundError(f"Liberty file {str(path)!r} {what}")
    status = path.stat()
    return _load(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=2)  # a report maps many designs to one library of some 10 MB
def _load(path: Path, _modified: int, _size: int) -> Library:
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error):
            raise ValueError(f"Liberty file {str(path)!r} is a damaged gzip file") from None
    text = data.decode("utf-8", errors="replace")
    return Library(path, text)


def _is_special(cell: Group) -> bool:
    return any(
        group.values.get(name) == "true"
        for group in (cell, *cell.of_kind("pin"))
        for name in _SPECIAL
    )


def _voltage(group: Group) -> float | None:
    unit = _unit(group, "voltage_unit", "1V", "V")
    if "nom_voltage" in group.values:
        return number(group, "nom_voltage", 0.0) * unit
    for conditions in group.of_kind("operating_conditions"):
        if "voltage" in conditions.values:
            return number(conditions, "voltage", 0.0) * unit
    return None


def _unit(group: Group, name: str, default: str, base: str) -> float:
    text = group.values.get(name, default)
    match = _UNIT.fullmatch(text.strip())
    if not match or match[3].lower() != base.lower():
        raise ValueError(f"{name} must be like {default!r}, not {text!r}")
    return float(match[1] or 1) * _PREFIX[match[2].lower()]


def _load_unit(group: Group) -> float:
    text = group.lists.get("capacitive_load_unit", "1, pf")
    try:
        size, unit = split(text)
        [base] = re.findall(r"^([munpfa]?)f$", unit, re.IGNORECASE)
        return float(size) * _PREFIX[base.lower()]
    except ValueError:
        raise ValueError(f"capacitive_load_unit must be like (1, pf), not ({text})") from None
