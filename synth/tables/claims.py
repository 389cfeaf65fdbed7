"""What L-Mul takes, and of what: every baseline named, then the paper's claims one by one."""

from collections.abc import Iterator
from dataclasses import dataclass

from lmul.hdl.numbers.formats import FORMATS
from lmul.synth.comparison.cell_survey import AREA, DELAY, ENERGY, GATES, CellSurvey
from lmul.synth.comparison.clocks.points import ARRAY
from lmul.synth.comparison.designs import multipliers_in_cells, pes_in_cells
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.paper.energy import DOT_CLAIMS, PRODUCT_CLAIMS
from lmul.synth.comparison.paper.gates import paper_rows
from lmul.synth.tables.levels import LEVELS, shown_ratio
from lmul.synth.tables.methods import cells_method
from lmul.synth.tables.table import NOTHING, Table, percent

__all__ = ["TAKEN_TITLE", "Baseline", "baselines", "claim_table", "taken_table"]


TAKEN_TITLE = "What L-Mul takes, and of what (ftz)"
_SHOWN = {
    "multiplier": (AREA, DELAY, ENERGY),
    "PE": (AREA, ENERGY),
    ARRAY: (AREA, ENERGY),
}
_NARROW = "e4m3"


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
        """The designs at a level of :data:`LEVELS`; empty where there is none."""
        mine, other = (LEVELS[level](fmt) for fmt in (self.format, self.other_format))
        return mine.get("lmul", ""), other.get(self.other_kind, "")


def baselines() -> Iterator[Baseline]:
    """fp8 against all that could stand in its place, then each wider format against its own."""
    for fmt in ("e4m3", "e5m2"):
        yield Baseline(fmt, "exact", fmt)
        yield Baseline(fmt, "lmul_rne", fmt)
        yield Baseline(fmt, "int8", fmt)
        yield from (Baseline(fmt, "exact", wide) for wide in ("bf16", "fp16", "fp32"))
    yield from (Baseline(fmt, "exact", fmt) for fmt in ("bf16", "fp16", "fp32"))


def taken_table(document: ReportDocument) -> Table:
    """L-Mul's area, delay and energy as shares of other circuits'."""
    cells = document.cells
    rows = []
    for one in baselines():
        shares = [
            _share(cells, one.names(level), what)
            for level, figures in _SHOWN.items()
            for what in figures
        ]
        if any(share != NOTHING for share in shares):
            rows.append([one.format, one.label, *shares])
    return Table(
        TAKEN_TITLE,
        [
            "L-Mul in",
            "takes of",
            "area",
            "delay",
            "energy",
            "PE area",
            "PE energy",
            "array area",
            "array energy",
        ],
        rows,
        [
            "L-Mul's figure as a share of that of the circuit named: a multiplier, a PE, an "
            f"{ARRAY}. Medians over medians; ≈ where the two ranges overlap, so that no "
            "difference is told.",
            "Against a circuit of another format most of the difference is the format's: compare "
            "the row of the exact circuit in L-Mul's own format. 8-bit PEs sum exactly, wider ones "
            "in fp32.",
        ],
        text_columns=2,
        strong=frozenset({4, 8}),
        wide=frozenset({2, 3, 5, 7}),
        method=cells_method(cells),
    )


def _share(cells: CellSurvey, names: tuple[str, str], what: str) -> str:
    ratio = cells.ratio(*names, what)
    if ratio is None:
        return NOTHING
    within = cells.ratio_range(*names, what)
    return f"{'≈ ' if within and not within.told else ''}{percent(ratio)}"


def claim_table(document: ReportDocument) -> Table:
    """The claims of arXiv 2410.00907 that this report's formats can answer."""
    return Table(
        "The paper's claims, one by one",
        ["L-Mul takes", "paper", "in that format", "L-Mul in e4m3", "exact in e4m3", "so"],
        [*_energy_claims(document), *_gate_claims(document), *_error_claims(document)],
        [
            "“in that format”: L-Mul's circuit in the format that the claim names, as a share of "
            "the exact one there. The next two columns: circuits in e4m3 as a share of the same. "
            "Where an exact e4m3 circuit takes as little as is claimed, the claim is the format's "
            "doing and not L-Mul's. Energies of the paper are single additions against single "
            "multiplications of a table of 2014; they hold neither registers nor special cases. "
            "It only guesses against fp8, and has no figure against bf16.",
            "Energies in fp16 and fp32 are measured by `lmul report --full`, else kept. "
            f"{document.cells.kept}".strip(),
            "The paper's gates are in a unit of its own, where an XOR is four gates, and leave out "
            "normalising, rounding and special cases.",
        ],
        text_columns=6,
        strong=frozenset({5}),
        wide=frozenset({3, 4}),
        method=cells_method(document.cells),
    )


def _energy_claims(document: ReportDocument) -> Iterator[list[str]]:
    cells = document.cells
    for what, designs, claims in (
        ("energy of an {} product", multipliers_in_cells, PRODUCT_CLAIMS),
        ("energy of an {} dot product", pes_in_cells, DOT_CLAIMS),
    ):
        for wide, saved in sorted(claims.items()):
            of, narrow = designs(wide, "ftz"), designs(_NARROW, "ftz")
            names = of.get("lmul", ""), narrow["lmul"], narrow["exact"]
            whole = of.get("exact", "")
            own, mine, exact = (cells.ratio(name, whole, ENERGY) for name in names)
            if own is None or mine is None or exact is None:
                continue
            within = cells.ratio_range(names[0], whole, ENERGY)
            least = within.least if within else own
            shown = [shown_ratio(within) if within else percent(own), percent(mine), percent(exact)]
            so = _judged(1 - saved, least, mine, exact)
            yield [what.format(wide), percent(1 - saved), *shown, so]


def _judged(claimed: float, own: float, narrow: float, exact: float) -> str:
    if own <= claimed:
        return "holds"
    if exact <= claimed:
        return "the format's doing"
    if narrow <= claimed:
        return "does not hold in its own format"
    return "does not hold"


def _gate_claims(document: ReportDocument) -> Iterator[list[str]]:
    for one in paper_rows():
        row = document.row(one.format, "ftz") if one.format in document.formats else None
        names = multipliers_in_cells(one.format, "ftz") if row else {}
        own = document.cells.ratio_range(names.get("lmul", ""), names.get("exact", ""), GATES)
        if row is None or own is None or not one.printed_lmul or not one.printed_exact:
            continue
        claimed = one.printed_lmul / one.printed_exact
        so = "holds beside exact" if own.least <= claimed else "does not hold"
        if row.smallest_exact != "exact":
            so += f"; of {row.smallest_exact}'s it takes {percent(row.to_smallest)}"
        what = f"gates of an {one.format} multiplier"
        yield [what, percent(claimed), shown_ratio(own), NOTHING, NOTHING, so]


def _error_claims(document: ReportDocument) -> Iterator[list[str]]:
    """Three mantissa bits of L-Mul against an exact product's two, as the paper encodes them."""
    found = {
        (one.result.format.name, one.result.kind, one.result.rounding): one.result
        for one in document.errors.operands
        if one.matrix == "QK" and one.scaled == (one.result.format.width <= FORMATS[_NARROW].width)
    }
    for rounding, told in (("truncate", "truncated"), ("nearest", "rounded")):
        keys = [(_NARROW, "lmul", rounding), ("e5m2", "exact", rounding)]
        if any(key not in found for key in keys):
            continue
        mine, its = (found[key].dots_original.relative for key in keys)
        yield [
            f"error of an e5m2 product, operands {told}",
            "less",
            NOTHING,
            percent(mine / its),
            NOTHING,
            "holds" if mine < its else "does not hold",
        ]
