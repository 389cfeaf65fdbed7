"""An array put together of mapped parts, and timed across all of them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.verilog.parts import part_of_module
from lmul.synth.liberty.library import Library
from lmul.synth.mapping.cell_netlist import place_of
from lmul.synth.mapping.composed import composed
from lmul.synth.mapping.mapping import Mapped, map_cells
from lmul.synth.mapping.ways import ADDERS, Way
from lmul.synth.timing.search.at_clock import AtClock
from lmul.synth.timing.search.subject import Subject
from lmul.synth.timing.sizing import sized
from lmul.synth.timing.timing import Timing, analyse
from lmul.tools.errors import ToolFailed
from lmul.tools.garbage import uncollected

__all__ = ["ArrayParts", "array_of"]


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


@uncollected()
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
            if shorter:
                break
            stronger = sized(mapped, clock_ps, [f"{mapped.circuit.top}_{part}" for part in found])
            following = next(around, None) if stronger is mapped else stronger
            if following is None:
                break
            mapped_whole, tried = following, tried + 1
        held |= shorter
    assert best is not None
    one, limits = best
    if one.slack_ps < 0:
        mapped = sized(one.mapped, clock_ps, last=True)
        one = replace(one, mapped=mapped, timing=analyse(mapped))
    return replace(one, tried=tried), limits


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
