"""The whole comparison: runs what is missing, writes ``report.{json,md,html}`` and pictures."""

import hashlib
import os
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from threading import Lock

from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.verilog.cache import verilog_of
from lmul.sim.accuracy.workload import attention
from lmul.sim.runner.verify import VerifyResult, family, verify_format
from lmul.synth.comparison.cell_survey import cell_survey, dot_survey, survey_points
from lmul.synth.comparison.check_points import check_points, checked, weight_stationary
from lmul.synth.comparison.clocks.kept import clock_survey
from lmul.synth.comparison.designs import REPORT_FORMATS, kinds_of, report_designs
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.dots import window_points
from lmul.synth.comparison.error_survey import survey
from lmul.synth.comparison.headline import FIRST_FORMATS, headline
from lmul.synth.comparison.mac_survey import mac_survey
from lmul.synth.comparison.points import counted, counted_text, gate_points, mac_points
from lmul.synth.gates.count import COUNT_SCRIPT
from lmul.synth.measure.measurement import Measured, Point
from lmul.synth.measure.runs import all_points
from lmul.synth.pictures.picture import Picture
from lmul.synth.report.chapters import chapters, opening
from lmul.synth.report.circuits import circuit_files
from lmul.synth.report.findings import findings
from lmul.synth.report.html import html_page
from lmul.synth.report.markdown import markdown
from lmul.synth.report.verdict import verdict
from lmul.tools import yosys
from lmul.tools.errors import ToolFailed
from lmul.tools.files import write_whole
from lmul.tools.sources import commit

__all__ = ["TITLE", "report", "write"]


TITLE = "L-Mul and its exact twins: gates, area, energy, errors"
_LEAD = (
    "L-Mul (arXiv 2410.00907) replaces a floating-point multiplication by one integer addition. "
    "Here every variant and every exact twin is generated, verified, synthesised and measured "
    "alike."
)
_SIMULATOR = "verilator"
_WORKERS = 2

Progress = Callable[[int, int, str], None]


def report(
    out: Path | None = Path("build/report"),
    full: bool = False,
    on_progress: Progress | None = None,
    formats: Iterable[str] | None = None,
) -> ReportDocument:
    """Measure, compare with the golden model, and write the report.

    Parameters
    ----------
    out : Path or None
        Folder for report.json, report.md, report.html, each picture as PNG and SVG, each table as
        CSV, and a page a circuit in ``circuits``; all are written or none. None when nothing is to
        be written.
    full : bool
        All formats and policies, other sums, parts, curves, FPGAs; otherwise what the first page
        needs.
    on_progress : callable, optional
        Called with steps done, all steps, and what is being done.
    formats : iterable of str, optional
        Those of the first page when left out, with ``full`` all that are compared.

    Raises
    ------
    ToolNotFound, ToolFailed
        When Yosys or the simulator is missing or fails; and when any circuit differs from the
        golden model in any bit: no report is written of wrong circuits.
    OSError
        When ``out`` can't be written.
    """
    if out is not None:
        _check_writable(Path(out))
    if formats is None:
        formats = REPORT_FORMATS if full else FIRST_FORMATS
    formats = tuple(formats)
    stages = _Stages(on_progress, _weights(formats, full))
    document = _measure(formats, full, stages)
    drawn = stages.listener(4)
    drawn(0, 1, "drawing")
    if out is not None:
        write(document, Path(out))
    drawn(1, 1, "done")
    return document


def _check_writable(out: Path) -> None:
    """Say now what writing would say in three minutes."""
    place = out.absolute()
    while not place.exists():
        place = place.parent
    if not place.is_dir():
        raise NotADirectoryError(f"Can't write into {str(out)!r}: {str(place)!r} is no folder")
    if not os.access(place, os.W_OK | os.X_OK):
        raise PermissionError(f"Can't write into {str(out)!r}: no permission in {str(place)!r}")


def _points(formats: Sequence[str], full: bool) -> list[Point]:
    """All that is synthesised, each once, and a comparison of each that is not simulated whole."""
    points = gate_points(report_designs(formats)) + mac_points(formats, full)
    points += survey_points(formats, full)
    points += window_points() if full else []
    simulated = {one.name for fmt in formats for one in family(FORMATS[fmt], kinds_of(fmt))}
    points += check_points(points, simulated) + weight_stationary(formats)
    return list(dict.fromkeys(points))


def _weights(formats: Sequence[str], full: bool) -> tuple[int, ...]:
    """Steps of the stages (points, PEs' sums, Verilog, errors, drawing), about a second each."""
    points = len(_points(formats, full))
    sums = 3 * len(formats) if mac_points(formats, full) else 0
    return (points, sums, 15 * len(formats), 5 * len(formats), 5)


def _measure(formats: Sequence[str], full: bool, stages: "_Stages") -> ReportDocument:
    """Synthesise, verify against the golden model, and measure errors."""
    found = all_points(_points(formats, full), on_progress=stages.listener(0))
    with ThreadPoolExecutor(1) as pool:
        # Compiling Verilog and numpy's arithmetic keep one core each busy.
        verifying = pool.submit(_verify, formats, found, stages.listener(2))
        mac = mac_survey(found, formats, full, stages.listener(1))
        errors = survey(formats, full, stages.listener(3))
        verified = verifying.result()
    counts = counted(found, report_designs(formats))
    cells = cell_survey(found, formats, full)
    medians = {name: one.gates.median for name, one in cells.spreads.items()}
    return ReportDocument(
        tools=_tools(),
        rows=headline(counts, formats, medians=medians),
        counts=counts,
        errors=errors,
        verified=verified,
        simulator=_SIMULATOR,
        full=full,
        mac=mac,
        cells=cells,
        checked=checked(found),
        dots=dot_survey(found),
        clocks=clock_survey(),
    )


def write(document: ReportDocument, out: Path) -> list[Path]:
    """Write the report of a document into a folder: all files or none.

    Raises
    ------
    OSError
        When the folder can't be made or written.
    """
    contents, first = chapters(document), opening(document)
    said, found = verdict(document), findings(document)
    files: dict[str, str | bytes] = {
        "report.json": document.to_report().to_json(),
        "report.md": markdown(TITLE, said, first, found, contents, document.tools),
        "report.html": html_page(TITLE, _LEAD, said, first, found, contents, document.tools),
    }
    for section in (one for chapter in (first, *contents) for one in chapter.all_sections):
        if isinstance(section, Picture):
            files[f"{section.name}.png"] = section.png()
            files[f"{section.name}.svg"] = section.svg()
        else:
            files[f"{section.name}.csv"] = section.csv()
    return write_whole(out, files | circuit_files(document))


def _verify(
    formats: Sequence[str], found: Mapping[Point, Measured], on_progress: Progress
) -> list[VerifyResult]:
    """Hold the very texts that were counted against the golden model, two formats at a time."""

    def verify(fmt: str) -> VerifyResult:
        designs = family(FORMATS[fmt], kinds_of(fmt))
        texts = {design: _same_text(design, counted_text(found, design.name)) for design in designs}
        result = verify_format(designs, _SIMULATOR, verilog=texts)
        if result.mismatches:
            raise ToolFailed(
                f"{result.mismatches} of {result.products} products of {fmt} circuits differ from "
                f"the golden model, the first: {result.examples[0] if result.examples else '?'}"
            )
        return result

    results: dict[str, VerifyResult] = {}
    widest_first = sorted(formats, key=lambda fmt: -FORMATS[fmt].width)
    with ThreadPoolExecutor(_WORKERS) as pool:
        running = {pool.submit(verify, fmt): fmt for fmt in widest_first}
        try:
            for future in as_completed(running):
                results[running[future]] = future.result()
                label = f"{running[future]} Verilog equals the golden model"
                on_progress(len(results), len(formats), label)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return [results[fmt] for fmt in formats]


def _same_text(design: UnitDesign, wanted: str) -> str:
    text = verilog_of(design)
    if hashlib.sha256(text.encode()).hexdigest() != wanted:
        raise ToolFailed(
            f"The Verilog of {design.name!r} is not what was counted: were sources changed while "
            "the report was made? Make it again"
        )
    return text


def _tools() -> dict[str, str]:
    provenance = attention().provenance
    return {
        "commit": commit() or "not told: no git, or no checkout",
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        **yosys.tool_versions(),
        **{name: metadata.version(name) for name in ("verilator", "cocotb", "numpy")},
        "gate count script": yosys.script_hash(COUNT_SCRIPT),
        "real operands": (
            f"{provenance['model']} from {provenance['package']}, torch {provenance['torch']}, "
            f"{provenance['sequence_length']} tokens of {provenance['source']}"
        ),
    }


class _Stages:
    """Makes one count of steps out of several stages', which may run at the same time."""

    def __init__(self, on_progress: Progress | None, weights: Sequence[int]) -> None:
        self._report = on_progress
        self._weights = weights
        self._done = [0] * len(weights)
        self._lock = Lock()

    def listener(self, stage: int) -> Progress:
        """What a stage reports to."""

        def listen(done: int, total: int, label: str) -> None:
            with self._lock:
                self._done[stage] = self._weights[stage] * done // total
                if self._report:
                    self._report(sum(self._done), sum(self._weights), label)

        return listen
