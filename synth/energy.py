"""Energy of an operation: a mapped netlist, switched by real operands.

The netlist is the one that areas are measured on. It is simulated 64 streams a word, its outputs
compared with the golden model's in the same run, and what its cells take is added up as
:mod:`lmul.synth.cell_power` says. No wires, nothing behind the outputs; transition and frequency
as stated in the result.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lmul.hdl.design import Design
from lmul.hdl.errors import ToolFailed
from lmul.synth.bit_words import LANES, Words
from lmul.synth.cell_netlist import CellNetlist, Instance, map_to_cells
from lmul.synth.cell_power import CellPower, cell_power, port_energy
from lmul.synth.circuit import Circuit, modules_ending
from lmul.synth.electrical import electrical
from lmul.synth.gate_simulation import count_toggles, simulate
from lmul.synth.glitches import count_unit_delay
from lmul.synth.liberty import Library, load
from lmul.synth.metrics import Metric
from lmul.synth.stimulus import Stimulus, stimuli
from lmul.synth.unit_drive import Drive, drive

__all__ = ["FREQUENCY", "PAIRS", "TRANSITION", "Energy", "check_library", "measure"]

FREQUENCY = 100e6
"""Hz: the leakage of one period is counted to an operation."""

TRANSITION = 50.0
"""ps: of all ports, the clock's among them."""

PAIRS = 1 << 17
_MOST_WORDS = 16
_BLOCK_CYCLES = 64  # simulated at a time where there are no flip-flops, so that caches hold it
_SAMPLE_CYCLES = 65
_GLITCH_STEPS = 32  # of each of up to 1024 streams: enough for a third digit

_PARTS: Mapping[str, Mapping[str, str]] = {
    "multiplier": {"unpack": "unpack", "product_unit": "product", "pack": "pack"},
    "pe": {"product": "product", "align": "align", "accumulation": "accumulate"},
}


@dataclass(frozen=True)
class Energy:
    """What one operation takes, in fJ: a product, or a multiplication and addition of a PE.

    Attributes
    ----------
    design, level, library, stimulus : str
    switching, internal, clock, leakage : float
        Of all cells, every net toggling at most once: what charges nets, what cells spend inside
        as pins change, what clock pins take, what leaks in one period of ``frequency``.
    glitches : float
        What comes on top when every gate takes one unit of time.
    ports : float
        What whoever drives the ports spends on the pins behind them, the clock's among them. In
        no sum here.
    parts : mapping of str to float
        The cells' energy without glitches by part, each part mapped apart; empty where there are
        none. It adds up to a little more or less than ``total``: parts mapped together share.
    operations : int
        Measured, and compared with the golden model.
    """

    design: str
    level: str
    library: str
    stimulus: str
    switching: float
    internal: float
    clock: float
    leakage: float
    glitches: float
    ports: float
    parts: Mapping[str, float]
    operations: int

    @property
    def total(self) -> float:
        """Of the cells, without glitches, as a power tool gives it from a zero-delay VCD."""
        return self.switching + self.internal + self.clock + self.leakage

    @property
    def with_glitches(self) -> float:
        """Of the cells, glitches of unit delays included."""
        return self.total + self.glitches

    def metrics(self) -> list[Metric]:
        """The figures under the names that reports use."""

        def metric(name: str, value: float) -> Metric:
            return Metric(
                self.design,
                self.level,
                name,
                round(value, 3),
                "fJ",
                library=self.library,
                stimulus=self.stimulus,
            )

        return [
            metric("energy_fj", self.total),
            metric("energy_glitches_fj", self.with_glitches),
        ]


def measure(
    design: Design | str,
    stimulus: str = "gaussian",
    *,
    liberty: Path,
    stationary: bool = False,
    pairs: int = PAIRS,
    frequency: float = FREQUENCY,
    parts: bool = True,
) -> list[Energy]:
    """The energy of a multiplier, product unit or PE, for each stimulus of a name.

    Parameters
    ----------
    design : Design or str
    stimulus, stationary, pairs
        As for :func:`lmul.synth.stimulus.stimuli`.
    liberty : Path
        An NLDM library with energies.
    frequency : float
        Hz; of the clock, or at which operands come.
    parts : bool
        Split multipliers and PEs by part.

    Raises
    ------
    TypeError, ValueError, OSError
        For a wrong name, an array, a stimulus or library that can't be used.
    ToolNotFound, ToolFailed
        When Yosys is missing or rejects the circuit; when the netlist's results are not the
        golden model's.
    """
    design = Design.parse(design)
    if not frequency > 0:
        raise ValueError(f"The frequency must be above 0 Hz, not {frequency!r}")
    if design.level == "array":
        raise ValueError(
            f"Design {design.name!r} is an array; energy is measured for multipliers, product "
            "units and PEs"
        )
    library = load(Path(liberty))
    voltage = check_library(library)
    found = stimuli(stimulus, design, pairs, stationary)
    circuit = Circuit.of(design)
    whole = map_to_cells(circuit, library)
    apart = None
    if parts and design.level in _PARTS:
        modules = modules_ending(circuit.verilog, tuple(f"_{n}" for n in _PARTS[design.level]))
        apart = map_to_cells(replace(circuit, parts=modules), library)
    results = []
    for one in found:
        driven, steps = _driven(design, one, bool(whole.flipflops))
        power, glitched, ports = _run(circuit.name, whole, driven, steps, voltage, True)
        leakage = float(power.leakage.sum()) * 1e6 / frequency  # nW over a period, in fJ
        split: dict[str, float] = {}
        if apart is not None:
            by_cell = _run(circuit.name, apart, driven, steps, voltage, False)[0]
            split = _by_part(apart, by_cell, _PARTS[design.level], frequency)
        results.append(
            Energy(
                design=circuit.name,
                level=circuit.level,
                library=library.name,
                stimulus=one.label,
                switching=float(power.switching.sum()),
                internal=float(power.internal.sum()),
                clock=float(power.clock.sum()),
                leakage=leakage,
                glitches=_dynamic(glitched) - _dynamic(power),
                ports=sum(ports.values()),
                parts=split,
                operations=steps,
            )
        )
    return results


def check_library(library: Library) -> float:
    """The supply voltage of a library that has energies, V.

    Raises
    ------
    ValueError
        When it states no voltage, or no cell has a power table.
    """
    path = str(library.path)
    if not library.voltage:
        raise ValueError(f"Liberty file {path!r} can't be used for energy: it states no voltage")
    if not any(pin.power for name in library for pin in library[name].pins.values()):
        raise ValueError(
            f"Liberty file {path!r} can't be used for energy: no cell has internal_power tables"
        )
    return library.voltage


def _dynamic(power: CellPower) -> float:
    return float(power.switching.sum() + power.internal.sum() + power.clock.sum())


def _driven(design: Design, stimulus: Stimulus, sequential: bool) -> tuple[Drive, int]:
    """The stimulus as streams, and how many operations that is."""
    length = stimulus.length
    pairs = len(stimulus.x)
    if sequential:
        # Streams of their own, each behind a reset; what does not fill one is left out.
        streams = LANES * min(_MOST_WORDS, max(1, pairs // (LANES * 4 * length)))
        length = min(length, pairs // streams)
        cycles = pairs // streams // length * length if length else 0
        if cycles < 8:
            raise ValueError(
                f"A design with registers needs at least {8 * LANES} pairs, not {pairs}"
            )
        used = streams * cycles
        x, y = (v[:used].reshape(streams, cycles).T for v in (stimulus.x, stimulus.y))
        return drive(design, np.ascontiguousarray(x), np.ascontiguousarray(y), length), used
    # One sequence cut into streams; each begins with its predecessor's last pair, so that every
    # step from pair to pair is there once.
    streams = LANES * min(_MOST_WORDS, max(1, pairs // (LANES * 16)))
    cycles = -(-pairs // streams)
    rows = np.arange(-1, cycles)[:, None] + np.arange(streams) * cycles
    rows = np.clip(rows, 0, pairs - 1)
    return drive(design, stimulus.x[rows], stimulus.y[rows], length), pairs


def _run(
    name: str, netlist: CellNetlist, driven: Drive, steps: int, voltage: float, glitches: bool
) -> tuple[CellPower, CellPower, Mapping[str, float]]:
    """Simulate, compare with the golden model, and add up, without and with glitches."""
    first = driven.first
    blocks = _simulated(netlist, driven)
    outputs = {
        port: [
            np.concatenate([blocks[0][net], *(block[net][1:] for block in blocks[1:])])
            for net in nets
        ]
        for port, nets in netlist.outputs.items()
    }
    if wrong := driven.wrong(outputs):
        raise ToolFailed(
            f"Netlist of {name!r} gives {wrong} results that are not the golden model's: it has "
            "no energy worth a figure"
        )
    toggles = count_toggles(blocks[0], first)
    for block in blocks[1:]:
        toggles = toggles + count_toggles(block)
    if not netlist.flipflops:
        toggles = replace(toggles, steps=steps - 1)  # the last stream is filled up with repeats
    conditions = electrical(netlist, TRANSITION)
    sample = [v[first : first + _SAMPLE_CYCLES] for v in blocks[0]]
    power = cell_power(netlist, sample, toggles, conditions, voltage)
    glitched = power
    if glitches:
        short = count_toggles([v[: first + 1 + _GLITCH_STEPS] for v in blocks[0]], first)
        unit = count_unit_delay(netlist, blocks[0], first, _GLITCH_STEPS)
        # Scaled from the steps looked at to all of them.
        extra = (unit.nets - short.nets) * (toggles.steps / short.steps)
        more = replace(toggles, nets=toggles.nets + np.rint(extra).astype(np.int64))
        glitched = cell_power(netlist, sample, more, conditions, voltage)
    return power, glitched, port_energy(netlist, toggles, conditions, voltage)


def _simulated(netlist: CellNetlist, driven: Drive) -> list[list[Words]]:
    """Values by net, in blocks of cycles that overlap by one."""
    if netlist.flipflops:
        return [simulate(netlist, driven.inputs)]
    cycles = len(next(iter(driven.inputs.values()))[0])
    return [
        simulate(
            netlist,
            {
                port: [w[start : start + _BLOCK_CYCLES + 1] for w in bits]
                for port, bits in driven.inputs.items()
            },
        )
        for start in range(0, cycles - 1, _BLOCK_CYCLES)
    ]


def _by_part(
    netlist: CellNetlist, power: CellPower, parts: Mapping[str, str], frequency: float
) -> dict[str, float]:
    """fJ an operation by part; flip-flops with their clock are a part of their own."""
    each = power.switching + power.internal + power.clock + power.leakage * 1e6 / frequency
    names = [*dict.fromkeys(parts.values()), "registers", "control"]
    found = dict.fromkeys(names, 0.0)
    for one, energy in zip(netlist.instances, each, strict=True):
        found[_part(one, parts)] += float(energy)
    return {part: energy for part, energy in found.items() if energy}


def _part(one: Instance, parts: Mapping[str, str]) -> str:
    if one.cell.is_flipflop:
        return "registers"
    for module in reversed(one.path):  # the innermost that has a name here
        if module in parts:
            return parts[module]
    return "control"
