"""The report's table of cycles: ours beside SCALE-Sim's, and what makes the difference."""

from lmul.hdl.designs.cycles import array_cycles, pipeline_latency
from lmul.synth.comparison.cell_survey import AREA, BUFFERS, DELAY, ENERGY, array_area
from lmul.synth.comparison.designs import (
    ARRAY_COUNTED,
    ARRAY_KINDS,
    ARRAY_SIDE,
    ARRAY_TIMED,
    arrays_in_cells,
)
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.mac_survey import array_parts
from lmul.synth.comparison.scalesim import SHAPES, folds, kept
from lmul.synth.gates.breakdown import ARRAY_PARTS
from lmul.synth.gates.scale import total
from lmul.synth.tables.cells import _COSTED, _ENERGIES, _number
from lmul.synth.tables.methods import GATES, cells_method
from lmul.synth.tables.pes import ARRAY_SIDES
from lmul.synth.tables.table import NOTHING, Method, Table, percent

__all__ = ["ARRAY_SHOWN", "array_cost_table", "array_table", "cycle_table"]


def cycle_table() -> Table:
    """Cycles of whole matrix products."""
    version, theirs = kept()
    rows = []
    for shape in SHAPES:
        cycles = array_cycles(shape.flow, shape.rows, shape.columns, 0, shape.m, shape.k, shape.n)
        drain = shape.rows if shape.flow == "os" else 0
        latency = pipeline_latency(shape.flow, 0)
        overlap = theirs[shape] + 1 + drain + latency - cycles
        macs = shape.m * shape.k * shape.n
        rows.append(
            [
                shape.flow,
                f"{shape.rows}x{shape.columns}",
                f"{shape.m}x{shape.k}x{shape.n}",
                f"{folds(shape):,}",
                f"{theirs[shape]:,}",
                "1",
                str(drain),
                str(latency),
                f"{-overlap:,}",
                f"{cycles:,}",
                percent(macs / (shape.rows * shape.columns * cycles), 1),
            ]
        )
    return Table(
        "Cycles beside SCALE-Sim's",
        [
            "flow",
            "array",
            "M x K x N",
            "tiles",
            "SCALE-Sim",
            "from 0",
            "drain",
            "pipeline",
            "overlap",
            "ours",
            "used",
        ],
        rows,
        [
            f"“SCALE-Sim”: what version {version} prints as Total Cycles, without memory stalls. "
            "The next four columns lead to ours, which simulation equals exactly: SCALE-Sim "
            "counts from 0; its output-stationary tile ends when the last sums are ready, without "
            "the R cycles in which a column drains; it has no registers in its pipeline and at its "
            "streams' ports. And it lets one "
            "tile end before the next begins, where here they overlap. “used”: multiplications "
            "over PEs times cycles.",
        ],
        text_columns=3,
        strong=frozenset({9}),
        method=Method(
            "none, cycles of any technology",
            "none, cycles depend on no operands",
            "the closed form, which simulated arrays equal; SCALE-Sim's are its own run's",
        ),
    )


ARRAY_SHOWN = (8, 16, 64)


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
                figures += [cells.figure(name, what) for what in _ENERGIES]
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
            "fJ, real delays",
            "without glitches",
            "unit delay",
            "L-Mul takes of its area",
            "of its fJ",
        ],
        rows,
        [
            "Output-stationary, results in fp32 (int8: raw sums). Areas of "
            f"{' and '.join(f'{side}x{side}' for side in ARRAY_COUNTED)} are mapped, each distinct "
            "module once; the larger ones follow from these two: PEs go with the square of the "
            "side, edges and rounders with the side, skew with both. Only control is estimated: "
            "less than 0.1 % of the array.",
            f"The delay is that of {ARRAY_TIMED}x{ARRAY_TIMED}, with trees of buffers behind nets "
            f"that reach many cells{_buffers(document)}; energies have them, areas have not. "
            "Larger arrays have deeper trees and the same paths: those of a PE's sum or of the "
            "rounders.",
            "fJ are a multiply-accumulate's share of whole matrix products, fill and drain "
            "included, every PE of the array simulated.",
            "Arrays of fp16 and fp32 and energies of 16x16 take too long for each report. "
            f"{cells.kept}".strip(),
        ],
        text_columns=3,
        strong=frozenset({5, 8}),
        wide=frozenset({3, 4, 6, 7, 9}),
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


def array_table(document: ReportDocument) -> Table:
    """Arrays of e4m3 and int8, part by part."""
    rows = []
    for side in ARRAY_SIDES:
        lmul = array_parts(document.mac, "lmul", "e4m3", "ftz", side)
        for kind in (*ARRAY_KINDS, "int8"):
            parts = array_parts(document.mac, kind, "e4m3", "ftz", side)
            if not parts or not lmul:
                continue
            whole = total(parts)
            by_name = {part.part: part for part in parts}
            gates = [by_name[name].gates for name in ARRAY_PARTS if name != "skew registers"]
            flipflops = [by_name[name].flipflops for name in ("PEs", "skew registers")]
            rows.append(
                [
                    f"{side}x{side}",
                    kind,
                    *(f"{number:,}" for number in (*gates, whole.gates)),
                    f"{whole.gates / side**2:.0f}",
                    percent(total(lmul).gates / whole.gates),
                    *(f"{number:,}" for number in (*flipflops, whole.flipflops)),
                ]
            )
    return Table(
        "Output-stationary arrays by part, e4m3 ftz and int8",
        [
            "size",
            "kind",
            *(name for name in ARRAY_PARTS if name != "skew registers"),
            "gates",
            "a PE's share",
            "L-Mul takes of its gates",
            "FF PEs",
            "FF skew",
            "flip-flops",
        ],
        rows,
        [
            "Sums are exact; results fp32, rounded once at the column's end (int8: raw). “drain "
            "registers”: a register and its multiplexer in each PE's cell, by which results leave "
            "while the next tile computes. “edges”: unpacking, once an operand. "
            "“stream ports”: two registers and a multiplexer for each bit of operands and results. "
            f"{ARRAY_SIDE}x{ARRAY_SIDE} is counted, the others are composed of its parts: exact "
            "but for control and ports, taken as proportional to the side, at most 0.1 % of the "
            "array too much.",
        ],
        text_columns=2,
        strong=frozenset({8}),
        method=GATES,
    )
