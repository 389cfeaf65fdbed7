"""The report's tables at equal clocks: circuits that all run at one speed."""

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.dot import DotDesign
from lmul.hdl.designs.mac import MacDesign
from lmul.synth.comparison.clocks.kept import ClockSurvey, Compared, ratio_of
from lmul.synth.comparison.clocks.points import CLOCKS, PE, USUAL, clocked_designs, same_width_pes
from lmul.synth.measure.clocked import Clocked
from lmul.synth.measure.measurement import FASTEST
from lmul.synth.tables.levels import TWINS, shown_ratio
from lmul.synth.tables.table import NOTHING, Method, Table
from lmul.synth.timing.search.orders import FINALISTS, ORDERS

__all__ = [
    "CLOCK_TITLE",
    "clock_method",
    "clock_of",
    "clock_share_table",
    "clock_table",
    "costs",
    "registers",
    "same_width_table",
    "share",
]


CLOCK_TITLE = "At equal clocks: what L-Mul takes of its twins"


def clock_share_table(document: Compared) -> Table:
    """One row a level, format and clock: area and energy of L-Mul's circuit over each twin's."""
    clocks = document.clocks
    rows = []
    for level, formats in CLOCKS.items():
        for fmt in (fmt for fmt in document.formats if fmt in formats):
            for clock in formats[fmt]:
                mine = clocks.of(fmt, level, "lmul", clock)
                if mine is None or mine.energy is None or clock == FASTEST:
                    continue  # what misses a clock stands in the table of all circuits
                others = [clocks.of(fmt, level, twin, clock) for twin in TWINS]
                shares = [share(mine, its, what) for what in ("area", "energy") for its in others]
                rows.append([level, fmt, clock_of(mine), *costs(mine), *shares])
    return Table(
        CLOCK_TITLE,
        [
            "circuit",
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
            f"misses the clock, or was not measured. {clocks.told}",
        ],
        text_columns=3,
        strong=frozenset({6, 7, 9, 10}),
        wide=frozenset({5, 8}),
        method=clock_method(clocks),
    )


def clock_table(document: Compared) -> Table:
    """One row a level, format, clock and kind."""
    clocks = document.clocks
    rows = []
    for level, formats in CLOCKS.items():
        for fmt in (fmt for fmt in document.formats if fmt in formats):
            for clock in formats[fmt]:
                for kind in clocked_designs(fmt, level):
                    beside = clocks.of(fmt, level, "lmul", clock)
                    if beside and (one := clocks.of(fmt, level, kind, clock)):
                        shown = "fastest" if clock == FASTEST else clock_of(one)
                        rows.append([level, fmt, shown, kind, *_row(one)])
    return Table(
        "Circuits at equal clocks, ftz",
        [
            "circuit",
            "format",
            "clock",
            "kind",
            "registers in it",
            "µm²",
            "range",
            "fJ",
            "range",
            "GMAC/s/mm²",
            "ps",
            "misses by, ps",
            "mapping as written",
        ],
        rows,
        [
            f"Of the mappings as written the {FINALISTS} smallest that meet the clock compete "
            f"again in each of {ORDERS} other orders of the statements, and the smallest of each "
            "order counts; orders in which none meets it are left out, and a range of one value "
            "has one left. A kind that misses the clock shows its fastest circuit, and no energy. "
            "“registers in it”: stages between operands and sum, and in an array's rounders, and "
            "whether sums keep carries, chosen with the mapping. Each PE takes a pair a "
            "cycle, and so does each of a unit's terms, so that at one clock all energies are at "
            "equal throughput; GMAC/s/mm² is that throughput by area. "
            "“fastest”: each kind at the shortest period that was found for it. "
            "`lmul energy DESIGN --clock PERIOD` measures one anew.",
            "An array is composed: its PE, rounders and edges each the smallest that meets, with "
            "what stands around them, all of it timed across its parts; in each other order all "
            "parts are mapped anew. Its area and its energy have the buffers of the nets that "
            "reach all parts.",
        ],
        text_columns=4,
        strong=frozenset({5, 7}),
        wide=frozenset({6, 8, 10, 11, 12}),
        method=clock_method(clocks),
    )


def same_width_table(document: Compared) -> Table:
    """PEs whose exact sums are all as wide, beside those with sums as wide as each kind needs."""
    found = document.clocks.found
    rows = []
    for fmt in (fmt for fmt in document.formats if fmt in CLOCKS[PE]):
        wide, own = same_width_pes(fmt), clocked_designs(fmt, PE)
        if ("lmul" not in wide) or (wide["lmul"], USUAL) not in found:
            continue
        for name, names in (("each kind's own", own), ("the widest's for all", wide)):
            circuits = {kind: found.get((names[kind], USUAL)) for kind in wide}
            mine = circuits.pop("lmul")
            if mine is None:
                continue
            others = circuits.values()
            shares = [share(mine, its, what) for what in ("area", "energy") for its in others]
            rows.append([fmt, clock_of(mine), name, *costs(mine), *shares])
    return Table(
        "PEs with sums of one width, at equal clocks",
        [
            "format",
            "clock",
            "width of the sum",
            "L-Mul, µm²",
            "fJ",
            *(f"of {twin}'s {what}" for what in ("area", "fJ") for twin in ("lmul_rne", "exact")),
        ],
        rows,
        [
            "An exact product has more bits behind the point, so that its exact sum is wider. In "
            "the second row of a format L-Mul and lmul_rne have its width, as bits at the top: "
            "their sums hold more products. int8 sums in 32 bits."
        ],
        text_columns=3,
        strong=frozenset({5, 6, 7, 8}),
        method=clock_method(document.clocks),
    )


def clock_of(one: Clocked) -> str:
    """A circuit's clock in inverter delays and in ns."""
    return f"{one.clock_ps / one.fo4_ps:.0f} FO4, {one.clock_ps / 1000:.1f} ns"


def clock_method(clocks: ClockSurvey) -> Method | None:
    """How they came about; None without any."""
    if not clocks.found:
        return None
    one = next(iter(clocks.found.values()))
    return Method(
        f"{one.library}, the embedded one; an inverter that drives four takes {one.fo4_ps:.0f} ps",
        f"for energy {one.stimulus}: whole dot products of the real tile's Q·Kᵀ",
        "mapped by Yosys and ABC in some tens of ways for each clock; delay by static timing; "
        "energy by simulation of the netlist, results compared with the golden model, clock pins, "
        "registers and the leakage of one period included; no wires, no clock tree",
    )


def _row(one: Clocked) -> list[str]:
    return [
        registers(one),
        *costs(one, ranges=True),
        NOTHING if one.energy is None else f"{_throughput(one):.0f}",
        f"{one.delays[0]:.0f}",
        f"{-one.slack_ps:.0f}" if one.slack_ps < 0 else NOTHING,
        one.mappings[0],
    ]


def _throughput(one: Clocked) -> float:
    """Multiply-accumulates a second and mm², in thousands of millions."""
    design = Design.parse(one.design)
    assert isinstance(design, DotDesign | MacDesign)
    multipliers = design.terms if isinstance(design, DotDesign) else design.multipliers
    return multipliers * 1e9 / (one.clock_ps * one.area.median)


def registers(one: Clocked) -> str:
    """A circuit's stages, its rounder's if it has one, and whether its sum keeps carries."""
    design = Design.parse(one.design)
    assert isinstance(design, DotDesign | MacDesign)
    if isinstance(design, DotDesign):
        return f"{design.stages}"
    rounder = f", {design.rounder}" if design.level == "array" and design.kind != "int8" else ""
    return f"{design.stages}{rounder}{', and carries' if design.carries else ''}"


def costs(one: Clocked, ranges: bool = False) -> list[str]:
    """The cells of area and energy, each with its range behind it if asked for."""
    found: list[str] = []
    for spread in (one.area, one.energy):
        if spread is None or one.energy is None:
            found += [NOTHING] * (1 + ranges)
        else:
            found.append(f"{spread.median:,.0f}")
            found += [f"{spread.least:,.0f}–{spread.most:,.0f}"] * ranges
    return found


def share(mine: Clocked, its: Clocked | None, what: str) -> str:
    """The share of another's ``"area"`` or ``"energy"``; none where one misses the clock."""
    ratio = ratio_of(mine, its, what)
    return shown_ratio(ratio) if ratio else NOTHING
