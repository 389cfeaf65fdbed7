"""The whole comparison: runs what is missing, writes ``report.{json,md,html}`` and pictures."""

import os
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from importlib import metadata
from pathlib import Path
from threading import Lock

from lmul.hdl.errors import ToolFailed
from lmul.hdl.files import write_whole
from lmul.hdl.formats import FORMATS
from lmul.sim import yosys
from lmul.sim.bulk import VerifyResult, family, verify_format
from lmul.sim.vectors import WIDE_PAIRS
from lmul.sim.workload import attention
from lmul.synth.cell_points import cell_points
from lmul.synth.cell_survey import cell_survey
from lmul.synth.comparison import REPORT_FORMATS, count_gates, headline, report_designs
from lmul.synth.error_survey import survey
from lmul.synth.fpga_points import lut_points
from lmul.synth.gates import COUNT_SCRIPT
from lmul.synth.mac_survey import mac_designs, mac_survey
from lmul.synth.pictures import Picture
from lmul.synth.report_chapters import chapters
from lmul.synth.report_document import ReportDocument
from lmul.synth.report_findings import findings
from lmul.synth.report_html import html_page
from lmul.synth.report_markdown import markdown

__all__ = ["TITLE", "report", "write"]

TITLE = "L-Mul and its exact twins: gates, area, energy, errors"
_LEAD = (
    "L-Mul (arXiv 2410.00907) replaces a floating-point multiplication by one integer addition. "
    "Here every variant and every exact twin is generated, verified, synthesised and measured "
    "alike."
)
_SIMULATOR = "verilator"
_QUICK_PAIRS = 1 << 16
_WORKERS = 2

Progress = Callable[[int, int, str], None]


def report(
    out: Path = Path("build/report"),
    quick: bool = False,
    on_progress: Progress | None = None,
    formats: Iterable[str] = REPORT_FORMATS,
) -> ReportDocument:
    """Measure everything and write the report.

    Parameters
    ----------
    out : Path
        Folder for report.json, report.md, report.html, and each picture as PNG and SVG; all of
        them are written or none.
    quick : bool
        Less stimulus: 2**16 pairs for each wide circuit, a tenth of fp32's mantissa pairs;
        of PEs and cells only 8-bit formats under ftz, no arrays and no curves.
    on_progress : callable, optional
        Called with steps done, all steps, and what is being done.
    formats : iterable of str

    Raises
    ------
    ToolNotFound, ToolFailed
        When Yosys or the simulator is missing or fails; and when any circuit differs from the
        golden model in any bit: no report is written of wrong circuits.
    OSError
        When ``out`` can't be written.
    """
    _check_writable(Path(out))
    formats = tuple(formats)
    stages = _Stages(on_progress, _weights(formats, quick))
    document = _measure(formats, quick, stages)
    drawn = stages.listener(5)
    drawn(0, 1, "drawing")
    write(document, Path(out))
    drawn(1, 1, "written")
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


def _weights(formats: Sequence[str], quick: bool) -> tuple[int, ...]:
    """Steps of the stages (gates, PEs, cells, Verilog, errors, drawing), about a second each."""
    apart, whole = mac_designs(formats, quick)
    pes = 2 * len(apart) + len(whole)
    cells = len(cell_points(formats, quick)) + len(lut_points(formats, quick))
    return (len(report_designs(formats)), pes, cells, 25 * len(formats), 6 * len(formats), 5)


def _measure(formats: Sequence[str], quick: bool, stages: "_Stages") -> ReportDocument:
    """Count gates, verify against the golden model, and measure errors."""
    names = report_designs(formats)
    counting = stages.listener(0)
    yosys.prepare(lambda: counting(0, 1, "Yosys compiles itself, the first time only"))
    counts, verilog = count_gates(names, counting)
    mac = mac_survey(formats, quick, stages.listener(1))
    cells = cell_survey(formats, quick, stages.listener(2))
    with ThreadPoolExecutor(1) as pool:
        # Compiling Verilog and numpy's arithmetic keep one core each busy.
        verifying = pool.submit(_verify, formats, verilog, quick, stages.listener(3))
        errors = survey(formats, quick, stages.listener(4))
        verified = verifying.result()
    return ReportDocument(
        tools=_tools(),
        rows=headline(counts, formats),
        counts=counts,
        errors=errors,
        verified=verified,
        simulator=_SIMULATOR,
        quick=quick,
        mac=mac,
        cells=cells,
    )


def write(document: ReportDocument, out: Path) -> list[Path]:
    """Write the report of a document into a folder: all files or none.

    Raises
    ------
    OSError
        When the folder can't be made or written.
    """
    contents = chapters(document)
    said = findings(document)
    files: dict[str, str | bytes] = {
        "report.json": document.to_report().to_json(),
        "report.md": markdown(TITLE, said, contents, document.tools),
        "report.html": html_page(TITLE, _LEAD, said, document, contents),
    }
    sections = (section for chapter in contents for section in chapter.sections)
    for picture in (section for section in sections if isinstance(section, Picture)):
        files[f"{picture.name}.png"] = picture.png()
        files[f"{picture.name}.svg"] = picture.svg()
    return write_whole(out, files)


def _verify(
    formats: Sequence[str], verilog: Mapping[str, str], quick: bool, on_progress: Progress
) -> list[VerifyResult]:
    """Hold the very texts that were counted against the golden model, two formats at a time."""

    def verify(fmt: str) -> VerifyResult:
        designs = family(FORMATS[fmt])
        pairs = _QUICK_PAIRS if quick else WIDE_PAIRS
        texts = {design: verilog[design.name] for design in designs}
        result = verify_format(designs, _SIMULATOR, pairs, verilog=texts)
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


def _tools() -> dict[str, str]:
    provenance = attention().provenance
    return {
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
