"""The paper's gate arithmetic, recomputed: its count, a corrected one, and ours.

Source: arXiv 2410.00907v2, section 2.3.2. Its unit is the gate with AND = OR = 1 and XOR = 4,
from which a half adder is 5 and a full adder 11.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from lmul.hdl.numbers.formats import FORMATS
from lmul.synth.comparison.paper.energy import ENERGY_CLAIMS, ENERGY_PJ, FP8_NOTE
from lmul.tools.metrics import Metric, Report

__all__ = [
    "FULL_ADDER",
    "HALF_ADDER",
    "PAPER_FORMATS",
    "XOR",
    "PaperRow",
    "adder",
    "array",
    "corrected_lmul",
    "corrected_multiplier",
    "paper_lmul",
    "paper_multiplier",
    "paper_rows",
    "to_report",
]


XOR = 4
HALF_ADDER = XOR + 1
FULL_ADDER = 2 * XOR + 3

PAPER_FORMATS = {name: (fmt.exponent_bits, fmt.mantissa_bits) for name, fmt in FORMATS.items()} | {
    "e5m6": (5, 6)  # the paper's 12-bit example; no format of ours
}
"""Exponent and mantissa bits, by name."""


def adder(n: int) -> int:
    """N_int(n) of the paper: one half adder and n - 1 full adders."""
    return HALF_ADDER + FULL_ADDER * (n - 1)


def array(n: int) -> int:
    """An n x n array multiplier: n² AND, n half adders, n(n - 2) full adders (n of 2 and more).

    The paper has 2n - 4 full adders and 3 half adders whatever n, which add up no such product.
    """
    return n * n + n * HALF_ADDER + n * (n - 2) * FULL_ADDER


def paper_multiplier(exponent_bits: int, mantissa_bits: int) -> int:
    """A floating-point multiplier as the paper counts it: 584 (fp16), 325 (e4m3), 296 (e5m2).

    Sign, three 8-bit adders whatever the exponent's width, (j+1)² AND, 3 half adders and 2j - 2
    full adders. Normalising, rounding and special cases are not in it.
    """
    j = mantissa_bits
    return XOR + 3 * adder(8) + (j + 1) ** 2 + 3 * HALF_ADDER + (2 * j - 2) * FULL_ADDER


def paper_lmul(exponent_bits: int, mantissa_bits: int, sum_bits: int | None = None) -> int:
    """L-Mul as the paper counts it: 157 (fp8), 201 (e5m6).

    Sign, the sum of exponent and mantissa fields, and an 8-bit adder for the constant. Its 256
    for fp16 is had only with ``sum_bits=16`` in place of 5 + 10, which gives 245.
    """
    return XOR + adder(exponent_bits + mantissa_bits if sum_bits is None else sum_bits) + adder(8)


def corrected_multiplier(exponent_bits: int, mantissa_bits: int) -> int:
    """The paper's multiplier with adders as wide as the exponent and an array that multiplies.

    Normalising, rounding and special cases are still not in it.
    """
    return XOR + 3 * adder(exponent_bits) + array(mantissa_bits + 1)


def corrected_lmul(exponent_bits: int, mantissa_bits: int) -> int:
    """The paper's L-Mul with the constant's adder as wide as the constant: i + l(j) bits.

    The lower j - l(j) bits of (bias << j) - 2**(j - l(j)) are zero. Special cases are still
    not in it.
    """
    j = mantissa_bits
    l_of_j = j if j <= 3 else 3 if j == 4 else 4
    return XOR + adder(exponent_bits + j) + adder(exponent_bits + l_of_j)


@dataclass(frozen=True)
class PaperRow:
    """One format: an exact multiplier beside L-Mul, in three counts of the paper's own unit.

    Attributes
    ----------
    format, exponent_bits, mantissa_bits
        The format.
    paper_exact, paper_lmul : int
        By the paper's formulas. ``printed_exact`` and ``printed_lmul`` are what it prints, None
        where it prints nothing.
    corrected_exact, corrected_lmul : int
        With the right widths and a proper array.
    yosys_exact, yosys_lmul : dict of str to int
        Paper weight of our circuits after Yosys, by design name: everything that they need is in
        them, special cases included where the policy has them.
    """

    format: str
    exponent_bits: int
    mantissa_bits: int
    printed_exact: int | None
    printed_lmul: int | None
    paper_exact: int
    paper_lmul: int
    corrected_exact: int
    corrected_lmul: int
    yosys_exact: dict[str, int]
    yosys_lmul: dict[str, int]


_PRINTED: dict[str, tuple[int | None, int | None]] = {
    "e4m3": (325, 157),
    "e5m2": (296, 157),
    "fp16": (584, 256),
    "e5m6": (None, 201),
}
_ROWS = ("e4m3", "e5m2", "e5m6", "fp16", "bf16", "fp32")


def paper_rows(weights: Mapping[str, int] | None = None) -> list[PaperRow]:
    """The gate table.

    Parameters
    ----------
    weights : mapping of str to int, optional
        Yosys's counts of our designs in the paper's weights (``GateCount.paper_weight``), by
        design name; ``exact-…`` and ``product-exact-…`` stand beside the paper's multiplier,
        ``lmul-…`` and ``product-lmul-…`` beside its L-Mul.
    """
    given = weights or {}

    def of(kind: str, fmt: str) -> dict[str, int]:
        return {
            name: weight
            for name, weight in given.items()
            if name.removeprefix("product-").split("-")[:2] == [kind, fmt]
        }

    rows = []
    for name in _ROWS:
        e, m = PAPER_FORMATS[name]
        printed = _PRINTED.get(name, (None, None))
        rows.append(
            PaperRow(
                format=name,
                exponent_bits=e,
                mantissa_bits=m,
                printed_exact=printed[0],
                printed_lmul=printed[1],
                paper_exact=paper_multiplier(e, m),
                paper_lmul=paper_lmul(e, m),
                corrected_exact=corrected_multiplier(e, m),
                corrected_lmul=corrected_lmul(e, m),
                yosys_exact=of("exact", name),
                yosys_lmul=of("lmul", name),
            )
        )
    return rows


COUNTS = {
    "paper": "the paper's formula",
    "corrected": "right adder widths and a proper array",
    "yosys": "our circuit after Yosys, in the paper's weights",
}
"""The three counts, by the name that stands in a metric's ``library``."""


def to_report(
    weights: Mapping[str, int] | None = None, tools: Mapping[str, str] | None = None
) -> Report:
    """Everything that ``lmul paper --json`` prints; ``weights`` as for :func:`paper_rows`."""
    rows = paper_rows(weights)
    metrics = []
    for row in rows:
        for design, library, value in (
            (f"exact-{row.format}", "paper", row.paper_exact),
            (f"lmul-{row.format}", "paper", row.paper_lmul),
            (f"exact-{row.format}", "corrected", row.corrected_exact),
            (f"lmul-{row.format}", "corrected", row.corrected_lmul),
            *((name, "yosys", value) for name, value in row.yosys_exact.items()),
            *((name, "yosys", value) for name, value in row.yosys_lmul.items()),
        ):
            level = "product" if design.startswith("product-") else "multiplier"
            metrics.append(Metric(design, level, "paper_weight", value, "gates", library=library))
    paper = {
        "weights": {"AND": 1, "OR": 1, "XOR": XOR, "half_adder": 5, "full_adder": 11},
        "counts": COUNTS,
        "gates": [asdict(row) for row in rows],
        "energy_pj": ENERGY_PJ,
        "energy": [
            asdict(claim) | {"saving_percent": claim.saving_percent} for claim in ENERGY_CLAIMS
        ],
        "notes": [FP8_NOTE],
    }
    return Report(dict(tools or {}), metrics, {"paper": paper})
