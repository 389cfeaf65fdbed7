"""A design at a clock with its range: area, delay and energy over several mappings.

The figures are the median of the best circuits of several orders of the statements
(:mod:`lmul.synth.timing.search.orders`), and their range is told.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.mac import MacDesign
from lmul.synth.energy.energy import measure
from lmul.synth.energy.figures import Energy
from lmul.synth.layout.wires import NONE, check_wires
from lmul.synth.liberty.default import default_library
from lmul.synth.liberty.file import Paths
from lmul.synth.liberty.library import load
from lmul.synth.mapping.ways import Way
from lmul.synth.measure.measurement import ENERGY, FASTEST
from lmul.synth.measure.variation import Spread
from lmul.synth.timing.opensta import opensta_delay
from lmul.synth.timing.search.array_clock import array_parts
from lmul.synth.timing.search.at_clock import AtClock, Cost, area
from lmul.synth.timing.search.clock import mappings, period_ps
from lmul.synth.timing.search.orders import ORDERS, of_array, of_circuit
from lmul.synth.timing.search.subject import pipelined

__all__ = ["PAIRS", "PIPELINES", "Clocked", "check_search", "clocked"]


_OUT_OF_REACH = "20fo4"

PIPELINES = 3
"""How many compete for the least energy by their medians: luck moves it more than an area."""

PAIRS = 1 << 15
"""With how many each mapping's energy is measured; there are several of them."""


@dataclass(frozen=True)
class Clocked:
    """A design at a clock.

    Attributes
    ----------
    design : str
        The circuit that was chosen: the design itself, or with pipeline registers.
    clock_ps : float
        The period asked for.
    fo4_ps : float
        The library's inverter that drives four of its kind.
    library, stimulus : str
    mappings : sequence of str
        In each order how it was mapped, of an array each part.
    delays : sequence of float
        In each order the longest path, ps; the first as written.
    area, sequential : Spread
        µm², all and of the flip-flops. Of an array with buffers of the nets that reach all parts.
    energy : Spread or None
        fJ an operation at this clock, of these netlists; None where none meets it.
    opensta : sequence of float
        The delays by OpenSTA, where ``sta`` is on PATH.
    fastest_ps : float
        The shortest delay of all mappings as written; of an array its own.
    tried : int
        Mappings in all.
    wires : str
        One of :data:`lmul.synth.layout.wires.SETTINGS`, with which it meets the clock and takes
        this energy.
    leaves_um2, leaves_fj : float
        The last stage of a clock tree for the circuit as written, estimated: its area, and fJ an
        operation. In no other figure here.
    gated : Spread or None
        Of a ``dualW`` sum: ``energy`` with the clocks of its rarely written parts gated, estimated.
    gates_um2 : float
        Of those clock gates for the circuit as written; in no other figure here.
    written : mapping of str to float
        The share of operations in which each of those parts is written.
    least : str
        ``ENERGY`` where the least energy was searched for; else the smallest circuit.
    """

    design: str
    clock_ps: float
    fo4_ps: float
    library: str
    stimulus: str
    mappings: Sequence[str]
    delays: Sequence[float]
    area: Spread
    sequential: Spread
    energy: Spread | None
    opensta: Sequence[float]
    fastest_ps: float
    tried: int
    wires: str = NONE
    leaves_um2: float = 0.0
    leaves_fj: float = 0.0
    gated: Spread | None = None
    gates_um2: float = 0.0
    written: Mapping[str, float] = field(default_factory=dict)
    least: str = ""

    @property
    def slack_ps(self) -> float:
        """What is left of the period as written; below 0 no mapping meets it."""
        return self.clock_ps - self.delays[0]


def clocked(
    design: Design | str,
    clock: str,
    stimulus: str,
    liberty: Paths | None = None,
    orders: int = ORDERS,
    jobs: int = 1,
    on_progress: Callable[[int, int, str], None] | None = None,
    wires: str = NONE,
    least: str = "",
    mapping: str = "",
) -> Clocked:
    """Search a design's smallest circuit for a clock, and measure it over several orders.

    Parameters
    ----------
    design : Design or str
        All pipelines that its name can say are tried, but with ``mapping`` the one that it says.
    clock : str
        As for :func:`lmul.synth.timing.search.clock.period_ps`; or ``FASTEST``, which no array
        takes.
    stimulus : str
        Of :func:`lmul.synth.energy.energy.measure`, one.
    liberty : Paths, optional
        :func:`lmul.synth.liberty.default.default_library` when left out.
    orders : int
        Besides the one as written; none is tried where the clock is missed.
    jobs, on_progress, wires
        As for :func:`lmul.synth.timing.search.clock.mappings`.
    least : str
        ``ENERGY`` in place of the smallest circuit searches the one that takes the least energy an
        operation, of anything but an array and at any clock but ``FASTEST``.
    mapping : str
        The name of the only way to try, :class:`lmul.synth.mapping.ways.Way`, of anything but an
        array; empty for all.

    Raises
    ------
    TypeError, ValueError, OSError, ToolNotFound, ToolFailed
        As :func:`lmul.synth.timing.search.clock.mappings` and
        :func:`lmul.synth.energy.energy.measure`.
    """
    library = load(liberty or default_library())
    fastest = clock == FASTEST
    period = period_ps(_OUT_OF_REACH if fastest else clock, library)
    told = _Told(on_progress)
    energies = _Energies(stimulus, wires, told.label)
    parsed = Design.parse(design)
    check_search(parsed, fastest, least, mapping)
    if not isinstance(parsed, MacDesign) or parsed.level != "array":
        tried = [parsed] if mapping else pipelined(parsed)
        way = Way.parse(mapping) if mapping else None
        cost: Cost = partial(energies.cost, period) if least else area
        search = mappings(tried, library, period, way, jobs, told, wires, cost)
        cost = _delay if fastest else cost
        compete = PIPELINES if least else 1
        found = of_circuit(search, library, orders, cost, told.label, fastest, compete)
    else:
        check_wires(wires, library, parsed)
        parts = array_parts(parsed, library, period, True, jobs, told)
        found = of_array(parts, library, period, orders, told.label)
    first, winners = found.each[0], found.each
    if fastest:
        period = first.timing.delay_ps
    meets = first.timing.delay_ps <= period
    taken = [energies.of(period, one) for one in winners] if meets else []
    leaves = taken[0].leaves if taken else None
    gates = taken[0].gates if taken else None
    gated = [one.gated for one in taken if one.gated is not None]
    return Clocked(
        design=first.design,
        clock_ps=period,
        fo4_ps=first.timing.conditions.fo4_ps,
        library=library.name,
        stimulus=stimulus,
        mappings=[one.how for one in winners],
        delays=[one.timing.delay_ps for one in winners],
        area=Spread.of([one.area_um2 for one in winners]),
        sequential=Spread.of([one.mapped.sequential_um2 for one in winners]),
        energy=Spread.of([one.real_delays for one in taken]) if taken else None,
        opensta=[
            ps for one in winners if (ps := opensta_delay(one.mapped, wires=wires)) is not None
        ],
        fastest_ps=found.fastest_ps,
        tried=found.tried,
        wires=wires,
        leaves_um2=leaves.area_um2 if leaves else 0.0,
        leaves_fj=taken[0].leaves_fj if taken else 0.0,
        gated=Spread.of(gated) if gated else None,
        gates_um2=gates.area_um2 if gates else 0.0,
        written=taken[0].writes if taken else {},
        least=least,
    )


def check_search(design: Design, fastest: bool, least: str, mapping: str) -> None:
    """Refuse what is not searched for.

    Raises
    ------
    ValueError
        With what is wrong.
    """
    if least not in ("", ENERGY):
        raise ValueError(f"What is to be least is {ENERGY!r}, or the area where it is left out")
    if least and (fastest or mapping):
        beside = f"the clock {FASTEST!r}" if fastest else "a mapping"
        raise ValueError(f"The least energy is searched for at a period: it can't go with {beside}")
    if mapping:
        Way.parse(mapping)
    if isinstance(design, MacDesign) and design.level == "array":
        if fastest or least:
            what = "How fast an array can be" if fastest else "The least energy of an array"
            raise ValueError(f"{what} is not searched for: {design.name!r}")
        if mapping:
            raise ValueError(
                f"Each part of {design.name!r} is mapped in a way of its own: leave the mapping out"
            )


def _delay(one: AtClock) -> float:
    return one.timing.delay_ps


class _Told:
    """Progress, of which what is done can be told anew alone."""

    def __init__(self, on_progress: Callable[[int, int, str], None] | None) -> None:
        self._on_progress = on_progress
        self._counts = 0, 1

    def __call__(self, done: int, total: int, label: str) -> None:
        self._counts = done, total
        if self._on_progress:
            self._on_progress(done, total, label)

    def label(self, label: str) -> None:
        self(*self._counts, label)


class _Energies:
    """Of circuits at a clock, each simulated once."""

    def __init__(self, stimulus: str, wires: str, told: Callable[[str], None]) -> None:
        self._stimulus, self._wires, self._told = stimulus, wires, told
        self._found: dict[tuple[str, str], Energy] = {}

    def of(self, period: float, one: AtClock) -> Energy:
        """At one period alone: what leaks in it is counted."""
        key = one.design, one.mapped.netlist
        if key not in self._found:
            self._told(f"energy of {one.design}")
            [self._found[key]] = measure(
                one.design,
                self._stimulus,
                pairs=PAIRS,
                mapped=one.mapped,
                frequency=1e12 / period,
                parts=False,
                wires=self._wires,
            )
        return self._found[key]

    def cost(self, period: float, one: AtClock) -> float:
        """fJ an operation."""
        return self.of(period, one).real_delays
