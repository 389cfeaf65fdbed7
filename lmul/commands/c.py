"""`lmul c`: a multiplier as a C header."""

from pathlib import Path
from typing import Annotated

import typer

from lmul.hdl.designs.design import Design
from lmul.tools.files import write_whole

__all__ = ["c"]


def c(
    design: Annotated[
        str, typer.Argument(metavar="DESIGN", help="A multiplier's name; 'lmul list' shows them.")
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The file to write; else it is printed.")
    ] = None,
) -> None:
    """Print a multiplier as a C header.

    One function from two codes to one, of any kind, format and policy, and of product-int8: the
    results are those of the Verilog, bit for bit. Needs stdint.h, and a compiler of C99 or C++.
    """
    from lmul.sim.export.c.model import c_model

    text = c_model(Design.parse(design))
    if output is None:
        print(text, end="")
        return
    [written] = write_whole(output.parent, {output.name: text})
    print(written)
