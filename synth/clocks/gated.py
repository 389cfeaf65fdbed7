"""The report's table of sums that are written in part: how often, and what gated clocks save."""

from collections.abc import Mapping
from dataclasses import replace

from lmul.hdl.designs.parts import MacKind
from lmul.synth.clocks.tables import clock_method, clock_of, costs, registers, share
from lmul.synth.comparison.accepted import accepted
from lmul.synth.comparison.cell_survey import AREA, ENERGY
from lmul.synth.comparison.clocks.gated import (
    CLOCKED_SUMS,
    GATED_KINDS,
    GATED_SUMS,
    area_of,
    at_a_clock,
    energy_of,
    gated_pe,
)
from lmul.synth.comparison.clocks.kept import Compared, clocked_of
from lmul.synth.comparison.clocks.points import PE, USUAL
from lmul.synth.measure.clocked import Clocked
from lmul.synth.tables.table import NOTHING, Method, Table, percent

__all__ = ["GATED", "at_clock", "clocked_gated_table", "figures", "gated_table", "with_gates"]


GATED = "energy_gated_clock_fj"

_SHARES = (
    *("of the exact sum's µm²", "of its fJ, clock gated"),
    *("of L-Mul's exact sum's µm²", "of its fJ, clock gated"),
)
"""The last columns of both tables."""
_BESIDE = "e4m3"  # whose L-Mul int8 is held against


def gated_table(document: Compared) -> Table:
    """One row a format, kind and sum, at the least area."""
    rows = [
        _row(fmt, kind, sums)
        for fmt, kinds in GATED_KINDS.items()
        for kind in kinds
        for sums in GATED_SUMS[fmt]
        if (_BESIDE if kind == "int8" else fmt) in document.formats and figures(fmt, kind, sums)
    ]
    return Table(
        "PEs whose sums are written in part, at the least area, ftz",
        [
            *("format", "kind", "sum"),
            *("µm²", "fJ", "fJ, clock gated", "above written", "below written"),
            *_SHARES,
        ],
        rows,
        [
            "All sums are exact. Of a dualW or dualW_L W bits, from the last one or from 2^L up, "
            "are written in each cycle; those above and those below only when they change "
            "(docs/arithmetic.md). “fJ” counts each flip-flop's clock pin in each cycle. “clock "
            "gated” is an estimate: the clock pins of parts count in the cycles in which these are "
            "written, and clock gates of their own are added (docs/measuring.md). Where there is "
            "no such part, nothing is gated. int8 stands beside e4m3's L-Mul. Each circuit is "
            "mapped once: two of like size differ by some percent through luck. "
            f"{accepted('gated').told}",
        ],
        text_columns=3,
        strong=frozenset({9, 11}),
        wide=frozenset({6, 7}),
        method=Method(
            "the embedded one, sky130hd's own figures of some of its cells, typical corner; for "
            "want of a clock gate in it a flip-flop's clock pin and an AND",
            "Q·Kᵀ of two heads of all-MiniLM-L6-v2 on 128 tokens of English",
            "mapped for the least area; energy by simulation of the netlist with the cells' own "
            "delays, all results compared with the golden model, which says when parts are written",
        )
        if rows
        else None,
    )


def clocked_gated_table(document: Compared) -> Table:
    """One row a format, kind and sum, at one clock: whole, and as each kind's is best."""
    rows = [
        _clocked_row(document, fmt, kind, sums, own)
        for fmt, kinds in CLOCKED_SUMS.items()
        if fmt in document.formats
        for kind, dual in kinds.items()
        for sums in ("exact", dual)
        if (own := at_clock(document, fmt, kind, sums))
    ]
    return Table(
        "PEs whose sums are written in part, at one clock, ftz",
        [
            *("format", "kind", "sum", "clock", "registers", "µm²", "fJ", "fJ, clock gated"),
            *_SHARES,
        ],
        rows,
        [
            "The smallest circuits found that meet the clock, pipelines among the choices, and of "
            "whole sums kept carries; medians over several orders of statements, in brackets what "
            "their ranges allow. Of each kind the dualW_L that takes the least energy at the least "
            "area. “clock gated” is an estimate, as at the least area (docs/measuring.md). "
            f"{accepted('gated').told} Whole sums: {document.clocks.told}",
        ],
        text_columns=3,
        strong=frozenset({9, 11}),
        wide=frozenset({3, 4}),
        method=clock_method(document.clocks) if rows else None,
    )


def at_clock(document: Compared, fmt: str, kind: MacKind, sums: str) -> Clocked | None:
    """What is kept of a PE at the clock; None: nothing is."""
    if sums == "exact":
        return document.clocks.of(fmt, PE, kind, USUAL)
    point = at_a_clock(gated_pe(fmt, kind, sums))
    found = accepted("gated").of([point]).get(point)
    return clocked_of(found) if found else None


def with_gates(one: Clocked) -> Clocked:
    """The same with the energy that it takes with gated clocks, where anything is gated."""
    return replace(one, energy=one.gated or one.energy)


def _clocked_row(document: Compared, fmt: str, kind: MacKind, sums: str, own: Clocked) -> list[str]:
    gated = with_gates(own)
    plain, lmul = (at_clock(document, fmt, one, "exact") for one in (kind, "lmul"))
    shares = [
        "100\u00a0%" if own == its else share(gated, its, what)
        for its in (plain, lmul)
        for what in ("area", "energy")
    ]
    energies = [*costs(own), costs(gated)[1] if own.gated else NOTHING]
    return [fmt, kind, sums, clock_of(own), registers(own), *energies, *shares]


def figures(fmt: str, kind: MacKind, sums: str) -> Mapping[str, float]:
    """What is kept of a PE: area and energies, and how often its parts are written."""
    name = gated_pe(fmt, kind, sums)
    found = accepted("gated").of([area_of(name), energy_of(name)])
    given = {metric.name: metric.value for one in found.values() for metric in one.metrics}
    return {GATED: given[ENERGY], **given} if ENERGY in given else {}


def _row(fmt: str, kind: MacKind, sums: str) -> list[str]:
    own, plain = figures(fmt, kind, sums), figures(fmt, kind, "exact")
    lmul = figures(_BESIDE if kind == "int8" else fmt, "lmul", "exact")
    writes = (own.get(f"written_{part}") for part in ("above", "below"))
    return [
        *(fmt, kind, sums),
        *(f"{own[what]:,.0f}" for what in (AREA, ENERGY)),
        f"{own[GATED]:,.0f}" if own[GATED] != own[ENERGY] else NOTHING,
        *(NOTHING if share is None else f"{100 * share:.0f} %" for share in writes),
        *(percent(own[what] / plain[what]) for what in (AREA, GATED)),
        *(percent(own[what] / lmul[what]) for what in (AREA, GATED)),
    ]
