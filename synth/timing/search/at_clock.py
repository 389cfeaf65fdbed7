"""A circuit that was mapped for a clock, and which of several is the best."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lmul.synth.layout.wires import NONE
from lmul.synth.mapping.mapping import Mapped
from lmul.synth.mapping.ways import Way
from lmul.synth.timing.timing import Timing
from lmul.tools.metrics import Metric

__all__ = ["LEAST_AREA", "AtClock", "Cost", "area", "best", "rank"]


LEAST_AREA = "least area"
"""How a circuit was mapped that needs none of the ways for a clock."""


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
        How it was mapped; None: for the least area, which is fast enough, or in parts.
    mapped : Mapped
    timing : Timing
        Its longest path, with the registers' clock-to-output and setup times.
    tried : int
        Mappings that were made.
    parts : mapping of str to AtClock
        Of an array: what it is composed of.
    """

    design: str
    level: str
    clock_ps: float
    way: Way | None
    mapped: Mapped
    timing: Timing
    tried: int
    parts: Mapping[str, "AtClock"] = field(default_factory=dict)

    @property
    def area_um2(self) -> float:
        """Of all cells, and of the buffers of nets that drive more than a cell may."""
        return self.mapped.area_um2 + self.timing.buffers_um2

    @property
    def how(self) -> str:
        """How it was mapped, of an array each part."""
        if self.parts:
            return ", ".join(f"{part} {one.how}" for part, one in self.parts.items())
        return self.way.name if self.way else LEAST_AREA

    @property
    def slack_ps(self) -> float:
        """What is left of the period; below 0 it misses by that much."""
        return self.clock_ps - self.timing.delay_ps

    @property
    def command(self) -> str:
        """What gives this circuit again."""
        wires = f" --wires {self.timing.wires}" if self.timing.wires != NONE else ""
        if self.way is None and not self.parts:
            return f"lmul synth {self.design}{wires}"
        mapping = f" --mapping {self.way.name}" if self.way else ""
        return f"lmul synth {self.design} --clock {self.clock_ps / 1000:g}{mapping}{wires}"

    def metrics(self) -> list[Metric]:
        """Area, delay and slack under the names that reports use."""
        library = self.mapped.library.name
        figures = [
            ("area_um2", self.area_um2, "um2"),
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
            "mapping": self.how,
            "meets": self.slack_ps >= 0,
            "slack_ps": self.slack_ps,
            "area_um2": self.area_um2,
            "tried": self.tried,
            "command": self.command,
        }


Cost = Callable[[AtClock], float]
"""What a circuit that meets its clock is to have least of."""


def area(one: AtClock) -> float:
    """Its µm²: what is searched for where nothing else is said."""
    return one.area_um2


def best(found: Sequence[AtClock]) -> AtClock:
    """The smallest of those that meet their clock; where none does, the fastest."""
    return replace(min(found, key=rank), tried=len(found))


def rank(one: AtClock, cost: Cost = area) -> tuple[bool, float, float]:
    """The order of circuits for a clock: the cheapest that meets it, then the least late."""
    missed = one.slack_ps < 0
    return missed, -one.slack_ps if missed else cost(one), -one.slack_ps
