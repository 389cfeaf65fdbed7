"""`lmul sim`: the cocotb bench of one design."""

from pathlib import Path
from typing import Annotated

import typer

from lmul.console.terminal import progress_bar
from lmul.hdl.designs.design import Design

__all__ = ["sim"]


def sim(
    design: Annotated[str, typer.Argument(help="A design's name; 'lmul list' shows them.")],
    simulator: Annotated[str, typer.Option(help="verilator or icarus.")] = "verilator",
    waves: Annotated[bool, typer.Option("--waves", help="Keep the waveforms.")] = False,
    output: Annotated[
        Path,
        typer.Option(
            "-o", "--output", help="Folder for results.xml and waves, from the current one."
        ),
    ] = Path("build/sim"),
) -> None:
    """Simulate designs with cocotb, against the golden model.

    Writes JUnit results; exits 1 when a test fails or none ran.
    """
    chosen = Design.parse(design)
    from lmul.sim.runner.simulate import simulate

    with progress_bar(f"sim {chosen.name}") as on_progress:
        result = simulate(chosen, simulator, waves=waves, out=output, on_progress=on_progress)
    what = "sums" if chosen.level in ("pe", "array") else "products"
    verdict = "failed" if result.failures or not result.tests else "passed"
    print(
        f"{chosen.name}: {verdict}, {result.tests} tests, {result.failures} failures, "
        f"{result.vectors:,} {what} compared, {simulator}, {result.seconds:.1f} s"
    )
    print(f"results: {result.junit}")
    if result.waves:
        print(f"waves:   {result.waves}")
    for failure in result.failed:
        print(f"failed: {failure.test}: {failure.message}")
    if verdict == "failed":
        raise typer.Exit(1)
