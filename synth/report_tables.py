"""The report's tables as plain text cells; Markdown, HTML and the console draw the same ones."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lmul.hdl.formats import FORMATS
from lmul.hdl.kinds import KINDS
from lmul.synth.comparison import RIVAL, RIVAL_NOTE, kinds_of, multiplier_name, product_name
from lmul.synth.paper import paper_rows
from lmul.synth.report_document import ReportDocument

__all__ = [
    "Table",
    "census_table",
    "headline_table",
    "operand_table",
    "pair_error_table",
    "paper_table",
    "product_table",
    "rival_table",
    "verified_table",
]

_NOTHING = "–"
_NO_ERROR_PERCENT = 1e-10  # what float64 leaves when a thousand exact products are summed twice


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes
    ----------
    title : str
    columns : sequence of str
        Headings. The first ``text_columns`` hold words, the others numbers.
    rows : sequence of sequence of str
    notes : sequence of str
        Sentences to stand below.
    strong : set of int
        Columns to be set off.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()
    text_columns: int = 1
    strong: frozenset[int] = field(default_factory=frozenset)


def _percent(share: float, digits: int = 0) -> str:
    return f"{100 * share:.{digits}f}\u00a0%"


def _error(share: float) -> str:
    """An error in percent: two decimals, more for what would show as zero."""
    percent = 100 * share
    if abs(percent) < _NO_ERROR_PERCENT:
        return "0"
    if abs(percent) < 0.005:
        return f"{percent:.1e}"
    return f"{percent:.2f}"


def _signed(share: float) -> str:
    text = _error(share)
    return text if text == "0" or text.startswith("-") else f"+{text}"


def headline_table(document: ReportDocument) -> Table:
    """Gates by format and policy, and what L-Mul saves."""
    printed = {
        row.format: (row.printed_lmul, row.printed_exact)
        for row in paper_rows()
        if row.printed_lmul and row.printed_exact and row.format in document.formats
    }
    rows = []
    for row in document.rows:
        gates = {kind: str(row.gates.get(kind, _NOTHING)) for kind in KINDS}
        rows.append(
            [
                row.format,
                row.policy,
                *(gates[kind] for kind in ("lmul", "lmul_rne", "exact")),
                _percent(row.to_conventional),
                _percent(row.to_smallest),
                row.smallest_exact,
                _percent(printed[row.format][0] / printed[row.format][1])
                if row.format in printed
                else _NOTHING,
                *(gates[kind] for kind in ("mitchell", "lmul_formula")),
            ]
        )
    differing = [
        f"{row.differing['lmul_rne']} of {4 ** FORMATS[row.format].width} pairs of {row.format}"
        for row in document.rows
        if row.policy == "ocp" and row.differing.get("lmul_rne")
    ]
    notes = [
        "Two-input gates and inverters after Yosys and ABC, no flip-flops; the same script for "
        "every circuit.",
        "“exact” is the conventional full-product multiplier. “smallest” is the smallest circuit "
        "found here whose codes equal those of “exact” on every pair of operands, checked in this "
        "run for the formats of 8 bits.",
        "“paper”: L-Mul : exact as arXiv 2410.00907 prints it ("
        + ", ".join(f"{fmt} {lmul}/{exact}" for fmt, (lmul, exact) in printed.items())
        + "), in a unit of its own (an XOR is four gates) and without special cases, normalising "
        "or rounding.",
    ]
    if differing:
        notes.append(
            "Under ocp lmul_rne is not the exact product: where the result is subnormal it rounds "
            f"twice and differs on {' and '.join(differing)}; there the smallest exact circuit is "
            "of the kind exact."
        )
    return Table(
        "Gates of L-Mul and its twins",
        [
            "format",
            "policy",
            "lmul",
            "lmul_rne",
            "exact",
            "lmul : exact",
            "lmul : smallest",
            "smallest",
            "paper",
            "mitchell",
            "lmul_formula",
        ],
        rows,
        notes,
        text_columns=2,
        strong=frozenset({2, 6}),
    )


def product_table(document: ReportDocument) -> Table:
    """Gates of the bare product units."""
    rows = []
    for fmt in document.formats:
        gates = {kind: document.counts[product_name(kind, fmt)].gates for kind in kinds_of(fmt)}
        rows.append(
            [
                fmt,
                *(str(gates[kind]) if kind in gates else _NOTHING for kind in KINDS),
                _percent(gates["lmul"] / gates["exact"]),
            ]
        )
    return Table(
        "Gates of the bare product units",
        ["format", *KINDS, "lmul : exact"],
        rows,
        [
            "On operands already taken apart, to a product not yet rounded or packed: what stands "
            "inside an array, N·N times, while taking apart stands at its edge. An exact product "
            "is wider than the others', and whatever adds it up pays for that, not counted here."
        ],
        strong=frozenset({1}),
    )


def rival_table(document: ReportDocument) -> Table:
    """Our L-Mul beside the nearest rival's."""
    rows = []
    for fmt in (fmt for fmt in document.formats if fmt in RIVAL):
        lax, bare = (
            document.counts[multiplier_name("lmul", fmt, policy)].gates
            for policy in ("lax", "bare")
        )
        rows.append([fmt, str(bare), str(RIVAL[fmt]), str(lax)])
    return Table(
        "Beside the nearest rival",
        ["format", "lmul-bare (does less)", "rival", "lmul-lax (does more)"],
        rows,
        [RIVAL_NOTE],
    )


def paper_table(document: ReportDocument) -> Table:
    """The paper's count, the corrected one, and ours in the paper's weights."""
    weights = {name: counted.paper_weight for name, counted in document.counts.items()}
    rows = []
    for row in paper_rows(weights):
        lmul, exact = f"product-lmul-{row.format}", f"product-exact-{row.format}"
        if lmul not in weights:
            continue
        pairs = [
            (row.paper_lmul, row.paper_exact),
            (row.corrected_lmul, row.corrected_exact),
            (weights[lmul], weights[exact]),
        ]
        if row.format in document.formats:
            ftz = (multiplier_name(kind, row.format, "ftz") for kind in ("lmul", "exact"))
            mine = [weights[name] for name in ftz if name in weights]
            if len(mine) == 2:
                pairs.append((mine[0], mine[1]))
        rows.append([row.format, *(f"{a} : {b} = {_percent(a / b)}" for a, b in pairs)])
    return Table(
        "In the paper's own unit, L-Mul : exact",
        ["format", "the paper's formulas", "corrected", "ours, product", "ours, ftz multiplier"],
        rows,
        [
            "AND, OR, NAND, NOR = 1, XOR, XNOR = 4, inverters free. “corrected”: adders as wide as "
            "the exponent and an array that multiplies. The paper prints 256 for L-Mul at fp16, "
            "where its formula gives 245."
        ],
    )


def pair_error_table(document: ReportDocument) -> Table:
    """Errors over mantissa pairs."""
    rows = []
    for pair in document.errors.pairs:
        packed, unrounded = pair.packed, pair.unrounded
        rows.append(
            [
                pair.format.name,
                pair.kind,
                _error(packed.mred),
                _signed(packed.bias),
                _signed(packed.worst_low),
                _signed(packed.worst_high),
                _error(unrounded.mred),
                f"{packed.counted:,}",
            ]
        )
    return Table(
        "Error over mantissa pairs, in percent",
        ["format", "kind", "MRED", "bias", "lowest", "highest", "MRED unrounded", "pairs"],
        rows,
        [
            "Relative to the exact product of the same operands, results normal and in range. All "
            "pairs up to ten mantissa bits, seeded ones beyond. MRED: mean of |error|; bias: mean "
            "of the signed error. The error of “exact” is that of rounding once."
        ],
        text_columns=2,
        strong=frozenset({2}),
    )


def operand_table(document: ReportDocument, scaled: bool = True) -> Table:
    """Errors over real operands; fp8 with operands scaled, or all that was measured unscaled."""
    rows = []
    found = {
        (r.result.format.name, r.result.kind, r.result.rounding, r.matrix): r.result
        for r in document.errors.operands
        # Wider formats need no scale: they stand in the first table.
        if r.scaled == scaled or (scaled and r.result.format.width > 8)
        if scaled or r.result.format.width <= 8
    }
    for fmt in document.formats:
        for rounding in ("nearest", "truncate"):
            for kind in kinds_of(fmt):
                cells = []
                for matrix in ("QK", "AV"):
                    result = found.get((fmt, kind, rounding, matrix))
                    if result is None:
                        break
                    cells += [
                        _error(result.products_quantised.mred),
                        _error(result.dots_quantised.relative),
                        _error(result.dots_original.relative),
                        _percent(1 - result.products_quantised.counted / result.products),
                    ]
                else:
                    rows.append([fmt, rounding, kind, *cells])
    columns = [
        f"{matrix} {what}"
        for matrix in ("Q·Kᵀ", "A·V")
        for what in ("products", "dots, own", "dots, all", "left out")
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
            "the packed product against the exact product of the same quantised operands. “dots”: "
            "norm-wise error ‖result − reference‖ / ‖reference‖ of all dot products, products "
            "unrounded and added in float64; “own” against the exact product of the quantised "
            "operands, the multiplier's own error; “all” against float64 on the original ones, "
            "quantisation included.",
            "“left out”: products of a zero operand, or below the smallest normal number; no dot "
            "product leaves them out. "
            + (
                "fp8 operands are multiplied by one power of two a tensor first."
                if scaled
                else "Without a scale most attention weights are subnormal in e4m3."
            ),
        ],
        text_columns=3,
        strong=frozenset({5, 9}),
    )


def census_table(document: ReportDocument) -> Table:
    """Where the products of all code pairs fall."""
    rows = [
        [
            fmt,
            kind,
            f"{classes.pairs:,}",
            *(
                _percent(part / classes.pairs, 2)
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
    )


def verified_table(document: ReportDocument) -> Table:
    """Products of the generated Verilog compared with the golden model in this run."""
    rows = [
        [
            result.format.name,
            str(result.units),
            f"{result.pairs:,}",
            "all pairs" if result.format.width <= 8 else "corners and seeded",
            f"{result.products:,}",
            str(result.mismatches),
        ]
        for result in document.verified
    ]
    total = sum(result.products for result in document.verified)
    return Table(
        "Verified in the same run",
        ["format", "circuits", "pairs each", "stimulus", "products compared", "wrong"],
        rows,
        [
            f"{total:,} products of the generated Verilog, every kind and policy above, simulated "
            f"with {document.simulator} and compared with the golden model in every bit. The "
            "golden model itself is held against ml_dtypes and numpy by the project's tests."
        ],
    )
