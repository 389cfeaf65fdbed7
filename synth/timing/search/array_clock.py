"""An array at a clock: each part the smallest that meets it, the whole timed across all of them.

A flat array of 8 by 8 can't go through twenty mappings. A PE can: its pipeline and the ways to map
it are those that were the best for it alone. Where sums may keep carries, the best PE without and
the best with them both get an array, and the smaller array is taken: carries pass through its drain
registers, too, and are added once a column. Rounders, what makes sums whole, and edges are mapped
apart too, with the choice of the rounder's registers; what stands around them (skew, drain, ports
and control) comes from mapping the array. Then the array is timed flat. Where its longest path
misses the clock, the part in which that path spends most is held to a shorter time, until the whole
meets it: first in an array of 2 by 2, whose parts are the same.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lmul.hdl.arithmetic.form import Form
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.verilog.parts import part_of_module
from lmul.synth.gates.circuit import Circuit
from lmul.synth.liberty.conditions import Conditions
from lmul.synth.liberty.library import Library
from lmul.synth.mapping.cell_netlist import place_of
from lmul.synth.mapping.composed import composed, part_circuit
from lmul.synth.mapping.mapping import Mapped, map_cells
from lmul.synth.mapping.ways import ADDERS, Way
from lmul.synth.timing.search.at_clock import AtClock
from lmul.synth.timing.search.search import Subject, pipelined, probes, search, sort_of
from lmul.synth.timing.timing import Timing, analyse
from lmul.tools.errors import ToolFailed

__all__ = ["ArrayParts", "array_at_clock", "array_of", "array_parts"]


_PE, _WHOLE, _ROUNDER = "pe", "whole", "round"
_EDGES = ("row_edge", "column_edge")
_AROUND_FO4 = 10  # registers before and behind a rounder or an edge, with their multiplexers
_SMALLEST, _QUICKEST = 6, 3  # ways to map a PE alone that are tried with the array's
_TRIES = 12
_AROUND: Sequence[tuple[str, str, str, float] | None] = (
    None,
    ("brent_kung", "0", "amap", 0),
    ("han_carlson", "4", "direct", 0),
    ("han_carlson", "43", "map", 0.6),
)
"""How what is around the parts is mapped, smallest first: adder, chains, cells, and the target as
a share of the clock, as in :data:`lmul.synth.mapping.ways.TRIED`."""


@dataclass(frozen=True)
class ArrayParts:
    """What an array is composed of.

    Attributes
    ----------
    design : MacDesign
        With its pipeline registers.
    found : mapping of str to sequence of AtClock
        Of each part all its mappings with those registers.
    limits : mapping of str to float
        How long each part's own longest path may be, ps.
    """

    design: MacDesign
    found: Mapping[str, Sequence[AtClock]]
    limits: Mapping[str, float]

    def near(self, chosen: Mapping[str, AtClock], most: int) -> dict[str, Sequence[AtClock]]:
        """Of each part the smallest mappings that are as quick as the chosen one or its limit.

        Parameters
        ----------
        chosen : mapping of str to AtClock
            By part.
        most : int
            Mappings of each.
        """
        slow = {part: max(self.limits[part], one.timing.delay_ps) for part, one in chosen.items()}
        return {
            part: sorted(
                (one for one in each if one.timing.delay_ps <= slow[part]),
                key=lambda one: one.area_um2,
            )[:most]
            for part, each in self.found.items()
        }


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
    candidates = [
        _with_pe(design, pe, ways, library, clock_ps, pipeline, jobs, on_progress)
        for pe, ways in _pe_choices(design, library, clock_ps, pipeline, jobs, on_progress)
    ]
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
        before -= found[_WHOLE][0].timing.delay_ps  # it stands before the rounder
    if design.kind != "int8":
        registers = range(4) if pipeline else [design.rounder]
        rounders = {(one := replace(small, rounder=n)): _part(one, _ROUNDER) for n in registers}
        subjects, tried = list(rounders.values()), [None, *probes(before)]
        mapped = search(subjects, library, before, tried, jobs, on_progress)
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
) -> list[tuple[MacDesign, list[Way | None]]]:
    """The PE of an array with the best registers, and the ways that made it small or quick.

    Twice where sums may keep carries, without and with them.
    """
    pe = replace(design, level="pe", rows=1, columns=1, flow="os", fifo=0, rounder=0)
    candidates = [MacDesign.parse(one) for one in pipelined(pe)] if pipeline else [pe]
    each = {_pe_of(one).name: one for one in candidates}
    subjects = [_pe_of(one) for one in each.values()]
    found = search(subjects, library, clock_ps, None, jobs, on_progress)
    sorts = {one.name: one.sort for one in subjects}
    # The first, which is the best, of each sort.
    firsts = {sorts[one.design]: one.design for one in reversed(found)}.values()
    return [(each[name], _ways([one for one in found if one.design == name])) for name in firsts]


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


def array_of(
    parts: ArrayParts, library: Library, clock_ps: float, whole: Subject | None = None
) -> tuple[AtClock, Mapping[str, float]]:
    """The smallest array of these mappings that meets a clock, else the fastest.

    Parameters
    ----------
    parts : ArrayParts
    library : Library
    clock_ps : float
    whole : Subject, optional
        The array's circuit, of which what is around its parts is taken, where it is written in
        another way than its design says.

    Returns
    -------
    AtClock
        Its ``parts`` are those that were put in.
    mapping of str to float
        The parts' limits, shorter where the array misses the clock with those that were given.

    Raises
    ------
    ToolNotFound, ToolFailed
        As :func:`lmul.synth.mapping.mapping.map_cells`.
    """
    found, held, design = parts.found, dict(parts.limits), parts.design
    around = _wholes(whole or Subject.of(design), library, clock_ps)
    mapped_whole = next(around)
    tried = 1 + sum(map(len, found.values()))
    best: tuple[AtClock, Mapping[str, float]] | None = None
    for _ in range(_TRIES):
        chosen = {part: _smallest(each, held[part]) for part, each in found.items()}
        mapped = composed(mapped_whole, {part: one.mapped for part, one in chosen.items()})
        timing = analyse(mapped)
        one = AtClock(design.name, "array", clock_ps, None, mapped, timing, tried, chosen)
        if best is None or one.slack_ps > best[0].slack_ps:
            best = one, dict(held)
        if one.slack_ps >= 0:
            break
        slowest = _slowest(timing)
        shorter = {
            part: min(held[part], chosen[part].timing.delay_ps) + one.slack_ps
            for part in found
            if part_of_module(part, "array") == slowest
        }
        faster = (_smallest(found[part], limit) for part, limit in shorter.items())
        if all(one is chosen[part] for part, one in zip(shorter, faster, strict=True)):
            following = None if shorter else next(around, None)
            if following is None:
                break
            mapped_whole, tried = following, tried + 1
        held |= shorter
    assert best is not None
    return replace(best[0], tried=tried), best[1]


def _wholes(array: Subject, library: Library, clock_ps: float) -> Iterator[Mapped]:
    """Mappings of an array for what is around its parts, at least one, the smallest first."""
    for one in _AROUND:
        way = one and Way(*one[:3], round(one[3] * clock_ps) or 1000.0)
        circuit = array.circuit(ADDERS[way.adder].form if way else "gates")
        try:
            yield map_cells(circuit, library, way=way)
        except ToolFailed:
            continue  # ABC gives up on some


def _smallest(found: Sequence[AtClock], limit: float) -> AtClock:
    """The smallest mapping of a part that is quick enough, else the quickest."""
    quick = [one for one in found if one.timing.delay_ps <= limit]
    if quick:
        return min(quick, key=lambda one: (one.area_um2, one.timing.delay_ps))
    return min(found, key=lambda one: one.timing.delay_ps)


def _slowest(timing: Timing) -> str:
    """In which kind of parts the longest path spends most; empty: around them."""
    spent: Counter[str] = Counter()
    for before, step in zip(timing.path, timing.path[1:], strict=False):
        places = reversed(place_of(step.pin))
        part = next(filter(None, (part_of_module(one, "array") for one in places)), "")
        spent[part] += round(step.arrival_ps - before.arrival_ps)
    return max(spent, key=lambda part: spent[part], default="")
