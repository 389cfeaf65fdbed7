"""The report's table of wires and clock trees: how what is left out would move the ratios."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

from lmul.synth.clocks.tables import clock_of, costs, share
from lmul.synth.comparison.accepted import accepted
from lmul.synth.comparison.clocks.kept import Compared, clocked_of
from lmul.synth.comparison.clocks.layout import LAYOUT_CLOCKS, layout_points, with_wires
from lmul.synth.comparison.clocks.points import PE, clock_points, clocked_designs
from lmul.synth.layout.wires import SETTINGS
from lmul.synth.measure.clocked import Clocked
from lmul.synth.measure.measurement import Measured
from lmul.synth.measure.variation import Spread
from lmul.synth.tables.levels import TWINS
from lmul.synth.tables.table import NOTHING, Method, Table, percent

__all__ = ["layout_table", "with_leaves"]


def layout_table(document: Compared) -> Table:
    """One row a format, clock and setting of wires: L-Mul's PE over each twin's."""
    kept = accepted("layout")
    found = accepted("clocks").of(clock_points()) | kept.of(layout_points())
    rows = []
    for fmt in (fmt for fmt in document.formats if fmt in LAYOUT_CLOCKS):
        names = clocked_designs(fmt, PE)
        for clock, wires in product(LAYOUT_CLOCKS[fmt], SETTINGS):
            mine, *others = (
                found.get(with_wires(names[kind], clock, wires)) if kind in names else None
                for kind in ("lmul", *TWINS)
            )
            if mine is not None:
                rows.append([fmt, *_row(wires, mine, others)])
    return Table(
        "With estimated wires: what a PE of L-Mul takes of its twins",
        [
            *("format", "clock", "wires", "L-Mul, µm²", "fJ"),
            *(f"of {twin}'s area" for twin in TWINS),
            *(f"of {twin}'s fJ" for twin in TWINS),
            "clock's last stage, of L-Mul's fJ",
            *(f"of {twin}'s fJ with that stage" for twin in TWINS),
        ],
        rows,
        [
            "With wires these are estimates, in no other table; without any the circuits are those "
            "of the tables at equal clocks. With each setting they are searched anew, so that they "
            "meet the clock with it; “–”: one of the two misses it. “middle”: as long as in routed "
            "circuits of this size, on average; “long”: twice that. The clock's last stage: "
            "buffers of the library, each for as many flip-flops as "
            f"it drives steeply enough. {kept.told}",
        ],
        text_columns=3,
        strong=frozenset({6, 7, 9, 10}),
        wide=frozenset({5, 8, 11, 12, 13, 14}),
        method=Method(
            "the embedded one, and its metal as the OpenROAD flow scripts have it",
            "as at equal clocks",
            "as at equal clocks, with an estimate of each net's wire in delay and energy",
        )
        if rows
        else None,
    )


def _row(wires: str, mine: Measured, others: Sequence[Measured | None]) -> list[str]:
    own = clocked_of(mine)
    twins = [one and clocked_of(one) for one in others]
    part = own.leaves_fj / own.energy.median if own.energy else None
    return [
        *(clock_of(own), wires, *costs(own)),
        *(share(own, twin, "area") for twin in twins),
        *(share(own, twin, "energy") for twin in twins),
        NOTHING if part is None else percent(part),
        *(share(with_leaves(own), twin and with_leaves(twin), "energy") for twin in twins),
    ]


def with_leaves(one: Clocked) -> Clocked:
    """A circuit whose energy has the last stage of its clock tree in it."""
    if one.energy is None:
        return one
    values = (one.energy.as_written, one.energy.least, one.energy.median, one.energy.most)
    return replace(one, energy=Spread(*(value + one.leaves_fj for value in values)))
