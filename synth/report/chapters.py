"""What a report is made of: chapters of tables and pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

from lmul.synth.comparison.document import ReportDocument
from lmul.synth.pictures.accuracy import accuracy_energy_picture, front_table
from lmul.synth.pictures.break_even import break_even_picture
from lmul.synth.pictures.claim import energy_against_claim
from lmul.synth.pictures.curves import area_delay_picture
from lmul.synth.pictures.gates import error_against_gates, error_histograms, gates_by_kind
from lmul.synth.pictures.parts import area_by_part_picture, energy_by_part_picture, gates_by_part
from lmul.synth.pictures.picture import Picture
from lmul.synth.report.verdict import level_table
from lmul.synth.tables import errors as error_tables
from lmul.synth.tables import gates as gate_tables
from lmul.synth.tables import pes as mac_tables
from lmul.synth.tables.arrays import array_cost_table, array_table, cycle_table
from lmul.synth.tables.cells import cost_table, multiplier_cost_table, pe_cost_table
from lmul.synth.tables.fpga import fpga_table
from lmul.synth.tables.saved import saved_table
from lmul.synth.tables.table import Table
from lmul.synth.tables.variation import spread_table

__all__ = ["Chapter", "Section", "chapters"]


Section = Table | Picture


@dataclass(frozen=True)
class Chapter:
    """Tables and pictures of one question, in the order of reading.

    Attributes
    ----------
    title : str
    sections : sequence of Table or Picture
        Not empty.
    """

    title: str
    sections: Sequence[Section]

    @classmethod
    def of(cls, title: str, *sections: Section) -> "Chapter":
        """A chapter of those sections that hold anything."""
        return cls(title, [s for s in sections if (s.rows if isinstance(s, Table) else s.panels)])


def chapters(document: ReportDocument) -> list[Chapter]:
    """All tables and pictures; what few formats leave empty is left out."""
    found = [
        Chapter.of("Energy, level by level", level_table(document)),
        Chapter.of(
            "Gates of multipliers",
            gate_tables.headline_table(document),
            gates_by_kind(document.rows),
            gate_tables.product_table(document),
            gate_tables.rival_table(document),
            gate_tables.paper_table(document),
        ),
        Chapter.of(
            "Gates of PEs and arrays",
            mac_tables.survival_table(document),
            gates_by_part(document),
            mac_tables.part_table(document),
            mac_tables.accumulator_table(document),
            array_table(document),
            cycle_table(),
        ),
        Chapter.of(
            "Area, delay and energy in cells",
            cost_table(document),
            saved_table(document),
            energy_against_claim(document),
            break_even_picture(document),
            accuracy_energy_picture(document),
            front_table(document),
            area_by_part_picture(document),
            energy_by_part_picture(document),
            area_delay_picture(document),
            multiplier_cost_table(document),
            pe_cost_table(document),
            array_cost_table(document),
            spread_table(document),
        ),
        Chapter.of("FPGAs", fpga_table(document)),
        Chapter.of(
            "Errors",
            error_against_gates(document.rows, document.errors),
            error_tables.pair_error_table(document),
            error_histograms(document.errors),
            error_tables.operand_table(document),
            error_tables.operand_table(document, scaled=False),
            error_tables.census_table(document),
        ),
        Chapter.of("What was checked", error_tables.verified_table(document)),
    ]
    return [chapter for chapter in found if chapter.sections]
