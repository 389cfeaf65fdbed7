"""`lmul verilog`: a design as files for somebody's flow."""

from pathlib import Path
from typing import Annotated

import typer

from lmul.hdl.arithmetic.form import as_form
from lmul.hdl.designs.design import Design
from lmul.hdl.verilog.writer.names import check_identifier

__all__ = ["verilog"]


def verilog(
    design: Annotated[
        str, typer.Argument(metavar="DESIGN", help="A design's name; 'lmul list' shows them.")
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="The folder to write into, from the current one.")
    ] = Path("build/verilog"),
    form: Annotated[
        str,
        typer.Option(
            metavar="gates|sums|products|fast|fastest",
            help="How arithmetic is written. For FPGAs: sums (+, for carry chains) or products "
            "(* too, for DSP blocks). The results are the same.",
        ),
    ] = "gates",
    module: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="The top module's name, in place of the design's; files and all other modules "
            "are called after it, so that two forms of a design fit into one project.",
        ),
    ] = "",
    vivado: Annotated[
        bool,
        typer.Option(
            "--vivado",
            help="Mark streams, clock and reset for Vivado's IP integrator (X_INTERFACE_INFO).",
        ),
    ] = False,
    prefix: Annotated[
        str, typer.Option(metavar="PREFIX", help="Put before the top module's name.")
    ] = "",
) -> None:
    """Write a design as Verilog, with a bench and a manifest.

    A file list, lint waivers, the bench's vectors, a FuseSoC core, a template of an instance,
    timing constraints to begin with and the licence are there too.

    The same design gives the same bytes anywhere. Run the bench with Icarus:
    iverilog -g2005 -o bench -f NAME.f NAME_tb.v && vvp bench
    """
    chosen, written = Design.parse(design), as_form(form)
    name = check_identifier(f"{prefix}{module or chosen.module_name}", "A module's name")
    from lmul.sim.export import export

    for path in export(chosen, output, written, name, vivado):
        print(path)
