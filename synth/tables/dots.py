"""The report's tables of dot-product units: what a term costs, and how far windows can shrink."""

from collections.abc import Sequence

from lmul.hdl.numbers.formats import INT8
from lmul.synth.comparison.designs import kinds_of
from lmul.synth.comparison.dots import (
    DOT_FORMATS,
    DOT_KINDS,
    TRIED_TERMS,
    TRIED_WINDOWS,
    DotRow,
    DotSurvey,
    dot_name,
    dot_rows,
)
from lmul.synth.measure.measurement import Measured
from lmul.synth.tables.methods import GATES, REAL_TILE
from lmul.synth.tables.table import NOTHING, Method, Table, error, percent

__all__ = ["COST_TITLE", "WINDOW_TITLE", "cost_table", "window_table"]


COST_TITLE = "What a term of a dot-product unit costs, ftz"
WINDOW_TITLE = "How narrow a dot-product unit's window may be, ftz"
_TWINS = ("exact", "lmul_rne", INT8.name)
_LOSSLESS = 1.01
"""Error over that of sums in fp32 up to which a window is said to lose nothing."""

_METHOD = Method(
    "gates: none; area and energy: the embedded one, sky130hd's own figures of some of its cells, "
    "typical corner",
    "Q·Kᵀ of two heads of all-MiniLM-L6-v2 on 128 tokens of English, N consecutive pairs of a dot "
    "product a cycle, the sum so far beside them",
    f"{GATES.method}; area and energy: mapped for the least area; energy by simulation of the "
    "netlist with the cells' own delays, all results compared with the golden model, whose sums "
    "the errors are of, too",
)


def cost_table(survey: DotSurvey) -> Table:
    """One row a unit: its core and the whole of it, and what L-Mul takes of its twins."""
    rows = [
        _cost_row(survey, row, kind, name)
        for row in dot_rows()
        for kind, name in row.names.items()
        if survey.figure(name, "core_gates") is not None
    ]
    return Table(
        COST_TITLE,
        [
            *("format", "kind", "W", "N"),
            *("core gates", "µm²", "fJ"),
            *(f"takes of {twin}'s gates" for twin in _TWINS),
            "of exact's fJ",
            *("unit gates", "unit µm²", "unit fJ", "no glitches", "ns"),
            *(f"of exact's unit's {what}" for what in ("gates", "µm²", "fJ")),
            "errs, %",
        ],
        rows,
        [
            "A unit adds the products of N pairs to an fp32 sum at once: each is shifted to the "
            "largest exponent among them and cut to W bits, and their sum is exact "
            "(docs/dot.md). Its core is what grows with N: products, alignment and their sum, "
            "from unpacked operands on. The unit has the operands' edges, the normaliser and the "
            "fp32 adder besides, and here a register behind the core (-s1), which counts in its "
            "µm² and fJ. Figures are those of a term: the circuit's, divided by N. Mitchell's core "
            "is L-Mul's.",
            "int8 has nothing to align: W does not count. Its core is the unit with nothing to "
            "add to, its unit's register stands behind the products; its sums are exact, and its "
            "error is that of encoding the operands. L-Mul's share of its gates is of the int8 "
            "core with as many terms.",
            "fJ: real delays. All are mapped for the least area, so that their longest path (ns) "
            "is that of ripple adders one behind another, and most of the energy are glitches: "
            "“no glitches” is the bound that more registers would bring it towards. Each "
            "circuit is mapped once, which other orders of its statements hardly change; two of "
            "like size differ by some percent through luck.",
            "Errors: norm-wise, of whole dot products, against float64 on the operands before "
            "they were encoded.",
            survey.told,
        ],
        text_columns=2,
        strong=frozenset({7, 18}),
        wide=frozenset({5, 9, 10, 12, 14, 15, 17}),
        method=_METHOD,
    )


def _cost_row(survey: DotSurvey, row: DotRow, kind: str, name: str) -> list[str]:
    def figure(of: str, metric: str) -> str:
        value = survey.figure(of, metric)
        return NOTHING if value is None else f"{value / row.terms:,.0f}"

    def registered(of: str) -> str:
        return dot_name(of, row.format, row.terms, row.window, 1)

    def share(metric: str, mine: str, its: str) -> str:
        if kind != "lmul":
            return NOTHING
        one, other = survey.figure(mine, metric), survey.figure(its, metric)
        return percent(one / other) if one and other else NOTHING

    def of_core(metric: str, twin: str) -> str:
        if twin != INT8.name and twin not in row.names:
            return NOTHING
        return share(metric, name, dot_name(twin, row.format, row.terms, row.window))

    def energy(of: str, metric: str) -> str:
        value = survey.figure(of, metric)
        return NOTHING if value is None else f"{value:,.0f}"

    unit, exact = registered(kind), registered("exact" if row.window else kind)
    delay, erring = survey.figure(unit, "delay_ps"), survey.figure(name, "mred")
    return [
        *(row.format, kind, str(row.window or NOTHING), str(row.terms)),
        *(figure(name, "core_gates"), figure(name, "core_area_um2")),
        energy(name, "core_energy_fj"),
        *(of_core("core_gates", twin) for twin in _TWINS),
        of_core("core_energy_fj", "exact"),
        *(figure(unit, "gates"), figure(unit, "area_um2"), energy(unit, "energy_fj")),
        energy(unit, "energy_without_glitches_fj"),
        NOTHING if delay is None else f"{delay / 1000:.0f}",
        *(share(metric, unit, exact) for metric in ("gates", "area_um2", "energy_fj")),
        NOTHING if erring is None else error(erring),
    ]


def window_table(survey: DotSurvey) -> Table:
    """One row a format, kind and number of terms: errors by window."""
    errors = {point.design: one for point, one in survey.errors.items()}
    rows = []
    for fmt in DOT_FORMATS:
        for kind in DOT_KINDS:
            for terms in TRIED_TERMS if kind in kinds_of(fmt) else ():
                names = [dot_name(kind, fmt, terms, window) for window in TRIED_WINDOWS]
                if all(name in errors for name in names):
                    rows.append([fmt, kind, str(terms), *_errors([errors[n] for n in names])])
    return Table(
        WINDOW_TITLE,
        [
            *("format", "kind", "N"),
            *(f"W {window}" for window in TRIED_WINDOWS),
            "fp32, one by one",
            "W without loss",
        ],
        rows,
        [
            "Percent, norm-wise, against float64 on the operands before they were encoded: of a "
            "unit with N terms and a window of W bits, and of the same products added one by one "
            "to an fp32 sum. “W without loss” is the least of these windows whose error is at most "
            f"{100 * (_LOSSLESS - 1):.0f} % above that, and so are those of all wider ones.",
            "A kind that errs more hides more of what a window cuts: that L-Mul's window may be "
            "narrower does not make its sums better than those of an exact unit as narrow.",
        ],
        text_columns=2,
        strong=frozenset({3 + len(TRIED_WINDOWS) + 1}),
        method=REAL_TILE,
    )


def _errors(found: Sequence[Measured]) -> list[str]:
    """Errors by window, that of fp32, and the least window without loss."""
    figures = [{metric.name: metric.value for metric in one.metrics} for one in found]
    fp32 = figures[0]["mred_in_fp32"]
    least = NOTHING
    for window, one in reversed(list(zip(TRIED_WINDOWS, figures, strict=True))):
        if one["mred"] > _LOSSLESS * fp32:
            break
        least = str(window)
    return [*(error(one["mred"]) for one in figures), error(fp32), least]
