"""The report's chapters, in the order of reading."""

from lmul.synth import error_tables, gate_tables, mac_tables
from lmul.synth.accuracy_picture import accuracy_energy_picture, front_table
from lmul.synth.break_even_picture import break_even_picture
from lmul.synth.cell_pictures import (
    area_by_part_picture,
    area_delay_picture,
    energy_by_part_picture,
)
from lmul.synth.cell_tables import (
    array_cost_table,
    cost_table,
    multiplier_cost_table,
    pe_cost_table,
)
from lmul.synth.claim_picture import energy_against_claim
from lmul.synth.cycle_table import cycle_table
from lmul.synth.fpga_table import fpga_table
from lmul.synth.mac_picture import gates_by_part
from lmul.synth.pictures import error_against_gates, error_histograms, gates_by_kind
from lmul.synth.report_chapter import Chapter
from lmul.synth.report_document import ReportDocument
from lmul.synth.report_verdict import level_table
from lmul.synth.saved_table import saved_table
from lmul.synth.spread_table import spread_table

__all__ = ["chapters"]


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
            mac_tables.array_table(document),
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
