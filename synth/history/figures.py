"""The report's headline figures, each over several kept reports."""

from collections.abc import Sequence
from dataclasses import dataclass

from lmul.synth.comparison.cell_survey import ENERGY, GATES
from lmul.synth.comparison.headline import FIRST_FORMATS
from lmul.synth.tables.levels import LEVELS, TWINS
from lmul.tools.metrics import Report

__all__ = ["Figure", "headline_figures"]


_SHARE, _ERROR = "share", "error"
_PE = "PE"
_ERRING = ("lmul", "lmul_rne", "exact")
_DOTS = "QK nearest, against original operands, dot products"
_STIMULUS = {ENERGY: "QK", GATES: ""}
_SPREADS = {ENERGY: "energy", GATES: "gates"}  # names in a report's section "spreads"

Values = tuple[float | None, ...]


@dataclass(frozen=True)
class Figure:
    """One figure.

    Attributes
    ----------
    panel : str
        What the figures of one panel are; empty where it is in the table alone.
    name : str
    kind : str
        The kind whose colour it has: of a share the twin, else the circuit's own.
    unit : str
    values : tuple of float or None
        One a report; None where the report lacks it.
    """

    panel: str
    name: str
    kind: str
    unit: str
    values: Values


def headline_figures(reports: Sequence[Report]) -> list[Figure]:
    """What the verdict is made of: shares of energy and of gates, energies, and errors.

    Energies and gates are medians of several mappings where every report that has the figure has
    its median, else those of the circuit as written. Those that no report has are left out.
    """
    found = []
    for fmt in FIRST_FORMATS:
        for level, designs in LEVELS.items():
            names = designs(fmt)
            energies = {kind: _values(reports, name, ENERGY) for kind, name in names.items()}
            found += _shares(f"{fmt}, {level}", "energy", "fJ", energies)
        names = LEVELS["multiplier"](fmt)
        gates = {kind: _values(reports, name, GATES) for kind, name in names.items()}
        found += _shares(f"{fmt}, multiplier", "gates", "gates", gates)
        found += _errors(reports, fmt)
    return [figure for figure in found if any(value is not None for value in figure.values)]


def _shares(where: str, what: str, unit: str, values: dict[str, Values]) -> list[Figure]:
    """What L-Mul takes of each twin's, and its own."""
    mine = values.get("lmul", ())
    shares = [
        Figure(
            f"{where}: % of {what}",
            f"{where}: L-Mul takes of {twin}'s {what}",
            twin,
            "%",
            tuple(100 * a / b if a and b else None for a, b in zip(mine, theirs, strict=True)),
        )
        for twin, theirs in values.items()
        if twin in TWINS and mine
    ]
    own = Figure("", f"{where}: L-Mul's {what}", "lmul", unit, mine)
    return [*shares, own]


def _errors(reports: Sequence[Report], fmt: str) -> list[Figure]:
    names = LEVELS[_PE](fmt)
    return [
        Figure(
            f"{fmt}, {_PE}: error of dot products, %",
            f"{fmt}, {_PE}: with {kind} dot products err by",
            kind,
            "%",
            tuple(
                None if value is None else 100 * value
                for value in (_metric(report, names[kind], "mred", _DOTS) for report in reports)
            ),
        )
        for kind in _ERRING
        if kind in names
    ]


def _values(reports: Sequence[Report], design: str, metric: str) -> Values:
    written = [_metric(report, design, metric, _STIMULUS[metric]) for report in reports]
    medians = [_median(report, design, metric) for report in reports]
    told = all(median is not None for median, value in zip(medians, written, strict=True) if value)
    return tuple(medians if told and any(medians) else written)


def _metric(report: Report, design: str, name: str, stimulus: str) -> float | None:
    wanted = design, name
    return next(
        (
            one.value
            for one in report.metrics
            if (one.design, one.name) == wanted and stimulus in (one.stimulus or "")
        ),
        None,
    )


def _median(report: Report, design: str, metric: str) -> float | None:
    spreads = report.sections.get("spreads")
    found = spreads.get(design) if isinstance(spreads, dict) else None
    spread = found.get(_SPREADS[metric]) if isinstance(found, dict) else None
    median = spread.get("median") if isinstance(spread, dict) else None
    return median if isinstance(median, int | float) else None
