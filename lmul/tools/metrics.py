"""The report document: metrics of designs, and what moved between two of them."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

__all__ = ["Better", "Change", "Metric", "Report", "compare", "other_versions", "worse_than"]


SCHEMA = 1
Better = Literal["lower", "higher"]
Verdict = Literal["same", "better", "worse", "added", "removed"]

_SIGNED = ("bias", "worst")  # errors with a sign: what counts is how far from zero they are


@dataclass(frozen=True)
class Metric:
    """One measured figure.

    Parameters
    ----------
    design : str
        The design's name.
    level : str
        ``"product"``, ``"multiplier"``, ``"pe"`` or ``"array"``.
    name : str
        ``gates``, ``depth``, ``area_um2`` and so on.
    value : int or float
        A finite number.
    unit : str
        Of ``value``; empty for a ratio.
    better : str
        ``"lower"`` or ``"higher"``.
    library : str or None
        The library of cells or the FPGA family that the figure holds for.
    stimulus : str or None
        The operands that it was measured on.

    Raises
    ------
    TypeError, ValueError
        When ``value`` is no number or not finite; for an unknown ``better``.
    """

    design: str
    level: str
    name: str
    value: int | float
    unit: str = ""
    better: Better = "lower"
    library: str | None = None
    stimulus: str | None = None

    def __post_init__(self) -> None:
        for part in ("design", "level", "name", "unit"):
            if not isinstance(getattr(self, part), str):
                raise TypeError(f"A metric's {part} must be a string, not {getattr(self, part)!r}")
        if not isinstance(self.value, int | float) or isinstance(self.value, bool):
            raise TypeError(f"Metric {self.name!r} must have a number, not {self.value!r}")
        if not math.isfinite(self.value):
            raise ValueError(f"Metric {self.name!r} must be finite, not {self.value!r}")
        if self.better not in get_args(Better):
            raise ValueError(f"A metric's better must be lower or higher, not {self.better!r}")

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """What makes two figures of two reports comparable."""
        return (self.design, self.level, self.name, self.library or "", self.stimulus or "")


@dataclass(frozen=True)
class Report:
    """Metrics and the versions of the tools that they were measured with.

    Parameters
    ----------
    tools : mapping of str to str
        Versions by tool.
    metrics : sequence of Metric
        In the order in which they are written.
    sections : mapping, optional
        Further parts of the document, by name: whatever JSON can hold.
    """

    tools: Mapping[str, str]
    metrics: Sequence[Metric]
    sections: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        """The document as text, ending in a newline."""
        document = {
            "schema": SCHEMA,
            "tools": dict(self.tools),
            "metrics": [asdict(metric) for metric in self.metrics],
            **self.sections,
        }
        return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str, name: str = "report") -> "Report":
        """Read a document; ``name`` is what errors call it.

        Raises
        ------
        ValueError
            When it is no JSON, of another schema, or has a malformed metric.
        """
        try:
            document = json.loads(text)
        except json.JSONDecodeError as error:
            raise ValueError(f"{name} is no JSON: {error}") from None
        if not isinstance(document, dict) or "schema" not in document:
            raise ValueError(f"{name} is no report: it has no schema")
        if document["schema"] != SCHEMA:
            raise ValueError(
                f"{name} has schema {document['schema']!r}; this version reads {SCHEMA}"
            )
        rest = dict(document)
        del rest["schema"]
        tools, found = rest.pop("tools", None), rest.pop("metrics", None)
        if not isinstance(tools, dict) or not isinstance(found, list):
            raise ValueError(f"{name} is no report: it needs tools and metrics")
        metrics = []
        for index, entry in enumerate(found):
            try:
                metrics.append(Metric(**entry))
            except (TypeError, ValueError) as error:
                raise ValueError(f"{name}: metric {index} is malformed: {error}") from None
        return cls(tools, metrics, rest)


@dataclass(frozen=True)
class Change:
    """What became of one figure.

    Attributes
    ----------
    metric : Metric
        The new figure, or the old one when it was removed.
    old, new : number or None
        None where the figure is missing.
    percent : float or None
        By how much it changed, of the old magnitude; infinite from zero; None when added or
        removed.
    verdict : str
        ``"same"``, ``"better"``, ``"worse"``, ``"added"`` or ``"removed"``.
    """

    metric: Metric
    old: int | float | None
    new: int | float | None
    percent: float | None
    verdict: Verdict


def compare(old: Report, new: Report, unchanged: bool = False) -> list[Change]:
    """What moved from ``old`` to ``new``, in the order of ``new``, removed figures last.

    Figures with a sign (``bias``, ``worst``) are compared by magnitude.

    Parameters
    ----------
    old, new : Report
        Two reports; figures of equal design, level, name, library and stimulus are compared.
    unchanged : bool
        List the figures that did not move as well.
    """
    before = {metric.key: metric for metric in old.metrics}
    rows = []
    for metric in new.metrics:
        past = before.pop(metric.key, None)
        if past is None:
            rows.append(Change(metric, None, metric.value, None, "added"))
            continue
        row = _change(past, metric)
        if unchanged or row.verdict != "same":
            rows.append(row)
    rows += [Change(metric, metric.value, None, None, "removed") for metric in before.values()]
    return rows


def _change(past: Metric, metric: Metric) -> Change:
    old, new = past.value, metric.value
    if metric.name in _SIGNED:
        old, new = abs(old), abs(new)
    if old == new:
        percent = 0.0
    else:
        percent = 100 * (new - old) / abs(old) if old else math.copysign(math.inf, new - old)
    verdict: Verdict = "same"
    if percent:
        verdict = "better" if (percent < 0) == (metric.better == "lower") else "worse"
    return Change(metric, past.value, metric.value, percent, verdict)


_NO_TOOLS = ("commit", "date", "machine", "python")  # no figure depends on them


def other_versions(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """The tools of two reports whose versions differ, with both: figures are then no measure.

    A tool that only one of them names does not count.
    """
    return {
        name: (old[name], new[name])
        for name in new
        if name in old and name not in _NO_TOOLS and old[name] != new[name]
    }


def worse_than(changes: Sequence[Change], percent: float) -> list[Change]:
    """The figures that got worse by more than ``percent``: what ``--fail-if-worse`` fails on.

    A removed figure is among them: dropping a bad figure is no improvement.

    Raises
    ------
    ValueError
        When ``percent`` is negative or no number.
    """
    if math.isnan(percent) or percent < 0:
        raise ValueError(f"The percentage must be 0 or more, not {percent!r}")
    return [
        change
        for change in changes
        if change.verdict == "removed"
        or (change.verdict == "worse" and abs(change.percent or 0) > percent)
    ]
