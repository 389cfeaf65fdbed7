"""A clock as a requirement: the smallest circuit found whose longest path fits into a period."""

import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from lmul.hdl.arithmetic.form import Form
from lmul.hdl.designs.design import Design
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.designs.unit import UnitDesign
from lmul.synth.gates.circuit import Circuit
from lmul.synth.liberty.conditions import Conditions
from lmul.synth.liberty.file import Paths
from lmul.synth.liberty.library import Library, load
from lmul.synth.mapping.mapping import Mapped, map_cells
from lmul.synth.mapping.ways import ADDERS, PROBES, TRIED, Way
from lmul.synth.timing.timing import Timing, analyse
from lmul.tools.errors import ToolFailed
from lmul.tools.metrics import Metric

__all__ = [
    "AtClock",
    "at_clock",
    "best",
    "mappings",
    "period_ps",
    "pipelined",
    "ways_for",
]


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


_FASTEST_PS = 1000.0  # a target that no circuit reaches which is in need of one


def ways_for(clock_ps: float) -> list[Way]:
    """The ways that are tried for a clock.

    ABC sees the logic between registers alone, so it is asked for less than the period.
    """
    return [
        Way(adder, chains, cells, round(share * clock_ps) or _FASTEST_PS)
        for cells, adders, rounds, shares in TRIED
        for adder in adders
        for chains in rounds
        for share in shares
    ]


@dataclass(frozen=True)
class AtClock:
    """A design at a clock.

    Attributes
    ----------
    design : str
        The name of the circuit that was mapped.
    level : str
        ``"pe"``, ``"multiplier"``, …
    clock_ps : float
        The period asked for.
    way : Way or None
        How it was mapped; None: for the least area, which is fast enough.
    mapped : Mapped
    timing : Timing
        Its longest path, with the registers' clock-to-output and setup times.
    tried : int
        Mappings that were made.
    """

    design: str
    level: str
    clock_ps: float
    way: Way | None
    mapped: Mapped
    timing: Timing
    tried: int

    @property
    def slack_ps(self) -> float:
        """What is left of the period; below 0 it misses by that much."""
        return self.clock_ps - self.timing.delay_ps

    @property
    def command(self) -> str:
        """What gives this circuit again."""
        if self.way is None:
            return f"lmul synth {self.design}"
        return (
            f"lmul synth {self.design} --clock {self.clock_ps / 1000:g} --mapping {self.way.name}"
        )

    def metrics(self) -> list[Metric]:
        """Area, delay and slack under the names that reports use."""
        library = self.mapped.library.name
        figures = [
            ("area_um2", self.mapped.area_um2, "um2"),
            ("sequential_um2", self.mapped.sequential_um2, "um2"),
            ("delay_ps", self.timing.delay_ps, "ps"),
            ("slack_ps", self.slack_ps, "ps"),
        ]
        return [Metric(self.design, self.level, n, v, u, library=library) for n, v, u in figures]

    def section(self) -> dict[str, float | int | str | None]:
        """For a report's JSON."""
        return {
            "clock_ps": self.clock_ps,
            "design": self.design,
            "mapping": self.way.name if self.way else None,
            "meets": self.slack_ps >= 0,
            "slack_ps": self.slack_ps,
            "area_um2": self.mapped.area_um2,
            "tried": self.tried,
            "command": self.command,
        }


def pipelined(design: Design) -> list[Design]:
    """The design with each number of pipeline registers that its name can say, fewest first."""
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


def _each(design: MacDesign | UnitDesign, knob: str, values: Iterable[int]) -> list[Design]:
    return [replace(design, **{knob: value}) for value in values]


def at_clock(
    designs: Design | str | Sequence[Design],
    liberty: Paths | Library,
    clock_ps: float,
    way: Way | None = None,
    jobs: int = 2,
    on_progress: Callable[[int, int, str], None] | None = None,
) -> AtClock:
    """The smallest circuit found that meets a clock; of those that none does, the fastest.

    Parameters
    ----------
    designs, liberty, clock_ps, jobs, on_progress
        As for :func:`mappings`.
    way : Way, optional
        The only way to try.

    Raises
    ------
    TypeError, ValueError, OSError, ToolNotFound, ToolFailed
        As :func:`mappings`.
    """
    return best(mappings(designs, liberty, clock_ps, way, jobs, on_progress))


def best(found: Sequence[AtClock]) -> AtClock:
    """The smallest of those that meet their clock; where none does, the fastest."""
    return replace(min(found, key=_rank), tried=len(found))


def _rank(one: AtClock) -> tuple[bool, float, float]:
    missed = one.slack_ps < 0
    return missed, -one.slack_ps if missed else one.mapped.area_um2, -one.slack_ps


def mappings(
    designs: Design | str | Sequence[Design],
    liberty: Paths | Library,
    clock_ps: float,
    way: Way | None = None,
    jobs: int = 2,
    on_progress: Callable[[int, int, str], None] | None = None,
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
        The only way to try; :func:`ways_for` the clock when left out, after the mapping for the
        least area: where that is fast enough, no other is tried. Of several designs one is chosen
        by the ways of :data:`lmul.synth.mapping.ways.PROBES`, and the others are tried with it.
    jobs : int
        Yosys processes at a time.
    on_progress : callable, optional
        Called with mappings done, mappings in all, and what was mapped last.

    Raises
    ------
    TypeError, ValueError, OSError, ToolNotFound, ToolFailed
        As :func:`lmul.synth.mapping.mapping.map_cells`; a way that fails is passed over while
        another works.
    """
    library = liberty if isinstance(liberty, Library) else load(liberty)
    chosen = [designs] if isinstance(designs, Design | str) else list(designs)
    report = on_progress or (lambda _done, _total, _label: None)
    # Elaboration stays in this thread: Amaranth is not made for several.
    ways: list[Way | None] = [way] if way else [None]
    plan = [(Design.parse(one), each) for one in chosen for each in ways]
    found = _mapped(plan, library, clock_ps, jobs, report, 0)
    slow = [Design.parse(one.design) for one in found if one.slack_ps < 0]
    if way is None and slow:
        probes, others = _split(ways_for(clock_ps))
        plan = [(design, each) for design in slow for each in probes]
        found += _mapped(plan, library, clock_ps, jobs, report, len(found))
        chosen_one = min(found, key=_rank).design
        plan = [(one, each) for one in slow if one.name == chosen_one for each in others]
        found += _mapped(plan, library, clock_ps, jobs, report, len(found))
    return sorted(found, key=_rank)


def _split(ways: Sequence[Way]) -> tuple[list[Way], list[Way]]:
    """Those that choose among several designs, and the others."""
    probes = [one for one in ways if (one.cells, one.adder, one.chains) in PROBES]
    return probes, [one for one in ways if one not in probes]


def _mapped(
    plan: Sequence[tuple[Design, Way | None]],
    library: Library,
    clock_ps: float,
    jobs: int,
    report: Callable[[int, int, str], None],
    before: int,
) -> list[AtClock]:
    """Each design mapped in each way; those that ABC fails on are left out unless all are."""
    circuits: dict[tuple[str, Form], Circuit] = {}
    for design, way in plan:
        form = ADDERS[way.adder].form if way else "gates"
        if (design.name, form) not in circuits:
            circuits[design.name, form] = Circuit.of(design, form)

    def work(one: tuple[Design, Way | None]) -> AtClock | ToolFailed:
        design, way = one
        circuit = circuits[design.name, ADDERS[way.adder].form if way else "gates"]
        try:
            mapped = map_cells(circuit, library, way=way)
        except ToolFailed as error:
            return error
        timing = analyse(mapped)
        return AtClock(design.name, design.level, clock_ps, way, mapped, timing, 1)

    found: list[AtClock] = []
    failed: ToolFailed | None = None
    with ThreadPoolExecutor(jobs) as pool:
        for number, (one, (design, way)) in enumerate(zip(pool.map(work, plan), plan, strict=True)):
            label = f"{design.name}: {way.name if way else 'least area'}"
            report(before + number + 1, before + len(plan), label)
            if isinstance(one, ToolFailed):
                failed = one
            else:
                found.append(one)
    if not found and failed:
        raise failed
    return found
