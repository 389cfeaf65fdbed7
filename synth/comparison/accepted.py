"""Figures that take hours, kept in the repository with where they come from.

    make accepted

measures them and writes ``accepted.json`` beside this file; what was measured before at the same
sources is found again, so that it goes on where it was stopped. A report shows these figures,
marked as kept, and measures none of them: it is the same on every machine.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from lmul.hdl.designs.design import Design
from lmul.synth.comparison.designs import REPORT_FORMATS
from lmul.synth.comparison.points import FMAX, kept_points, placed_points
from lmul.synth.measure.measurement import Measured, Point
from lmul.synth.measure.provenance import measuring_digest, tool_versions
from lmul.tools.files import write_whole
from lmul.tools.metrics import Metric
from lmul.tools.sources import commit

__all__ = ["COMMAND", "Accepted", "accepted", "accepted_points", "read", "text_of"]


COMMAND = "make accepted"
_FILE = "accepted.json"
_SHOWN = ("lut4", FMAX)  # of what was placed; of all else every figure


@dataclass(frozen=True)
class Accepted:
    """The kept figures.

    Attributes
    ----------
    provenance : mapping of str to str
        ``commit``, ``date``, ``command``, ``sources`` (their hash), and each tool's version;
        ``energies`` where these were measured later. Empty where nothing is kept.
    found : mapping of Point to Measured
        Figures alone, without detail.
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
        later = self.provenance.get("energies")
        return (
            f"Kept figures are not of this run: commit {self.provenance['commit'][:12]}, "
            f"{self.provenance['date']}{f' (energies: {later})' if later else ''}; "
            f"`{COMMAND}` measures them anew."
        )


def accepted_points() -> list[Point]:
    """All that is kept: wide formats of the paper's claims, their arrays, the largest arrays'
    energies, places on FPGAs.
    """
    return list(dict.fromkeys([*kept_points(REPORT_FORMATS), *placed_points(REPORT_FORMATS)]))


@cache
def accepted() -> Accepted:
    """The figures of this commit."""
    return read((resources.files("lmul.synth.comparison") / _FILE).read_text(encoding="utf-8"))


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
        point = Point(**entry["point"])
        level = Design.parse(point.design).level
        metrics = (Metric(point.design, level, **one) for one in entry["metrics"])
        found[point] = Measured(tuple(metrics), {})
    return Accepted(document["provenance"], found)


def _entry(point: Point, one: Measured) -> dict[str, Any]:
    defaults = {field.name: field.default for field in fields(Point)}
    named = {k: v for k, v in asdict(point).items() if v != defaults[k]}
    metrics = [
        {k: v for k, v in asdict(metric).items() if k not in ("design", "level") and v is not None}
        for metric in one.metrics
        if point.measure != "fpga" or metric.name in _SHOWN
    ]
    return {"point": named, "metrics": metrics}


def _main() -> int:
    # Imported here: whoever reads figures measures none.
    from lmul.synth.measure.runs import all_points

    def told(done: int, total: int, label: str) -> None:
        print(f"{done} of {total}: {label}", file=sys.stderr, flush=True)

    found = all_points(accepted_points(), on_progress=told)
    provenance = {
        "commit": commit(),
        "date": datetime.now(UTC).date().isoformat(),
        "command": COMMAND,
        "sources": measuring_digest(),
        **tool_versions("fpga"),
    }
    write_whole(Path(__file__).parent, {_FILE: text_of(Accepted(provenance, found))})
    return 0


if __name__ == "__main__":
    sys.exit(_main())
