"""What `lmul attention` prints: both products on the array, and its twins."""

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from lmul.tools.metrics import Metric, Report

if TYPE_CHECKING:
    from lmul.accuracy.head import HeadRun
    from lmul.accuracy.twins import Twin

__all__ = ["attention_json", "attention_page"]


def attention_page(run: "HeadRun", beside: "list[Twin]") -> RenderableType:
    """Lines on the run, then a table of twins."""
    tokens, width = run.output.shape
    said = [f"{tokens} tokens, a head of width {width}, on {run.scores.run.design.name}"]
    for name, one in (("Q·Kᵀ", run.scores), ("A·V", run.values)):
        m, k, n = one.run.shape
        equal, results = one.comparison.equal, one.comparison.results
        said.append(
            f"{name}, {m}x{k} by {k}x{n}: {equal} of {results} results equal the golden model, "
            f"{one.run.cycles} cycles"
        )
    said.append(f"{run.cycles / tokens:.1f} cycles a token, utilisation {run.utilisation:.1%}")
    drawn = Table(box=SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    drawn.add_column("array")
    for heading in ("error of the output, %", "cycles", "energy a token, nJ"):
        drawn.add_column(heading, justify="right")
    for twin in beside:
        energy = "not kept" if twin.energy is None else f"{twin.energy:.2f}"
        drawn.add_row(twin.design.name, f"{100 * twin.error:.2f}", str(twin.cycles), energy)
    notes = (
        "Error: root mean square against float64. Energy: both products, at the energy of a "
        "multiply-accumulate that is kept with lmul, in sky130 at 100 MHz, no wires."
    )
    return Group(*map(Text, said), drawn, Text(notes))


def attention_json(run: "HeadRun", beside: "list[Twin]") -> str:
    """The same as a report."""
    design, tokens = run.scores.run.design.name, len(run.output)
    stimulus = f"{tokens} tokens"
    metrics = [
        Metric(design, "array", "wrong_results", run.wrong, stimulus=stimulus),
        Metric(design, "array", "utilisation", run.utilisation, "", "higher", stimulus=stimulus),
    ]
    for twin in beside:
        name = twin.design.name
        metrics.append(Metric(name, "array", "cycles", twin.cycles, stimulus=stimulus))
        metrics.append(Metric(name, "array", "output_error", twin.error, stimulus=stimulus))
        if twin.energy is not None:
            metrics.append(
                Metric(name, "array", "energy_nj", twin.energy, "nJ/token", stimulus=stimulus)
            )
    return Report({}, metrics).to_json()
