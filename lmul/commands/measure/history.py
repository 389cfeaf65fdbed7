"""`lmul history`: how the report's headline figures moved over commits."""

import os
from pathlib import Path
from typing import Annotated

import typer

from lmul.tools.folders import tool_variables
from lmul.tools.installed import package_version

__all__ = ["history"]


def history(
    reports: Annotated[
        list[Path], typer.Argument(metavar="REPORT...", help="Kept report.json, or their folder.")
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="The picture to write, an SVG.")
    ] = Path("build/history.svg"),
    as_json: Annotated[
        bool, typer.Option("--json", help="As JSON, for scripts; writes no picture.")
    ] = False,
) -> None:
    """Show how headline figures moved over commits; draw a chart.

    Measures nothing: it reads reports that were kept, such as one a commit in your CI. Files are
    taken in the order given. Of a folder, all its *.json and each report.json below it, in the
    order of their commits, or by date where git does not know them all.

    Figures of other versions of the tools are never compared: there a line breaks, and the table
    begins anew.
    """
    from lmul.synth.history.snapshots import read_snapshots

    snapshots = read_snapshots(reports)
    if output.suffix != ".svg" and not as_json:
        raise ValueError(f"The picture's name must end in .svg, not {str(output)!r}")
    package_version("matplotlib", "report")
    os.environ.update(tool_variables())  # matplotlib reads them when it is imported
    from lmul.console.report import console_table
    from lmul.console.terminal import table_console
    from lmul.synth.history.figures import headline_figures
    from lmul.synth.history.shown import history_json, history_picture, history_table
    from lmul.tools.files import write_whole

    figures = headline_figures([one.report for one in snapshots])
    if not figures:
        raise ValueError(
            "No report has any of the headline figures; lmul report writes some that have"
        )
    if as_json:
        print(history_json(snapshots, figures), end="")
        return
    console = table_console()
    console.print(console_table(history_table(snapshots, figures)))
    picture = history_picture(snapshots, figures)
    write_whole(output.parent, {output.name: picture.svg()})
    console.print(f"Written: {output}")
