"""`lmul synth`: gate counts, area and delay, and FPGA cells on request."""

from pathlib import Path
from typing import Annotated

import typer

from lmul.console.terminal import progress_bar, table_console
from lmul.hdl.designs.design import Design

__all__ = ["synth"]


def synth(
    designs: Annotated[
        list[str], typer.Argument(metavar="DESIGN", help="Designs' names; 'lmul list' shows them.")
    ],
    liberty: Annotated[
        list[Path] | None,
        typer.Option(
            help="Cell library (.lib, .lib.gz) for area and delay; repeat it for a library of "
            "several files. Without it: the typical library of the first PDK under $PDK_ROOT, "
            "else an embedded part of sky130hd."
        ),
    ] = None,
    curve: Annotated[
        bool, typer.Option("--curve", help="Map for several delays too: area against delay.")
    ] = False,
    fpga: Annotated[
        list[str] | None,
        typer.Option(help="Count FPGA cells too: ice40, ecp5 or xilinx. May be repeated."),
    ] = None,
    dsp: Annotated[
        bool, typer.Option("--dsp/--no-dsp", help="Also count with the FPGA's DSP blocks.")
    ] = True,
    parts: Annotated[
        bool, typer.Option("--parts", help="Split PEs and arrays: product, align, accumulate, …")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")] = False,
) -> None:
    """Count gates with Yosys, and map to cells for area and delay.

    An array is counted by its parts, each synthesised once and counted as often as it stands
    there: a large one takes as long as a small one.
    """
    chosen = [Design.parse(name) for name in designs]
    from lmul.console.synthesis import synthesis_report, synthesis_tables
    from lmul.synth.liberty.default import default_library
    from lmul.synth.measure.synthesis import synthesise

    with progress_bar("synth") as on_progress:
        results = synthesise(
            chosen,
            liberty=liberty or default_library(),
            fpga=tuple(fpga or ()),
            dsp=dsp,
            on_progress=on_progress,
            parts=parts,
            curves=curve,
        )
    if as_json:
        print(synthesis_report(results).to_json(), end="")
    else:
        table_console().print(synthesis_tables(results))
