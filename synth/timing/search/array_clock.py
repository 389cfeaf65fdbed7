"""An array at a clock: each part the smallest that meets it, the whole timed across all of them.

A flat array of 8 by 8 can't go through twenty mappings. A PE can: its pipeline and the ways to map
it are those that were the best for it alone. Where sums may keep carries, the best PE without and
the best with them both get an array, and the smaller array is taken: carries pass through its drain
registers, too, and are added once a column. Rounders, what makes sums whole, and edges are mapped
apart too, with the choice of the rounder's registers; what stands around them (skew, drain, ports
and control) comes from mapping the array. Then the array is timed flat. Where its longest path
misses the clock, the part in which that path spends most is held to a shorter time, until the whole
meets it: first in an array of 2 by 2, whose parts are the same. Where no part is to blame, what
stands around them gets stronger cells and more buffers; in the end, if need be, all of it does.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from lmul.hdl.arithmetic.form import Form
from lmul.hdl.designs.mac import MacDesign
from lmul.synth.gates.circuit import Circuit
from lmul.synth.liberty.conditions import Conditions
from lmul.synth.liberty.library import Library
from lmul.synth.mapping.composed import part_circuit
from lmul.synth.mapping.ways import Way
from lmul.synth.timing.search.array_parts import ArrayParts, array_of
from lmul.synth.timing.search.at_clock import AtClock, rank
from lmul.synth.timing.search.search import probes, search
from lmul.synth.timing.search.subject import Subject, pipelined, sort_of

__all__ = ["array_at_clock", "array_parts"]


_PE, _WHOLE, _ROUNDER = "pe", "whole", "round"
_EDGES = ("row_edge", "column_edge")
_AROUND_FO4 = 10  # registers before and behind a rounder or an edge, with their multiplexers
_SMALLEST, _QUICKEST = 6, 3  # ways to map a PE alone that are tried with the array's


def array_at_clock(
    design: MacDesign,
    library: Library,
    clock_ps: float,
    pipeline: bool = False,
    jobs: int = 2,
    on_progress: Callable[[int, int, str], None] | None = None,
) -> AtClock:
    """The smallest array found that meets a clock, composed of its parts; else the fastest.

    Parameters
    ----------
    design, library, clock_ps, pipeline, jobs, on_progress
        As for :func:`array_parts`.

    Raises
    ------
    ToolNotFound, ToolFailed
        As :func:`lmul.synth.mapping.mapping.map_cells`.
    """
    parts = array_parts(design, library, clock_ps, pipeline, jobs, on_progress)
    return array_of(parts, library, clock_ps)[0]


def array_parts(
    design: MacDesign,
    library: Library,
    clock_ps: float,
    pipeline: bool = False,
    jobs: int = 2,
    on_progress: Callable[[int, int, str], None] | None = None,
) -> ArrayParts:
    """All mappings of an array's parts for a clock, and how quick an array of 2 by 2 needs them.

    Parameters
    ----------
    design : MacDesign
        An array.
    library, clock_ps, jobs, on_progress
        As for :func:`lmul.synth.timing.search.search.search`.
    pipeline : bool
        Choose its pipeline registers anew, and whether sums keep carries; else both are as its name
        says.

    Raises
    ------
    ToolNotFound, ToolFailed
        As :func:`lmul.synth.mapping.mapping.map_cells`.
    """
    candidates: list[tuple[ArrayParts, AtClock]] = []
    for choices in _pe_choices(design, library, clock_ps, pipeline, jobs, on_progress):
        candidates += [
            _with_pe(design, pe, ways, library, clock_ps, pipeline, jobs, on_progress)
            for pe, ways in choices
        ]
        if any(small.slack_ps >= 0 for _, small in candidates):
            break
    return min(candidates, key=lambda one: _rank(one[1], design.rows))[0]


def _rank(small: AtClock, rows: int) -> tuple[bool, float]:
    """By how much an array of 2 by 2 misses the clock, or what a PE takes in one of so many rows.

    Of that is its share of a column's end, and a quarter of all that is around.
    """
    if small.slack_ps < 0:
        return True, -small.slack_ps
    end = sum(small.parts[part].area_um2 for part in (_WHOLE, _ROUNDER) if part in small.parts)
    return False, (small.area_um2 - 2 * end) / 4 + end / rows


def _with_pe(
    design: MacDesign,
    pe: MacDesign,
    ways: Sequence[Way | None],
    library: Library,
    clock_ps: float,
    pipeline: bool,
    jobs: int,
    on_progress: Callable[[int, int, str], None] | None,
) -> tuple[ArrayParts, AtClock]:
    """The parts of an array with the registers and carries of a PE, and an array of 2 by 2."""
    # A part is the same whatever the array's size, and a small one is written and timed sooner.
    small = replace(design, rows=2, columns=2, stages=pe.stages, carries=pe.carries)
    found: dict[str, Sequence[AtClock]] = {}
    found[_PE] = search([_part(small, _PE)], library, clock_ps, ways, jobs, on_progress)
    inside = before = clock_ps - _AROUND_FO4 * Conditions.of(library).fo4_ps
    if small.carries:
        found[_WHOLE] = search([_part(small, _WHOLE)], library, inside, None, jobs, on_progress)
        before -= found[_WHOLE][0].timing.delay_ps  # it stands before the rounder's first register
    if design.kind != "int8":
        registers = range(4) if pipeline else [design.rounder]
        rounders = {(one := replace(small, rounder=n)): _part(one, _ROUNDER) for n in registers}
        mapped: list[AtClock] = []
        for one, subject in rounders.items():
            limit = inside if one.rounder else before
            tried = [None, *probes(limit)]
            mapped += search([subject], library, limit, tried, jobs, on_progress)
        mapped.sort(key=rank)
        best = mapped[0].design
        found[_ROUNDER] = [one for one in mapped if one.design == best]
        small = next(one for one, subject in rounders.items() if subject.name == best)
    for edge in _EDGES:
        found[edge] = search([_part(small, edge)], library, inside, None, jobs, on_progress)
    first = ArrayParts(small, found, dict.fromkeys(found, clock_ps))
    whole, limits = array_of(first, library, clock_ps)
    design = replace(small, rows=design.rows, columns=design.columns)
    return ArrayParts(design, found, limits), whole


def _pe_choices(
    design: MacDesign,
    library: Library,
    clock_ps: float,
    pipeline: bool,
    jobs: int,
    on_progress: Callable[[int, int, str], None] | None,
) -> list[list[tuple[MacDesign, list[Way | None]]]]:
    """The PE of an array with the best registers, and the ways that made it small or quick.

    Twice where sums may keep carries, without and with them. Then those with other registers that
    are the quickest: for arrays in which the first miss the clock.
    """
    pe = replace(design, level="pe", rows=1, columns=1, flow="os", fifo=0, rounder=0)
    candidates = [MacDesign.parse(one) for one in pipelined(pe)] if pipeline else [pe]
    each = {_pe_of(one).name: one for one in candidates}
    subjects = [_pe_of(one) for one in each.values()]
    found = search(subjects, library, clock_ps, None, jobs, on_progress)
    sorts = {one.name: one.sort for one in subjects}
    # The first, which is the best, of each sort, and the quickest.
    firsts = {sorts[one.design]: one.design for one in reversed(found)}
    falling = sorted(found, key=lambda one: -one.timing.delay_ps)
    others = {sorts[one.design]: one.design for one in falling}.items() - firsts.items()
    return [
        [(each[name], _ways([one for one in found if one.design == name])) for name in names]
        for names in (firsts.values(), [name for _, name in sorted(others)])
    ]


def _ways(found: Sequence[AtClock]) -> list[Way | None]:
    """Of all mappings of a PE, the best first, the ways that made it small or quick."""
    quick = sorted(found, key=lambda one: one.timing.delay_ps)
    return list(dict.fromkeys(one.way for one in (*found[:_SMALLEST], *quick[:_QUICKEST])))


def _pe_of(pe: MacDesign) -> Subject:
    """A PE as its array has it: where it keeps carries, it does not make sums whole."""
    return _part(replace(pe, level="array"), _PE) if pe.carries else Subject.of(pe)


def _part(design: MacDesign, part: str) -> Subject:
    def circuit(form: Form) -> Circuit:
        return part_circuit(Circuit.of(design, form), part)

    return Subject(f"{part} of {design.name}", design.level, circuit, sort_of(design))
