"""What a report is made of: chapters of tables and pictures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from lmul.synth.clocks.carries import carries_table
from lmul.synth.clocks.energies import energy_table
from lmul.synth.clocks.front import front_table as clock_front_table
from lmul.synth.clocks.gated import clocked_gated_table, gated_table
from lmul.synth.clocks.layout import layout_table
from lmul.synth.clocks.nodes import node_table
from lmul.synth.clocks.picture import energy_by_clock_picture
from lmul.synth.clocks.tables import clock_share_table, clock_table, same_width_table
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.pictures.accuracy import accuracy_energy_picture, front_table
from lmul.synth.pictures.break_even import break_even_picture
from lmul.synth.pictures.claim import energy_against_claim
from lmul.synth.pictures.curves import area_delay_picture
from lmul.synth.pictures.gates import error_against_gates, error_histograms, gates_by_kind
from lmul.synth.pictures.levels import energy_by_level_picture
from lmul.synth.pictures.parts import area_by_part_picture, energy_by_part_picture, gates_by_part
from lmul.synth.pictures.picture import Picture
from lmul.synth.pictures.worth import worth_picture
from lmul.synth.report import circuit_tables
from lmul.synth.tables import arrays, cells, claims, dots, errors, gates, pes
from lmul.synth.tables.fpga import fpga_table
from lmul.synth.tables.levels import level_table
from lmul.synth.tables.table import Method, Table
from lmul.synth.tables.variation import spread_table

__all__ = ["TABLES", "Chapter", "Section", "chapters", "check_table", "named_table", "opening"]


Section = Table | Picture

TABLES = (
    "at-one-clock-what-l-mul-takes-of-its-twins-area-and-energy-and-its-error",
    "at-equal-clocks-what-l-mul-takes-of-its-twins",
    "pes-with-sums-of-one-width-at-equal-clocks",
    "pes-whose-sums-keep-carries-at-equal-clocks",
    "circuits-at-equal-clocks-ftz",
    "least-area-and-least-energy-at-one-clock",
    "at-equal-clocks-in-other-nodes-what-a-pe-of-l-mul-takes-of-its-twins",
    "with-estimated-wires-what-a-pe-of-l-mul-takes-of-its-twins",
    "energy-that-l-mul-takes-of-its-twins-and-its-error",
    "pes-that-no-other-beats-in-energy-and-error",
    "the-papers-claims-one-by-one",
    "what-l-mul-takes-and-of-what-ftz",
    "area-delay-energy-and-error-of-each-kind-ftz",
    "arrays-ftz-area-delay-energy",
    "pes-whose-sums-are-written-in-part-at-the-least-area-ftz",
    "pes-whose-sums-are-written-in-part-at-one-clock-ftz",
    "gates-of-multipliers-ftz",
    "gates-that-l-mul-takes-of-its-twins-level-by-level",
    "pes-by-part-ftz",
    "what-pes-sum-in-ftz-gates-and-error-of-dot-products-in-percent",
    "output-stationary-arrays-by-part-e4m3-ftz-and-int8",
    "error-over-mantissa-pairs-in-percent",
    "error-on-real-operands-in-percent",
    "what-leaves-the-range",
    "what-a-term-of-a-dot-product-unit-costs-ftz",
    "how-narrow-a-dot-product-units-window-may-be-ftz",
    "on-fpgas",
    "compared-with-the-golden-model",
    "median-and-range-over-orders-of-statements-ftz",
    "gates-of-multipliers-by-policy",
    "gates-of-the-bare-product-units",
    "gates-that-l-mul-takes-of-exacts-in-the-papers-own-unit",
    "multipliers-area-delay-energy",
    "pes-area-delay-energy",
    "error-on-real-operands-in-percent-fp8-operands-not-scaled",
    "cycles-beside-scale-sims",
    "circuits-one-by-one",
)
"""The names of all tables that there may be, known before anything is measured."""


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

    def remade_by(self, command: str) -> "Chapter":
        """The chapter whose tables name the command that prints each of them alone."""

        def named(section: Section) -> Section:
            if not isinstance(section, Table):
                return section
            check_table(section.name)
            return replace(section, command=f"{command} --table {section.name}")

        return replace(
            self, sections=list(map(named, self.sections)), detail=list(map(named, self.detail))
        )

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


def opening(document: ReportDocument) -> Chapter:
    """What stands below the verdict: the table at one clock, where L-Mul pays, error and energy."""
    return _named(
        document,
        Chapter.of(
            "At one clock",
            clock_front_table(document),
            worth_picture(document),
            accuracy_energy_picture(document),
        ),
    )


def chapters(document: ReportDocument) -> list[Chapter]:
    """All tables and pictures; what few formats leave empty is left out."""
    found = [
        Chapter.of(
            "At equal clocks",
            clock_share_table(document),
            energy_by_clock_picture(document),
            same_width_table(document),
            energy_table(document),
            carries_table(document),
            detail=[clock_table(document), node_table(document), layout_table(document)],
        ),
        Chapter.of(
            "Energy and error, level by level, at the least area",
            energy_by_level_picture(document),
            circuit_tables.with_pages(document, level_table(document)),
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
            circuit_tables.with_pages(document, cells.cost_table(document)),
            break_even_picture(document),
            energy_by_part_picture(document),
            detail=[
                area_by_part_picture(document),
                area_delay_picture(document),
                arrays.array_cost_table(document),
                gated_table(document),
                clocked_gated_table(document),
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
            error_against_gates(document),
            detail=[error_histograms(document.errors), errors.census_table(document)],
        ),
        Chapter.of(
            "Dot-product units",
            dots.cost_table(document.dots),
            detail=[dots.window_table(document.dots)],
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
                circuit_tables.index_table(document),
            ],
        ),
    ]
    return [_named(document, chapter) for chapter in found if chapter.all_sections]


def _named(document: ReportDocument, chapter: Chapter) -> Chapter:
    return chapter.remade_by("lmul report --full" if document.full else "lmul report")


def check_table(name: str) -> None:
    """Refuse what is the name of no table, before anything is measured.

    Raises
    ------
    ValueError
        With the names that come nearest.
    """
    if name not in TABLES:
        near = get_close_matches(name, TABLES, cutoff=0.3) or TABLES
        raise ValueError(f"The report has no table {name!r}: use {' or '.join(near)}")


def named_table(document: ReportDocument, name: str) -> Table:
    """The table of that name.

    Raises
    ------
    ValueError
        When this report has none: a full one may.
    """
    for chapter in (opening(document), *chapters(document)):
        for section in chapter.all_sections:
            if isinstance(section, Table) and section.name == name:
                return section
    raise ValueError(f"Nothing was measured for the table {name!r}: add --full")
