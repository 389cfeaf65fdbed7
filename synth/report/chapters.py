"""What a report is made of: chapters of tables and pictures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lmul.synth.comparison.document import ReportDocument
from lmul.synth.pictures.accuracy import accuracy_energy_picture, front_table
from lmul.synth.pictures.break_even import break_even_picture
from lmul.synth.pictures.claim import energy_against_claim
from lmul.synth.pictures.curves import area_delay_picture
from lmul.synth.pictures.gates import error_against_gates, error_histograms, gates_by_kind
from lmul.synth.pictures.levels import energy_by_level_picture
from lmul.synth.pictures.parts import area_by_part_picture, energy_by_part_picture, gates_by_part
from lmul.synth.pictures.picture import Picture
from lmul.synth.tables import arrays, cells, claims, errors, gates, pes
from lmul.synth.tables.fpga import fpga_table
from lmul.synth.tables.levels import level_table
from lmul.synth.tables.table import Method, Table
from lmul.synth.tables.variation import spread_table

__all__ = ["Chapter", "Section", "chapters", "opening"]


Section = Table | Picture


@dataclass(frozen=True)
class Chapter:
    """Tables and pictures of one question, in the order of reading.

    Attributes
    ----------
    title : str
    sections : sequence of Table or Picture
        What answers the question.
    detail : sequence of Table or Picture
        What is asked next: folded away at first.
    """

    title: str
    sections: Sequence[Section]
    detail: Sequence[Section] = ()

    @classmethod
    def of(cls, title: str, *sections: Section, detail: Sequence[Section] = ()) -> "Chapter":
        """A chapter of those sections that hold anything, without empty columns."""
        return cls(title, list(_filled(sections)), list(_filled(detail)))

    @property
    def all_sections(self) -> list[Section]:
        """Those that answer, then the detail."""
        return [*self.sections, *self.detail]

    @property
    def methods(self) -> dict[Method, list[str]]:
        """How figures came about, with the titles of the sections that each holds for."""
        found: dict[Method, list[str]] = {}
        for section in self.all_sections:
            if section.method:
                found.setdefault(section.method, []).append(section.title)
        return found


def _filled(sections: Sequence[Section]) -> Iterator[Section]:
    for section in sections:
        if isinstance(section, Table):
            if section.rows:
                yield section.filled()
        elif section.panels:
            yield section


def opening(document: ReportDocument) -> list[Picture]:
    """The pictures beside the verdict: energy by level, error against energy."""
    pictures = [energy_by_level_picture(document), accuracy_energy_picture(document)]
    return [picture for picture in pictures if picture.panels]


def chapters(document: ReportDocument) -> list[Chapter]:
    """All tables and pictures; what few formats leave empty is left out."""
    found = [
        Chapter.of(
            "Energy and error, level by level",
            level_table(document),
            front_table(document),
        ),
        Chapter.of(
            "The paper's claims",
            claims.claim_table(document),
            energy_against_claim(document),
            detail=[claims.taken_table(document)],
        ),
        Chapter.of(
            "Area, delay and energy in cells",
            cells.cost_table(document),
            break_even_picture(document),
            energy_by_part_picture(document),
            detail=[
                area_by_part_picture(document),
                area_delay_picture(document),
                arrays.array_cost_table(document),
            ],
        ),
        Chapter.of(
            "Gates",
            gates.headline_table(document),
            pes.survival_table(document),
            gates_by_part(document),
            detail=[
                pes.part_table(document),
                pes.accumulator_table(document),
                arrays.array_table(document),
            ],
        ),
        Chapter.of(
            "Errors",
            errors.pair_error_table(document),
            errors.operand_table(document),
            error_against_gates(document.rows, document.errors),
            detail=[error_histograms(document.errors), errors.census_table(document)],
        ),
        Chapter.of("FPGAs", fpga_table(document)),
        Chapter.of(
            "How sure: checks and ranges",
            errors.verified_table(document),
            detail=[spread_table(document)],
        ),
        Chapter.of(
            "Appendix, for experts",
            detail=[
                gates.policy_table(document),
                gates_by_kind(document.rows),
                gates.product_table(document),
                gates.paper_table(document),
                cells.multiplier_cost_table(document),
                cells.pe_cost_table(document),
                errors.operand_table(document, scaled=False),
                arrays.cycle_table(),
            ],
        ),
    ]
    return [chapter for chapter in found if chapter.all_sections]
