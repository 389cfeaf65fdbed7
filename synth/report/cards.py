"""The cards at the top of the report's page: its main figures, as bars."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lmul.synth.comparison.cell_survey import ENERGY
from lmul.synth.comparison.designs import (
    ARRAY_SIDE,
    arrays_in_cells,
    is_narrow,
    multipliers_in_cells,
    pes_in_cells,
)
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.headline import HeadlineRow
from lmul.synth.comparison.paper_energy import DOT_CLAIMS, PRODUCT_CLAIMS
from lmul.synth.report.verdict import shown_ratio
from lmul.synth.tables.table import percent

__all__ = ["Bar", "Card", "energy_cards", "gate_cards"]


_KINDS = ("lmul", "lmul_rne", "exact", "int8")
_POLICY = "ftz"


@dataclass(frozen=True)
class Bar:
    """One kind's figure."""

    kind: str
    value: float
    shown: str


@dataclass(frozen=True)
class Card:
    """A few kinds side by side, and a sentence or two."""

    title: str
    bars: Sequence[Bar]
    note: str


def energy_cards(document: ReportDocument) -> Iterator[Card]:
    """What L-Mul takes and saves at each level, in the first 8-bit format; none without figures."""
    fmt = next((fmt for fmt in document.formats if is_narrow(fmt)), "")
    if not fmt:
        return
    for what, names, claims in (
        ("a multiplier", multipliers_in_cells(fmt, _POLICY), PRODUCT_CLAIMS),
        ("a PE's multiply-accumulate", pes_in_cells(fmt, _POLICY), DOT_CLAIMS),
        (
            f"a multiply-accumulate in an {ARRAY_SIDE}x{ARRAY_SIDE} array",
            arrays_in_cells(fmt, ARRAY_SIDE),
            DOT_CLAIMS,
        ),
    ):
        card = _energy_card(document, f"{fmt}, {_POLICY}: energy of {what}", names, claims)
        if card:
            yield card


def _energy_card(
    document: ReportDocument, title: str, names: Mapping[str, str], claims: Mapping[str, float]
) -> Card | None:
    found = {
        kind: energy
        for kind in _KINDS
        if (energy := document.cells.figure(names.get(kind, ""), ENERGY)) is not None
    }
    if not {"lmul", "exact"} <= found.keys():
        return None
    bars = [Bar(kind, energy, f"{energy:.0f} fJ") for kind, energy in found.items()]
    taken = [
        f"{shown_ratio(ratio)} of {kind}'s"
        for kind in found
        if kind != "lmul"
        and (ratio := document.cells.ratio_range(names["lmul"], names[kind], ENERGY))
    ]
    note = f"L-Mul takes {', '.join(taken)}. " if taken else ""
    paper = " and ".join(f"{percent(1 - claims[wide])} of {wide}'s" for wide in sorted(claims))
    return Card(title, bars, f"{note}The paper claims {paper}.")


def gate_cards(document: ReportDocument) -> Iterator[Card]:
    """Gates of each format's multipliers, with their errors."""
    for row in document.rows:
        if row.policy == _POLICY:
            yield _gate_card(document, row)


def _gate_card(document: ReportDocument, row: HeadlineRow) -> Card:
    kinds = dict.fromkeys(("lmul", row.smallest_exact, "exact"))
    errors = {
        kind: 100 * document.errors.pair(row.format, kind).packed.mred for kind in ("lmul", "exact")
    }
    return Card(
        f"{row.format}, {row.policy}: gates",
        [Bar(kind, row.gates[kind], str(row.gates[kind])) for kind in kinds],
        f"Mean error {errors['lmul']:.2g} % (lmul), {errors['exact']:.2g} % (exact).",
    )
