"""The report's tables of errors, of what leaves the range, and of what was verified."""

from collections.abc import Mapping

from lmul.hdl.designs.design import Design
from lmul.synth.comparison.designs import shown_kinds
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.tables.methods import CHECKED, MANTISSAS, REAL_TILE
from lmul.synth.tables.table import Table, error, percent, signed

__all__ = ["census_table", "operand_table", "pair_error_table", "verified_table"]


def pair_error_table(document: ReportDocument) -> Table:
    """Errors over mantissa pairs."""
    rows = []
    for pair in document.errors.pairs:
        packed, unrounded = pair.packed, pair.unrounded
        rows.append(
            [
                pair.format.name,
                pair.kind,
                error(packed.mred),
                signed(packed.bias),
                signed(packed.worst_low),
                signed(packed.worst_high),
                error(unrounded.mred),
                f"{packed.counted:,}",
            ]
        )
    return Table(
        "Error over mantissa pairs, in percent",
        ["format", "kind", "mean", "bias", "lowest", "highest", "mean, unrounded", "pairs"],
        rows,
        [
            "Relative to the exact product of the same operands, results normal and in range. All "
            "pairs up to ten mantissa bits, seeded ones beyond. “mean”: of |error| (MRED); “bias”: "
            "of the signed error. The error of “exact” is that of rounding once."
        ],
        text_columns=2,
        strong=frozenset({2}),
        wide=frozenset({6, 7}),
        method=MANTISSAS,
    )


def operand_table(document: ReportDocument, scaled: bool = True) -> Table:
    """Errors over real operands; fp8 with operands scaled, or all that was measured unscaled."""
    rows = []
    found = {
        (r.result.format.name, r.result.kind, r.result.rounding, r.matrix): r.result
        for r in document.errors.operands
        # Wider formats need no scale: they stand in the first table.
        if r.scaled == scaled or (scaled and r.result.format.width > 8)
        if scaled or r.result.format.is_narrow
    }
    for fmt in document.formats:
        for rounding in ("nearest", "truncate"):
            for kind in shown_kinds(fmt):
                cells = []
                for matrix in ("QK", "AV"):
                    result = found.get((fmt, kind, rounding, matrix))
                    if result is None:
                        break
                    cells += [
                        error(result.products_quantised.mred),
                        error(result.dots_quantised.relative),
                        error(result.dots_original.relative),
                        percent(1 - result.products_quantised.counted / result.products),
                    ]
                else:
                    rows.append([fmt, rounding, kind, *cells])
    columns = [
        f"{matrix} {what}"
        for matrix in ("Q·Kᵀ", "A·V")
        for what in ("products", "dot products, own", "dot products, all", "left out")
    ]
    title = "Error on real operands, in percent"
    if not scaled:
        title += ", fp8 operands not scaled"
    return Table(
        title,
        ["format", "operands", "kind", *columns],
        rows,
        [
            "Two heads of all-MiniLM-L6-v2 on 128 tokens of English. “products”: mean |error| of "
            "the packed product against the exact product of the same quantised operands. “dot "
            "products”: norm-wise error ‖result − reference‖ / ‖reference‖ of all of them, "
            "products unrounded and added in float64; “own” against the exact product of the "
            "quantised operands, the multiplier's own error; “all” against float64 on the original "
            "ones, quantisation included.",
            "“left out”: products of a zero operand, or below the smallest normal number; no dot "
            "product leaves them out. "
            + (
                "fp8 operands are first multiplied by one power of two a tensor, so that no "
                "product overflows."
                if scaled
                else "Without a scale most attention weights are subnormal in e4m3."
            ),
        ],
        text_columns=3,
        strong=frozenset({5, 9}),
        wide=frozenset({3, 4, 6, 7, 8, 10}),
        method=REAL_TILE,
    )


def census_table(document: ReportDocument) -> Table:
    """Where the products of all code pairs fall."""
    rows = [
        [
            fmt,
            kind,
            f"{classes.pairs:,}",
            *(
                percent(part / classes.pairs, 2)
                for part in (
                    classes.in_range,
                    classes.overflow,
                    classes.underflow,
                    classes.zero,
                    classes.special,
                )
            ),
        ]
        for (fmt, kind), classes in document.errors.census.items()
    ]
    return Table(
        "What leaves the range",
        ["format", "kind", "pairs", "in range", "overflow", "underflow", "zero", "NaN or Inf"],
        rows,
        [
            "Over all pairs of codes up to 8 bits, a million seeded ones beyond. Overflow and "
            "underflow (a result below the smallest normal number) are judged on the rounded "
            "product; none of these is in any error above."
        ],
        text_columns=2,
        method=MANTISSAS,
    )


def verified_table(document: ReportDocument) -> Table:
    """Results of the generated Verilog and of mapped netlists that equal the golden model's."""
    rows = [
        [
            "multiplier",
            result.format.name,
            str(result.units),
            f"{result.pairs:,}",
            "all pairs" if result.format.is_narrow else "corners and seeded",
            f"{result.products:,}",
            str(result.mismatches),
        ]
        for result in document.verified
    ]
    rows += [
        [level, fmt, str(len(counts)), f"{min(counts):,}", "uniform codes", f"{sum(counts):,}", "0"]
        for (level, fmt), counts in _netlists(document.checked).items()
    ]
    total = sum(result.products for result in document.verified)
    return Table(
        "Compared with the golden model",
        ["level", "format", "circuits", "each, at least", "operands", "results compared", "wrong"],
        rows,
        [
            f"Multipliers: {total:,} products of the generated Verilog, simulated with "
            f"{document.simulator} in this run. All other circuits: results of the netlist that "
            "area and energy are measured on, mapped from the same Verilog, on finite operands "
            "drawn from all codes; each energy's own operands were compared too. That is part of "
            "the measurement, and kept with it as long as sources and tools are the same. One "
            "wrong bit, and there is no report. Larger arrays composed of counted parts are not "
            "simulated, and neither are those measured on FPGAs, which write sums as +: the "
            "project's tests compare them. They also hold the golden model against ml_dtypes and "
            "numpy.",
        ],
        text_columns=2,
        method=CHECKED,
    )


def _netlists(checked: Mapping[str, int]) -> dict[tuple[str, str], list[int]]:
    """Results compared of each design, by level and format."""
    found: dict[tuple[str, str], list[int]] = {}
    for name, compared in checked.items():
        design = Design.parse(name)
        fmt = design.format.name
        found.setdefault((design.level, fmt), []).append(compared)
    return found
