"""What the report knows of one circuit, as tables; and where tables name a circuit with a page."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.numbers.formats import FORMATS
from lmul.synth.comparison.cell_survey import (
    AREA,
    DELAY,
    ENERGY,
    GATES,
    NAND2,
    REGISTERS,
    UNIT_DELAY,
    WITHOUT_GLITCHES,
)
from lmul.synth.comparison.designs import (
    INT8_PE,
    INT8_PRODUCT,
    has_int8_beside,
    kinds_of,
    multiplier_name,
    multipliers_in_cells,
    pe_name,
    pes_in_cells,
)
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.measure.variation import ORDERS
from lmul.synth.tables.levels import LEVELS, TWINS, level_error, shown_ratio
from lmul.synth.tables.methods import GATES as GATES_METHOD
from lmul.synth.tables.methods import MANTISSAS, REAL_TILE, cells_method
from lmul.synth.tables.table import NOTHING, Table, error, percent, signed

__all__ = ["FOLDER", "circuit_tables", "index_table", "with_pages"]


FOLDER = "circuits"
"""Beside the report's page."""

_OF_GATES = {
    "gates": "gates",
    "inverters": "inverters among them",
    "flipflops": "flip-flops",
    "depth": "depth, gates",
    "transistors": "transistors",
}
_IN_CELLS = {
    AREA: "area, µm²",
    REGISTERS: "flip-flops' area, µm²",
    NAND2: "area, NAND2",
    DELAY: "delay, ps",
    ENERGY: "energy, fJ",
    WITHOUT_GLITCHES: "energy without glitches, fJ",
    UNIT_DELAY: "energy at one unit of time a gate, fJ",
}
_COMPARED = {GATES: "gates", AREA: "µm²", DELAY: "ps", ENERGY: "fJ"}


def circuit_tables(document: ReportDocument, name: str) -> list[Table]:
    """What a circuit costs, what it errs by, and what L-Mul takes of each of its siblings."""
    return [
        _beside(document, name),
        _costs(document, name, "Area, delay and energy in cells", _IN_CELLS),
        _errors(document, name),
        _costs(document, name, "Gates", _OF_GATES),
    ]


def index_table(document: ReportDocument) -> Table:
    """Every circuit that has a page, with its main figures."""
    rows = [
        [name, *(_figure(document, name, what) for what in _COMPARED), _erring(document, name)]
        for name in document.circuits
    ]
    return Table(
        "Circuits, one by one",
        ["circuit", *_COMPARED.values(), "error, %"],
        rows,
        [
            "Each has a page with its figures, its Verilog and, of multipliers, a model in C: in "
            f"the folder {FOLDER} beside this page. Error: of multipliers the mean over mantissa "
            "pairs, of PEs that of real dot products."
        ],
        strong=frozenset({4}),
        wide=frozenset({2, 3}),
        method=cells_method(document.cells),
        links={(row, 0): f"{FOLDER}/{name}.html" for row, name in enumerate(document.circuits)},
    )


def with_pages(document: ReportDocument, table: Table) -> Table:
    """A table of levels or kinds in which each figure of a circuit leads to that circuit's page."""
    known = set(document.circuits)
    links = {
        (number, table.columns.index(column)): f"{FOLDER}/{name}.html"
        for number, row in enumerate(table.rows)
        for column, name in _named(table.columns, row).items()
        if name in known and column in table.columns
    }
    return replace(table, links=links)


def _named(columns: Sequence[str], row: Sequence[str]) -> dict[str, str]:
    """Circuits by the column that shows a figure of theirs."""
    if columns[1] == "level":
        names = LEVELS[row[1]](row[0])
        twins = {f"takes of {twin}'s": names.get(twin, "") for twin in TWINS}
        return {"L-Mul, fJ": names.get("lmul", "")} | twins
    fmt, kind = row[:2]
    multiplier, pe = (of(fmt, "ftz").get(kind, "") for of in (multipliers_in_cells, pes_in_cells))
    return {"kind": multiplier, "fJ": multiplier, "PE fJ": pe}


def _beside(document: ReportDocument, name: str) -> Table:
    names = _family(document, Design.parse(name))
    mine = names.get("lmul", "")
    rows, links = [], {}
    for kind, other in names.items():
        if other not in document.circuits:
            continue
        links[len(rows), 0] = f"{other}.html"
        figures = [_figure(document, other, what) for what in _COMPARED]
        taken = [NOTHING if other == mine else _taken(document, mine, other, w) for w in _COMPARED]
        this = " (this one)" if other == name else ""
        rows.append([f"{kind}{this}", *figures, _erring(document, other), *taken])
    return Table(
        f"What {mine} takes of each twin's",
        [
            "kind",
            *_COMPARED.values(),
            "error, %",
            "L-Mul takes of its gates",
            *(f"of its {unit}" for unit in list(_COMPARED.values())[1:]),
        ],
        rows,
        [
            *_smallest(document, Design.parse(name)),
            "Medians of several mappings where they were measured, in brackets what their ranges "
            "allow, ≈ where they overlap. int8's multiplier is the bare product of integers.",
        ],
        strong=frozenset({9}),
        wide=frozenset({1, 2, 3, 4, 7, 8}),
        method=cells_method(document.cells),
        command=_command(document),
        links=links,
    )


def _smallest(document: ReportDocument, design: Design) -> Iterator[str]:
    row = document.row(design.format.name, design.policy.name)
    if isinstance(design, UnitDesign) and row:
        name = _family(document, design)[row.smallest_exact]
        yield f"The smallest circuit that rounds exactly here: {name}."


def _family(document: ReportDocument, design: Design) -> dict[str, str]:
    """Circuits that differ in the kind of product alone, and the integer one, by kind."""
    if design.kind == "int8":
        narrow = next((fmt for fmt in document.formats if FORMATS[fmt].is_narrow), "e4m3")
        name = pe_name("lmul", narrow, "ftz") if design.level == "pe" else ""
        design = Design.parse(name or multiplier_name("lmul", narrow, "ftz"))
    fmt = design.format.name
    if isinstance(design, UnitDesign):
        names = {kind: replace(design, kind=kind).name for kind in kinds_of(fmt)}
        integer = INT8_PRODUCT
    else:
        assert isinstance(design, MacDesign)
        names = {kind: replace(design, kind=kind).name for kind in kinds_of(fmt)}
        integer = INT8_PE
    return {**names, "int8": integer} if has_int8_beside(fmt) else {**names}


def _taken(document: ReportDocument, mine: str, other: str, what: str) -> str:
    if ratio := document.cells.ratio_range(mine, other, what):
        return shown_ratio(ratio)
    figures = _value(document, mine, what), _value(document, other, what)
    return NOTHING if figures[0] is None or not figures[1] else percent(figures[0] / figures[1])


def _value(document: ReportDocument, name: str, what: str) -> float | None:
    return document.gates(name) if what == GATES else document.cells.figure(name, what)


def _figure(document: ReportDocument, name: str, what: str) -> str:
    found = _value(document, name, what)
    return NOTHING if found is None else f"{found:.0f}"


def _costs(document: ReportDocument, name: str, title: str, figures: Mapping[str, str]) -> Table:
    written = {
        metric.name: metric
        for metric in document.metrics
        if metric.design == name and metric.name in figures
    }
    rows = []
    for what, told in figures.items():
        if what not in written:
            continue
        spread = document.cells.spread(name, what)
        several = (spread.median, spread.least, spread.most) if spread else ()
        shown = [f"{value:,.0f}" for value in several] or [NOTHING] * 3
        rows.append([told, f"{written[what].value:,.0f}", *shown])
    gates = figures is _OF_GATES
    library = next((metric.library for metric in written.values() if metric.library), None)
    notes = [] if gates else list(_conditions(document))
    if name in document.cells.spreads:
        notes.append(
            f"As written: what the command prints. Median, least, most: of {1 + ORDERS} mappings "
            "of the same circuit, its statements in other orders."
        )
    return Table(
        title,
        ["figure", "as written", "median", "least", "most"],
        rows,
        notes,
        strong=frozenset({1}),
        wide=frozenset({3, 4}),
        method=GATES_METHOD if gates or not library else cells_method(document.cells),
        command=f"lmul synth {name}" if gates else f"lmul synth {name} and lmul energy {name}",
    )


def _conditions(document: ReportDocument) -> Iterator[str]:
    if one := document.cells.energy_detail():
        clock = f"{one['frequency'] / 1e6:g} MHz"
        yield f"Cells of {one['library']}; energy on the real tile's Q·Kᵀ, at {clock}."


def _errors(document: ReportDocument, name: str) -> Table:
    """Errors by what they were measured on; of a multiplier under any policy, in range."""
    design = Design.parse(name)
    of = name
    if isinstance(design, UnitDesign):
        of = UnitDesign(design.kind, design.format).name
    found: dict[str, dict[str, float]] = {}
    for metric in document.metrics:
        if metric.design == of and metric.stimulus and metric.name in ("mred", "bias", "worst"):
            found.setdefault(metric.stimulus, {})[metric.name] = metric.value
    rows = [
        [
            _told(stimulus),
            error(one["mred"]) if "mred" in one else NOTHING,
            *(signed(one[part]) if part in one else NOTHING for part in ("bias", "worst")),
        ]
        for stimulus, one in found.items()
    ]
    pe = design.level == "pe"
    note = (
        "Whole dot products, against float64; mean is the norm-wise relative error, that of "
        "encoding the operands included; bias is the part of it that one scale factor would undo."
        if pe
        else "Of results in range, so the same under every policy, against the exact product: of "
        "the same codes over mantissa pairs and against quantised operands, of the numbers before "
        "they were encoded against original ones."
    )
    return Table(
        "Error, in percent",
        ["measured on", "mean", "bias", "worst"],
        rows,
        [note],
        method=REAL_TILE if pe else MANTISSAS,
        command=f"{_command(document)} --json",
    )


def _command(document: ReportDocument) -> str:
    return "lmul report --full" if document.full else "lmul report"


_WORDS = {"QK": "Q·Kᵀ", "AV": "A·V", "nearest": "rounded", "truncate": "truncated"}


def _told(stimulus: str) -> str:
    return re.sub(r"\w+", lambda word: _WORDS.get(word[0], word[0]), stimulus)


def _erring(document: ReportDocument, name: str) -> str:
    design = Design.parse(name)
    if isinstance(design, UnitDesign):
        found = level_error(document, design.format.name, "multiplier", design.kind)
    elif name == INT8_PE:
        found = level_error(document, "e4m3", "PE", "int8")
    else:
        measured = document.mac.errors.get((name, "QK"))
        found = measured.error.relative if measured else None
    return NOTHING if found is None else error(found)
