"""Error on real operands against energy: every kind, format and sum, and what no other beats."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from lmul.hdl.designs.mac import MacDesign
from lmul.synth.comparison.cell_survey import ENERGY
from lmul.synth.comparison.designs import INT8_PE, pes_in_cells, window_pes
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.pictures.picture import (
    COLOURS,
    INK,
    MARKERS,
    Draw,
    Picture,
    front,
    kinds_key,
    place_labels,
)
from lmul.synth.tables.methods import cells_method
from lmul.synth.tables.table import Table, error

__all__ = [
    "AccuracyPoint",
    "accuracy_energy_picture",
    "accuracy_points",
    "best_points",
    "front_table",
]


_MATRIX = "QK"
_LINEAR = 3  # a wider range gets a logarithmic axis


@dataclass(frozen=True)
class AccuracyPoint:
    """A PE's energy, fJ an operation, and the error of its dot products, a share.

    ``label`` says what ``kind`` does not: format and sum.
    """

    design: str
    kind: str
    label: str
    narrow: bool
    energy: float
    error: float


def accuracy_points(document: ReportDocument) -> list[AccuracyPoint]:
    """All PEs under ftz whose energy and error were measured."""
    names = dict.fromkeys(
        name
        for fmt in document.formats
        for name in (*pes_in_cells(fmt, "ftz").values(), *window_pes(fmt).values())
    )
    found = []
    for name in names:
        design = MacDesign.parse(name)
        if name == INT8_PE:
            error = document.mac.int8.get(_MATRIX)
        else:
            measured = document.mac.errors.get((name, _MATRIX))
            error = measured.error if measured else None
        energy = document.cells.figure(name, ENERGY)
        if error is None or energy is None:
            continue
        fmt = design.format.name
        label = fmt if design.accumulator is None else f"{fmt} {design.accumulator}"
        narrow = design.format.is_narrow
        found.append(AccuracyPoint(name, design.kind, label, narrow, energy, error.relative))
    return found


def best_points(points: Sequence[AccuracyPoint]) -> list[AccuracyPoint]:
    """Those that no other beats in both, by rising energy; of equal ones the last."""
    places = [(point.energy, point.error) for point in points]
    return list({places[index]: points[index] for index in front(places)}.values())


def accuracy_energy_picture(document: ReportDocument) -> Picture:
    """Points: error of dot products against energy of a multiply-accumulate, with the front."""
    groups = _groups(document)
    winning = {point.kind for _, points in groups for point in best_points(points)}
    points = [point for _, points in groups for point in points]
    hollow = " Hollow: e5m2." if any(point.label.startswith("e5m2") for point in points) else ""
    return Picture(
        "accuracy-energy",
        "Error against energy: some PEs of L-Mul are beaten by no other"
        if "lmul" in winning
        else "Error against energy: others beat every PE of L-Mul",
        "Error of real dot products, that of encoding the operands included, against the energy of "
        "a multiply-accumulate in a PE; to the lower left is better. The line joins the PEs that "
        f"no other beats in both; a table names them by their numbers.{hollow}",
        [(title, _panel(points)) for title, points in groups],
        cells_method(document.cells),
        kinds_key(point.kind for point in points),
        (4.6, 4.0),
    )


def front_table(document: ReportDocument) -> Table:
    """The PEs that no other beats in energy and error, numbered as in the picture."""
    rows = []
    for title, points in _groups(document):
        for place, one in enumerate(best_points(points), 1):
            design = MacDesign.parse(one.design)
            fmt = design.format.name
            cells = [fmt, one.kind, _sum(design), f"{one.energy:.0f}", error(one.error)]
            rows.append([title, str(place), *cells])
    return Table(
        "PEs that no other beats in energy and error",
        ["among", "number", "format", "kind", "sum", "fJ", "error, %"],
        rows,
        ["fixW_L is a window of W bits from 2^L up; int8 sums exactly in 32 bits."],
        text_columns=5,
        strong=frozenset({5}),
        wide=frozenset({4}),
        method=cells_method(document.cells),
    )


def _sum(design: MacDesign) -> str:
    return str(design.resolved_accumulator)


def _groups(document: ReportDocument) -> list[tuple[str, list[AccuracyPoint]]]:
    """The points of each panel; both alike where there are only narrow formats."""
    points = accuracy_points(document)
    narrow = [point for point in points if point.narrow]
    groups = [("8 bits", narrow)]
    if len(points) > len(narrow):
        groups.append(("all widths", points))
    return [(title, shown) for title, shown in groups if shown]


def _panel(points: Sequence[AccuracyPoint]) -> Draw:
    best = best_points(points)

    def draw(axes: Axes) -> None:
        axes.step(
            [point.energy / 1000 for point in best],
            [100 * point.error for point in best],
            where="post",
            color=INK,
            alpha=0.4,
            linewidth=1,
        )
        for kind in COLOURS:
            mine = [point for point in points if point.kind == kind]
            for hollow in (False, True):
                some = [point for point in mine if point.label.startswith("e5m2") == hollow]
                axes.plot(
                    [point.energy / 1000 for point in some],
                    [100 * point.error for point in some],
                    MARKERS[kind],
                    linestyle="none",
                    color=COLOURS[kind],
                    markerfacecolor="none" if hollow else COLOURS[kind],
                    markersize=6,
                )
        energies = [point.energy / 1000 for point in points]
        errors = [100 * point.error for point in points]
        for axis, scale, values in (
            (axes.xaxis, axes.set_xscale, energies),
            (axes.yaxis, axes.set_yscale, errors),
        ):
            if min(values) > 0 and max(values) > _LINEAR * min(values):
                scale("log")
                axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
                axis.set_minor_formatter(NullFormatter())
            else:
                axis.set_major_locator(MaxNLocator(5))
            axis.set_major_formatter(lambda value, _: f"{value:.3g}")
        axes.margins(0.12)
        order = [*best, *(point for point in points if point not in best)]
        places = [(point.energy / 1000, 100 * point.error) for point in order]
        place_labels(axes, places, {n: str(n + 1) for n in range(len(best))}, 9)
        axes.set_xlabel("pJ a multiply-accumulate")
        axes.set_ylabel("error, %")
        axes.grid(color=INK, alpha=0.15, linewidth=0.6)
        axes.set_axisbelow(True)

    return draw
