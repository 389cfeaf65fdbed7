"""What ``lmul synth`` says of designs: gate counts, area, delay and LUTs, measured as points."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lmul.hdl.designs.design import Design
from lmul.synth.fpga.luts import LutCount, check_family
from lmul.synth.gates.breakdown import SPLIT_LEVELS, PartCount, Split
from lmul.synth.gates.count import GateCount
from lmul.synth.layout.wires import NONE, check_wires
from lmul.synth.liberty.conditions import Conditions
from lmul.synth.liberty.file import Paths, as_paths
from lmul.synth.liberty.library import load
from lmul.synth.mapping.area import AreaResult
from lmul.synth.mapping.mapping import RESTRUCTURINGS
from lmul.synth.measure.figures import cell_metrics, gate_metrics, lut_metrics
from lmul.synth.measure.measurement import Measured, Point
from lmul.synth.measure.runs import Progress, all_points
from lmul.synth.timing.area_delay import InCells, in_cells
from lmul.synth.timing.timing import Timing
from lmul.tools.metrics import Metric

__all__ = ["Synthesis", "synthesise"]


@dataclass(frozen=True)
class Synthesis:
    """All that was measured of one design.

    Attributes
    ----------
    design : Design
    gates : GateCount
    split : Split or None
        Its gates by part, when they were asked for and it has parts.
    core : GateCount or None
        Of a dot-product unit's core, with its parts.
    cells : InCells or None
        Area and delay, when a library was given; the longest path without its steps.
    curve : sequence of mapping
        Area against delay, when asked for: each
        :meth:`lmul.synth.timing.area_delay.CurvePoint.section`.
    luts : sequence of LutCount
        Its LUTs, for each family asked for, without and with DSP blocks.
    """

    design: Design
    gates: GateCount
    split: Split | None
    core: GateCount | None
    cells: InCells | None
    curve: Sequence[dict[str, Any]]
    luts: Sequence[LutCount]

    def metrics(self) -> list[Metric]:
        """The figures under the names that reports use."""
        found = gate_metrics(self.design, self.gates)
        if self.core:
            found.append(Metric(self.design.name, "dot", "core_gates", self.core.gates, "gates"))
        if self.cells:
            found += cell_metrics(self.design, self.cells)
        for one in self.luts:
            found += lut_metrics(self.design, one)
        return found


def synthesise(
    designs: Iterable[Design | str],
    liberty: Paths | None = None,
    fpga: Sequence[str] = (),
    dsp: bool = True,
    on_progress: Progress | None = None,
    jobs: int | None = None,
    parts: bool = False,
    curves: bool = False,
    wires: str = NONE,
) -> list[Synthesis]:
    """Synthesise designs in every way asked for; what was measured before is found again.

    All are mapped to cells in one way: where ABC's first restructuring fails on one of them, all
    get the next (:func:`lmul.synth.mapping.mapping.common_restructuring`).

    Parameters
    ----------
    designs : iterable of Design or str
        A design that is named twice is measured once.
    liberty : Paths, optional
        A library of cells to map to, for area and delay.
    fpga : sequence of str
        FPGA families, of :data:`lmul.synth.fpga.luts.FAMILIES`.
    dsp : bool
        Map to each family with DSP blocks as well as without.
    on_progress, jobs
        As for :func:`lmul.synth.measure.runs.run_points`.
    parts : bool
        Count PEs, arrays and dot-product units by part too.
    curves : bool
        Map for several delays too; needs ``liberty``.
    wires : str
        As for :func:`lmul.synth.timing.timing.analyse`.

    Returns
    -------
    list of Synthesis
        In the order of ``designs``.

    Raises
    ------
    TypeError, ValueError, OSError
        For a wrong name, family or number of jobs; for a library that is missing or broken.
    ToolNotFound, ToolFailed
        When Yosys is missing or rejects a circuit.
    """
    families = [check_family(family) for family in fpga]
    if curves and liberty is None:
        raise ValueError("Curves of area against delay need a library")
    files: tuple[str, ...] = ()
    unique = list(dict.fromkeys(map(Design.parse, designs)))
    if liberty is not None:
        check_wires(wires, load(liberty), *unique)  # what is wrong is said before anything runs
        files = tuple(map(str, as_paths(liberty)))
    points: dict[Design, list[Point]] = {}
    for design in unique:
        name = design.name
        points[design] = [Point(name, "gates")]
        if parts and design.level in SPLIT_LEVELS:
            points[design].append(Point(name, "split"))
        if files:
            points[design].append(Point(name, "cells", files, wires=wires))
        if curves:
            points[design].append(Point(name, "curve", files, wires=wires))
        points[design] += [
            Point(name, "luts", device=family, dsp=with_dsp)
            for family in families
            for with_dsp in ((False, True) if dsp else (False,))
        ]
    found = all_points([point for some in points.values() for point in some], jobs, on_progress)
    cells = {
        design: _in_cells(found[point].detail)
        for design in unique
        for point in points[design]
        if point.measure == "cells"
    }
    if cells and liberty is not None:
        # Map anew what was not mapped as the circuit that is hardest to map.
        hardest = max((c.area.restructuring for c in cells.values()), key=RESTRUCTURINGS.index)
        for design, one in cells.items():
            if one.area.restructuring != hardest:
                cells[design] = in_cells(design, liberty, hardest, wires)
    return [_collect(design, points[design], found, cells.get(design)) for design in unique]


def _in_cells(detail: Mapping[str, Any]) -> InCells:
    timing = detail["timing"]
    if timing:
        conditions = Conditions(**timing["conditions"])
        timing = Timing(**{**timing, "conditions": conditions, "path": ()})
    return InCells(AreaResult(**detail["area"]), timing, detail["opensta_ps"])


def _collect(
    design: Design,
    points: Iterable[Point],
    found: Mapping[Point, Measured],
    cells: InCells | None,
) -> Synthesis:
    details = {measure: [] for measure in ("gates", "split", "cells", "curve", "luts")}
    for point in points:
        details[point.measure].append(found[point].detail)
    gates = GateCount(**details["gates"][0]["count"])
    split = core = None
    for one in details["split"]:
        split = Split(gates, tuple(PartCount(**part) for part in one["parts"]))
        core = GateCount(**one["core"]) if one["core"] else None
    curve = [step for one in details["curve"] for step in one["points"]]
    return Synthesis(
        design, gates, split, core, cells, curve, [LutCount(**one) for one in details["luts"]]
    )
