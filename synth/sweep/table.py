"""A sweep's results as one tidy table, a row a figure: Parquet and CSV, the same values in both."""

import io
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.dot import DotDesign
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.numbers.formats import FloatFormat
from lmul.synth.liberty.file import digest
from lmul.synth.measure.measurement import MEASURES, Measured, Point
from lmul.synth.measure.provenance import measuring_digest, tool_versions
from lmul.tools.errors import ToolNotFound
from lmul.tools.installed import install_command
from lmul.tools.metrics import Metric

if TYPE_CHECKING:
    import pyarrow

__all__ = ["check_pyarrow", "sweep_table", "to_csv", "to_parquet"]


_SIZES = ("k_max", "terms", "window", "stages", "carries", "rows", "columns", "seed")
"""Columns of integers; ``value`` is a float, ``dsp`` a boolean."""


def check_pyarrow() -> ModuleType:
    """The pyarrow module.

    Raises
    ------
    ToolNotFound
        When it is not installed.
    """
    try:
        import pyarrow
    except ImportError:
        raise ToolNotFound(
            "pyarrow is not installed, which writes a sweep's table: " + install_command("sweep")
        ) from None
    return pyarrow


def sweep_table(found: Mapping[Point, Measured]) -> "pyarrow.Table":
    """One row for each metric of each point, in the order of the points.

    Columns: ``design``, ``level``, ``kind``, ``format``, ``policy``, ``accumulator`` (defaults put
    in), ``k_max`` of exact accumulators, ``terms``, pairs a cycle, ``window``, ``stages``,
    ``carries``, ``rows``, ``columns`` and ``flow`` of arrays, ``measure``, ``metric``, ``value``,
    ``unit``, ``better``, ``library`` by its own name with the SHA-256 of its file, ``stimulus``,
    ``measured_on`` (the stimulus in full, as reports tell it), ``clock``, ``least``, what was
    searched the least of, ``circuit``, which the search for the clock chose, ``device``, ``seed``,
    ``dsp``, ``tools`` with their versions, ``package`` (SHA-256 of the sources). What a row has
    none of is null: a ratio has no unit.

    Raises
    ------
    ToolNotFound
        When pyarrow is not installed.
    """
    pa = check_pyarrow()
    rows = [_row(point, one) for point, result in found.items() for one in result.metrics]
    types = {"value": pa.float64(), "dsp": pa.bool_()} | dict.fromkeys(_SIZES, pa.int64())
    schema = pa.schema([(name, types.get(name, pa.string())) for name in _COLUMNS])
    return pa.Table.from_pylist(rows, schema)


_COLUMNS = (
    *("design", "level", "kind", "format", "policy", "accumulator", "k_max", "terms", "window"),
    *("stages", "carries", "rows", "columns", "flow", "measure", "metric", "value", "unit"),
    *("better", "library", "library_sha256", "stimulus", "measured_on", "clock"),
    *("least", "circuit", "device", "seed", "dsp", "tools", "package"),
)


def _row(point: Point, metric: Metric) -> dict[str, Any]:
    taken = MEASURES[point.measure]
    row = _design_columns(Design.parse(point.design))
    row |= {
        "measure": point.measure,
        "metric": metric.name,
        "value": float(metric.value),
        "unit": metric.unit,
        "better": metric.better,
        "measured_on": metric.stimulus,
        "device": point.device,
        "stimulus": Path(point.stimulus).name,
        "tools": ", ".join(f"{n} {v}" for n, v in sorted(tool_versions(point.measure).items())),
        "package": measuring_digest(),
    }
    if "library" in taken:
        row |= {"library": metric.library, "library_sha256": digest(point.liberty)}
    if "clock" in taken:
        least = point.least or "area"
        row |= {"clock": point.clock, "least": least, "circuit": metric.design}
    if "seed" in taken:
        row["seed"] = point.seed
    if "dsp" in taken:
        row["dsp"] = point.dsp
    return {name: None if value == "" else value for name, value in row.items()}


def _design_columns(design: Design) -> dict[str, Any]:
    columns: dict[str, Any] = {"design": design.name, "level": design.level, "kind": design.kind}
    if isinstance(design.format, FloatFormat):
        columns["format"] = design.format.name
        if design.level != "product":
            columns["policy"] = design.policy.name
    if isinstance(design, MacDesign) and design.level != "product":
        accumulator = design.resolved_accumulator
        if isinstance(design.format, FloatFormat):  # an integer's sums are of 32 bits
            columns["accumulator"] = accumulator.name
            if accumulator.is_exact:
                columns["k_max"] = design.k_max
        columns |= {"terms": design.terms, "window": design.window or None}
        columns["carries"] = design.carries or None
        if design.level == "array":
            columns |= {"rows": design.rows, "columns": design.columns, "flow": design.flow}
    if isinstance(design, DotDesign):
        columns |= {"terms": design.terms, "window": design.window or None}
    if isinstance(design, DotDesign | MacDesign | UnitDesign) and design.level != "product":
        columns["stages"] = design.stages
    return columns


def to_parquet(table: "pyarrow.Table") -> bytes:
    """The table as a Parquet file's content."""
    import pyarrow.parquet

    sink = io.BytesIO()
    pyarrow.parquet.write_table(table, sink)
    return sink.getvalue()


def to_csv(table: "pyarrow.Table") -> bytes:
    """The table as a CSV file's content: a header, nulls empty, floats exact to the last bit."""
    import pyarrow.csv

    sink = io.BytesIO()
    pyarrow.csv.write_csv(table, sink)
    return sink.getvalue()
