"""Figures that take hours, kept in the repository with where they come from.

    make accepted

measures them and writes the files of :data:`SETS` beside this one, ``make accepted SET=dots`` one
of them (``nodes`` needs the libraries' files: :mod:`lmul.synth.liberty.nodes`); what was
measured before at the same sources is found again, so that it goes on where it was stopped. A
report shows these figures, marked as kept, and measures none of them: it is the same on every
machine.
"""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from lmul.hdl.designs.design import Design
from lmul.synth.comparison.clocks.energies import energy_points
from lmul.synth.comparison.clocks.gated import gated_points
from lmul.synth.comparison.clocks.layout import layout_points
from lmul.synth.comparison.clocks.points import (
    array_points,
    clock_points,
    node_points,
    unit_points,
)
from lmul.synth.comparison.designs import REPORT_FORMATS
from lmul.synth.comparison.dots import dot_points
from lmul.synth.comparison.points import FMAX, corrected_points, kept_points, placed_points
from lmul.synth.liberty.nodes import node_files
from lmul.synth.measure.measurement import Measured, Point
from lmul.synth.measure.provenance import measuring_digest, tool_versions
from lmul.tools.files import write_whole
from lmul.tools.metrics import Metric
from lmul.tools.sources import commit

__all__ = [
    "COMMAND",
    "REST",
    "SETS",
    "Accepted",
    "accepted",
    "accepted_points",
    "read",
    "text_of",
    "with_files",
]


COMMAND = "make accepted"
_SHOWN: Mapping[str, Sequence[str]] = {
    "fpga": ("lut4", FMAX),
    "gates": ("gates",),
    "clock": (),
}
"""What is kept of a measure's figures, of others every one; a clock's are in its detail."""


@dataclass(frozen=True)
class Accepted:
    """The kept figures.

    Attributes
    ----------
    provenance : mapping of str to str
        ``commit``, ``date``, ``command``, ``sources`` (their hash), and each tool's version;
        ``later``, which figures are of another commit; and a ``note``. Empty where nothing is kept.
    found : mapping of Point to Measured
        Figures alone, without detail, but of clocks, which are nothing else.
    """

    provenance: Mapping[str, str]
    found: Mapping[Point, Measured]

    def of(self, points: Iterable[Point]) -> dict[Point, Measured]:
        """The figures of those points that are kept."""
        return {point: self.found[point] for point in points if point in self.found}

    @property
    def told(self) -> str:
        """Where kept figures come from, a sentence for a table's notes."""
        if not self.found:
            return f"Nothing of it is kept yet: `{COMMAND}` measures it, for hours."
        later = self.provenance.get("later")
        return (
            f"Kept figures are not of this run: commit {self.provenance['commit'][:12]}, "
            f"{self.provenance['date']}{f' ({later})' if later else ''}; "
            f"`{self.provenance['command']}` measures them anew."
        )


def accepted_points() -> list[Point]:
    """All that is kept: wide formats of the paper's claims, their arrays, the largest arrays'
    energies, places on FPGAs.
    """
    return list(dict.fromkeys([*kept_points(REPORT_FORMATS), *placed_points(REPORT_FORMATS)]))


REST = "rest"
SETS: Mapping[str, Callable[[], list[Point]]] = {
    REST: accepted_points,
    "corrected": lambda: corrected_points(REPORT_FORMATS),
    "dots": dot_points,
    "clocks": clock_points,
    "units": unit_points,
    "arrays": array_points,
    "nodes": node_points,
    "layout": layout_points,
    "gated": gated_points,
    "energies": energy_points,
}
"""What is measured together, by the name of its set."""


def _file(of: str) -> str:
    return "accepted.json" if of == REST else f"accepted_{of}.json"


@cache
def accepted(of: str = REST) -> Accepted:
    """The figures of this commit, of one of :data:`SETS`."""
    return read((resources.files("lmul.synth.comparison") / _file(of)).read_text(encoding="utf-8"))


def text_of(kept: Accepted) -> str:
    """As JSON, a figure a line, so that changes can be read."""
    lines = [json.dumps(_entry(point, one)) for point, one in kept.found.items()]
    inner = ",\n  ".join(lines)
    provenance = json.dumps(dict(kept.provenance), indent=1)
    return f'{{"provenance": {provenance},\n "figures": [\n  {inner}\n]}}\n'


def read(text: str) -> Accepted:
    """What :func:`text_of` wrote.

    Raises
    ------
    ValueError
        When it is no such text.
    """
    document = json.loads(text)
    found = {}
    for entry in document["figures"]:
        named = entry["point"]
        point = Point(**named | {"library": tuple(named.get("library", ()))})
        level = Design.parse(point.design).level
        metrics = (Metric(point.design, level, **one) for one in entry["metrics"])
        found[point] = Measured(tuple(metrics), entry.get("detail", {}))
    return Accepted(document["provenance"], found)


def with_files(point: Point) -> Point:
    """What is to be measured: a library that is told by its name is replaced by its files.

    Raises
    ------
    ValueError
        As :func:`lmul.synth.liberty.nodes.node_files`.
    """
    return replace(point, library=tuple(path for n in point.library for path in node_files(n)))


def _entry(point: Point, one: Measured) -> dict[str, Any]:
    defaults = {field.name: field.default for field in fields(Point)}
    named = {k: v for k, v in asdict(point).items() if v != defaults[k]}
    metrics = [
        {k: v for k, v in asdict(metric).items() if k not in ("design", "level") and v is not None}
        for metric in one.metrics
        if metric.name in _SHOWN.get(point.measure, (metric.name,))
    ]
    entry: dict[str, Any] = {"point": named, "metrics": metrics}
    return entry | ({"detail": one.detail} if point.measure == "clock" else {})


def _main(names: Sequence[str]) -> int:
    # Imported here: whoever reads figures measures none.
    from lmul.synth.measure.runs import all_points

    def told(done: int, total: int, label: str) -> None:
        print(f"{done} of {total}: {label}", file=sys.stderr, flush=True)

    if unknown := [name for name in names if name not in SETS]:
        print(f"There is no set {unknown[0]!r}: use {', '.join(SETS)}", file=sys.stderr)
        return 2
    for name in names or SETS:
        try:
            files = {point: with_files(point) for point in SETS[name]()}
        except ValueError as error:
            print(error, file=sys.stderr)
            if names:
                return 2
            continue  # these figures stay as they are
        measured = all_points(files.values(), on_progress=told)
        found = {point: measured[file] for point, file in files.items()}
        provenance = {
            "commit": commit(),
            "date": datetime.now(UTC).date().isoformat(),
            "command": f"{COMMAND} SET={name}",
            "sources": measuring_digest(),
            **tool_versions("fpga"),
        }
        write_whole(Path(__file__).parent, {_file(name): text_of(Accepted(provenance, found))})
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
