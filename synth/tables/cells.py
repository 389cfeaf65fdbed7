"""The report's tables of area, delay and energy in cells: what each circuit costs."""

from collections.abc import Mapping, Sequence

from lmul.hdl.numbers.kinds import KINDS
from lmul.synth.comparison.cell_survey import (
    AREA,
    DELAY,
    ENERGY,
    NAND2,
    REGISTERS,
    UNIT_DELAY,
    WITHOUT_GLITCHES,
    CellSurvey,
    array_area,
)
from lmul.synth.comparison.designs import (
    ARRAY_SIDE,
    COSTED_POLICIES,
    arrays_in_cells,
    multipliers_in_cells,
    pes_in_cells,
)
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.tables.levels import level_error
from lmul.synth.tables.methods import cells_method, kept_note
from lmul.synth.tables.table import NOTHING, Table, error, percent

__all__ = ["cost_table", "multiplier_cost_table", "pe_cost_table"]


_COSTED = ("lmul", "lmul_rne", "lmul_coarse", "lmul_fine", "trunc6", "trunc8", "exact", "int8")
_TAKEN = ("L-Mul takes of its area", "of its fJ")
_ALL = (*KINDS, "int8")
_ENERGIES = (ENERGY, WITHOUT_GLITCHES, UNIT_DELAY)


def cost_table(document: ReportDocument) -> Table:
    """The main kinds in every format: multiplier, PE, and a PE's share of an array."""
    cells = document.cells
    rows = []
    for fmt in document.formats:
        multipliers, pes = multipliers_in_cells(fmt, "ftz"), pes_in_cells(fmt, "ftz")
        for kind in _COSTED:
            names = multipliers.get(kind, ""), pes.get(kind, "")
            figures = [cells.figure(name, what) for name in names for what in (AREA, DELAY, ENERGY)]
            share = array_area(cells, fmt, kind, ARRAY_SIDE)
            figures.append(share[0] / ARRAY_SIDE**2 if share else None)
            figures.append(cells.figure(arrays_in_cells(fmt, ARRAY_SIDE).get(kind, ""), ENERGY))
            if any(figure is not None for figure in figures):
                rows.append([fmt, kind, *map(_number, figures), _error(document, fmt, kind)])
    return Table(
        "Area, delay, energy and error of each kind, ftz",
        [
            "format",
            "kind",
            "µm²",
            "ps",
            "fJ",
            "PE µm²",
            "PE ps",
            "PE fJ",
            f"{ARRAY_SIDE}x{ARRAY_SIDE} µm²",
            f"{ARRAY_SIDE}x{ARRAY_SIDE} fJ",
            "error, %",
        ],
        rows,
        [
            "First the multiplier, then a PE, which multiplies and adds up: exactly in 8-bit "
            "formats, in fp32 in the others, int8 in 32 bits; its registers and their clock "
            f"included. Last a PE's share of an {ARRAY_SIDE}x{ARRAY_SIDE} array: area, and energy "
            "of a multiply-accumulate, drain registers, edges and skew included. fJ with real "
            "delays. int8's multiplier is the bare product: it has nothing to unpack or pack. "
            "Medians of several mappings, but for arrays; the table of ranges says how far they "
            "lie apart. Error: of the PE's real dot products, that of encoding their operands "
            "included.",
            *kept_note(cells, document.formats),
        ],
        text_columns=2,
        strong=frozenset({4, 7, 10}),
        wide=frozenset({2, 3, 5, 6, 8}),
        method=cells_method(cells),
    )


def multiplier_cost_table(document: ReportDocument) -> Table:
    """Every multiplier: area, delay, energy, and L-Mul's share of it."""
    cells = document.cells
    rows = []
    for fmt in document.formats:
        for policy in COSTED_POLICIES:
            names = multipliers_in_cells(fmt, policy)
            if cells.figure(names.get("lmul", ""), AREA) is None:
                continue
            for kind, name in _in_order(names):
                figures = [cells.figure(name, w) for w in (AREA, NAND2, DELAY, *_ENERGIES)]
                if figures[0] is not None:
                    shares = _shares(cells, names["lmul"], name)
                    rows.append([fmt, policy, kind, *map(_number, figures), *shares])
    return Table(
        "Multipliers: area, delay, energy",
        [
            "format",
            "policy",
            "kind",
            "µm²",
            "NAND2",
            "ps",
            "fJ, real delays",
            "without glitches",
            "unit delay",
            *_TAKEN,
        ],
        rows,
        [
            "NAND2: the area in two-input NAND gates of the library. The delay is that of the "
            "circuit mapped for the least area: the curves show what less of it costs. int8 is "
            "the bare integer product, the same in every row.",
            *kept_note(cells, document.formats),
        ],
        text_columns=3,
        strong=frozenset({3, 6}),
        wide=frozenset({4, 5, 7}),
        method=cells_method(cells),
    )


def pe_cost_table(document: ReportDocument) -> Table:
    """Every PE: logic, registers, delay, energy, and L-Mul's share of it."""
    cells = document.cells
    rows = []
    for fmt in document.formats:
        for policy in COSTED_POLICIES:
            names = pes_in_cells(fmt, policy)
            if cells.figure(names.get("lmul", ""), AREA) is None:
                continue
            for kind, name in _in_order(names):
                area, registers = cells.figure(name, AREA), cells.figure(name, REGISTERS)
                if area is None or registers is None:
                    continue
                figures = [cells.figure(name, w) for w in (NAND2, DELAY, *_ENERGIES)]
                shares = _shares(cells, names["lmul"], name)
                rows.append(
                    [
                        fmt,
                        policy,
                        kind,
                        *map(_number, (area - registers, registers, *figures)),
                        *shares,
                        _error(document, fmt, kind) if policy == "ftz" else NOTHING,
                    ]
                )
    return Table(
        "PEs: area, delay, energy",
        [
            "format",
            "policy",
            "kind",
            "logic µm²",
            "registers µm²",
            "NAND2",
            "ps",
            "fJ, real delays",
            "without glitches",
            "unit delay",
            *_TAKEN,
            "error, %",
        ],
        rows,
        [
            "A PE holds its operands and its sum in registers and does a multiplication and an "
            "addition a cycle; its operands are unpacked already, as they are in an array. 8-bit "
            "formats sum exactly, wider ones in fp32, int8 in 32 bits; what other sums cost is in "
            "the table of sums. Under lax and ocp only the kinds that "
            "are compared most, and no wider formats under lax. Error: of real dot products under "
            "ftz, that of encoding their operands included.",
            *kept_note(cells, document.formats),
        ],
        text_columns=3,
        strong=frozenset({3, 7}),
        wide=frozenset({4, 5, 6, 8}),
        method=cells_method(cells),
    )


def _error(document: ReportDocument, fmt: str, kind: str) -> str:
    found = level_error(document, fmt, "PE", kind)
    return NOTHING if found is None else error(found)


def _in_order(names: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    return [(kind, names[kind]) for kind in _ALL if kind in names]


def _shares(cells: CellSurvey, lmul: str, name: str) -> list[str]:
    if lmul == name:
        return [NOTHING, NOTHING]
    shares = [cells.ratio(lmul, name, what) for what in (AREA, ENERGY)]
    return [NOTHING if share is None else percent(share) for share in shares]


def _number(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.0f}"
