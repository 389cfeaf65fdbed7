"""SCALE-Sim's cycles for the shapes of the report: ``python -m lmul.synth.comparison.scalesim``.

SCALE-Sim (MIT, of the development extra) models the same arrays: R rows by C columns, output- or
weight-stationary. It takes up to half a minute a shape, so its figures are kept beside this
module, in scalesim.json; tests run it again and compare.
"""

import csv
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import metadata, resources
from pathlib import Path

import numpy as np

from lmul.hdl.designs.cycles import Flow
from lmul.tools.files import write_whole

__all__ = ["SHAPES", "Shape", "folds", "index_of_last_cycle", "kept", "run"]


@dataclass(frozen=True)
class Shape:
    """An M x K by K x N product on an array of ``rows`` by ``columns``."""

    flow: Flow
    rows: int
    columns: int
    m: int
    k: int
    n: int


_SIZES = (
    (8, 8, 64, 64, 64),
    (16, 16, 256, 256, 256),
    (16, 16, 128, 32, 128),  # Q·Kᵀ of the real tile
    (16, 16, 128, 128, 32),  # A·V
    (8, 8, 1, 1, 1),
    (8, 8, 9, 7, 17),
    (4, 16, 37, 23, 50),
    (16, 4, 37, 50, 23),
)
SHAPES = tuple(Shape(flow, *sizes) for flow in ("os", "ws") for sizes in _SIZES)

_CONFIG = """\
[general]
run_name = run
[architecture_presets]
ArrayHeight = {rows}
ArrayWidth = {columns}
IfmapSramSzkB = 1024
FilterSramSzkB = 1024
OfmapSramSzkB = 1024
IfmapOffset = 0
FilterOffset = 10000000
OfmapOffset = 20000000
Dataflow = {flow}
Bandwidth = 10
ReadRequestBuffer = 32
WriteRequestBuffer = 32
[layout]
IfmapCustomLayout = False
FilterCustomLayout = False
IfmapSRAMBankBandwidth = 10
IfmapSRAMBankNum = 10
IfmapSRAMBankPort = 2
FilterSRAMBankBandwidth = 10
FilterSRAMBankNum = 10
FilterSRAMBankPort = 2
[sparsity]
SparsitySupport = false
[run_presets]
InterfaceBandwidth = CALC
UseRamulatorTrace = False
"""


def folds(shape: Shape) -> int:
    """How often the array is filled anew: tiles of results (os) or of weights (ws)."""
    down = shape.m if shape.flow == "os" else shape.k
    return -(-down // shape.rows) * -(-shape.n // shape.columns)


def index_of_last_cycle(shape: Shape) -> int:
    """SCALE-Sim's "Total Cycles" without stalls, in closed form.

    It counts from 0, so that this is one less than the number of cycles. Folds follow each other
    without overlap. One of ``os`` takes ``R + C + K - 2`` cycles: its rows' results leave while
    the last operands arrive, so that the R cycles in which a column drains are missing. One of
    ``ws`` takes ``2 R + C + M - 2``, the first R of them for its weights.
    """
    streamed = shape.k if shape.flow == "os" else shape.rows + shape.m
    return folds(shape) * (shape.rows + shape.columns + streamed - 2) - 1


def run(shapes: Sequence[Shape]) -> list[int]:
    """SCALE-Sim's own "Total Cycles" for shapes of one array, by running it.

    Raises
    ------
    ModuleNotFoundError
        When scalesim is not installed; it belongs to the extra ``dev``.
    ValueError
        When the shapes are of different arrays, or memory stalls came between.
    """
    from scalesim.memory import double_buffered_scratchpad_mem as memory
    from scalesim.scale_sim import scalesim

    # 3.0.0 takes int() of arrays of one element, which numpy refuses since 2.4.
    memory.__dict__["max"] = lambda *values: np.max(values)
    if len({(shape.flow, shape.rows, shape.columns) for shape in shapes}) != 1:
        raise ValueError("One run of SCALE-Sim is of one array")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = {"config": folder / "array.cfg", "topology": folder / "t.csv"}
        files["layout"] = folder / "layout.csv"
        layers = [f"layer{index}" for index in range(len(shapes))]
        files["config"].write_text(_CONFIG.format(**asdict(shapes[0])))
        files["topology"].write_text(
            "Layer,M,N,K,\n"
            + "".join(
                f"{layer},{shape.m},{shape.n},{shape.k},\n"
                for layer, shape in zip(layers, shapes, strict=True)
            )
        )
        files["layout"].write_text(
            "Layer,\n" + "".join(f"{layer},{'1,' * 20}\n" for layer in layers)
        )
        simulation = scalesim(
            save_disk_space=True,
            verbose=False,
            input_type_gemm=True,
            **{key: str(path) for key, path in files.items()},
        )
        simulation.run_scale(top_path=name)
        with (folder / "run" / "COMPUTE_REPORT.csv").open() as table:
            rows = list(csv.DictReader(table, skipinitialspace=True))
    if any(float(row["Stall Cycles"]) for row in rows):
        raise ValueError("SCALE-Sim's memory stalled the array")
    return [int(float(row["Total Cycles"])) for row in rows]


def kept() -> tuple[str, dict[Shape, int]]:
    """SCALE-Sim's version, and its "Total Cycles" by shape, as they were when last run."""
    text = (resources.files("lmul.synth.comparison") / "scalesim.json").read_text(encoding="utf-8")
    document = json.loads(text)
    return document["scalesim"], {
        Shape(**{name: row[name] for name in Shape.__dataclass_fields__}): row["total_cycles"]
        for row in document["rows"]
    }


def _main() -> int:
    rows = [asdict(shape) | {"total_cycles": run([shape])[0]} for shape in SHAPES]
    lines = ",\n".join(f"    {json.dumps(row)}" for row in rows)
    version = json.dumps(metadata.version("scalesim"))
    text = f'{{\n  "scalesim": {version},\n  "rows": [\n{lines}\n  ]\n}}\n'
    write_whole(Path(__file__).parent, {"scalesim.json": text})
    return 0


if __name__ == "__main__":
    sys.exit(_main())
