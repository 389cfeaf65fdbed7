"""The report's tables of area, delay and energy in cells: what each circuit costs."""

from collections.abc import Mapping, Sequence

from lmul.hdl.kinds import KINDS
from lmul.synth.array_area import composed_area
from lmul.synth.cell_points import (
    ARRAY_COUNTED,
    ARRAY_TIMED,
    COSTED_POLICIES,
    arrays_in_cells,
    multipliers_in_cells,
    pes_in_cells,
)
from lmul.synth.cell_survey import (
    AREA,
    BUFFERS,
    DELAY,
    ENERGY,
    GLITCHES,
    NAND2,
    REGISTERS,
    CellSurvey,
)
from lmul.synth.mac_designs import ARRAY_SIDE
from lmul.synth.report_document import ReportDocument
from lmul.synth.report_table import NOTHING, Method, Table, percent

__all__ = [
    "ARRAY_SHOWN",
    "COST_TITLE",
    "array_area",
    "array_cost_table",
    "cells_method",
    "cost_table",
    "multiplier_cost_table",
    "pe_cost_table",
]

COST_TITLE = "What each kind costs, ftz: area, delay, energy"
ARRAY_SHOWN = (8, 16, 64)
_COSTED = ("lmul", "lmul_rne", "exact", "int8")
_ALL = (*KINDS, "int8")


def cells_method(survey: CellSurvey) -> Method | None:
    """How the figures came about; None where nothing was measured."""
    if not (one := survey.energy_detail()):
        return None
    return Method(
        f"{one['library']}, the embedded one: sky130hd's own areas, delays and energies of "
        "some of its cells, typical corner",
        f"for energy {one['operations']:,} pairs of operands, whole dot products of the real "
        "tile's Q·Kᵀ; area and delay need none",
        "mapped by Yosys and ABC for the least area; delay by static timing; energy by simulation "
        "of the netlist, results compared with the golden model, what cells spend inside and what "
        "charges their pins, clock pins, and the leakage of one period at "
        f"{one['frequency'] / 1e6:g} MHz, every net toggling at most once (zero delay) or with "
        f"glitches (one unit of time a gate); {one['transition']:.0f} ps transition at the ports, "
        "no wires, no clock tree",
    )


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
                rows.append([fmt, kind, *map(_number, figures)])
    return Table(
        COST_TITLE,
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
        ],
        rows,
        [
            "First the multiplier, then a PE, which multiplies and adds up: exactly in 8-bit "
            "formats, in fp32 in the others, int8 in 32 bits; its registers and their clock "
            f"included. Last a PE's share of an {ARRAY_SIDE}x{ARRAY_SIDE} array: area, and energy "
            "of a multiply-accumulate, drain registers, edges and skew included. fJ without "
            "glitches. int8's multiplier is the bare product: it has nothing to unpack or pack. "
            "Medians of several mappings, but for arrays; the table of ranges says how far they "
            "lie apart.",
        ],
        text_columns=2,
        strong=frozenset({4, 7}),
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
                figures = [cells.figure(name, w) for w in (AREA, NAND2, DELAY, ENERGY, GLITCHES)]
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
            "fJ",
            "fJ with glitches",
            "lmul : it, area",
            "lmul : it, fJ",
        ],
        rows,
        [
            "NAND2: the area in two-input NAND gates of the library. The delay is that of the "
            "circuit mapped for the least area: the curves show what less of it costs. int8 is "
            "the bare integer product, the same in every row."
        ],
        text_columns=3,
        strong=frozenset({3, 6}),
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
                figures = [cells.figure(name, w) for w in (NAND2, DELAY, ENERGY, GLITCHES)]
                shares = _shares(cells, names["lmul"], name)
                rows.append(
                    [
                        fmt,
                        policy,
                        kind,
                        *map(_number, (area - registers, registers, *figures)),
                        *shares,
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
            "fJ",
            "fJ with glitches",
            "lmul : it, area",
            "lmul : it, fJ",
        ],
        rows,
        [
            "A PE holds its operands and its sum in registers and does a multiplication and an "
            "addition a cycle; its operands are unpacked already, as they are in an array. 8-bit "
            "formats sum exactly, wider ones in fp32, int8 in 32 bits; what other sums cost is in "
            "the table of sums. Under lax and ocp only the kinds that "
            "are compared most, and no wider formats under lax.",
        ],
        text_columns=3,
        strong=frozenset({3, 7}),
        method=cells_method(cells),
    )


def array_cost_table(document: ReportDocument) -> Table:
    """Arrays under ftz: logic and registers, delay, energy of those that were simulated."""
    cells = document.cells
    rows = []
    for side in ARRAY_SHOWN:
        for fmt in document.formats:
            lmul = array_area(cells, fmt, "lmul", side)
            names, timed = arrays_in_cells(fmt, side), arrays_in_cells(fmt, ARRAY_TIMED)
            for kind in _COSTED:
                found = array_area(cells, fmt, kind, side)
                if not found or not lmul:
                    continue
                area, registers = found
                name = names.get(kind, "")
                figures = [cells.figure(timed.get(kind, ""), DELAY)]
                figures += [cells.figure(name, what) for what in (ENERGY, GLITCHES)]
                ratio = cells.ratio(names.get("lmul", ""), name, ENERGY)
                shares = [lmul[0] / area, ratio] if kind != "lmul" else [None, None]
                rows.append(
                    [
                        f"{side}x{side}",
                        fmt,
                        kind,
                        *(f"{value:,.0f}" for value in (area - registers, registers, area)),
                        f"{area / side**2:.0f}",
                        *map(_number, figures),
                        *(NOTHING if share is None else percent(share) for share in shares),
                    ]
                )
    return Table(
        "Arrays, ftz: area, delay, energy",
        [
            "size",
            "format",
            "kind",
            "logic µm²",
            "registers µm²",
            "µm²",
            "a PE's share",
            "ps",
            "fJ",
            "fJ with glitches",
            "lmul : it, area",
            "lmul : it, fJ",
        ],
        rows,
        [
            "Output-stationary, results in fp32 (int8: raw sums). Areas of "
            f"{' and '.join(f'{side}x{side}' for side in ARRAY_COUNTED)} are mapped, each distinct "
            "module once; the larger ones follow from these two: PEs go with the square of the "
            "side, edges and rounders with the side, skew with both. Control alone is not exact: "
            "less than 0.1 % of the array.",
            f"The delay is that of {ARRAY_TIMED}x{ARRAY_TIMED}, with trees of buffers behind nets "
            f"that reach many cells{_buffers(document)}; they are in no other figure. Larger "
            "arrays have deeper trees and the same paths: those of a PE's sum or of the rounders.",
            "fJ are a multiply-accumulate's share of whole matrix products, fill and drain "
            "included, every PE of the array simulated.",
            "Arrays of fp16 and fp32 and energies of 16x16 take too long for each report. "
            f"{cells.kept}".strip(),
        ],
        text_columns=3,
        strong=frozenset({5, 8}),
        method=cells_method(cells),
    )


def _buffers(document: ReportDocument) -> str:
    """The largest share of an array's area that buffers add for its delay."""
    cells = document.cells
    names = [
        name for fmt in document.formats for name in arrays_in_cells(fmt, ARRAY_TIMED).values()
    ]
    shares = [share for name in names if (share := cells.share(name, BUFFERS, AREA)) is not None]
    return f", at most {percent(max(shares), 1)} of the area" if shares else ""


def array_area(cells: CellSurvey, fmt: str, kind: str, side: int) -> tuple[float, float] | None:
    """An array's area and the flip-flops' share of it, µm²; None where none was mapped."""
    if side in ARRAY_COUNTED:
        name = arrays_in_cells(fmt, side).get(kind, "")
        area, registers = cells.figure(name, AREA), cells.figure(name, REGISTERS)
        return None if area is None or registers is None else (area, registers)
    found = [array_area(cells, fmt, kind, counted) for counted in ARRAY_COUNTED]
    if found[0] is None or found[1] is None:
        return None
    pairs = zip(*found, strict=True)
    area, registers = (composed_area(ARRAY_COUNTED, pair, side) for pair in pairs)
    return area, registers


def _in_order(names: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    return [(kind, names[kind]) for kind in _ALL if kind in names]


def _shares(cells: CellSurvey, lmul: str, name: str) -> list[str]:
    if lmul == name:
        return [NOTHING, NOTHING]
    shares = [cells.ratio(lmul, name, what) for what in (AREA, ENERGY)]
    return [NOTHING if share is None else percent(share) for share in shares]


def _number(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.0f}"
