"""A design at a clock with its range: area, delay and energy over several mappings.

The smallest of many mappings is a lucky one. So the statements are put into other orders, which
mean the same, and in each the ways that gave the smallest circuits as written compete again: the
figures are the median of these winners, and their range is told. So it is with an array, of which
all parts and what is around them are mapped anew in each order.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lmul.hdl.arithmetic.form import Form
from lmul.hdl.designs.design import Design
from lmul.hdl.designs.mac import MacDesign
from lmul.synth.energy.energy import measure
from lmul.synth.energy.figures import Energy
from lmul.synth.gates.circuit import Circuit
from lmul.synth.layout.wires import NONE, check_wires
from lmul.synth.liberty.default import default_library
from lmul.synth.liberty.file import Paths
from lmul.synth.liberty.library import Library, load
from lmul.synth.mapping.mapping import map_cells
from lmul.synth.measure.measurement import FASTEST
from lmul.synth.measure.variation import Spread, reordered
from lmul.synth.timing.opensta import opensta_delay
from lmul.synth.timing.search.array_clock import array_parts
from lmul.synth.timing.search.array_parts import ArrayParts, array_of
from lmul.synth.timing.search.at_clock import AtClock, best
from lmul.synth.timing.search.clock import mappings, period_ps
from lmul.synth.timing.search.search import Subject, pipelined
from lmul.synth.timing.timing import analyse
from lmul.tools.errors import ToolFailed

__all__ = ["FINALISTS", "ORDERS", "PAIRS", "Clocked", "clocked"]


ORDERS = 3
"""How many orders are tried besides the one as written."""

FINALISTS = 4
"""How many ways are tried in each."""

_OUT_OF_REACH = "20fo4"

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
) -> Clocked:
    """Search a design's smallest circuit for a clock, and measure it over several orders.

    Parameters
    ----------
    design : Design or str
        All pipelines that its name can say are tried.
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

    Raises
    ------
    TypeError, ValueError, OSError, ToolNotFound, ToolFailed
        As :func:`lmul.synth.timing.search.clock.mappings` and
        :func:`lmul.synth.energy.energy.measure`.
    """
    library = load(liberty or default_library())
    fastest = clock == FASTEST
    period = period_ps(_OUT_OF_REACH if fastest else clock, library)
    parsed = Design.parse(design)
    if not isinstance(parsed, MacDesign) or parsed.level != "array":
        search = mappings(pipelined(parsed), library, period, None, jobs, on_progress, wires)
        found = _circuits(search, library, orders, fastest)
    elif fastest:
        raise ValueError(f"How fast an array can be is not searched for: {parsed.name!r}")
    else:
        check_wires(wires, library, parsed)
        parts = array_parts(parsed, library, period, True, jobs, on_progress)
        found = _arrays(parts, library, period, orders)
    first, winners = found.winners[0], found.winners
    if fastest:
        period = first.timing.delay_ps
    meets = first.timing.delay_ps <= period
    energies = _energies(winners, period, stimulus, wires) if meets else []
    leaves = energies[0].leaves if energies else None
    gates = energies[0].gates if energies else None
    gated = [one.gated for one in energies if one.gated is not None]
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
        energy=Spread.of([one.real_delays for one in energies]) if energies else None,
        opensta=[
            ps for one in winners if (ps := opensta_delay(one.mapped, wires=wires)) is not None
        ],
        fastest_ps=found.fastest_ps,
        tried=found.tried,
        wires=wires,
        leaves_um2=leaves.area_um2 if leaves else 0.0,
        leaves_fj=energies[0].leaves_fj if energies else 0.0,
        gated=Spread.of(gated) if gated else None,
        gates_um2=gates.area_um2 if gates else 0.0,
        written=energies[0].writes if energies else {},
    )


@dataclass(frozen=True)
class _Found:
    """The best circuit of each order, the first as written."""

    winners: Sequence[AtClock]
    fastest_ps: float
    tried: int


def _circuits(found: Sequence[AtClock], library: Library, orders: int, fastest: bool) -> _Found:
    """Of the mappings as written, the best first, and of other orders: smallest, or fastest."""

    def delay(one: AtClock) -> float:
        return one.timing.delay_ps

    def meets(one: AtClock) -> bool:
        return fastest or one.slack_ps >= 0

    quick = sorted(found, key=delay)
    ranked = quick if fastest else found
    first, tried = ranked[0], len(found)
    winners = [first]
    # The finalists are of one circuit: a pipeline is a choice of the designer's, not of luck.
    finalists = [one for one in ranked if one.design == first.design and meets(one)]
    for order in range(1, orders + 1 if meets(first) else 1):
        mapped = _again(finalists[:FINALISTS], library, order)
        tried += len(mapped)
        if mapped and meets(winner := min(mapped, key=delay) if fastest else best(mapped)):
            winners.append(winner)
    return _Found(winners, delay(quick[0]), tried)


def _arrays(parts: ArrayParts, library: Library, period: float, orders: int) -> _Found:
    """An array as written, and in other orders."""
    first, limits = array_of(parts, library, period)
    winners, tried = [first], first.tried
    finalists = replace(parts, limits=limits).near(first.parts, FINALISTS)
    for order in range(1, orders + 1 if first.slack_ps >= 0 else 1):
        again = {part: _again(each, library, order) for part, each in finalists.items()}
        if not all(again.values()):
            continue
        whole = Subject(
            first.design, first.level, lambda form, order=order: _written(parts.design, form, order)
        )
        one, _ = array_of(replace(parts, found=again, limits=limits), library, period, whole)
        tried += one.tried
        if one.slack_ps >= 0:
            winners.append(one)
    return _Found(winners, first.timing.delay_ps, tried)


def _written(design: MacDesign, form: Form, order: int) -> Circuit:
    circuit = Circuit.of(design, form)
    return replace(circuit, verilog=reordered(circuit.verilog, order))


def _again(finalists: Sequence[AtClock], library: Library, order: int) -> list[AtClock]:
    """The same circuits in the same ways, their statements in another order."""
    found = []
    for one in finalists:
        written = one.mapped.circuit
        circuit = replace(written, verilog=reordered(written.verilog, order))
        try:
            mapped = map_cells(circuit, library, way=one.way)
        except ToolFailed:
            continue  # ABC gives up on some; others of this order stand
        timing = analyse(mapped, wires=one.timing.wires)
        found.append(replace(one, mapped=mapped, timing=timing))
    return found


def _energies(winners: Sequence[AtClock], period: float, stimulus: str, wires: str) -> list[Energy]:
    """Of each netlist, at its clock: what leaks in one period is counted."""
    return [
        energy
        for one in winners
        for energy in measure(
            one.design,
            stimulus,
            pairs=PAIRS,
            mapped=one.mapped,
            frequency=1e12 / period,
            parts=False,
            wires=wires,
        )
    ]
