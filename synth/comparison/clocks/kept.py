"""What the repository keeps of circuits at equal clocks."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, NamedTuple, Protocol

from lmul.synth.comparison.accepted import accepted
from lmul.synth.comparison.clocks.energies import energy_points
from lmul.synth.comparison.clocks.points import (
    CLOCKS,
    DOT,
    PE,
    USUAL,
    array_points,
    clock_points,
    clocked_designs,
    unit_points,
)
from lmul.synth.measure.clocked import Clocked
from lmul.synth.measure.measurement import FASTEST, Measured
from lmul.synth.measure.variation import Ratio, Spread

__all__ = ["ClockSurvey", "Compared", "KeptCircuits", "clock_survey", "clocked_of", "ratio_of"]


Found = Mapping[tuple[str, str], Clocked]


@dataclass(frozen=True)
class ClockSurvey:
    """Circuits at equal clocks.

    Attributes
    ----------
    found : mapping of (str, str) to Clocked
        By design and clock, such as ``("pe-int8", "60fo4")``.
    told : str
        Where they come from, a sentence.
    thrifty : mapping of str to Clocked
        By design: the circuit that takes the least energy at the usual clock.
    """

    found: Found = field(default_factory=dict)
    told: str = ""
    thrifty: Mapping[str, Clocked] = field(default_factory=dict)

    def of(self, fmt: str, level: str, kind: str, clock: str) -> Clocked | None:
        """A kind's circuit; None where it was not measured."""
        return self.found.get((clocked_designs(fmt, level).get(kind, ""), clock))

    def first_clock(self, fmt: str) -> str:
        """The clock at which a format is compared first; empty without any.

        ``USUAL``, or the next longer one that PEs of all kinds meet; units, of a format of which
        no PEs are compared.
        """
        level = PE if fmt in CLOCKS[PE] else DOT
        clocks = [clock for clock in CLOCKS[level].get(fmt, ()) if clock != FASTEST]
        longer = clocks[: clocks.index(USUAL) + 1] if USUAL in clocks else clocks
        for clock in reversed(longer):
            circuits = [self.of(fmt, level, kind, clock) for kind in clocked_designs(fmt, level)]
            if all(one and one.energy for one in circuits):
                return clock
        return ""

    def ratio(self, fmt: str, level: str, twin: str, clock: str, what: str) -> Ratio | None:
        """The ``"area"`` or ``"energy"`` of L-Mul's circuit over its twin's.

        None where one was not measured, or misses the clock.
        """
        mine, its = (self.of(fmt, level, kind, clock) for kind in ("lmul", twin))
        return ratio_of(mine, its, what)

    def least_energy(self, fmt: str, level: str, kind: str) -> Clocked | None:
        """A kind's circuit of the least energy; None where it was not searched for."""
        return self.thrifty.get(clocked_designs(fmt, level).get(kind, ""))

    def section(self) -> list[dict[str, Any]]:
        """For a report's JSON."""
        found = [(clock, one) for (_, clock), one in self.found.items()]
        found += [(USUAL, one) for one in self.thrifty.values()]
        return [{"clock": clock, **asdict(one)} for clock, one in found]


class Compared(Protocol):
    """What tables of circuits at equal clocks are made of, such as a report's document."""

    @property
    def formats(self) -> Sequence[str]:
        """The formats that are shown."""
        ...

    @property
    def clocks(self) -> ClockSurvey:
        """The circuits."""
        ...


class KeptCircuits(NamedTuple):
    """Formats and circuits without the rest of a report."""

    formats: Sequence[str]
    clocks: ClockSurvey


def ratio_of(mine: Clocked | None, its: Clocked | None, what: str) -> Ratio | None:
    """The ``"area"`` or ``"energy"`` of a circuit over another's; None where one misses."""
    if mine is None or its is None or mine.energy is None or its.energy is None:
        return None
    return mine.area.over(its.area) if what == "area" else mine.energy.over(its.energy)


def clock_survey() -> ClockSurvey:
    """What is kept, of this commit."""
    kept = accepted("clocks")
    points, told = kept.of(clock_points()), kept.told
    for what, beside, of in (
        ("Units", accepted("units"), unit_points()),
        ("Arrays", accepted("arrays"), array_points()),
        ("Least energies", accepted("energies"), energy_points()),
    ):
        points |= beside.of(of)
        told += f" {what}: {beside.told}" if beside.found else ""
    circuits = {point: clocked_of(one) for point, one in points.items()}
    return ClockSurvey(
        {(point.design, point.clock): one for point, one in circuits.items() if not point.least},
        told,
        {point.design: one for point, one in circuits.items() if point.least},
    )


def clocked_of(measured: Measured) -> Clocked:
    """What a point of ``clock`` gave."""
    known = {one.name for one in fields(Clocked)}
    detail: dict[str, Any] = {k: v for k, v in measured.detail.items() if k in known}
    for name in ("area", "sequential", "energy", "gated"):
        detail[name] = Spread(**detail[name]) if detail.get(name) else None
    return Clocked(**detail)
