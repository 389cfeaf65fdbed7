"""A clock as a requirement: the smallest circuit found whose longest path fits into a period."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.dot import DotDesign, most_stages
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.designs.unit import UnitDesign
from lmul.synth.layout.wires import NONE
from lmul.synth.liberty.conditions import Conditions
from lmul.synth.liberty.file import Paths
from lmul.synth.liberty.library import Library, load
from lmul.synth.mapping.ways import Way
from lmul.synth.timing.search import AtClock, Subject, best, search

__all__ = ["at_clock", "mappings", "period_ps", "pipelined"]


_PERIOD = re.compile(r"([0-9]+(?:\.[0-9]+)?|\.[0-9]+)(fo4)?")


def period_ps(text: str, library: Library) -> float:
    """The period that a clock's text means: ``"5"`` is 5 ns, ``"60fo4"`` 60 inverter delays.

    An inverter delay is that of the library's smallest inverter which drives four of its kind.

    Raises
    ------
    ValueError
        For another text, or a period of 0.
    """
    match = _PERIOD.fullmatch(text)
    period = float(match[1]) if match else 0.0
    if not match or not period:
        raise ValueError(f"Clock must be a period in ns, such as 5, or 60fo4, not {text!r}")
    return period * (Conditions.of(library).fo4_ps if match[2] else 1000)


def pipelined(design: Design) -> list[Design]:
    """The design with each number of pipeline registers that its name can say, fewest first."""
    if isinstance(design, DotDesign):
        return _each(design, "stages", range(1 + most_stages(design.kind)))
    if isinstance(design, UnitDesign):
        return [design] if design.level == "product" else _each(design, "stages", range(4))
    if not isinstance(design, MacDesign) or design.level == "product":
        return [design]
    if design.level != "array" or design.kind == "int8":
        return _each(design, "stages", range(2))
    return [
        replace(design, stages=stages, rounder=rounder)
        for stages in range(2)
        for rounder in range(4)
    ]


def _each(
    design: DotDesign | MacDesign | UnitDesign, knob: str, values: Iterable[int]
) -> list[Design]:
    return [replace(design, **{knob: value}) for value in values]


def at_clock(
    designs: Design | str | Sequence[Design],
    liberty: Paths | Library,
    clock_ps: float,
    way: Way | None = None,
    jobs: int = 2,
    on_progress: Callable[[int, int, str], None] | None = None,
    wires: str = NONE,
) -> AtClock:
    """The smallest circuit found that meets a clock; of those that none does, the fastest.

    Parameters
    ----------
    designs, liberty, clock_ps, jobs, on_progress, wires
        As for :func:`mappings`.
    way : Way, optional
        The only way to try.

    Raises
    ------
    TypeError, ValueError, OSError, ToolNotFound, ToolFailed
        As :func:`mappings`.
    """
    return best(mappings(designs, liberty, clock_ps, way, jobs, on_progress, wires))


def mappings(
    designs: Design | str | Sequence[Design],
    liberty: Paths | Library,
    clock_ps: float,
    way: Way | None = None,
    jobs: int = 2,
    on_progress: Callable[[int, int, str], None] | None = None,
    wires: str = NONE,
) -> list[AtClock]:
    """All mappings that are made in search of the smallest that meets a clock, the best first.

    Parameters
    ----------
    designs : Design, str or sequence of Design
        A design, or several of which any will do, such as :func:`pipelined` gives.
    liberty : Paths or Library
        The library, or its Liberty file or files.
    clock_ps : float
        The period, which the longest path must fit into, setup included.
    way : Way, optional
        The only way to try.
    jobs, on_progress, wires
        As for :func:`lmul.synth.timing.search.search`.

    Raises
    ------
    TypeError, ValueError, OSError, ToolNotFound, ToolFailed
        As :func:`lmul.synth.timing.search.search`.
    """
    library = liberty if isinstance(liberty, Library) else load(liberty)
    chosen = [designs] if isinstance(designs, Design | str) else list(designs)
    subjects = [Subject.of(one) for one in chosen]
    ways = [way] if way else None
    return search(subjects, library, clock_ps, ways, jobs, on_progress, wires)
