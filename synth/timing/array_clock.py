"""An array at a clock: each part the smallest that meets it, the whole timed across all of them.

A flat array of 8 by 8 can't go through twenty mappings. A PE can: its pipeline and the ways to map
it are those that were the best for it alone. Rounders and edges are mapped apart too, with the
choice of the rounder's registers; what stands around them (skew, drain, ports and control) comes
from mapping the array. Then the array is timed flat. Where its longest path misses the clock, the
part in which that path spends most is held to a shorter time, until the whole meets it: first in an
array of 2 by 2, whose parts are the same.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
from lmul.synth.mapping.ways import Way
from lmul.synth.timing.clock import mappings, pipelined
from lmul.synth.timing.search import AtClock, Subject, probes, search
from lmul.synth.timing.timing import Timing, analyse
from lmul.tools.errors import ToolFailed

__all__ = ["ArrayAtClock", "array_at_clock"]


_PE, _ROUNDER = "pe", "round"
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
class ArrayAtClock:
    """An array at a clock.

    Attributes
    ----------
    design : MacDesign
        With the pipeline registers that were chosen.
    clock_ps : float
    limits : mapping of str to float
        How long each part's own longest path may be, ps.
    chosen : mapping of str to AtClock
        Those that were put in.
    mapped : Mapped
        The array composed of them.
    timing : Timing
        Of all of it, buffers of the nets that reach all parts included.
    tried : int
        Mappings in all, of parts and of wholes.
    """

    design: MacDesign
    clock_ps: float
    limits: Mapping[str, float]
    chosen: Mapping[str, AtClock]
    mapped: Mapped
    timing: Timing
    tried: int

    @property
    def slack_ps(self) -> float:
        """What is left of the period; below 0 it misses by that much."""
        return self.clock_ps - self.timing.delay_ps

    @property
    def ways(self) -> str:
        """How each part was mapped."""
        ways = {
            part: one.way.name if one.way else "least area" for part, one in self.chosen.items()
        }
        return ", ".join(f"{part} {way}" for part, way in ways.items())


def array_at_clock(
    design: MacDesign,
    library: Library,
    clock_ps: float,
    jobs: int = 2,
    on_progress: Callable[[int, int, str], None] | None = None,
) -> ArrayAtClock:
    """The smallest array found that meets a clock, composed of its parts; else the fastest.

    Parameters
    ----------
    design : MacDesign
        An array; its pipeline registers are chosen anew.
    library, clock_ps, jobs, on_progress
        As for :func:`lmul.synth.timing.search.search`.

    Raises
    ------
    ToolNotFound, ToolFailed
        As :func:`lmul.synth.mapping.mapping.map_cells`.
    """
    # A part is the same whatever the array's size, and a small one is written and timed sooner.
    small = replace(design, rows=2, columns=2, stages=0, rounder=0)
    found: dict[str, Sequence[AtClock]] = {}
    stages, ways = _pe_choices(design, library, clock_ps, jobs, on_progress)
    small = replace(small, stages=stages)
    pe = [_part(small, _PE)]
    found[_PE] = search(pe, library, clock_ps, ways, jobs, on_progress)
    inside = clock_ps - _AROUND_FO4 * Conditions.of(library).fo4_ps
    if design.kind != "int8":
        rounders = {(one := replace(small, rounder=n)): _part(one, _ROUNDER) for n in range(4)}
        subjects, tried = list(rounders.values()), [None, *probes(inside)]
        mapped = search(subjects, library, inside, tried, jobs, on_progress)
        best = mapped[0].design
        found[_ROUNDER] = [one for one in mapped if one.design == best]
        small = next(one for one, subject in rounders.items() if subject.name == best)
    for edge in _EDGES:
        found[edge] = search([_part(small, edge)], library, inside, None, jobs, on_progress)
    limits: Mapping[str, float] = dict.fromkeys(found, clock_ps)
    for one in (small, replace(small, rows=design.rows, columns=design.columns)):
        wholes = _wholes(one, library, clock_ps)
        composition = _composed(one, clock_ps, found, limits, wholes)
        limits = composition.limits
    return composition


def _pe_choices(
    design: MacDesign,
    library: Library,
    clock_ps: float,
    jobs: int,
    on_progress: Callable[[int, int, str], None] | None,
) -> tuple[int, list[Way | None]]:
    """The registers of an array's PEs, and the ways that made such a PE small or quick."""
    pe = replace(design, level="pe", rows=1, columns=1, flow="os", fifo=0, rounder=0)
    found = mappings(pipelined(pe), library, clock_ps, None, jobs, on_progress)
    same = [one for one in found if one.design == found[0].design]
    quick = sorted(same, key=lambda one: one.timing.delay_ps)
    chosen = [one.way for one in (*same[:_SMALLEST], *quick[:_QUICKEST])]
    return MacDesign.parse(found[0].design).stages, list(dict.fromkeys(chosen))


def _part(design: MacDesign, part: str) -> Subject:
    def circuit(form: Form) -> Circuit:
        return part_circuit(Circuit.of(design, form), part)

    return Subject(f"{part} of {design.name}", design.level, circuit)


def _composed(
    design: MacDesign,
    clock_ps: float,
    found: Mapping[str, Sequence[AtClock]],
    limits: Mapping[str, float],
    wholes: Iterable[Mapped],
) -> ArrayAtClock:
    """The smallest array of these mappings that meets a clock, else the fastest.

    Parameters
    ----------
    design : MacDesign
        With its pipeline registers.
    clock_ps : float
    found : mapping of str to sequence of AtClock
        Of each part all its mappings with those registers.
    limits : mapping of str to float
        As in :class:`ArrayAtClock`; they become shorter where the whole misses the clock.
    wholes : iterable of Mapped
        Mappings of the array for what is around its parts, at least one; the next is taken where
        that is too slow.
    """
    around, held = iter(wholes), dict(limits)
    whole = next(around)
    tried = 1 + sum(map(len, found.values()))
    best: ArrayAtClock | None = None
    for _ in range(_TRIES):
        chosen = {part: _smallest(each, held[part]) for part, each in found.items()}
        mapped = composed(whole, {part: one.mapped for part, one in chosen.items()})
        timing = analyse(mapped)
        one = ArrayAtClock(design, clock_ps, dict(held), chosen, mapped, timing, tried)
        if best is None or one.slack_ps > best.slack_ps:
            best = one
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
            whole, tried = following, tried + 1
        held |= shorter
    assert best is not None
    return replace(best, tried=tried)


def _wholes(design: MacDesign, library: Library, clock_ps: float) -> Iterator[Mapped]:
    for one in _AROUND:
        way = one and Way(*one[:3], round(one[3] * clock_ps) or 1000.0)
        try:
            yield map_cells(design, library, way=way)
        except ToolFailed:
            continue  # ABC gives up on some


def _smallest(found: Sequence[AtClock], limit: float) -> AtClock:
    """The smallest mapping of a part that is quick enough, else the quickest."""
    quick = [one for one in found if one.timing.delay_ps <= limit]
    if quick:
        return min(quick, key=lambda one: (one.mapped.area_um2, one.timing.delay_ps))
    return min(found, key=lambda one: one.timing.delay_ps)


def _slowest(timing: Timing) -> str:
    """In which kind of parts the longest path spends most; empty: around them."""
    spent: Counter[str] = Counter()
    for before, step in zip(timing.path, timing.path[1:], strict=False):
        places = reversed(place_of(step.pin))
        part = next(filter(None, (part_of_module(one, "array") for one in places)), "")
        spent[part] += round(step.arrival_ps - before.arrival_ps)
    return max(spent, key=lambda part: spent[part], default="")
