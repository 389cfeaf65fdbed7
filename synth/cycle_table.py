"""The report's table of cycles: ours beside SCALE-Sim's, and what makes the difference."""

from lmul.hdl.cycles import array_cycles, pipeline_latency
from lmul.synth.report_table import Method, Table, percent
from lmul.synth.scalesim import SHAPES, folds, kept

__all__ = ["cycle_table"]


def cycle_table() -> Table:
    """Cycles of whole matrix products."""
    version, theirs = kept()
    rows = []
    for shape in SHAPES:
        cycles = array_cycles(shape.flow, shape.rows, shape.columns, 0, shape.m, shape.k, shape.n)
        drain = shape.rows if shape.flow == "os" else 0
        latency = pipeline_latency(shape.flow, 0)
        overlap = theirs[shape] + 1 + drain + latency - cycles
        macs = shape.m * shape.k * shape.n
        rows.append(
            [
                shape.flow,
                f"{shape.rows}x{shape.columns}",
                f"{shape.m}x{shape.k}x{shape.n}",
                f"{folds(shape):,}",
                f"{theirs[shape]:,}",
                "1",
                str(drain),
                str(latency),
                f"{-overlap:,}",
                f"{cycles:,}",
                percent(macs / (shape.rows * shape.columns * cycles), 1),
            ]
        )
    return Table(
        "Cycles beside SCALE-Sim's",
        [
            "flow",
            "array",
            "M x K x N",
            "tiles",
            "SCALE-Sim",
            "from 0",
            "drain",
            "pipeline",
            "overlap",
            "ours",
            "used",
        ],
        rows,
        [
            f"“SCALE-Sim”: what version {version} prints as Total Cycles, without memory stalls. "
            "The next four columns lead to ours, which simulation equals exactly: SCALE-Sim "
            "counts from 0; its output-stationary tile ends when the last sums are ready, without "
            "the R cycles in which a column drains; it has no registers in its pipeline and at its "
            "streams' ports. And it lets one "
            "tile end before the next begins, where here they overlap. “used”: multiplications "
            "over PEs times cycles.",
        ],
        text_columns=3,
        strong=frozenset({9}),
        method=Method(
            "none, cycles of any technology",
            "none, cycles depend on no operands",
            "the closed form, which simulated arrays equal; SCALE-Sim's are its own run's",
        ),
    )
