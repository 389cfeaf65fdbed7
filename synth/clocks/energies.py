"""The report's table of the least energy at one clock, beside that of the smallest circuits."""

from lmul.synth.clocks.tables import clock_method, clock_of, costs, registers, share
from lmul.synth.comparison.clocks.energies import LEAST_ENERGY
from lmul.synth.comparison.clocks.kept import Compared
from lmul.synth.comparison.clocks.points import USUAL, clocked_designs
from lmul.synth.measure.clocked import Clocked
from lmul.synth.measure.measurement import ENERGY
from lmul.synth.tables.levels import TWINS
from lmul.synth.tables.table import NOTHING, Table

__all__ = ["energy_table"]


def energy_table(document: Compared) -> Table:
    """Two rows a level and format: the smallest circuits, and those of the least energy."""
    clocks, rows = document.clocks, []
    for level, formats in LEAST_ENERGY.items():
        for fmt in (fmt for fmt in document.formats if fmt in formats):
            kinds = clocked_designs(fmt, level)
            smallest = {kind: clocks.of(fmt, level, kind, USUAL) for kind in kinds}
            thrifty = {kind: clocks.least_energy(fmt, level, kind) for kind in kinds}
            if thrifty["lmul"] and smallest["lmul"]:
                rows += [
                    [level, fmt, *_row("area", smallest)],
                    [level, fmt, *_row(ENERGY, thrifty)],
                ]
    return Table(
        "Least area and least energy at one clock",
        [
            *("circuit", "format", "clock", "searched for", "registers, L-Mul's and exact's"),
            *("L-Mul, µm²", "fJ"),
            *(f"of {twin}'s area" for twin in TWINS),
            *(f"of {twin}'s fJ" for twin in TWINS),
        ],
        rows,
        [
            "All other tables at equal clocks search for the smallest circuit, whatever energy it "
            "takes. Here another search stands beside it: of all mappings that meet the clock the "
            "one that takes the least energy, with any number of registers that a name can say. "
            f"Medians and ranges as there. {clocks.told}",
        ],
        text_columns=4,
        strong=frozenset({8, 9, 11, 12}),
        wide=frozenset({4, 7, 10}),
        method=clock_method(document.clocks) if rows else None,
    )


def _row(sought: str, circuits: dict[str, Clocked | None]) -> list[str]:
    mine, exact = circuits["lmul"], circuits.get("exact")
    assert mine
    others = [circuits.get(twin) for twin in TWINS]
    return [
        *(clock_of(mine), sought),
        f"{registers(mine)} and {registers(exact) if exact else NOTHING}",
        *costs(mine),
        *(share(mine, its, what) for what in ("area", "energy") for its in others),
    ]
