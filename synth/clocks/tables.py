"""The report's tables at equal clocks: PEs that all run at one speed."""

from lmul.hdl.designs.mac import MacDesign
from lmul.synth.clocks.kept import at_clocks, kept_clocks
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.points import CLOCKS, clocked_pes
from lmul.synth.measure.clocked import FINALISTS, ORDERS, Clocked
from lmul.synth.measure.variation import Spread
from lmul.synth.tables.levels import TWINS, shown_ratio
from lmul.synth.tables.table import NOTHING, Method, Table

__all__ = ["CLOCK_TITLE", "clock_of", "clock_share_table", "clock_table", "costs", "share"]


CLOCK_TITLE = "At equal clocks: what a PE of L-Mul takes of its twins"

Found = dict[tuple[str, str], Clocked]


def clock_share_table(document: ReportDocument) -> Table:
    """One row a format and clock: area and energy of L-Mul's PE over each twin's."""
    found = at_clocks()
    rows = []
    for fmt in document.formats:
        names = clocked_pes(fmt)
        for clock in CLOCKS.get(fmt, ()):
            mine = found.get((names.get("lmul", ""), clock))
            if mine is None:
                continue
            others = [found.get((names.get(twin, ""), clock)) for twin in TWINS]
            rows.append(
                [
                    fmt,
                    clock_of(mine),
                    *costs(mine),
                    *(share(mine, other, "area") for other in others),
                    *(share(mine, other, "energy") for other in others),
                ]
            )
    return Table(
        CLOCK_TITLE,
        [
            "format",
            "clock",
            "L-Mul, µm²",
            "fJ",
            *(f"of {twin}'s area" for twin in TWINS),
            *(f"of {twin}'s fJ" for twin in TWINS),
        ],
        rows,
        [
            "Every circuit is the smallest found whose longest path fits into the clock, setup "
            "included; fJ are a multiply-accumulate's in that very netlist. "
            f"Medians of up to {1 + ORDERS} orders of statements, in brackets what their ranges "
            "allow; ≈ where the ranges overlap, so that no difference is told. “–”: one of the two "
            f"misses the clock. {kept_clocks().told}",
        ],
        text_columns=2,
        strong=frozenset({5, 6, 8, 9}),
        wide=frozenset({4, 7}),
        method=_method(found),
    )


def clock_table(document: ReportDocument) -> Table:
    """One row a format, clock and kind."""
    found = at_clocks()
    rows = []
    for fmt in document.formats:
        names = clocked_pes(fmt)
        for clock in CLOCKS.get(fmt, ()):
            for kind, name in names.items():
                beside = (names.get("lmul", ""), clock) in found
                if beside and (one := found.get((name, clock))):
                    rows.append(
                        [
                            fmt,
                            clock_of(one),
                            kind,
                            _registers(one),
                            *costs(one, ranges=True),
                            f"{one.delays[0]:.0f}",
                            f"{-one.slack_ps:.0f}" if one.slack_ps < 0 else NOTHING,
                            f"{_fastest(found, name):.0f}",
                            one.mappings[0] or "least area",
                        ]
                    )
    return Table(
        "PEs at equal clocks, ftz",
        [
            "format",
            "clock",
            "kind",
            "registers in it",
            "µm²",
            "range",
            "fJ",
            "range",
            "ps",
            "misses by, ps",
            "fastest, ps",
            "mapping as written",
        ],
        rows,
        [
            f"Of the mappings as written the {FINALISTS} smallest that meet the clock compete "
            f"again in each of {ORDERS} other orders of the statements, and the smallest of each "
            "order counts; orders in which none meets it are left out, and a range of one value "
            "has one left. A kind that misses the clock shows its fastest circuit, and no energy. "
            "“registers in it”: stages between product and sum, chosen with the mapping. "
            "“fastest”: the shortest path of all mappings tried for any of the clocks. "
            "`lmul synth DESIGN --clock PERIOD --pipeline` searches anew.",
        ],
        text_columns=3,
        strong=frozenset({4, 6}),
        wide=frozenset({5, 7, 10, 11}),
        method=_method(found),
    )


def _fastest(found: Found, name: str) -> float:
    return min(one.fastest_ps for (other, _), one in found.items() if other == name)


def clock_of(one: Clocked) -> str:
    """The period in inverter delays and in ns."""
    return f"{one.clock_ps / one.fo4_ps:.0f} FO4, {one.clock_ps / 1000:.1f} ns"


def _registers(one: Clocked) -> str:
    return str(MacDesign.parse(one.design).stages)


def costs(one: Clocked, ranges: bool = False) -> list[str]:
    """The cells of area and energy, each with its range behind it if asked for."""
    found: list[str] = []
    for spread in (one.area, one.energy):
        if spread is None or one.slack_ps < 0:
            found += [NOTHING] * (1 + ranges)
        else:
            found.append(f"{spread.median:,.0f}")
            found += [f"{spread.least:,.0f}–{spread.most:,.0f}"] * ranges
    return found


def share(mine: Clocked, other: Clocked | None, what: str) -> str:
    """The share of another's ``"area"`` or ``"energy"``; none where one misses the clock."""
    if other is None or mine.slack_ps < 0 or other.slack_ps < 0:
        return NOTHING
    first: Spread | None = getattr(mine, what)
    second: Spread | None = getattr(other, what)
    return shown_ratio(first.over(second)) if first and second else NOTHING


def _method(found: Found) -> Method | None:
    if not found:
        return None
    one = next(iter(found.values()))
    return Method(
        f"{one.library}, the embedded one; an inverter that drives four takes {one.fo4_ps:.0f} ps",
        f"for energy {one.stimulus}: whole dot products of the real tile's Q·Kᵀ",
        "mapped by Yosys and ABC in some tens of ways for each clock; delay by static timing; "
        "energy by simulation of the netlist, results compared with the golden model, clock pins, "
        "registers and the leakage of one period included; no wires, no clock tree",
    )
