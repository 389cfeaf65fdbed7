"""A measured netlist for a power tool from outside: Verilog, a zero-delay VCD, and a script.

The VCD names every pin of every cell, which is where OpenSTA's ``read_vcd`` looks for them. It
holds the very operands that the figure in the script was measured on, all streams one after
another.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lmul.hdl.design import Design
from lmul.hdl.files import write_whole
from lmul.synth.bit_words import Words
from lmul.synth.cell_netlist import CellNetlist, map_to_cells
from lmul.synth.circuit import Circuit
from lmul.synth.conditions import Conditions
from lmul.synth.default_library import default_library
from lmul.synth.energy_run import Streams, check_frequency, simulated_power, streams
from lmul.synth.gate_simulation import simulate
from lmul.synth.liberty import Library, load
from lmul.synth.stimulus import stimuli
from lmul.synth.structural_verilog import port_bits, structural_verilog

__all__ = ["EXPORT_PAIRS", "export"]

EXPORT_PAIRS = 4096
"""Enough for two digits, and a VCD of a few megabytes."""


def export(
    designs: Sequence[Design],
    folder: Path,
    stimulus: str,
    *,
    liberty: Path | None,
    stationary: bool,
    frequency: float,
) -> list[Path]:
    """Write ``MODULE.v``, ``MODULE.vcd`` and ``MODULE.tcl`` of each design into a folder.

    Of a stimulus that is two, the first.

    Parameters
    ----------
    designs : sequence of Design
    stimulus, liberty, stationary, frequency
        As for :func:`lmul.synth.energy.measure`.
    folder : Path

    Raises
    ------
    Exception
        As :func:`lmul.synth.energy.measure`, and for an array; OSError when the folder can't be
        written. Then nothing is.
    """
    check_frequency(frequency)
    for design in designs:
        if design.level == "array":
            raise ValueError(
                f"Design {design.name!r} is an array; multipliers, product units and PEs are "
                "exported"
            )
    library = load(liberty or default_library())
    files: dict[str, str] = {}
    for design in designs:
        files |= _files(design, library, stimulus, stationary, frequency)
    return write_whole(Path(folder), files)


def _files(
    design: Design, library: Library, stimulus: str, stationary: bool, frequency: float
) -> dict[str, str]:
    transition = Conditions.of(library).input_slew_ps
    one = stimuli(stimulus, design, EXPORT_PAIRS, stationary)[0]
    circuit = Circuit.of(design)
    netlist = map_to_cells(circuit, library)
    given = streams(design, one, bool(netlist.flipflops))
    power = simulated_power(circuit.name, netlist, given, library, glitches=False).power
    watts = power.dynamic * 1e-15 * frequency + float(power.leakage.sum()) * 1e-9
    period = 1e12 / frequency
    clock = next((p for p, nets in netlist.inputs.items() if nets == (netlist.clock,)), None)
    script = [
        f"# {circuit.name}, {library.name}, {one.label}: lmul gives {watts:.4e} W in all,",
        f"# {watts / frequency * 1e15:.2f} fJ a cycle. No wires, no load behind outputs.",
        f"read_liberty {{{library.path.absolute()}}}",
        f"read_verilog {circuit.top}.v",
        f"link_design {circuit.top}",
        f"create_clock -name clock -period {period * 1e-12 / library.time_unit:g}"
        + (f" [get_ports {clock}]" if clock else ""),
        f"set_input_transition {transition * 1e-12 / library.time_unit:.4g} [all_inputs]",
        f"read_vcd -scope {circuit.top} {circuit.top}.vcd",
        "report_activity_annotation",
        "report_power -digits 6",
    ]
    found = simulate(netlist, given.drive.inputs)
    values = [_in_turn(words, given) for words in found.values]
    return {
        f"{circuit.top}.v": "\n".join([*structural_verilog(netlist, circuit.top), ""]),
        f"{circuit.top}.vcd": "\n".join([*_vcd(netlist, circuit.top, values, period), ""]),
        f"{circuit.top}.tcl": "\n".join([*script, ""]),
    }


def _in_turn(words: Words, given: Streams) -> npt.NDArray[np.uint8]:
    """The streams' bits one after another, without what each repeats or resets."""
    lanes = np.unpackbits(np.ascontiguousarray(words).view(np.uint8), axis=1, bitorder="little")
    if given.sequence:
        return lanes[1:].T.ravel()[: given.operations]
    return lanes[given.drive.first :].T.ravel()


def _vcd(
    netlist: CellNetlist, top: str, values: Sequence[npt.NDArray[np.uint8]], period: float
) -> Iterator[str]:
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
    now = np.array([v[0] for v in values])
    bits = np.array(values)
    for cycle in range(bits.shape[1]):
        yield f"#{round(cycle * period)}"
        changed = np.nonzero(bits[:, cycle] != now)[0] if cycle else range(netlist.nets)
        yield from (f"{bits[net, cycle]}{codes[net]}" for net in changed if net != clock)
        now = bits[:, cycle]
        if clock is not None:  # flip-flops have just taken their state
            yield f"1{codes[clock]}"
            yield f"#{round((cycle + 0.5) * period)}"
            yield f"0{codes[clock]}"
    yield f"#{round(bits.shape[1] * period)}"


def _code(number: int) -> str:
    """A VCD identifier: digits of base 94, printable."""
    code = chr(33 + number % 94)
    return code if number < 94 else code + _code(number // 94 - 1)
