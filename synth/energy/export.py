"""A measured netlist for a power tool from outside: Verilog, VCD, library, and a script.

The VCD names every pin of every cell, which is where OpenSTA's ``read_vcd`` looks for them. It
holds one sequence without a jump (:mod:`lmul.synth.energy.in_sequence`); the figures in the script
are those of this very sequence. The library is a copy, so that the folder is all that the tool
needs.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.designs.design import Design
from lmul.synth.energy.in_sequence import in_sequence
from lmul.synth.energy.power import CellPower
from lmul.synth.energy.run import check_frequency, check_library, simulated_power
from lmul.synth.gates.circuit import Circuit
from lmul.synth.liberty.conditions import Conditions
from lmul.synth.liberty.default import default_library
from lmul.synth.liberty.file import Paths
from lmul.synth.liberty.library import Library, load
from lmul.synth.mapping.cell_netlist import CellNetlist, map_to_cells
from lmul.synth.mapping.mapping import AREA_HASH, common_restructuring
from lmul.synth.mapping.verilog import port_bits, structural_verilog
from lmul.synth.stimuli.stimulus import stimuli
from lmul.synth.timing.tool_library import tool_library
from lmul.tools import yosys
from lmul.tools.files import write_whole
from lmul.tools.metrics import Report

__all__ = ["EXPORT_PAIRS", "Exported", "export", "export_report"]


EXPORT_PAIRS = 4096
"""Enough for two digits, and a VCD of a few megabytes."""

_CAUSES = ("nets", "inside cells", "clock pins", "leakage")


@dataclass(frozen=True)
class Exported:
    """A design and a stimulus as they were written.

    Attributes
    ----------
    design, library, stimulus : str
    cycles : int
        Of the sequence in the VCD.
    power : CellPower
        Of this sequence.
    voltage, frequency, transition : float
        V, Hz and ps: what it holds for.
    restructuring : str
        Which of :data:`lmul.synth.mapping.mapping.RESTRUCTURINGS` the netlist was mapped with.
    files : mapping of str to Path
        ``netlist``, ``vcd``, ``script`` and ``library``.
    """

    design: str
    library: str
    stimulus: str
    cycles: int
    power: CellPower
    voltage: float
    frequency: float
    transition: float
    restructuring: str
    files: Mapping[str, Path]

    @property
    def energies(self) -> dict[str, float]:
        """fJ a cycle by cause."""
        power = self.power
        return {
            "nets_fj": float(power.switching.sum()),
            "inside_fj": float(power.internal.sum()),
            "clock_fj": float(power.clock.sum()),
            "leakage_fj": float(power.leakage.sum()) * 1e6 / self.frequency,
        }


def export(
    designs: Sequence[Design],
    folder: Path,
    stimulus: str,
    *,
    liberty: Paths | None,
    stationary: bool,
    frequency: float,
) -> list[Exported]:
    """Write ``MODULE.v``, ``MODULE.vcd`` and ``MODULE.tcl`` of each design, and the library.

    Of a stimulus that is two, there are two VCDs and scripts, with its name in theirs.

    Parameters
    ----------
    designs : sequence of Design
    stimulus, liberty, stationary, frequency
        As for :func:`lmul.synth.energy.energy.measure`.
    folder : Path

    Raises
    ------
    Exception
        As :func:`lmul.synth.energy.energy.measure`, and for an array; OSError when the folder
        can't be         written. Then nothing is.
    """
    check_frequency(frequency)
    for design in designs:
        if design.level == "array":
            raise ValueError(
                f"Design {design.name!r} is an array; multipliers, product units and PEs are "
                "exported"
            )
    library = load(liberty or default_library())
    check_library(library)
    given = [(d, stimuli(stimulus, d, EXPORT_PAIRS, stationary)) for d in designs]
    restructuring = common_restructuring(designs, library)
    stem = re.sub(r"[^\w.-]", "_", library.name)
    libraries = tool_library(library)
    several = len(libraries) > 1
    roles = {
        f"library_{i}" if several else "library": f"{stem}_{i}.lib" if several else f"{stem}.lib"
        for i in range(1, len(libraries) + 1)
    }
    texts = dict(zip(roles.values(), libraries, strict=True))
    written = []
    for design, found in given:
        circuit = Circuit.of(design)
        netlist = map_to_cells(circuit, library, restructuring)
        verilog = f"{circuit.top}.v"
        texts[verilog] = "\n".join([*structural_verilog(netlist, circuit.top), ""])
        for one in found:
            stem = circuit.top
            if len(found) > 1:
                stem += "_" + re.sub(r"\W+", "_", one.label)
            files = {
                "netlist": verilog,
                "vcd": f"{stem}.vcd",
                "script": f"{stem}.tcl",
                **roles,
            }
            circle = in_sequence(design, one, bool(netlist.flipflops))
            power = simulated_power(
                circuit.name, netlist, circle.streams, library, glitches=False, cycles=None
            )
            exported = Exported(
                design=circuit.name,
                library=library.name,
                stimulus=one.label,
                cycles=circle.streams.operations,
                power=power.without_glitches,
                voltage=check_library(library),
                frequency=frequency,
                transition=Conditions.of(library).input_slew_ps,
                restructuring=restructuring,
                files={role: Path(folder) / file for role, file in files.items()},
            )
            values = circle.values(circuit.name, power.run)
            vcd = _vcd(netlist, circuit.top, values, 1e12 / frequency)
            texts[files["vcd"]] = "\n".join([*vcd, ""])
            script = _script(exported, netlist, circuit.top, library)
            texts[files["script"]] = "\n".join([*script, ""])
            written.append(exported)
    write_whole(Path(folder), texts)
    return written


def export_report(written: Sequence[Exported]) -> Report:
    """The document of ``lmul energy --export --json``: what was written, and its figures."""
    rows: list[dict[str, Any]] = [
        {
            "design": one.design,
            "library": one.library,
            "stimulus": one.stimulus,
            "files": {role: str(path) for role, path in one.files.items()},
            "cycles": one.cycles,
            "conditions": {
                "frequency_hz": one.frequency,
                "transition_ps": round(one.transition, 3),
                "voltage_v": one.voltage,
                "wires": "none",
                "output_load_ff": 0,
            },
            "restructuring": one.restructuring,
            **{name: round(energy, 6) for name, energy in one.energies.items()},
        }
        for one in written
    ]
    tools = yosys.tool_versions() | {"script of area": AREA_HASH}
    return Report(tools, [], {"exported": rows})


def _script(exported: Exported, netlist: CellNetlist, top: str, library: Library) -> Iterator[str]:
    """Lines for OpenSTA, which ask for the figures that stand in the first ones."""
    energies, files = exported.energies, exported.files
    total = sum(energies.values())
    unit = library.time_unit / 1e-12  # ps
    period = f"{1e12 / exported.frequency / unit:g}"
    slew = f"{exported.transition / unit:.4g}"
    port = next((p for p, found in netlist.inputs.items() if found == (netlist.clock,)), None)
    yield f"# {exported.design}, {exported.library}, {exported.stimulus}: {exported.cycles} cycles"
    yield f"# lmul: {total:.3f} fJ a cycle, {total * exported.frequency * 1e-15:.4e} W"
    for name, energy in zip(_CAUSES, energies.values(), strict=True):
        yield f"#   {name} {energy:.3f} fJ"
    yield f"# {exported.voltage:g} V, no wires, no load behind outputs"
    for role, path in files.items():
        if role.startswith("library"):
            yield f"read_liberty {path.name}"
    yield f"read_verilog {files['netlist'].name}"
    yield f"link_design {top}"
    if port is None:
        yield f"create_clock -name clock -period {period}"
    else:
        yield f"create_clock -name clock -period {period} [get_ports {port}]"
        yield f"set_clock_transition {slew} [get_clocks clock]"
    yield f"set_input_transition {slew} [all_inputs]"
    yield f"read_vcd -scope {top} {files['vcd'].name}"
    yield "report_activity_annotation"
    yield "report_power -digits 6"


def _vcd(
    netlist: CellNetlist, top: str, values: npt.NDArray[np.uint8], period: float
) -> Iterator[str]:
    """Lines of a VCD: ``values`` of all nets by cycle, and the step from the last to the first."""
    codes = [_code(net) for net in range(netlist.nets)]
    yield "$timescale 1ps $end"
    yield f"$scope module {top} $end"
    for ports in (dict(netlist.inputs), dict(netlist.outputs)):
        for name, net in port_bits(ports):
            yield f"$var wire 1 {codes[net]} {name.replace('[', ' [')} $end"
    for index, one in enumerate(netlist.instances):
        yield f"$scope module u{index} $end"
        yield from (f"$var wire 1 {codes[net]} {pin} $end" for pin, net in one.pins.items())
        yield "$upscope $end"
    yield "$upscope $end"
    yield "$enddefinitions $end"
    clock = netlist.clock
    cycles = values.shape[1]
    for cycle in range(cycles + 1):
        yield f"#{round(cycle * period)}"
        now = values[:, cycle % cycles]
        changed = np.nonzero(now != values[:, cycle - 1])[0] if cycle else range(netlist.nets)
        yield from (f"{now[net]}{codes[net]}" for net in changed if net != clock)
        if clock is not None:  # flip-flops have just taken their state
            yield f"1{codes[clock]}"
            if cycle < cycles:
                yield f"#{round((cycle + 0.5) * period)}"
                yield f"0{codes[clock]}"


def _code(number: int) -> str:
    """A VCD identifier: digits of base 94, printable."""
    code = chr(33 + number % 94)
    return code if number < 94 else code + _code(number // 94 - 1)
