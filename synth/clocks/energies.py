"""The report's table of the least energy at one clock, beside that of the smallest circuits."""

from lmul.synth.clocks.tables import clock_method, clock_of, costs, registers, share
from lmul.synth.comparison.accepted import accepted
from lmul.synth.comparison.clocks.energies import LEAST_ENERGY, energy_points, with_least_energy
from lmul.synth.comparison.clocks.kept import Compared, clocked_of
from lmul.synth.comparison.clocks.points import USUAL, clocked_designs
from lmul.synth.measure.clocked import Clocked
from lmul.synth.measure.measurement import ENERGY
from lmul.synth.tables.levels import TWINS
from lmul.synth.tables.table import NOTHING, Table

__all__ = ["energy_table"]


def energy_table(document: Compared) -> Table:
    """Two rows a level and format: the smallest circuits, and those of the least energy."""
    kept = accepted("energies")
    found = {point.design: clocked_of(one) for point, one in kept.of(energy_points()).items()}
    rows = []
    for level, formats in LEAST_ENERGY.items():
        for fmt in (fmt for fmt in document.formats if fmt in formats):
            names = clocked_designs(fmt, level)
            thrifty = {
                kind: found[point.design]
                for kind, name in names.items()
                if (point := with_least_energy(name)).design in found
            }
            smallest = {kind: document.clocks.of(fmt, level, kind, USUAL) for kind in names}
            if thrifty.get("lmul") and smallest.get("lmul"):
                rows += [
                    [level, fmt, *_row("area", smallest)],
                    [level, fmt, *_row(ENERGY, {**dict.fromkeys(names), **thrifty})],
                ]
    return Table(
        "At one clock: the smallest circuits, and those of the least energy",
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
            f"Medians and ranges as there. {kept.told} The smallest: {document.clocks.told}",
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
