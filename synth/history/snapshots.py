"""Kept reports, in the order of their commits, and where versions of tools change between them."""

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lmul.synth.comparison.cell_survey import ENERGY
from lmul.tools.metrics import Report, other_versions

__all__ = ["Breaks", "Snapshot", "breaks", "read_snapshots"]


_COMMIT = re.compile(r"([0-9a-f]{7,40})(-dirty)?")
_SHORT = 9
_CELLS = "cells"


Breaks = Mapping[int, Mapping[str, tuple[str, str]]]
"""By the index of the report after: the tools whose versions change, with both versions."""


@dataclass(frozen=True)
class Snapshot:
    """One kept report.

    Attributes
    ----------
    file : Path
    report : Report
    """

    file: Path
    report: Report

    @property
    def commit(self) -> str:
        """The commit that it was made at, as git writes it; empty where the report has none."""
        found = _COMMIT.fullmatch(self.report.tools.get("commit", ""))
        return found[1] if found else ""

    @property
    def versions(self) -> dict[str, str]:
        """What its figures depend on beside the circuits: tools, and the libraries of cells."""
        cells = {one.library for one in self.report.metrics if one.name == ENERGY and one.library}
        return dict(self.report.tools) | ({_CELLS: ", ".join(sorted(cells))} if cells else {})

    @property
    def label(self) -> str:
        """The commit's first digits, with a + where files differed from it; else the file's name.

        A file called report.json is named after its folder.
        """
        if self.commit:
            return self.commit[:_SHORT] + ("+" if "-dirty" in self.report.tools["commit"] else "")
        file = self.file.resolve()
        return file.parent.name if file.stem == "report" else file.stem


def read_snapshots(paths: Sequence[Path]) -> list[Snapshot]:
    """Read reports: files in the order given; those of one folder in the order of their commits.

    Of a folder, all ``*.json`` in it and all ``report.json`` below it. Where git does not know
    each of their commits, they are ordered by date and then by name.

    Raises
    ------
    OSError
        When a file cannot be read.
    ValueError
        When a file is no report, or there are fewer than two.
    """
    found: list[Snapshot] = []
    for path in paths:
        if path.is_dir():
            files = sorted({*path.glob("*.json"), *path.rglob("report.json")})
            found += _by_commit([_read(file) for file in files])
        else:
            found.append(_read(path))
    if len(found) < 2:
        where = ", ".join(map(str, paths))
        raise ValueError(f"A history needs two reports or more; {len(found)} found in {where}")
    return found


def breaks(snapshots: Sequence[Snapshot]) -> Breaks:
    """Where versions change from one report to the next."""
    tools = [one.versions for one in snapshots]
    changed = {at: other_versions(tools[at - 1], tools[at]) for at in range(1, len(tools))}
    return {at: versions for at, versions in changed.items() if versions}


def _read(file: Path) -> Snapshot:
    try:
        text = file.read_text()
    except UnicodeDecodeError:
        raise ValueError(f"{file} is no JSON: it is no text") from None
    return Snapshot(file, Report.from_json(text, str(file)))


def _by_commit(snapshots: Sequence[Snapshot]) -> list[Snapshot]:
    places = _places({one.commit for one in snapshots})
    if places:
        return sorted(snapshots, key=lambda one: (places[one.commit], one.label, str(one.file)))
    return sorted(snapshots, key=lambda one: (one.report.tools.get("date", ""), str(one.file)))


def _places(commits: set[str]) -> dict[str, int]:
    """Where commits stand, the oldest first; empty where git does not know each of them."""
    if not commits or "" in commits:
        return {}
    command = ["git", "rev-list", "--topo-order", "--reverse", *sorted(commits)]
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return {}
    order = {whole: place for place, whole in enumerate(run.stdout.split())}
    return {
        commit: place
        for commit in commits
        for whole, place in order.items()
        if whole.startswith(commit)
    }
