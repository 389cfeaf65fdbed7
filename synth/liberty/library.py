"""Libraries of standard cells, read from Liberty files (NLDM)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from lmul.synth.liberty.cells import Cell
from lmul.synth.liberty.file import LibertyText, Paths, as_paths, digest
from lmul.synth.liberty.function import CellFunction
from lmul.synth.liberty.header import Header
from lmul.synth.liberty.reader import DELAY_TABLES, Scales, number, read_cell, read_functions
from lmul.synth.liberty.syntax import Group, parse
from lmul.synth.liberty.writing.writer import Chosen, written

__all__ = ["Library", "load"]


# Isolation cells and level shifters belong to power domains; ABC would take them for small gates
# (sky130's isobufsrc for a NOR with one inverted input), and pads for buffers.
_SPECIAL = ("is_isolation_cell", "is_level_shifter", "always_on", "pad_cell")
_STATE = ("ff", "latch", "ff_bank", "latch_bank", "statetable")


@dataclass(frozen=True)
class _Source:
    """A ``library`` group of a file."""

    path: Path
    group: Group
    header: Header
    scales: Scales

    def broken(self, reason: object) -> ValueError:
        return ValueError(f"Liberty file {str(self.path)!r} can't be used: {reason}")


class Library:
    """One or several Liberty files, read: their cells by name, ``library["nand2"]``, in order.

    Several files are one library, as the makers of some give them out, whatever the order in which
    they are named; so are several ``library`` groups in a file. A cell's figures are converted when
    it is first asked for, so that a large library costs little; what is wrong with one cell is said
    then.

    Parameters
    ----------
    texts : LibertyText
        The files.

    Attributes
    ----------
    name : str
        What the file calls its library. Of several what their names have in common, and in braces
        what they have not.
    texts : tuple of LibertyText
        As given.
    paths : tuple of Path
        The files.
    label : str
        The files, for messages.
    special_cells : tuple of str
        Isolation cells, level shifters, always-on cells and pads: not for ordinary logic.
    voltage : float or None
        The supply voltage that all figures are for, V: :class:`lmul.synth.liberty.header.Header`.
    time_unit, capacitance_unit, leakage_unit, energy_unit : float
        The files' own units in s, F, W and J. Energy is V² times the unit of capacitance.
    wire_load : str or None
        The wire load model that the file makes the default. Nothing here uses it: all figures
        are without wires; a timing tool may add them.

    Raises
    ------
    ValueError
        When a text is no Liberty library, or its syntax or a unit is broken: with the line. When
        two files differ in units or conditions, or have a cell of one name.
    KeyError
        From ``library[name]``, when the library has no such cell.
    """

    def __init__(self, *texts: LibertyText) -> None:
        sources = sorted(
            (source for text in texts for source in _sources(text)), key=lambda s: s.group.name
        )
        self.texts = texts
        self.paths = tuple(text.path for text in texts)
        self.label = _label(self.paths)
        self.name = _joined([source.group.name for source in sources])
        first = sources[0]
        for other in sources[1:]:
            if difference := first.header.difference(other.header):
                raise ValueError(
                    f"Liberty files {str(first.path)!r} and {str(other.path)!r} are not of one "
                    f"library: {difference}"
                )
        self._places: dict[str, tuple[_Source, Group]] = {}
        for source in sources:
            for cell in source.group.of_kind("cell"):
                if cell.name in self._places:
                    before, earlier = self._places[cell.name]
                    raise source.broken(
                        f"{cell.where}: cell {cell.name!r} stands in {str(before.path)!r} too, "
                        f"{earlier.where}"
                    )
                self._places[cell.name] = source, cell
        header = first.header
        self.voltage = header.voltage
        self.time_unit = header.time_unit
        self.capacitance_unit = header.capacitance_unit
        self.leakage_unit = header.leakage_unit
        self.energy_unit = header.energy_unit
        self.wire_load = first.group.values.get("default_wire_load")
        self._header = first.group
        self._cells: dict[str, Cell] = {}
        special, unused = [], set()
        for name, (source, cell) in self._places.items():
            try:
                if any(g.is_true(key) for g in (cell, *cell.of_kind("pin")) for key in _SPECIAL):
                    special.append(name)
                if cell.is_true("dont_use"):
                    unused.add(name)
            except ValueError as error:
                raise source.broken(f"cell {name!r}, {error}") from None
        self.special_cells = tuple(special)
        self._unused = unused

    def __getitem__(self, name: str) -> Cell:
        if name not in self._cells:
            source, group = self._places[name]
            try:
                self._cells[name] = read_cell(group, source.scales)
            except ValueError as error:
                raise source.broken(f"cell {name!r}, {error}") from None
        return self._cells[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def place(self, name: str) -> str:
        """Where a cell stands, for messages: ``'nand.lib', line 7``."""
        source, group = self._places[name]
        return f"{str(source.path)!r}, {group.where}"

    @cached_property
    def usable(self) -> tuple[str, ...]:
        """Cells that synthesis may take: not ``dont_use``, none of :attr:`special_cells`."""
        return tuple(
            name
            for name in self._places
            if name not in self._unused and name not in self.special_cells
        )

    @cached_property
    def functions(self) -> Mapping[str, Mapping[str, CellFunction]]:
        """The outputs' functions of the usable cells without flip-flop or latch.

        Read without the cells' tables: a search through a large library costs little.
        """
        found = {}
        for name in self.usable:
            source, group = self._places[name]
            if not any(group.of_kind(*_STATE)):
                try:
                    found[name] = read_functions(group)
                except ValueError as error:
                    raise source.broken(f"cell {name!r}, {error}") from None
        return found

    @cached_property
    def clock_gates(self) -> tuple[str, ...]:
        """Clock gates for rising edges, usable or not: synthesis takes none."""
        kind = "clock_gating_integrated_cell"
        return tuple(
            name
            for name, (_, group) in self._places.items()
            if group.values.get(kind, "").startswith("latch_posedge")
        )

    @cached_property
    def has_delays(self) -> bool:
        """Whether any usable cell has delay tables; some libraries are for area alone."""
        return any(
            table.kind in DELAY_TABLES
            for name in self.usable
            for pin in self._places[name][1].of_kind("pin")
            for arc in pin.of_kind("timing")
            for table in arc.groups
        )

    @cached_property
    def for_tools(self) -> str:
        """A Liberty text of exactly the cells that synthesis may take, for Yosys and ABC.

        They would choose otherwise by themselves (ABC leaves out what says ``dont_use : false``),
        take one file, and read less of the syntax: :mod:`lmul.synth.liberty.writing.writer`.

        Raises
        ------
        ValueError
            When a table or function in one of the cells can't be read.
        """
        chosen = []
        for name in self.usable:
            source, group = self._places[name]
            functions = self.functions.get(name)
            if functions or (functions is None and any(group.of_kind("ff"))):
                scales = source.scales
                capacitance = scales.input_capacitance
                chosen.append(Chosen(group, scales.templates, functions, capacitance))
        try:
            return written(self._header, self.name, self.time_unit, self.capacitance_unit, chosen)
        except ValueError as error:
            raise ValueError(f"{self.label} can't be used: {error}") from None


def load(files: Paths) -> Library:
    """Read a library: a Liberty file or several, plain or packed by gzip, xz or bzip2.

    Raises
    ------
    OSError
        When a file is missing or can't be read.
    ValueError
        When one is no Liberty file, or a broken or damaged one; when they are not of one library;
        when there is none.
    """
    paths = as_paths(files)
    if not paths:
        raise ValueError("A library needs a Liberty file")
    for path in paths:
        if paths.count(path) > 1:
            raise ValueError(f"Liberty file {str(path)!r} is named twice")
        LibertyText.read(path)
    return _load(paths, digest(paths))


@lru_cache(maxsize=2)  # a report maps many designs to one library of some 10 MB
def _load(paths: tuple[Path, ...], _digest: str) -> Library:
    return Library(*(LibertyText.read(path) for path in paths))


def _sources(text: LibertyText) -> list[_Source]:
    file = f"Liberty file {str(text.path)!r}"
    try:
        groups = parse(text)
    except ValueError as error:
        raise ValueError(f"{file} can't be read: {error}") from None
    sources = []
    for group in groups:
        if group.kind != "library" or not group.name or not any(group.of_kind("cell")):
            missing = "a cell" if group.kind == "library" else "'library (NAME)'"
            raise ValueError(f"{file} is no Liberty library: it has not even {missing}")
        try:
            header = Header.of(group)
            scales = Scales(
                time=header.time_unit / 1e-12,
                capacitance=header.capacitance_unit / 1e-15,
                energy=header.energy_unit / 1e-15,
                leakage=header.leakage_unit / 1e-9,
                templates={
                    t.name: t for t in group.of_kind("lu_table_template", "power_lut_template")
                },
                input_capacitance=number(group, "default_input_pin_cap", 0.0),
                output_capacitance=number(group, "default_output_pin_cap", 0.0),
                cell_leakage=number(group, "default_cell_leakage_power", 0.0),
            )
        except ValueError as error:
            raise ValueError(f"{file} can't be used: {error}") from None
        sources.append(_Source(text.path, group, header, scales))
    return sources


def _label(paths: Sequence[Path]) -> str:
    if len(paths) == 1:
        return f"Liberty file {str(paths[0])!r}"
    return f"The library of {len(paths)} Liberty files, {str(paths[0])!r} to {str(paths[-1])!r},"


def _joined(names: Sequence[str]) -> str:
    """``a_{b,c}_d`` of ``a_b_d`` and ``a_c_d``; names of another number of words with a +."""
    words = [name.split("_") for name in dict.fromkeys(names)]
    if len({len(one) for one in words}) > 1:
        return "+".join(dict.fromkeys(names))
    columns = (sorted(set(column)) for column in zip(*words, strict=True))
    return "_".join(c[0] if len(c) == 1 else "{" + ",".join(c) + "}" for c in columns)
