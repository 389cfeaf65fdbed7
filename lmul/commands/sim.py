"""`lmul sim`: the cocotb benches of designs."""

import json
import os
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from lmul.console.terminal import progress_bar
from lmul.hdl.arithmetic.form import as_form

__all__ = ["sim"]


def sim(
    designs: Annotated[
        list[str],
        typer.Argument(
            metavar="DESIGN",
            help="Designs' names; one with * or ? stands for all that 'lmul list' shows like it.",
        ),
    ],
    simulator: Annotated[str, typer.Option(help="verilator or icarus.")] = "verilator",
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Designs at a time. Default: one a core.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Of all that is random; the same in every run.")
    ] = None,
    test: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only this test, with * and ?; repeat it for several."),
    ] = None,
    form: Annotated[
        str,
        typer.Option(
            metavar="gates|sums|products|fast|fastest",
            help="How arithmetic is written, as in lmul verilog.",
        ),
    ] = "gates",
    verilog: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Simulate this Verilog in place of the design's own, such as a netlist with its "
            "cells; repeat it for several files. The module and its ports are called as ours.",
        ),
    ] = None,
    waves: Annotated[bool, typer.Option("--waves", help="Keep the waveforms.")] = False,
    output: Annotated[
        Path,
        typer.Option(
            "-o", "--output", help="Folder for results.xml and waves, from the current one."
        ),
    ] = Path("build/sim"),
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")] = False,
) -> None:
    """Simulate designs with cocotb, against the golden model.

    Every bit is compared. results.xml in the output folder holds the results of all designs, in
    JUnit's format, and a test's class name begins with its design. Exits 1 when a test fails or
    none ran, 2 when a simulator rejects the Verilog; the other designs are simulated all the same.
    """
    from lmul.sim.reference.vectors import SEED
    from lmul.sim.runner.simulate import simulate
    from lmul.sim.runner.simulators import check_simulator
    from lmul.sim.runner.suite import designs_like, simulate_all

    chosen, written = designs_like(designs), as_form(form)
    check_simulator(simulator)
    text = "\n".join(path.read_text() for path in verilog) if verilog else None
    if text is not None and len(chosen) > 1:
        raise ValueError(f"--verilog is for one design, not for {len(chosen)}")
    if text is not None and written != "gates":
        raise ValueError("--form is for a design's own Verilog, not for that of --verilog")
    sown = SEED if seed is None else seed
    one = partial(
        simulate,
        simulator=simulator,
        waves=waves,
        out=output,
        verilog=text,
        seed=sown,
        tests=tuple(test or ()),
        form=written,
    )
    title = chosen[0].name if len(chosen) == 1 else f"{len(chosen)} designs"
    with progress_bar(f"sim {title}") as on_progress:
        if len(chosen) == 1:  # its own steps are shown
            one, on_progress = partial(one, on_progress=on_progress), lambda *_: None
        suite = simulate_all(
            chosen, one, output / "results.xml", jobs or os.cpu_count() or 1, on_progress
        )
    from lmul.console.simulation import simulation_json, simulation_lines

    if as_json:
        print(json.dumps(simulation_json(suite, simulator, sown), indent=1))
    else:
        for line in simulation_lines(suite, simulator, sown):
            print(line)
    if not suite.passed:
        raise typer.Exit(2 if suite.broken else 1)
