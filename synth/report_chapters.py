"""The report's chapters, in the order of reading."""

from lmul.synth import error_tables, gate_tables, mac_tables
from lmul.synth.cycle_table import cycle_table
from lmul.synth.mac_picture import gates_by_part
from lmul.synth.pictures import error_against_gates, error_histograms, gates_by_kind
from lmul.synth.report_chapter import Chapter
from lmul.synth.report_document import ReportDocument
from lmul.synth.report_energy import energy_table

__all__ = ["chapters"]


def chapters(document: ReportDocument) -> list[Chapter]:
    """All tables and pictures; what few formats leave empty is left out."""
    found = [
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
        Chapter.of("Area, delay and energy", energy_table(document.energy)),
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
