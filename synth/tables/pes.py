"""The report's tables of PEs and arrays: what survives, parts, accumulators, whole arrays."""

from collections.abc import Iterator, Mapping

from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.numbers.kinds import Kind
from lmul.synth.comparison.designs import (
    ACCUMULATORS,
    ARRAY_SIDE,
    COUNTED_FORMATS,
    INT8_PE,
    INT8_PRODUCT,
    WINDOW_KINDS,
    kinds_of,
    multiplier_name,
    pe_kinds,
    pe_name,
    pe_policies,
    product_name,
    same_width_name,
    sum_bits,
)
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.mac_survey import MATRICES, MacSurvey, array_parts
from lmul.synth.gates.scale import total
from lmul.synth.tables.methods import GATES, REAL_TILE
from lmul.synth.tables.table import NOTHING, Method, Table, error, percent

__all__ = ["ARRAY_SIDES", "accumulator_table", "part_table", "survival_table"]


ARRAY_SIDES = (8, 16, 64)
_SUMS = {"exact": "exact", "fp32": "fp32, rounded", "bf16": "bf16, rounded"}


def survival_table(document: ReportDocument) -> Table:
    """L-Mul's gates as a share of its twins', from the bare product to the array."""
    rows = []
    for fmt in (fmt for fmt in document.formats if fmt in COUNTED_FORMATS):
        for policy in pe_policies(fmt):
            if pe_name("lmul", fmt, policy) not in document.mac.counts:
                continue
            for other in ("exact", "lmul_rne", "int8"):
                if cells := list(_shares(document, fmt, policy, other)):
                    rows.append([fmt, policy, other, *cells])
    return Table(
        "Gates that L-Mul takes of its twins', level by level",
        [
            "format",
            "policy",
            "takes of",
            "product",
            "multiplier",
            "PE",
            "PE, equal sums",
            *(f"{side}x{side}" for side in ARRAY_SIDES),
        ],
        rows if document.mac.counts else [],
        [
            "Two-input gates and inverters of L-Mul's circuit as a share of those of the twin's, "
            "no flip-flops. A PE multiplies and adds up. fp8 sums exactly: in as many bits as 1024 "
            "of the kind's largest products need, or, under “equal sums”, in as many as the kind "
            "that needs most. Wider formats sum in fp32. Operands are unpacked at the array's edge "
            "for all kinds alike, and L-Mul's constant is added there: inside, L-Mul is a bare "
            "adder. int8 sums in 32 bits and has nothing to unpack; its multiplier is its product.",
            "The last columns are output-stationary arrays of so many PEs, counted by part: one of "
            f"{ARRAY_SIDE}x{ARRAY_SIDE}, each distinct module synthesised once, times as often as "
            "it stands there; the larger ones composed of its parts. Flattened, the first row "
            "loses the multiplexers that take results from a row above: 4 to 5 % of a 4x4 array's "
            "gates, less the larger it is, and for all kinds alike.",
        ],
        text_columns=3,
        strong=frozenset({4, 5}),
        wide=frozenset({6, 7, 8}),
        method=GATES,
    )


def _shares(document: ReportDocument, fmt: str, policy: str, other: str) -> Iterator[str]:
    narrow = FORMATS[fmt].is_narrow
    if other == "int8":
        if not narrow:
            return
        twins = [INT8_PRODUCT, INT8_PRODUCT, INT8_PE, ""]
    else:
        if other not in kinds_of(fmt):
            return
        twins = [product_name(other, fmt), multiplier_name(other, fmt, policy)]
        twins += [pe_name(other, fmt, policy)]
        twins += [same_width_name(other, fmt, policy, WINDOW_KINDS) if narrow else ""]
    mine = [product_name("lmul", fmt), multiplier_name("lmul", fmt, policy)]
    mine += [pe_name("lmul", fmt, policy)]
    mine += [same_width_name("lmul", fmt, policy, WINDOW_KINDS) if narrow else ""]
    for name, twin in zip(mine, twins, strict=True):
        gates, its = document.gates(name), document.gates(twin)
        yield percent(gates / its) if gates and its else NOTHING
    for side in ARRAY_SIDES:
        parts = [array_parts(document.mac, kind, fmt, policy, side) for kind in ("lmul", other)]
        gates = [total(found).gates for found in parts if found]
        yield percent(gates[0] / gates[1]) if len(gates) == 2 else NOTHING


def part_table(document: ReportDocument) -> Table:
    """PEs under ftz, part by part."""
    rows = []
    for name, label in _split_pes(document):
        found = document.mac.splits[name]
        gates = {part.part: part.gates for part in found.parts}
        flipflops = {part.part: part.flipflops for part in found.parts}
        joint = not gates["align"] and label[0] not in ("int8",)
        rows.append(
            [
                *label,
                str(gates["product"]),
                NOTHING if joint else str(gates["align"]),
                str(gates["accumulate"]),
                str(gates["control"]),
                f"{found.across:+}" if found.across else "0",
                str(found.whole.gates),
                str(flipflops["operand registers"]),
                str(flipflops["accumulate"]),
                str(flipflops["control"] + flipflops["product"]),
                str(found.whole.flipflops),
                str(found.whole.depth),
            ]
        )
    return Table(
        "PEs by part, ftz",
        [
            "format",
            "kind",
            "product",
            "align",
            "accumulate",
            "control",
            "flattened",
            "gates",
            "FF operands",
            "FF sum",
            "FF control",
            "flip-flops",
            "depth",
        ],
        rows,
        [
            "Gates of each part synthesised apart. Parts do not add up to the PE, which is "
            "flattened and loses or gains some across their boundaries: “flattened” is that "
            "difference. Wider formats' sums are fp32's, whose aligner is part of its adder. "
            "A register's name says to which part its flip-flops (FF) belong.",
            "int8's product is handed on as rows of bits, which the sum adds up. "
            "Inside the array mitchell is the same circuit as lmul, which differs by a constant "
            "at the edge.",
        ],
        text_columns=2,
        strong=frozenset({7}),
        method=GATES,
    )


def _split_pes(document: ReportDocument) -> Iterator[tuple[str, list[str]]]:
    for fmt in (fmt for fmt in document.formats if fmt in COUNTED_FORMATS):
        for kind in pe_kinds(fmt):
            if (name := pe_name(kind, fmt, "ftz")) in document.mac.splits:
                yield name, [fmt, kind]
    if INT8_PE in document.mac.splits:
        yield INT8_PE, ["int8", "int8"]


def accumulator_table(document: ReportDocument) -> Table:
    """What sums are held in: gates, and errors of sums on the real tile."""
    rows = []
    for fmt in (fmt for fmt in document.formats if fmt in COUNTED_FORMATS):
        for accumulator in ACCUMULATORS.get(fmt, ("fp32",)):
            names: dict[Kind, str] = {
                kind: pe_name(kind, fmt, "ftz", accumulator)
                for kind in WINDOW_KINDS
                if kind in kinds_of(fmt)
            }
            if document.full and all(name in document.mac.counts for name in names.values()):
                rows.append(_accumulator_row(document.mac, fmt, accumulator, names))
    if rows and INT8_PE in document.mac.counts:
        errors = [document.mac.int8[matrix].relative for matrix in MATRICES]
        blank = [NOTHING] * 2
        cells = [cell for value in errors for cell in (*blank, error(value))]
        widths = [(32, document.mac.counts[INT8_PE])]
        if document.mac.int8_own:
            widths.append(document.mac.int8_own)
        for bits, count in widths:
            rows.append(["int8", "exact", str(bits), *blank, str(count.gates), *blank, *cells])
    left = sum(found.saturated for found in document.mac.errors.values())
    return Table(
        "What PEs sum in, ftz: gates, and error of dot products in percent",
        [
            "format",
            "sum",
            "bits",
            *WINDOW_KINDS,
            "L-Mul takes of exact's",
            "of lmul_rne's",
            *(f"{m} {kind}" for m in ("Q·Kᵀ", "A·V") for kind in WINDOW_KINDS),
        ],
        rows,
        [
            "fixW_L is a window of W bits from 2^L up: lower bits are cut, larger sums saturate. "
            "Errors are norm-wise, against float64 on the operands before they were encoded, of "
            "the real tile's dot products as the array gives them, operands rounded to nearest; "
            "those of 8 bits scaled by one power of two a tensor, int8 by largest / 127. int8's "
            "designs sum in 32 bits; the narrower row is the same PE in as many bits as 1024 of "
            "its largest products need, by which exact sums of the other kinds are sized too. "
            + ("Some sums" if left else "No sum")
            + " left its window here; other operands may differ.",
        ],
        text_columns=2,
        strong=frozenset({3, 6}),
        method=Method(
            GATES.library,
            REAL_TILE.stimulus,
            f"gates: {GATES.method}; errors: {REAL_TILE.method}",
        ),
    )


def _accumulator_row(
    mac: MacSurvey, fmt: str, accumulator: str, names: Mapping[Kind, str]
) -> list[str]:
    gates = {kind: mac.counts[name].gates for kind, name in names.items()}
    bits = accumulator.removeprefix("fix").partition("_")[0]
    if accumulator == "exact":
        widths = dict.fromkeys(str(sum_bits(kind, fmt, "ftz")) for kind in names)
        bits = ", ".join(widths)
    elif accumulator in FORMATS:
        bits = str(FORMATS[accumulator].width)
    cells = []
    for matrix in MATRICES:
        for kind in WINDOW_KINDS:
            found = mac.errors.get((names.get(kind, ""), matrix))
            cells.append(error(found.error.relative) if found else NOTHING)
    rne = gates.get("lmul_rne")
    return [
        fmt,
        _SUMS.get(accumulator, accumulator),
        bits,
        *(str(gates.get(kind, NOTHING)) for kind in WINDOW_KINDS),
        percent(gates["lmul"] / gates["exact"]),
        percent(gates["lmul"] / rne) if rne else NOTHING,
        *cells,
    ]
