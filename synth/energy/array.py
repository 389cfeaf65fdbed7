"""Energy of an array: whole matrix products, fill and drain included, a multiply-accumulate each.

The array is mapped by its parts, as its area is, and all of it is simulated at every size, each
place where a part stands for itself (:mod:`lmul.synth.gatesim.stepped`); results and cycles are
compared with the golden model and the closed form in the same run. What is taken for all places of
a part alike is what a change costs: the mean load and transition at its ports, and the states of
some places. On 8 by 8 that gives the flat netlist's energy to 0.1 %, and its glitches' toggles.

A net that drives more than the library lets its driver, such as the enable of all cells, is taken
as buffered: it has the transition of the ports, and its buffers' own energy is not counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.numbers.formats import IntegerFormat
from lmul.hdl.verilog.parts import part_of_module, part_of_register
from lmul.sim.golden.codec import code_dtype
from lmul.synth.energy.power import CellPower, cell_costs, port_energy
from lmul.synth.gates.breakdown import ARRAY_PARTS
from lmul.synth.gatesim.bit_parallel import LANES, Ints, Words, spread
from lmul.synth.gatesim.simulation import Toggles, with_glitches
from lmul.synth.gatesim.stepped import PartSimulation
from lmul.synth.mapping.cell_netlist import Instance
from lmul.synth.mapping.part_netlist import Part, PartNetlist
from lmul.synth.stimuli.array import ArrayDrive
from lmul.synth.timing.arrivals import Electrical, Surroundings, electrical
from lmul.synth.timing.pin_delays import pin_delays
from lmul.tools.errors import ToolFailed

__all__ = ["ArrayPower", "array_power", "part_conditions", "product_shape"]


_DEPTH = 64
_SAMPLE_PLACES = 16
_SAMPLE_CYCLES = 256
_SAMPLE_VALUES = 1 << 24  # of all nets, at most
_SETTLING_CELLS = 150_000  # over all words of steps that are simulated with delays
_LEAST_SETTLING = 64  # such words of each part
_LATE = 64  # cycles before the first beat, at most


@dataclass(frozen=True)
class ArrayPower:
    """What an array took over its products, in the mean of a cycle.

    Attributes
    ----------
    switching, internal, clock : float
        fJ a cycle.
    leakage : float
        nW.
    glitches, unit_glitches, ports : float
        fJ a cycle, as in :class:`lmul.synth.energy.figures.Energy`.
    parts : mapping of str to (float, float)
        fJ a cycle without leakage, and nW, of each of
        :data:`lmul.synth.gates.breakdown.ARRAY_PARTS`.
    registers : sequence of (str, float)
        Of each flip-flop of a PE its cell, and the fJ a cycle of its clock pin.
    shape : tuple of int
        M, K, N of each of the 64 products.
    cycles : int
        Of each.
    """

    switching: float
    internal: float
    clock: float
    leakage: float
    glitches: float
    unit_glitches: float
    ports: float
    parts: Mapping[str, tuple[float, float]]
    registers: Sequence[tuple[str, float]]
    shape: tuple[int, int, int]
    cycles: int

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one product."""
        m, k, n = self.shape
        return m * k * n


def product_shape(design: MacDesign) -> tuple[int, int, int]:
    """M, K, N: two tiles each way, and sums of 64 terms where the accumulator lets them."""
    return 2 * design.rows, min(_DEPTH, design.k_max), 2 * design.columns


def array_power(
    design: MacDesign,
    circuit: PartNetlist,
    conditions: Sequence[Electrical],
    a: Ints,
    b: Ints,
    voltage: float,
) -> ArrayPower:
    """Simulate 64 products and add up.

    Parameters
    ----------
    design : MacDesign
    circuit : PartNetlist
        Of its Verilog, results being codes of fp32.
    conditions : sequence of Electrical
        Of :func:`part_conditions`.
    a, b : int64 arrays, shapes (64, M, K) and (64, K, N)
        Codes; for ``int8`` numbers.
    voltage : float
        V.

    Raises
    ------
    ToolFailed
        When a result is not the golden model's, or the cycles are not the closed form's.
    ToolNotFound
        When g++ is missing.
    """
    dtype = code_dtype(design.format)
    out = None if isinstance(design.format, IntegerFormat) else "fp32"
    drive = ArrayDrive(design, a.astype(dtype), b.astype(dtype), out)
    m, k, n = drive.shape
    due = design.cycles(m, k, n)
    delays = [
        pin_delays(netlist, around)
        for netlist, around in zip(circuit.netlists, conditions, strict=True)
    ]
    run = _Run(PartSimulation(circuit, delays), due)
    run.products(drive)
    if drive.cycles != due:
        raise ToolFailed(
            f"Netlist of {design.name!r} takes {drive.cycles} cycles, not {due}: it has no energy "
            "worth a figure"
        )
    if wrong := drive.wrong():
        raise ToolFailed(
            f"Netlist of {design.name!r} gives {len(wrong)} results that are not the golden "
            f"model's, {wrong[0]}: it has no energy worth a figure"
        )
    return run.power(drive, conditions, voltage)


class _Run:
    def __init__(self, simulation: PartSimulation, cycles: int) -> None:
        self.simulation = simulation
        self.cycles = cycles
        circuit = simulation.circuit
        places = [part.count for part in circuit.parts]
        self.places = [
            np.unique(np.linspace(0, count - 1, _SAMPLE_PLACES).astype(int)).tolist()
            for count in places
        ]
        cells = len(circuit.rest.instances) + sum(
            len(part.netlist.instances) * part.count for part in circuit.parts
        )
        share = min(1.0, _SETTLING_CELLS / (cells * cycles))
        self.settling = [
            spread(cycles, words, max(_LEAST_SETTLING, round(share * cycles * words)))
            for words in (1, *places)
        ]
        wide = max([circuit.rest.nets, *(len(p) * _SAMPLE_PLACES for p in self.places)])
        length = min(cycles, _SAMPLE_CYCLES, max(32, _SAMPLE_VALUES // wide))
        self.window = range((cycles - length) // 2 + 1, (cycles - length) // 2 + length + 1)
        self.samples: list[list[Words]] = []

    def products(self, drive: ArrayDrive) -> None:
        """Reset the array, and give it all operands."""
        for cycle in range(self.cycles + _LATE):
            inputs = drive.inputs(reset=not cycle)
            drive.take(inputs, self.simulation.settle(inputs))
            chosen = [each[drive.cycles - 1] for each in self.settling] if drive.begun else None
            self.simulation.step(drive.begun, chosen)
            if drive.begun and drive.cycles in self.window:
                self.samples.append(self.simulation.sample(self.places))
            if drive.done:
                return
        raise ToolFailed(f"Netlist of {drive.design.name!r} does not end its products")

    def power(
        self, drive: ArrayDrive, conditions: Sequence[Electrical], voltage: float
    ) -> ArrayPower:
        """Add up, part by part."""
        steps = drive.cycles * LANES
        causes = ("switching", "internal", "clock", "leakage")
        sums: dict[str, float] = dict.fromkeys((*causes, "glitches", "unit_glitches", "ports"), 0.0)
        parts = {part: (0.0, 0.0) for part in ARRAY_PARTS}
        registers: list[tuple[str, float]] = []
        simulations = self.simulation.simulations()
        for index, ((part, one), around) in enumerate(zip(simulations, conditions, strict=True)):
            sample = np.stack([each[index] for each in self.samples], axis=1)
            count = part.count if part else 1
            costs = cell_costs(one.netlist, sample, around, voltage)
            costs = replace(costs, clock=costs.clock * count, leakage=costs.leakage * count)
            toggles = Toggles(one.toggles, steps)
            power = costs.power(toggles)
            # The sample's steps are those of single places, `toggles` is of all places in a cycle.
            each = Toggles(one.toggles, steps * one.words)
            settled, real, unit = (
                Toggles(counted, one.settling)
                for counted in (one.settled, one.real_delays, one.unit_delay)
            )
            for name, delayed in (("glitches", real), ("unit_glitches", unit)):
                more = replace(with_glitches(each, settled, delayed), steps=steps)
                sums[name] += costs.power(more).dynamic - power.dynamic
            for name in causes:
                sums[name] += float(getattr(power, name).sum())
            self._split(part, power, parts)
            if part:
                pins = zip(one.netlist.instances, power.clock / count, strict=True)
                registers += [
                    (cell.cell.name, float(energy))
                    for cell, energy in pins
                    if cell.cell.is_flipflop and _part_of(part, cell, {}) == "PEs"
                ]
            sums["ports"] += self._ports(part, one.netlist, toggles, around, voltage)
        return ArrayPower(
            **sums, parts=parts, registers=registers, shape=drive.shape, cycles=drive.cycles
        )

    def _split(
        self, part: Part | None, power: CellPower, parts: dict[str, tuple[float, float]]
    ) -> None:
        circuit = self.simulation.circuit
        each = power.switching + power.internal + power.clock
        netlist = part.netlist if part else circuit.rest
        for one, energy, leaks in zip(netlist.instances, each, power.leakage, strict=True):
            name = _part_of(part, one, circuit.registers)
            parts[name] = parts[name][0] + float(energy), parts[name][1] + float(leaks)

    def _ports(self, part, netlist, toggles, conditions, voltage) -> float:
        """Of the array's own ports; a part's clock pins are on one of them."""
        if part is not None:
            clock = netlist.clock
            return 0.0 if clock is None else part.count * conditions.loads[clock] * voltage**2
        energies = port_energy(netlist, toggles, conditions, voltage)
        return sum(energies[name] for name in self.simulation.circuit.inputs)


def _part_of(part: Part | None, one: Instance, registers: Mapping[str, set[str]]) -> str:
    if part is None:
        if one.name in registers:
            return part_of_register(registers[one.name], "array")
        return "control"
    # A PE stands in its cell, which ends in the drain's register.
    inner = ["_pe"] if "pe" in one.path else []
    return part_of_module((inner or [part.name])[0], "array")


def part_conditions(circuit: PartNetlist, transition: float) -> list[Electrical]:
    """Loads and transitions of the rest, then of each part as a mean of all its places.

    Parameters
    ----------
    circuit : PartNetlist
    transition : float
        At the circuit's ports, ps.
    """
    rest = circuit.rest
    each = [electrical(part.netlist, transition) for part in circuit.parts]
    found = None
    for _ in range(2):  # parts, what is around them, and the parts again
        loads = np.zeros(rest.nets)
        slews: dict[int, tuple[float, float]] = {}
        for part, inside in zip(circuit.parts, each, strict=True):
            np.add.at(loads, part.sources, inside.loads[list(part.inputs)][:, None])
            for nets, net in zip(part.sinks, part.outputs, strict=True):
                slews |= dict.fromkeys(nets.tolist(), (inside.rise[net], inside.fall[net]))
        pins = {net: float(loads[net]) for net in np.flatnonzero(loads).tolist()}
        found = electrical(rest, transition, around=Surroundings(pins, slews, True))
        each = [_inside(part, found, transition) for part in circuit.parts]
    assert found is not None
    return [found, *each]


def _inside(part: Part, around: Electrical, transition: float) -> Electrical:
    loads: dict[int, float] = {}
    for net, nets in zip(part.outputs, part.sinks, strict=True):
        loads[net] = loads.get(net, 0.0) + float(around.loads[nets].mean())
    slews = {
        net: (float(around.rise[nets].mean()), float(around.fall[nets].mean()))
        for net, nets in zip(part.inputs, part.sources, strict=True)
    }
    return electrical(part.netlist, transition, around=Surroundings(loads, slews, True))
