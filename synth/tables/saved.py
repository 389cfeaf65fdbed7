"""What L-Mul takes, and of what: the paper's claim with every baseline named."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from lmul.synth.comparison.cell_survey import AREA, DELAY, ENERGY, CellSurvey
from lmul.synth.comparison.designs import (
    ARRAY_SIDE,
    arrays_in_cells,
    multipliers_in_cells,
    pes_in_cells,
)
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.paper_energy import DOT_CLAIMS, PRODUCT_CLAIMS
from lmul.synth.tables.methods import cells_method
from lmul.synth.tables.table import NOTHING, Table, percent

__all__ = ["SAVED_TITLE", "Baseline", "baselines", "saved_table"]


SAVED_TITLE = "What L-Mul takes, of what (ftz)"
_SHOWN = {"multiplier": (AREA, DELAY, ENERGY), "pe": (AREA, ENERGY), "array": (AREA, ENERGY)}


@dataclass(frozen=True)
class Baseline:
    """Two circuits to compare, by kind and format."""

    format: str
    other_kind: str
    other_format: str

    @property
    def label(self) -> str:
        """The circuit that L-Mul is compared with; its format, where that is another."""
        same = self.other_format == self.format
        return self.other_kind if same else f"{self.other_kind} {self.other_format}"

    def names(self, level: str) -> tuple[str, str]:
        """The designs at ``multiplier``, ``pe`` or ``array`` level; empty where there is none."""
        mine, other = (_DESIGNS[level](fmt) for fmt in (self.format, self.other_format))
        return mine.get("lmul", ""), other.get(self.other_kind, "")


_DESIGNS: Mapping[str, Callable[[str], dict[str, str]]] = {
    "multiplier": lambda fmt: multipliers_in_cells(fmt, "ftz"),
    "pe": lambda fmt: pes_in_cells(fmt, "ftz"),
    "array": lambda fmt: arrays_in_cells(fmt, ARRAY_SIDE),
}


def baselines() -> Iterator[Baseline]:
    """fp8 against all that could stand in its place, then each wider format against its own."""
    for fmt in ("e4m3", "e5m2"):
        yield Baseline(fmt, "exact", fmt)
        yield Baseline(fmt, "lmul_rne", fmt)
        yield Baseline(fmt, "int8", fmt)
        yield from (Baseline(fmt, "exact", wide) for wide in ("bf16", "fp16", "fp32"))
    yield from (Baseline(fmt, "exact", fmt) for fmt in ("bf16", "fp16", "fp32"))


def saved_table(document: ReportDocument) -> Table:
    """What L-Mul takes of others' area, delay and energy, beside what the paper claims."""
    cells = document.cells
    rows = []
    for one in baselines():
        shares = [
            _share(cells, one.names(level), what)
            for level, figures in _SHOWN.items()
            for what in figures
        ]
        if shares[0] == NOTHING:
            continue
        claims = [_claimed(claims, one) for claims in (PRODUCT_CLAIMS, DOT_CLAIMS)]
        rows.append([one.format, one.label, *shares, *map(_claimed_share, claims)])
    return Table(
        SAVED_TITLE,
        [
            "L-Mul",
            "of",
            "area",
            "delay",
            "energy",
            "PE area",
            "PE energy",
            f"{ARRAY_SIDE}x{ARRAY_SIDE} area",
            f"{ARRAY_SIDE}x{ARRAY_SIDE} energy",
            "paper",
            "dots",
        ],
        rows,
        [
            "L-Mul's figure over that of the circuit named, medians over medians; ≈ where the two "
            "ranges overlap, so that no difference is told. “exact” is the conventional "
            "multiplier, lmul_rne the smallest that gives the same codes. “paper” is what arXiv "
            "2410.00907 claims: energies of single additions and multiplications from a table of "
            "2014, an integer addition against a multiplication in fp16 (its saving of 95 %) or "
            "fp32, and for dot products both with a floating-point addition behind (80 %). Against "
            "fp8 it only guesses, and has no figure against bf16.",
            "Beside wider formats' circuits the format does most of it: compare the row of the "
            "exact circuit of the same format. 8-bit PEs sum exactly, wider ones in fp32.",
        ],
        text_columns=2,
        strong=frozenset({4, 6}),
        method=cells_method(cells),
    )


def _share(cells: CellSurvey, names: tuple[str, str], what: str) -> str:
    ratio = cells.ratio(*names, what)
    if ratio is None:
        return NOTHING
    within = cells.ratio_range(*names, what)
    return f"{'≈ ' if within and not within.told else ''}{percent(ratio)}"


def _claimed(claims: Mapping[str, float], one: Baseline) -> float | None:
    return claims.get(one.other_format) if one.other_kind == "exact" else None


def _claimed_share(saved: float | None) -> str:
    return NOTHING if saved is None else percent(1 - saved)
