"""Many designs through Yosys at once: gate counts, area and LUTs, a few processes in parallel."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import partial

from lmul.hdl.arithmetic.form import Form
from lmul.hdl.designs.design import Design
from lmul.synth.fpga.luts import LutCount, check_family, form_for, luts
from lmul.synth.gates.breakdown import SPLIT_LEVELS, Split, split
from lmul.synth.gates.circuit import Circuit
from lmul.synth.gates.count import GateCount, count
from lmul.synth.liberty.file import Paths
from lmul.synth.liberty.library import load
from lmul.synth.mapping.area import AreaResult
from lmul.synth.mapping.mapping import RESTRUCTURINGS
from lmul.synth.measure.figures import cell_metrics, gate_metrics, lut_metrics
from lmul.synth.timing.area_delay import CurvePoint, InCells, curve, in_cells
from lmul.synth.timing.timing import Timing
from lmul.tools import yosys
from lmul.tools.metrics import Metric
from lmul.tools.yosys import Progress

__all__ = ["Synthesis", "synthesise"]


FIRST_START = "Yosys compiles itself for this machine, once (up to a minute)"


@dataclass
class Synthesis:
    """All that was measured of one circuit.

    Attributes
    ----------
    circuit : Circuit
        What was synthesised.
    gates : GateCount
        Its gates.
    area : AreaResult or None
    timing : Timing or None
    opensta_ps : float or None
        As :class:`lmul.synth.timing.area_delay.InCells`, when a library was given.
    curve : list of CurvePoint
        Area against delay, when asked for.
    luts : list of LutCount
        Its LUTs, for each family asked for, without and with DSP blocks.
    split : Split or None
        Its gates by part, when they were asked for and it is a PE or an array.
    """

    circuit: Circuit
    gates: GateCount
    area: AreaResult | None = None
    timing: Timing | None = None
    opensta_ps: float | None = None
    curve: list[CurvePoint] = field(default_factory=list)
    luts: list[LutCount] = field(default_factory=list)
    split: Split | None = None

    def metrics(self) -> list[Metric]:
        """The figures under the names that reports use."""
        found = gate_metrics(self.circuit, self.gates)
        if self.area:
            found += cell_metrics(self.circuit, InCells(self.area, self.timing, self.opensta_ps))
        for lut in self.luts:
            found += lut_metrics(self.circuit, lut)
        return found


def synthesise(
    designs: Iterable[Design | str | Circuit],
    liberty: Paths | None = None,
    fpga: Sequence[str] = (),
    dsp: bool = True,
    on_progress: Progress | None = None,
    jobs: int = 2,
    parts: bool = False,
    curves: bool = False,
) -> list[Synthesis]:
    """Synthesise designs in every way asked for.

    All are mapped to cells in one way: where ABC's first restructuring fails on one of them, all
    get the next (:func:`lmul.synth.mapping.mapping.common_restructuring`).

    Parameters
    ----------
    designs : iterable of Design, str or Circuit
        What to synthesise; a circuit named twice is measured once.
    liberty : Paths, optional
        A library of cells to map to, for area and delay.
    fpga : sequence of str
        FPGA families, of :data:`lmul.synth.fpga.luts.FAMILIES`.
    dsp : bool
        Map to each family with DSP blocks as well as without.
    on_progress : callable, optional
        Called with runs done, runs in all, and what was done last.
    jobs : int
        Yosys processes at a time.
    parts : bool
        Count PEs and arrays by part too.
    curves : bool
        Map for several delays too; needs ``liberty``.

    Returns
    -------
    list of Synthesis
        In the order of ``designs``.

    Raises
    ------
    TypeError, ValueError, OSError
        For a wrong name, family or number of jobs; for a library that is missing or broken.
    ToolNotFound, ToolFailed
        When Yosys is missing or rejects a circuit. Runs under way are finished, others dropped.
    """
    if not isinstance(jobs, int) or isinstance(jobs, bool) or jobs < 1:
        raise ValueError(f"Jobs must be a positive integer, not {jobs!r}")
    families = [check_family(family) for family in fpga]
    if curves and liberty is None:
        raise ValueError("Curves of area against delay need a library")
    if liberty is not None:
        load(liberty)  # what is wrong with it is said before anything runs
    parsed = [d if isinstance(d, Circuit) else Design.parse(d) for d in designs]
    unique = list(dict.fromkeys(parsed))
    ways = [_ways(design.level, liberty, families, dsp, parts, curves) for design in unique]
    total = sum(map(len, ways))
    report = on_progress or _silent
    yosys.prepare(lambda: report(0, total, FIRST_START))

    circuits: list[Circuit] = []
    results: dict[tuple[int, str], Result] = {}
    running: dict[Future[Result], tuple[int, str]] = {}
    shown = 0
    pool = ThreadPoolExecutor(jobs)
    try:
        # Elaboration stays in this thread (Amaranth is not made for several) and runs ahead.
        for index, design in enumerate(unique):
            shown = sum(future.done() for future in running)
            report(shown, total, f"elaborating {design.name}")
            forms: dict[Form, Circuit] = {"gates": Circuit.of(design)}
            circuits.append(forms["gates"])
            for label, (form, way) in ways[index].items():
                if form not in forms:
                    forms[form] = Circuit.of(design, form)
                running[pool.submit(way, forms[form])] = (index, label)
        for future in as_completed(running):
            index, label = running[future]
            results[index, label] = future.result()
            report(max(shown, len(results)), total, f"{circuits[index].name}: {label}")
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    if liberty is not None:
        _map_alike(circuits, results, liberty)
    return [
        _collect(circuit, index, ways[index], results) for index, circuit in enumerate(circuits)
    ]


Result = GateCount | InCells | list[CurvePoint] | LutCount | Split
Way = tuple[Form, Callable[[Circuit], Result]]
"""How the circuit's arithmetic is to be written, and what is done with it."""


def _ways(
    level: str,
    liberty: Paths | None,
    families: Sequence[str],
    dsp: bool,
    parts: bool,
    curves: bool,
) -> dict[str, Way]:
    ways: dict[str, Way] = {"gates": ("gates", count)}
    if parts and level in SPLIT_LEVELS:
        ways["parts"] = "gates", split
    if liberty is not None:
        ways["area"] = "gates", lambda circuit: in_cells(circuit, liberty)
    if liberty is not None and curves:
        ways["curve"] = "gates", lambda circuit: curve(circuit, liberty)
    for family in families:
        for with_dsp in (False, True) if dsp else (False,):
            label = f"{family} with DSPs" if with_dsp else family
            ways[label] = form_for(with_dsp), partial(luts, family=family, dsp=with_dsp)
    return ways


def _map_alike(
    circuits: Sequence[Circuit], results: dict[tuple[int, str], Result], liberty: Paths
) -> None:
    """Map anew what was not mapped as the circuit that is hardest to map."""
    found = {key: each.area for key, each in results.items() if isinstance(each, InCells)}
    hardest = max((each.restructuring for each in found.values()), key=RESTRUCTURINGS.index)
    for (index, label), area in found.items():
        if area.restructuring != hardest:
            results[index, label] = in_cells(circuits[index], liberty, hardest)


def _collect(
    circuit: Circuit,
    index: int,
    ways: Iterable[str],
    results: dict[tuple[int, str], Result],
) -> Synthesis:
    found = [results[index, label] for label in ways]
    [gates] = [result for result in found if isinstance(result, GateCount)]
    cells = [result for result in found if isinstance(result, InCells)]
    area, timing, opensta = cells[0] if cells else (None, None, None)
    curves = [result for result in found if isinstance(result, list)]
    counts = [result for result in found if isinstance(result, LutCount)]
    splits = [result for result in found if isinstance(result, Split)]
    return Synthesis(
        circuit,
        gates,
        area,
        timing,
        opensta,
        curves[0] if curves else [],
        counts,
        splits[0] if splits else None,
    )


def _silent(_done: int, _total: int, _label: str) -> None:
    pass
