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
            help="Cell library (.lib, .lib.gz) for area and delay, or one of ours: 'embedded', a "
            "part of sky130hd, and 'asap7'. Repeat it for a library of several files. Without it: "
            "the typical library of the first PDK under $PDK_ROOT, else embedded."
        ),
    ] = None,
    curve: Annotated[
        bool, typer.Option("--curve", help="Map for several delays too: area against delay.")
    ] = False,
    clock: Annotated[
        str | None,
        typer.Option(
            metavar="PERIOD",
            help="Find the smallest circuit that meets a clock: its period in ns, or 60fo4 for 60 "
            "inverter delays. An array is composed of parts that meet it.",
        ),
    ] = None,
    mapping: Annotated[
        str | None,
        typer.Option(help="With --clock: the one mapping to make, by the name that it printed."),
    ] = None,
    pipeline: Annotated[
        bool,
        typer.Option("--pipeline", help="With --clock: try pipeline registers (-sN, -rN) too."),
    ] = False,
    wires: Annotated[
        str,
        typer.Option(
            help="Estimate wires for delays: none, middle (as long as routed circuits of this "
            "size have them) or long (twice that)."
        ),
    ] = "none",
    fpga: Annotated[
        list[str] | None,
        typer.Option(help="Count FPGA cells too: ice40, ecp5 or xilinx. May be repeated."),
    ] = None,
    dsp: Annotated[
        bool, typer.Option("--dsp/--no-dsp", help="Also count with the FPGA's DSP blocks.")
    ] = True,
    parts: Annotated[
        bool,
        typer.Option("--parts", help="Split PEs, arrays, dot-product units: product, align, …"),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")] = False,
) -> None:
    """Count gates with Yosys, and map to cells for area and delay.

    An array is counted by its parts, each synthesised once and counted as often as it stands
    there: a large one takes as long as a small one.
    """
    chosen = [Design.parse(name) for name in designs]
    if clock is not None:
        if curve or fpga or parts:
            raise ValueError("--clock goes with neither --curve, --fpga nor --parts")
        _at_clock(chosen, liberty, clock, mapping, pipeline, wires, as_json)
        return
    if mapping or pipeline:
        raise ValueError("--mapping and --pipeline need --clock")
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
            wires=wires,
        )
    if as_json:
        print(synthesis_report(results).to_json(), end="")
    else:
        table_console().print(synthesis_tables(results))


def _at_clock(
    designs: list[Design],
    liberty: list[Path] | None,
    clock: str,
    mapping: str | None,
    pipeline: bool,
    wires: str,
    as_json: bool,
) -> None:
    """The smallest circuit of each design that meets the clock, and whether it meets hold."""
    from lmul.console.clock import clock_report, clock_tables
    from lmul.synth.layout.wires import check_wires
    from lmul.synth.liberty.default import default_library
    from lmul.synth.liberty.library import load
    from lmul.synth.mapping.ways import Way
    from lmul.synth.timing.hold import hold
    from lmul.synth.timing.search.clock import at_clock, period_ps

    library = load(liberty or default_library())
    check_wires(wires, library, *designs)
    period = period_ps(clock, library)
    way = Way.parse(mapping) if mapping else None
    with progress_bar("synth", log=True) as on_progress:
        found = [
            at_clock(design, library, period, way, pipeline, on_progress=on_progress, wires=wires)
            for design in designs
        ]
    held = [hold(one.mapped, wires=wires) for one in found]
    if as_json:
        print(clock_report(found, held).to_json(), end="")
    else:
        table_console().print(clock_tables(found, held))
