"""The report's tables of gates: the headline, bare product units, the paper."""

from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.numbers.kinds import KINDS
from lmul.synth.comparison.designs import kept_kinds, kinds_of, multiplier_name, product_name
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.headline import HeadlineRow
from lmul.synth.comparison.paper.gates import paper_rows
from lmul.synth.tables.levels import level_error
from lmul.synth.tables.methods import GATES, kept_note
from lmul.synth.tables.table import NOTHING, Table, error, percent

__all__ = ["headline_table", "paper_table", "policy_table", "product_table"]


_POLICY = "ftz"


def headline_table(document: ReportDocument) -> Table:
    """Gates of multipliers under ftz by format, what L-Mul takes, and what each errs by."""
    printed = {
        row.format: (row.printed_lmul, row.printed_exact)
        for row in paper_rows()
        if row.printed_lmul and row.printed_exact and row.format in document.formats
    }
    rows = []
    for row in (row for row in document.rows if row.policy == _POLICY):
        claimed = printed.get(row.format)
        errors = [
            level_error(document, row.format, "multiplier", kind) for kind in ("lmul", "exact")
        ]
        rows.append(
            [
                row.format,
                *_gates(document, row),
                NOTHING if claimed is None else percent(claimed[0] / claimed[1]),
                *(NOTHING if one is None else error(one) for one in errors),
            ]
        )
    return Table(
        "Gates of multipliers, ftz",
        ["format", *_GATE_COLUMNS, "paper, of exact's", "L-Mul errs, %", "exact errs, %"],
        rows,
        [
            "Two-input gates and inverters after Yosys and ABC, no flip-flops; the same script for "
            "every circuit; the median of several orders of statements. “exact” is the "
            "conventional full-product multiplier. “smallest exact” is the smallest circuit found "
            "here whose codes equal those of “exact” on every pair of operands, checked in this "
            "run for the formats of 8 bits. Errors: mean over mantissa pairs.",
            "“paper”: what arXiv 2410.00907 prints ("
            + ", ".join(f"{fmt} {lmul} of {exact}" for fmt, (lmul, exact) in printed.items())
            + "), in a unit of its own (an XOR is four gates) and without special cases, "
            "normalising or rounding.",
            *kept_note(document.cells, document.formats),
        ],
        strong=frozenset({1, 5}),
        wide=frozenset({1, 2, 3, *range(6, 14)}),
        method=GATES,
    )


_OTHERS = "mitchell", "lmul_formula", "lmul_coarse", "lmul_fine", "trunc6", "trunc8"

_GATE_COLUMNS = (
    *("lmul", "lmul_rne", "exact"),
    *("L-Mul takes of exact's", "of the smallest exact's", "smallest exact"),
    *_OTHERS,
)


def _gates(document: ReportDocument, row: HeadlineRow) -> list[str]:
    gates = dict.fromkeys(KINDS, NOTHING) | {kind: str(n) for kind, n in row.gates.items()}
    for kind in kept_kinds(row.format):
        if kept := document.gates(multiplier_name(kind, row.format, row.policy)):
            gates[kind] = str(kept)
    return [
        *(gates[kind] for kind in ("lmul", "lmul_rne", "exact")),
        percent(row.to_conventional),
        percent(row.to_smallest),
        row.smallest_exact,
        *(gates[kind] for kind in _OTHERS),
    ]


def policy_table(document: ReportDocument) -> Table:
    """Gates of multipliers under each policy."""
    rows = [[row.format, row.policy, *_gates(document, row)] for row in document.rows]
    differing = [
        f"{row.differing['lmul_rne']} of {4 ** FORMATS[row.format].width} pairs of {row.format}"
        for row in document.rows
        if row.policy == "ocp" and row.differing.get("lmul_rne")
    ]
    notes = [
        "Under ftz the median of several orders of statements, under other policies the count as "
        "written, which the order alone moves by up to five gates at this size.",
        *kept_note(document.cells, document.formats),
    ]
    if differing:
        notes.append(
            "Under ocp lmul_rne is not the exact product: where the result is subnormal it rounds "
            f"twice and differs on {' and '.join(differing)}; there the smallest exact circuit is "
            "of the kind exact."
        )
    return Table(
        "Gates of multipliers by policy",
        ["format", "policy", *_GATE_COLUMNS],
        rows,
        notes,
        text_columns=2,
        strong=frozenset({2, 6}),
        wide=frozenset({2, 3, 4, *range(8, 14)}),
        method=GATES,
    )


def product_table(document: ReportDocument) -> Table:
    """Gates of the bare product units."""
    rows = []
    for fmt in document.formats:
        gates = {kind: document.counts[product_name(kind, fmt)].gates for kind in kinds_of(fmt)}
        rows.append(
            [
                fmt,
                *(str(gates[kind]) if kind in gates else NOTHING for kind in KINDS),
                percent(gates["lmul"] / gates["exact"]),
            ]
        )
    return Table(
        "Gates of the bare product units",
        ["format", *KINDS, "L-Mul takes of exact's"],
        rows,
        [
            "On operands already taken apart, to a product not yet rounded or packed: what stands "
            "inside an array, N·N times, while taking apart stands at its edge. An exact product "
            "is wider than the others', and whatever adds it up pays for that, not counted here."
        ],
        strong=frozenset({1}),
        method=GATES,
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
        rows.append([row.format, *(f"{a} of {b}, {percent(a / b)}" for a, b in pairs)])
    return Table(
        "Gates that L-Mul takes of exact's, in the paper's own unit",
        ["format", "the paper's formulas", "corrected", "ours, product", "ours, ftz multiplier"],
        rows,
        [
            "AND, OR, NAND, NOR = 1, XOR, XNOR = 4, inverters free. “corrected”: adders as wide as "
            "the exponent and an array that multiplies. The paper prints 256 for L-Mul at fp16, "
            "where its formula gives 245."
        ],
        method=GATES,
    )
