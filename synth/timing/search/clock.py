"""A clock as a requirement: the smallest circuit found whose longest path fits into a period."""

import re
from collections.abc import Callable, Sequence

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.mac import MacDesign
from lmul.synth.layout.wires import NONE, check_wires
from lmul.synth.liberty.conditions import Conditions
from lmul.synth.liberty.file import Paths
from lmul.synth.liberty.library import Library, load
from lmul.synth.mapping.ways import Way
from lmul.synth.timing.search.array_clock import array_at_clock
from lmul.synth.timing.search.at_clock import AtClock, Cost, area, best
from lmul.synth.timing.search.search import search
from lmul.synth.timing.search.subject import Subject, pipelined

__all__ = ["at_clock", "check_period", "mappings", "period_ps"]


_PERIOD = re.compile(r"([0-9]+(?:\.[0-9]+)?|\.[0-9]+)(fo4)?")


def period_ps(text: str, library: Library) -> float:
    """The period that a clock's text means: ``"5"`` is 5 ns, ``"60fo4"`` 60 inverter delays.

    An inverter delay is that of the library's smallest inverter which drives four of its kind.

    Raises
    ------
    ValueError
        For another text, or a period of 0.
    """
    period, in_inverters = _period(text)
    return period * (Conditions.of(library).fo4_ps if in_inverters else 1000)


def check_period(text: object) -> str:
    """The text of a clock, if it is one that :func:`period_ps` knows.

    Raises
    ------
    ValueError
        Otherwise.
    """
    _period(text)
    return str(text)


def _period(text: object) -> tuple[float, bool]:
    """The number, and whether it is one of inverter delays."""
    match = _PERIOD.fullmatch(text) if isinstance(text, str) else None
    period = float(match[1]) if match else 0.0
    if not match or not period:
        raise ValueError(f"Clock must be a period in ns, such as 5, or 60fo4, not {text!r}")
    return period, bool(match[2])


def at_clock(
    design: Design | str,
    liberty: Paths | Library,
    clock_ps: float,
    way: Way | None = None,
    pipeline: bool = False,
    jobs: int = 2,
    on_progress: Callable[[int, int, str], None] | None = None,
    wires: str = NONE,
) -> AtClock:
    """The smallest circuit found that meets a clock; where none does, the fastest.

    Parameters
    ----------
    design : Design or str
        An array is composed of parts, :func:`lmul.synth.timing.search.array_clock.array_at_clock`:
        no wires are estimated of one.
    liberty, clock_ps, jobs, on_progress, wires
        As for :func:`mappings`.
    way : Way, optional
        The only way to try, of anything but an array.
    pipeline : bool
        Try all pipeline registers that the design's name can say; else those that it says.

    Raises
    ------
    TypeError, ValueError, OSError, ToolNotFound, ToolFailed
        As :func:`mappings`; for an array and a way.
    """
    parsed = Design.parse(design)
    if isinstance(parsed, MacDesign) and parsed.level == "array":
        if way:
            raise ValueError(
                f"Each part of {parsed.name!r} is mapped in a way of its own: leave the mapping out"
            )
        library = liberty if isinstance(liberty, Library) else load(liberty)
        check_wires(wires, library, parsed)
        return array_at_clock(parsed, library, clock_ps, pipeline, jobs, on_progress)
    tried = pipelined(parsed) if pipeline else [parsed]
    return best(mappings(tried, liberty, clock_ps, way, jobs, on_progress, wires))


def mappings(
    designs: Design | str | Sequence[Design],
    liberty: Paths | Library,
    clock_ps: float,
    way: Way | None = None,
    jobs: int = 2,
    on_progress: Callable[[int, int, str], None] | None = None,
    wires: str = NONE,
    cost: Cost = area,
) -> list[AtClock]:
    """All mappings that are made in search of the cheapest that meets a clock, the best first.

    Parameters
    ----------
    designs : Design, str or sequence of Design
        A design, or several of which any will do, such as
        :func:`lmul.synth.timing.search.subject.pipelined` gives.
    liberty : Paths or Library
        The library, or its Liberty file or files.
    clock_ps : float
        The period, which the longest path must fit into, setup included.
    way : Way, optional
        The only way to try.
    jobs, on_progress, wires, cost
        As for :func:`lmul.synth.timing.search.search.search`.

    Raises
    ------
    TypeError, ValueError, OSError, ToolNotFound, ToolFailed
        As :func:`lmul.synth.timing.search.search.search`.
    """
    library = liberty if isinstance(liberty, Library) else load(liberty)
    chosen = [designs] if isinstance(designs, Design | str) else list(designs)
    subjects = [Subject.of(one) for one in chosen]
    ways = [way] if way else None
    return search(subjects, library, clock_ps, ways, jobs, on_progress, wires, cost)
