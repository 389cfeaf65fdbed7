"""A search for the cheapest circuit that meets a clock, of many mappings of it or of several."""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from lmul.hdl.arithmetic.form import Form
from lmul.hdl.designs.dot import DotDesign
from lmul.synth.gates.circuit import Circuit
from lmul.synth.layout.wires import NONE
from lmul.synth.liberty.library import Library
from lmul.synth.mapping.mapping import map_cells
from lmul.synth.mapping.ways import ADDERS, FEW, PROBES, QUICKER, TRIED, Way
from lmul.synth.timing.search.at_clock import LEAST_AREA, AtClock, Cost, area, rank
from lmul.synth.timing.search.subject import Subject
from lmul.synth.timing.timing import analyse
from lmul.tools.errors import ToolFailed

__all__ = ["probes", "search", "ways_for"]


_LUCK = 0.1  # of a longest path: what one way misses, another may meet

_FRUITLESS = 2  # registers more, each of which made nothing cheaper: then none is expected to

_FASTEST_PS = 1000.0  # a target that no circuit reaches which is in need of one


def ways_for(
    clock_ps: float,
    table: Sequence[tuple[str, Sequence[str], Sequence[str], Sequence[float]]] = TRIED,
) -> list[Way]:
    """The ways of a table that are tried for a clock.

    ABC sees the logic between registers alone, so it is asked for less than the period.
    """
    return [
        Way(adder, chains, cells, round(share * clock_ps) or _FASTEST_PS)
        for cells, adders, rounds, shares in table
        for adder in adders
        for chains in rounds
        for share in shares
    ]


def probes(clock_ps: float) -> list[Way]:
    """Of those the ones by which a pipeline is chosen."""
    return [one for one in ways_for(clock_ps) if (one.cells, one.adder, one.chains) in PROBES]


def search(
    subjects: Sequence[Subject],
    library: Library,
    clock_ps: float,
    ways: Sequence[Way | None] | None = None,
    jobs: int = 2,
    on_progress: Callable[[int, int, str], None] | None = None,
    wires: str = NONE,
    cost: Cost = area,
) -> list[AtClock]:
    """All mappings that are made in search of the cheapest that meets a clock, the best first.

    Parameters
    ----------
    subjects : sequence of Subject
        Any of them will do.
    library : Library
    clock_ps : float
        The period, which the longest path must fit into, setup included.
    ways : sequence of Way or None, optional
        The only ways to try, None being the least area; :func:`ways_for` the clock when left out,
        after the mapping for the least area: where that is fast enough, no other is tried. Of
        several subjects one of each sort is chosen by :func:`probes`, and the others are tried with
        it: a sort may need another way. Dot-product units are mapped in few of them, from the
        fewest registers with which the quickest way misses by little, up to where more of them make
        nothing cheaper.
    jobs : int
        Yosys processes at a time.
    on_progress : callable, optional
        Called with mappings done, mappings in all, and what was mapped last.
    wires : str
        With which the clock is to be met: :data:`lmul.synth.layout.wires.SETTINGS`.
    cost : callable
        What the circuit is to have least of, asked of those alone that meet the clock. All of
        several subjects are mapped in all ways for another one than the area, units as above.

    Raises
    ------
    TypeError, ValueError, OSError, ToolNotFound, ToolFailed
        As :func:`lmul.synth.mapping.mapping.map_cells`; a way that fails is passed over while
        another works.
    """
    report = on_progress or (lambda _done, _total, _label: None)
    # Elaboration stays in this thread: Amaranth is not made for several.
    first, tried = probes(clock_ps), ways_for(clock_ps)
    if ways is None and all(one.level == DotDesign.level for one in subjects):
        return _of_units(subjects, library, clock_ps, jobs, report, wires, cost)
    if ways is None and cost is not area:
        ways = [None, *tried]
    plan = [(one, way) for one in subjects for way in ways or [None]]
    seen: set[tuple[str, ...]] = set()
    found = _mapped(_unlike(plan, seen), library, clock_ps, jobs, report, 0, wires)
    missed = {one.design for one in found if one.slack_ps < 0}
    slow = [one for one in subjects if one.name in missed]
    if ways is None and slow:
        others = [way for way in tried if way not in first]
        plan = _unlike([(one, way) for one in slow for way in first], seen)
        found += _mapped(plan, library, clock_ps, jobs, report, len(found), wires)
        sorts = {one.name: one.sort for one in subjects}
        chosen = {sorts[one.design]: one.design for one in sorted(found, key=rank, reverse=True)}
        plan = [(one, way) for one in slow if one.name in chosen.values() for way in others]
        found += _mapped(_unlike(plan, seen), library, clock_ps, jobs, report, len(found), wires)
    return sorted(found, key=lambda one: rank(one, cost))


def _of_units(
    subjects: Sequence[Subject],
    library: Library,
    clock_ps: float,
    jobs: int,
    report: Callable[[int, int, str], None],
    wires: str,
    cost: Cost,
) -> list[AtClock]:
    """Mappings of one unit with ever more registers, the best first."""
    few, quicker = ways_for(clock_ps, FEW), ways_for(clock_ps, QUICKER)
    subjects = _within_reach(subjects, few[0], library, clock_ps, wires)
    seen: set[tuple[str, ...]] = set()
    found: list[AtClock] = []
    failed: list[ToolFailed] = []

    def meeting(one: Subject, ways: Sequence[Way | None]) -> list[AtClock]:
        plan = _unlike([(one, way) for way in ways], seen)
        try:
            mapped = _mapped(plan, library, clock_ps, jobs, report, len(found), wires)
        except ToolFailed as error:  # all of these ways; others may work
            failed.append(error)
            return []
        found.extend(mapped)
        return [each for each in mapped if each.slack_ps >= 0]

    least, fruitless = math.inf, 0
    for one in subjects:
        meets = meeting(one, [None]) or meeting(one, few)
        costs = min(map(cost, meets), default=math.inf)
        fruitless = 0 if costs < least else fruitless + (least < math.inf)
        least = min(least, costs)
        if fruitless == _FRUITLESS:
            break
    if least == math.inf:
        for one in subjects:
            meeting(one, quicker)
    if not found:
        raise failed[0]
    return sorted(found, key=lambda one: rank(one, cost))


def _within_reach(
    subjects: Sequence[Subject], quickest: Way, library: Library, clock_ps: float, wires: str
) -> Sequence[Subject]:
    """Of pipelines, the fewest registers first, those that may meet a clock; or the last.

    Each has all registers of the one before it, so that it can't be slower, but for luck: with
    fewer than one that misses by more than luck does, none meets.
    """
    first, last = 0, len(subjects) - 1
    while first < last:
        middle = (first + last) // 2
        plan = [(subjects[middle], quickest)]
        [found] = _mapped(plan, library, clock_ps, 1, lambda _done, _total, _label: None, 0, wires)
        if found.slack_ps < -_LUCK * clock_ps:
            first = middle + 1
        else:
            last = middle
    return subjects[first:]


def _unlike(
    plan: Sequence[tuple[Subject, Way | None]], seen: set[tuple[str, ...]]
) -> list[tuple[Subject, Way | None]]:
    """Without ways that do to the same text what another does: not each form makes a difference."""
    kept: list[tuple[Subject, Way | None]] = []
    for subject, way in plan:
        key: tuple[str, ...] = (subject.name,)
        if way:
            adder = ADDERS[way.adder]
            key += (subject.circuit(adder.form).verilog, adder.options, way.abc)
        if key not in seen:
            seen.add(key)
            kept.append((subject, way))
    return kept


def _mapped(
    plan: Sequence[tuple[Subject, Way | None]],
    library: Library,
    clock_ps: float,
    jobs: int,
    report: Callable[[int, int, str], None],
    before: int,
    wires: str,
) -> list[AtClock]:
    """Each subject mapped in each way; those that ABC fails on are left out unless all are."""
    circuits: dict[tuple[str, Form], Circuit] = {}
    for subject, way in plan:
        form = ADDERS[way.adder].form if way else "gates"
        if (subject.name, form) not in circuits:
            circuits[subject.name, form] = subject.circuit(form)

    def work(one: tuple[Subject, Way | None]) -> AtClock | ToolFailed:
        subject, way = one
        circuit = circuits[subject.name, ADDERS[way.adder].form if way else "gates"]
        try:
            mapped = map_cells(circuit, library, way=way)
        except ToolFailed as error:
            return error
        timing = analyse(mapped, wires=wires)
        return AtClock(subject.name, subject.level, clock_ps, way, mapped, timing, 1)

    found: list[AtClock] = []
    failed: ToolFailed | None = None
    with ThreadPoolExecutor(jobs) as pool:
        done = zip(pool.map(work, plan), plan, strict=True)
        for number, (one, (subject, way)) in enumerate(done):
            label = f"{subject.name}: {way.name if way else LEAST_AREA}"
            report(before + number + 1, before + len(plan), label)
            if isinstance(one, ToolFailed):
                failed = one
            else:
                found.append(one)
    if not found and failed:
        raise failed
    return found
