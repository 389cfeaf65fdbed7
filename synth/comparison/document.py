"""What one run measured, and the metrics that a program reads from it."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from lmul.hdl.designs.design import Design
from lmul.sim.accuracy.pairs import ErrorStats
from lmul.sim.runner.verify import VerifyResult
from lmul.synth.comparison.cell_survey import GATES, CellSurvey
from lmul.synth.comparison.clocks.kept import ClockSurvey
from lmul.synth.comparison.designs import INT8_PRODUCT
from lmul.synth.comparison.dots import DotSurvey
from lmul.synth.comparison.error_survey import ErrorSurvey
from lmul.synth.comparison.headline import HeadlineRow
from lmul.synth.comparison.mac_survey import MacSurvey
from lmul.synth.comparison.points import corrected_points
from lmul.synth.gates.count import GateCount
from lmul.tools.metrics import Metric, Report

__all__ = ["ReportDocument"]


@dataclass(frozen=True)
class ReportDocument:
    """Everything that the report shows; tables, Markdown, HTML and pictures are drawn from it.

    Attributes
    ----------
    tools : mapping of str to str
        Versions of tools, and hashes of flow scripts.
    rows : sequence of HeadlineRow
        Gates by format and policy.
    counts : mapping of design name to GateCount
    errors : ErrorSurvey
    verified : sequence of VerifyResult
        Generated Verilog held against the golden model in this run, one entry a format.
    simulator : str
        What ran it.
    full : bool
        Whether all was measured, or what the first page needs.
    checked : mapping of design name to int
        Results of mapped netlists compared with the golden model: of product units, PEs, arrays.
    mac : MacSurvey
        PEs and arrays; empty where they were not measured.
    cells : CellSurvey
        Areas, delays and energies; empty where they were not measured.
    dots : DotSurvey
        Dot-product units; empty where nothing is kept of them.
    clocks : ClockSurvey
        Circuits at equal clocks; empty where nothing is kept of them.
    """

    tools: Mapping[str, str]
    rows: Sequence[HeadlineRow]
    counts: Mapping[str, GateCount]
    errors: ErrorSurvey
    verified: Sequence[VerifyResult]
    simulator: str
    full: bool
    mac: MacSurvey = field(default_factory=lambda: MacSurvey({}, {}, {}, {}))
    cells: CellSurvey = field(default_factory=CellSurvey)
    checked: Mapping[str, int] = field(default_factory=dict)
    dots: DotSurvey = field(default_factory=DotSurvey)
    clocks: ClockSurvey = field(default_factory=ClockSurvey)

    def row(self, fmt: str, policy: str) -> HeadlineRow | None:
        """The headline row of a format and policy, None when it was not measured."""
        return next((r for r in self.rows if (r.format, r.policy) == (fmt, policy)), None)

    def gates(self, design: str) -> int | None:
        """A circuit's gates: the median where several orders were counted, else as written."""
        if counted := self.counts.get(design) or self.mac.counts.get(design):
            found = self.cells.spread(design, GATES)
            return counted.gates if found is None else round(found.median)
        kept = self.cells.figure(design, GATES)
        return None if kept is None else round(kept)

    @cached_property
    def circuits(self) -> list[str]:
        """The multipliers and PEs that were measured, the integer ones among them, none kept."""
        kept = {point.design for point in corrected_points(self.formats)}
        mapped = [one.design for one in self.cells.found if one.measure == "cells"]
        mapped = [name for name in mapped if name not in kept]
        names = dict.fromkeys([*self.counts, *self.mac.counts, *mapped])
        wanted = {name for name in names if Design.parse(name).level in ("multiplier", "pe")}
        return [name for name in names if name in wanted or name == INT8_PRODUCT]

    @property
    def formats(self) -> list[str]:
        """The formats that were measured, in their order."""
        return list(dict.fromkeys(row.format for row in self.rows))

    def to_report(self) -> Report:
        """Metrics, and sections for what is no metric of one design.

        Metrics are those of circuits as written, as the commands print them; medians and ranges of
        several orders, which tables show, are in the section ``spreads``.
        """
        sections: dict[str, Any] = {
            "full": self.full,
            "headline": [
                asdict(row)
                | {
                    "smallest_exact": row.smallest_exact,
                    "lmul_to_exact": row.to_conventional,
                    "lmul_to_smallest_exact": row.to_smallest,
                }
                for row in self.rows
            ],
            "verified": [
                {
                    "format": result.format.name,
                    "simulator": self.simulator,
                    "units": result.units,
                    "pairs": result.pairs,
                    "products": result.products,
                    "mismatches": result.mismatches,
                }
                for result in self.verified
            ],
            "checked": dict(self.checked),
            "parts": {name: found.section() for name, found in self.mac.splits.items()},
            "curves": self.cells.curves,
            "area_parts": self.cells.area_parts,
            "energy_parts": self.cells.energy_parts,
            "spreads": {name: asdict(one) for name, one in self.cells.spreads.items()},
            "clocks": self.clocks.section(),
            "range": [
                {"design": f"{kind}-{fmt}"} | asdict(classes)
                for (fmt, kind), classes in self.errors.census.items()
            ],
        }
        return Report(self.tools, self.metrics, sections)

    @cached_property
    def metrics(self) -> list[Metric]:
        """All figures of single designs."""
        own = (self._gate_metrics(), self._error_metrics(), self._sum_metrics())
        return [*(metric for part in own for metric in part), *self.cells.metrics]

    def _gate_metrics(self) -> Iterator[Metric]:
        for name, counted in {**self.counts, **self.mac.counts}.items():
            level = Design.parse(name).level
            yield Metric(name, level, "gates", counted.gates, "gates")
            yield Metric(name, level, "inverters", counted.inverters, "gates")
            if counted.flipflops:
                yield Metric(name, level, "flipflops", counted.flipflops, "flip-flops")
            yield Metric(name, level, "depth", counted.depth, "gates")
            yield Metric(name, level, "transistors", counted.transistors, "transistors")
            yield Metric(name, level, "paper_weight", counted.paper_weight, "gates")

    def _error_metrics(self) -> Iterator[Metric]:
        for pair in self.errors.pairs:
            stimulus = "all mantissa pairs" if pair.exhaustive else f"{pair.pairs} mantissa pairs"
            name = f"{pair.kind}-{pair.format.name}"
            yield from _errors(f"product-{name}", "product", pair.unrounded, stimulus)
            yield from _errors(name, "multiplier", pair.packed, stimulus)
        for row in self.errors.operands:
            result = row.result
            name = f"{result.kind}-{result.format.name}"
            scale = "scaled" if row.scaled else "unscaled"
            stimulus = f"{row.matrix} {result.rounding} {scale}"
            for against, stats, dots in (
                ("quantised", result.products_quantised, result.dots_quantised),
                ("original", result.products_original, result.dots_original),
            ):
                told = f"{stimulus}, against {against} operands"
                yield from _errors(name, "multiplier", stats, f"{told}, products")
                dot = f"{told}, dot products"
                # A format so narrow that all quantised operands are zero has no relative error.
                if math.isfinite(dots.relative):
                    yield Metric(f"product-{name}", "product", "mred", dots.relative, stimulus=dot)
                    yield Metric(f"product-{name}", "product", "bias", dots.gain, stimulus=dot)

    def _sum_metrics(self) -> Iterator[Metric]:
        for (name, matrix), found in self.mac.errors.items():
            told = f"{matrix} nearest, against original operands, dot products"
            if math.isfinite(found.error.relative):
                yield Metric(name, "pe", "mred", found.error.relative, stimulus=told)
                yield Metric(name, "pe", "bias", found.error.gain, stimulus=told)


def _errors(design: str, level: str, stats: ErrorStats, stimulus: str) -> Iterator[Metric]:
    if stats.counted:
        for name in ("mred", "bias", "worst"):
            yield Metric(design, level, name, getattr(stats, name), "", stimulus=stimulus)
