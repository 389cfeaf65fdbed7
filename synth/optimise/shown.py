"""What `lmul optimise` prints: corrections and relatives, as tables and as JSON's sections."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from lmul.synth.optimise.cores import Core
from lmul.synth.optimise.relatives import PUBLISHED, Relative
from lmul.synth.optimise.search import Row
from lmul.synth.tables.table import NOTHING, Table

__all__ = [
    "cores_table",
    "counted",
    "counted_cores",
    "relatives_table",
    "rows_section",
    "rows_table",
]


Progress = Callable[[int, int, str], None]


def rows_table(title: str, rows: Sequence[Row], pictured: bool) -> Table:
    """Corrections with their errors and gates; with ``pictured``, the first one's tables below."""
    cells = []
    for row in rows:
        judged = row.judged
        errors = f"{judged.mred:.3%}", f"{judged.bias:+.3%}", f"{judged.worst:+.2%}"
        cells.append([row.name, *errors, f"{judged.dot:.3%}", str(row.gates)])
    columns = ["correction", "mean error", "bias", "worst", "dot product", "gates"]
    return Table(title, columns, cells, _notes(rows[0]) if pictured else ())


def _notes(row: Row) -> list[str]:
    correction = row.judged.correction
    carries = ("no carry", "a carry") if correction.by_carry else ("any carry",)
    told = [
        f"with {carry} into the top bits:\n"
        + "\n".join(" ".join(f"{steps:2d}" for steps in line) for line in table)
        for carry, table in zip(carries, correction.tables, strict=True)
    ]
    return [f"{row.name}, in steps of 2^-{correction.places}", *told]


def rows_section(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The same for scripts, tables and gates in full."""
    return [
        {"name": row.name, "gates": row.gates, **asdict(row.judged)}
        | ({} if row.found is None else {"circuit": asdict(row.found.circuit)})
        for row in rows
    ]


def counted(
    relatives: Sequence[Relative], on_progress: Progress | None = None
) -> list[dict[str, Any]]:
    """Relatives as a row each, their gates counted."""
    rows = []
    for place, one in enumerate(relatives):
        if on_progress:
            on_progress(place, len(relatives), one.name)
        errors = {"mred": one.mred, "bias": one.bias, "worst": one.worst}
        gates = one.gates() if one.gates else None
        rows.append({"name": one.name, "source": one.source, **errors, "gates": gates})
    return rows


def relatives_table(fmt: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    """L-Mul's relatives in a format; below, what others print of theirs."""
    cells = []
    for row in rows:
        gates = NOTHING if row["gates"] is None else str(row["gates"])
        errors = f"{row['mred']:.2%}", f"{row['bias']:+.2%}", f"{row['worst']:+.1%}"
        cells.append([row["name"], *errors, gates])
    for other in PUBLISHED:
        if other.format == fmt:
            cells.append([f"{other.name}, published", f"{other.mred:.2%}", *[NOTHING] * 3])
    columns = ["product", "mean error", "bias", "worst", "gates"]
    return Table(f"L-Mul among its relatives, {fmt}", columns, cells)


def counted_cores(
    cores: Sequence[Core], on_progress: Progress | None = None
) -> list[dict[str, Any]]:
    """Kinds in a dot-product unit's core as a row each, their gates counted."""
    rows = []
    for place, one in enumerate(cores):
        if on_progress:
            on_progress(place, len(cores), f"{one.kind}, core")
        errors = {"mred": one.mred, "on_tile": one.on_tile}
        rows.append({"kind": one.kind, "window": one.window, **errors, "gates": one.gates()})
    return rows


def cores_table(fmt: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    """Kinds where no product is packed: the window, errors, and gates of a term."""
    cells = [
        [
            str(row["window"]),
            row["kind"],
            f"{row['mred']:.2%}",
            f"{row['on_tile']:.2%}",
            f"{row['gates']:.0f}",
        ]
        for row in rows
    ]
    columns = ["W", "kind", "mean error", "of dot products", "gates a term"]
    return Table(f"In the core of a dot-product unit of four terms, {fmt}", columns, cells)
