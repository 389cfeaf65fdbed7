"""The report's first table: L-Mul beside each twin at one clock, with what it errs by."""

from collections.abc import Iterator
from typing import NamedTuple

from lmul.synth.clocks.tables import clock_method, clock_of
from lmul.synth.comparison.clocks.points import CLOCKS, DOT, PE
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.headline import FIRST_FORMATS
from lmul.synth.measure.variation import Ratio
from lmul.synth.tables.levels import TWINS, level_error, shown_ratio
from lmul.synth.tables.table import NOTHING, Table, error
from lmul.synth.timing.search.orders import ORDERS

__all__ = ["FRONT_TITLE", "FrontRow", "front_rows", "front_table"]


FRONT_TITLE = "At one clock: what L-Mul takes of its twins' area and energy, and its error"


class FrontRow(NamedTuple):
    """L-Mul beside one twin.

    Attributes
    ----------
    format, level, twin : str
    clock : str
        Such as ``"60fo4"``.
    area, energy : Ratio
        L-Mul's over the twin's.
    """

    format: str
    level: str
    twin: str
    clock: str
    area: Ratio
    energy: Ratio


def _formats(document: ReportDocument) -> list[str]:
    """Those of the report's first page; where it has all, also those of units alone."""
    formats = [fmt for fmt in document.formats if fmt in FIRST_FORMATS]
    whole = len(formats) == len(FIRST_FORMATS)
    return [*formats, *(fmt for fmt in CLOCKS[DOT] if whole and fmt not in CLOCKS[PE])]


def front_rows(document: ReportDocument) -> Iterator[FrontRow]:
    """One a format, level and twin that were measured, at the format's first clock."""
    clocks = document.clocks
    for fmt in _formats(document):
        clock = clocks.first_clock(fmt)
        for level in CLOCKS:
            for twin in TWINS:
                area, energy = (
                    clocks.ratio(fmt, level, twin, clock, what) for what in ("area", "energy")
                )
                if area and energy:
                    yield FrontRow(fmt, level, twin, clock, area, energy)


def _error(document: ReportDocument, row: FrontRow, kind: str) -> float | None:
    if row.level == DOT:
        return document.dots.usual_error(row.format, kind)
    return level_error(document, row.format, PE, kind)


def front_table(document: ReportDocument) -> Table:
    """One row a format, level and twin."""
    rows = []
    for row in front_rows(document):
        errors = [_error(document, row, kind) for kind in ("lmul", row.twin)]
        mine = document.clocks.of(row.format, row.level, "lmul", row.clock)
        assert mine
        rows.append(
            [
                row.format,
                row.level,
                clock_of(mine),
                row.twin,
                shown_ratio(row.area),
                shown_ratio(row.energy),
                *(NOTHING if one is None else error(one) for one in errors),
            ]
        )
    return Table(
        FRONT_TITLE,
        [
            *("format", "circuit", "clock", "L-Mul beside"),
            *("takes of its area", "of its energy", "L-Mul errs, %", "it errs, %"),
        ],
        rows,
        [
            "exact: the conventional multiplier; lmul_rne: L-Mul's adder with a carry-in that "
            "makes it round exactly; int8: integers. Every circuit is the smallest found that "
            "meets the clock, in delays of an inverter that drives four; energy is a "
            "multiply-accumulate's in that very netlist, on real attention operands, with real "
            "delays, no wires, subnormals flushed. Medians of up to "
            f"{1 + ORDERS} mappings of the same circuit, in brackets what their ranges allow; "
            "≈ where the two circuits' ranges overlap, so that no difference is told. "
            f"An {DOT} sums so many products at once, as matrix engines do. An array is "
            "composed of parts, which are mapped anew in each order. Errors are those of real dot "
            "products, that of encoding the operands included. "
            "Circuits are not of this run but kept: the report says below its next table of which "
            "commits they are, and what measures them anew.",
        ],
        text_columns=4,
        strong=frozenset({4, 5}),
        wide=frozenset({6, 7}),
        method=clock_method(document.clocks),
    )
