"""How the report's figures came about, where several tables or pictures share it."""

from collections.abc import Sequence

from lmul.synth.comparison.cell_survey import CellSurvey
from lmul.synth.comparison.designs import kept_kinds
from lmul.synth.tables.table import Method

__all__ = ["CHECKED", "GATES", "MANTISSAS", "REAL_TILE", "cells_method", "kept_note"]


_MODEL = "the golden model, which the generated Verilog equals in every bit"

GATES = Method(
    "none, two-input gates and inverters of any technology",
    "none, a count depends on no operands",
    "Yosys and ABC with one script for all circuits, named under “Made with”; not placed, no wires",
)
MANTISSAS = Method(
    "none, results depend on no technology",
    "all pairs of mantissas up to ten bits, a seeded sample of pairs beyond",
    f"{_MODEL}, against the exact product of the same operands",
)
REAL_TILE = Method(
    "none, results depend on no technology",
    "Q·Kᵀ and A·V of two heads of all-MiniLM-L6-v2 on 128 tokens of English, operands encoded "
    "as the table says",
    f"{_MODEL}, against float64",
)
CHECKED = Method(
    "none for multipliers, Verilog before synthesis; for the others the embedded one",
    "multipliers: all pairs of codes up to 8 bits, corners and seeded pairs beyond; others: finite "
    "codes, all alike",
    "simulated, every bit of every result compared with the golden model",
)


def kept_note(survey: CellSurvey, formats: Sequence[str]) -> list[str]:
    """Where the figures of kinds between come from; nothing where a table has none."""
    kinds = dict.fromkeys(kind for fmt in formats for kind in kept_kinds(fmt))
    if not kinds:
        return []
    return [f"{', '.join(kinds)}: one mapping each, as written. {survey.kept_corrected}"]


def cells_method(survey: CellSurvey) -> Method | None:
    """How the figures came about; None where nothing was measured."""
    if not (one := survey.energy_detail()):
        return None
    return Method(
        f"{one['library']}, the embedded one: sky130hd's own areas, delays and energies of "
        "some of its cells, typical corner",
        f"for energy {one['operations']:,} pairs of operands, whole dot products of the real "
        "tile's Q·Kᵀ; area and delay need none",
        "mapped by Yosys and ABC for the least area; delay by static timing; energy by simulation "
        "of the netlist, results compared with the golden model, what cells spend inside and what "
        "charges their pins, clock pins, and the leakage of one period at "
        f"{one['frequency'] / 1e6:g} MHz, with real delays (each cell's "
        "own, at its load and transitions, a shorter pulse swallowed), without glitches "
        "(every net toggling at most once) or with unit delay (one unit of time a gate); "
        f"{one['transition']:.0f} ps transition at the ports, "
        "no wires, no clock tree",
    )
