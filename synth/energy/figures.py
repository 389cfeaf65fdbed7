"""What one operation of a circuit takes, part by part of the energy."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from lmul.synth.layout.clock_gates import ClockGates
from lmul.synth.layout.clock_leaves import ClockLeaves
from lmul.tools.metrics import Metric

__all__ = ["Energy"]


@dataclass(frozen=True)
class Energy:
    """What one operation takes, in fJ: a product, or a multiply-accumulate.

    Attributes
    ----------
    design, level, library, stimulus : str
    switching, internal, clock, leakage : float
        Of all cells, every net toggling at most once: what charges nets, what cells spend inside
        as pins change, what clock pins take, what leaks in one period of ``frequency``.
    glitches, unit_glitches : float
        What comes on top with the cells' own delays, and when every gate takes one unit of time:
        :mod:`lmul.synth.gatesim.delays`. Both are taken from a sample of the steps.
    ports : float
        What whoever drives the ports spends on the pins behind them, the clock's among them. In
        no sum here.
    parts : mapping of str to float
        The cells' energy without glitches by part, each part mapped apart; empty where there are
        none. It adds up to a little more or less than ``without_glitches``: parts mapped together
        share.
    operations : int
        Measured, and compared with the golden model.
    transition : float
        At the ports, the clock's among them, ps: :class:`lmul.synth.liberty.conditions.Conditions`.
    frequency : float
        Hz.
    restructuring : str
        Which of :data:`lmul.synth.mapping.mapping.RESTRUCTURINGS` the netlist was mapped with.
    wires : str
        One of :data:`lmul.synth.layout.wires.SETTINGS`.
    leaves : ClockLeaves or None
        The last stage of a clock tree for it, estimated; None without flip-flops, or without a
        buffer in the library. In no sum here.
    leaves_fj : float
        What that stage takes of an operation.
    gates : ClockGates or None
        The clock gates of what a ``dualW`` accumulator writes on change only, estimated; what they
        save and take is of an operation. None of other designs. In no sum here but ``gated``.
    writes : mapping of str to float
        The share of operations in which each of those parts is written.
    shape, cycles : tuple of int or None, int or None
        Of an array, M, K, N of the 64 products that were measured, and the cycles of each, from
        the first operands to the last result.
    """

    design: str
    level: str
    library: str
    stimulus: str
    switching: float
    internal: float
    clock: float
    leakage: float
    glitches: float
    unit_glitches: float
    ports: float
    parts: Mapping[str, float]
    operations: int
    transition: float
    frequency: float
    restructuring: str
    wires: str
    leaves: ClockLeaves | None
    leaves_fj: float
    gates: ClockGates | None = None
    writes: Mapping[str, float] = field(default_factory=dict)
    shape: tuple[int, int, int] | None = None
    cycles: int | None = None

    @property
    def real_delays(self) -> float:
        """Of the cells, glitches of their own delays included: the figure to compare."""
        return self.without_glitches + self.glitches

    @property
    def gated(self) -> float | None:
        """``real_delays`` with the clock gates that ``gates`` are; None without any."""
        return self.real_delays - self.gates.saved + self.gates.taken if self.gates else None

    @property
    def without_glitches(self) -> float:
        """Of the cells, as a power tool gives it from a zero-delay VCD: the lower bound."""
        return self.switching + self.internal + self.clock + self.leakage

    @property
    def unit_delay(self) -> float:
        """Of the cells, glitches of unit delays included: an upper bound so far."""
        return self.without_glitches + self.unit_glitches

    def metrics(self) -> list[Metric]:
        """The figures under the names that reports use."""

        def metric(name: str, value: float) -> Metric:
            return Metric(
                self.design,
                self.level,
                name,
                round(value, 3),
                "fJ",
                library=self.library,
                stimulus=self.stimulus,
            )

        found = [
            metric("energy_fj", self.real_delays),
            metric("energy_without_glitches_fj", self.without_glitches),
            metric("energy_unit_delay_fj", self.unit_delay),
        ]
        if self.gated:
            found.append(metric("energy_gated_clock_fj", self.gated))
        shares = [replace(metric(f"written_{n}", w), unit="") for n, w in self.writes.items()]
        return [*found, *shares]
