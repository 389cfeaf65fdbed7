"""`lmul fpga`: designs placed and routed on an FPGA."""

from typing import Annotated

import typer

from lmul.console.terminal import progress_bar, table_console
from lmul.hdl.designs.design import Design

__all__ = ["fpga"]


def fpga(
    designs: Annotated[
        list[str], typer.Argument(metavar="DESIGN", help="Designs' names; 'lmul list' shows them.")
    ],
    device: Annotated[
        str, typer.Option(help="ice40-hx8k, ice40-up5k, ecp5-25k, ecp5-45k, ecp5-85k, …")
    ],
    seeds: Annotated[
        int | None,
        typer.Option(help="Placements from as many seeds. Default: 5, and 1 for an array."),
    ] = None,
    dsp: Annotated[
        bool, typer.Option("--dsp/--no-dsp", help="Let products go into DSP blocks.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")] = False,
) -> None:
    """Place and route designs with nextpnr: cells, Fmax, share.

    Each stands between registers that are none of its own, so that Fmax is
    its own, too: the median over the seeds. A small unit takes seconds, an
    8x8 array minutes a seed.
    """
    chosen = list(dict.fromkeys(map(Design.parse, designs)))
    from lmul.console.place import place_report, place_table
    from lmul.synth.measure.placement import place

    with progress_bar(f"fpga {device}", log=True) as on_progress:
        found = place(chosen, device, seeds, dsp, on_progress=on_progress)
    if as_json:
        print(place_report(found).to_json(), end="")
    else:
        table_console().print(place_table(found))
