"""`lmul verilog`: a design as files for somebody's flow."""

from pathlib import Path
from typing import Annotated

import typer

from lmul.hdl.design import Design

__all__ = ["verilog"]


def verilog(
    design: Annotated[str, typer.Argument(help="A design's name; 'lmul list' shows them.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="The folder to write into.")
    ] = Path("build/verilog"),
) -> None:
    """Write a design's Verilog, file list, lint waivers, self-checking bench and manifest.

    The same design gives the same bytes anywhere. Run the bench with Icarus:
    iverilog -g2005 -o bench -f NAME.f NAME_tb.v && vvp bench
    """
    chosen = Design.parse(design)
    from lmul.sim.export import export

    for path in export(chosen, output):
        print(path)
