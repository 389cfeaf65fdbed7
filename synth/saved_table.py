"""What L-Mul saves, and against what: the paper's claim with every baseline named."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lmul.synth.cell_points import arrays_in_cells, multipliers_in_cells, pes_in_cells
from lmul.synth.cell_survey import AREA, DELAY, ENERGY, CellSurvey
from lmul.synth.cell_tables import array_area, cells_method
from lmul.synth.mac_designs import ARRAY_SIDE
from lmul.synth.paper_energy import DOT_CLAIMS, PRODUCT_CLAIMS
from lmul.synth.report_document import ReportDocument
from lmul.synth.report_table import NOTHING, Table, percent

__all__ = ["SAVED_TITLE", "Baseline", "baselines", "saved_table"]

SAVED_TITLE = "What L-Mul saves, against what (ftz)"
_SIDE = 16


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

    def saved(self, cells: CellSurvey, level: str, what: str) -> float | None:
        """The share of a figure that L-Mul saves at ``multiplier`` or ``pe`` level."""
        designs = multipliers_in_cells if level == "multiplier" else pes_in_cells
        mine = designs(self.format, "ftz").get("lmul", "")
        other = designs(self.other_format, "ftz").get(self.other_kind, "")
        ratio = cells.ratio(mine, other, what)
        return None if ratio is None else 1 - ratio

    def array_energy_saved(self, cells: CellSurvey) -> float | None:
        """The share of an array's energy that L-Mul saves."""
        mine = arrays_in_cells(self.format, ARRAY_SIDE).get("lmul", "")
        other = arrays_in_cells(self.other_format, ARRAY_SIDE).get(self.other_kind, "")
        ratio = cells.ratio(mine, other, ENERGY)
        return None if ratio is None else 1 - ratio

    def array_saved(self, cells: CellSurvey, side: int = _SIDE) -> float | None:
        """The share of an array's area that L-Mul saves."""
        mine = array_area(cells, self.format, "lmul", side)
        other = array_area(cells, self.other_format, self.other_kind, side)
        return 1 - mine[0] / other[0] if mine and other else None


def baselines() -> Iterator[Baseline]:
    """fp8 against all that could stand in its place, then each wider format against its own."""
    for fmt in ("e4m3", "e5m2"):
        yield Baseline(fmt, "exact", fmt)
        yield Baseline(fmt, "lmul_rne", fmt)
        yield Baseline(fmt, "int8", fmt)
        yield from (Baseline(fmt, "exact", wide) for wide in ("bf16", "fp16", "fp32"))
    yield from (Baseline(fmt, "exact", fmt) for fmt in ("bf16", "fp16", "fp32"))


def saved_table(document: ReportDocument) -> Table:
    """Area, delay and energy that L-Mul saves at each level, beside what the paper claims."""
    cells = document.cells
    rows = []
    for one in baselines():
        figures = [
            *(one.saved(cells, "multiplier", what) for what in (AREA, DELAY, ENERGY)),
            *(one.saved(cells, "pe", what) for what in (AREA, ENERGY)),
        ]
        figures += [one.array_saved(cells), one.array_energy_saved(cells)]
        if figures[0] is None:
            continue
        claims = [_claimed(claims, one) for claims in (PRODUCT_CLAIMS, DOT_CLAIMS)]
        rows.append([one.format, one.label, *map(_percent, figures), *map(_percent, claims)])
    return Table(
        SAVED_TITLE,
        [
            "L-Mul",
            "against",
            "area",
            "delay",
            "energy",
            "PE area",
            "PE energy",
            f"{_SIDE}x{_SIDE} area",
            f"{ARRAY_SIDE}x{ARRAY_SIDE} energy",
            "paper",
            "dots",
        ],
        rows,
        [
            "The share that L-Mul does without; below zero it takes more. “exact” is the "
            "conventional multiplier, lmul_rne the smallest that gives the same codes. “paper” is "
            "arXiv 2410.00907: energies of single additions and multiplications from a table of "
            "2014, an integer addition against a multiplication in fp16 (its 95 %) "
            "or fp32, and for dot products both with a floating-point addition behind (its 80 %). "
            "Against fp8 it only guesses, and has no figure against bf16.",
            "A part of each difference is luck of the mapping: the table of luck says how much.",
            "Against wider formats most of what is saved is the format's doing: compare the row "
            "of the exact circuit of the same format. 8-bit PEs sum exactly, wider ones in fp32.",
        ],
        text_columns=2,
        strong=frozenset({4, 6}),
        method=cells_method(cells),
    )


def _claimed(claims: Mapping[str, float], one: Baseline) -> float | None:
    return claims.get(one.other_format) if one.other_kind == "exact" else None


def _percent(share: float | None) -> str:
    return NOTHING if share is None else percent(share)
