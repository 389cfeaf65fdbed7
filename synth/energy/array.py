"""Energy of an array: whole matrix products, fill and drain included, a multiply-accumulate each.

The array's flat netlist is simulated, the one that is timed, with its buffers; results and cycles
are compared with the golden model and the closed form in the same run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.numbers.formats import IntegerFormat
from lmul.sim.golden.codec import code_dtype
from lmul.synth.energy.power import cell_costs, port_energy
from lmul.synth.gates.breakdown import ARRAY_PARTS
from lmul.synth.gatesim.bit_parallel import LANES, Ints, Words
from lmul.synth.gatesim.simulation import Toggles, with_glitches
from lmul.synth.gatesim.stepped import SteppedSimulation
from lmul.synth.mapping.cell_netlist import CellNetlist
from lmul.synth.stimuli.array import ArrayDrive
from lmul.synth.timing.arrivals import Electrical
from lmul.synth.timing.pin_delays import pin_delays
from lmul.tools.errors import ToolFailed

__all__ = ["ArrayPower", "array_power", "product_shape"]


_DEPTH = 64
_SAMPLE_CYCLES = 256
_SAMPLE_VALUES = 1 << 25  # of all nets, at most
_WINDOW = 8  # cycles of the sample that follow each other
_SETTLING_CELLS = 1_000_000  # over all steps that are simulated with delays
_LEAST_SETTLING = 12  # such steps; of 8 by 8 PEs each is as many pairs as a PE is sampled for
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
    netlist: CellNetlist,
    parts: Sequence[str],
    conditions: Electrical,
    a: Ints,
    b: Ints,
    voltage: float,
    glitches: bool = True,
) -> ArrayPower:
    """Simulate 64 products and add up.

    Parameters
    ----------
    design : MacDesign
    netlist : CellNetlist
        Of its Verilog, results being codes of fp32.
    parts : sequence of str
        Of each of its instances, which of :data:`lmul.synth.gates.breakdown.ARRAY_PARTS` it is in.
    conditions : Electrical
        Of the netlist.
    a, b : int64 arrays, shapes (64, M, K) and (64, K, N)
        Codes; for ``int8`` numbers.
    voltage : float
        V.
    glitches : bool
        Simulate with delays, too; else both figures of glitches are 0.

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
    delays = pin_delays(netlist, conditions) if glitches else None
    run = _Run(SteppedSimulation(netlist, delays), due, glitches)
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
    return run.power(drive, parts, conditions, voltage)


class _Run:
    def __init__(self, simulation: SteppedSimulation, cycles: int, glitches: bool) -> None:
        self.simulation = simulation
        self.cycles = cycles
        netlist = simulation.netlist
        wanted = max(_LEAST_SETTLING, _SETTLING_CELLS // len(netlist.instances))
        stride = max(1, cycles // wanted)
        # The middle of each stride: its first would be the idle first step, too.
        self.settling = (np.arange(cycles) % stride == stride // 2) & glitches
        self.windows = _windows(cycles, min(_SAMPLE_CYCLES, _SAMPLE_VALUES // netlist.nets))
        self.samples: dict[int, Words] = {}

    def products(self, drive: ArrayDrive) -> None:
        """Reset the array, and give it all operands."""
        sampled = set(self.windows.ravel().tolist())
        for cycle in range(self.cycles + _LATE):
            inputs = drive.inputs(reset=not cycle)
            drive.take(inputs, self.simulation.settle(inputs))
            within = drive.begun and drive.cycles <= self.cycles
            self.simulation.step(drive.begun, within and bool(self.settling[drive.cycles - 1]))
            if drive.cycles in sampled:
                self.samples[drive.cycles] = self.simulation.values()
            if drive.done:
                return
        raise ToolFailed(f"Netlist of {drive.design.name!r} does not end its products")

    def power(
        self,
        drive: ArrayDrive,
        parts: Sequence[str],
        conditions: Electrical,
        voltage: float,
    ) -> ArrayPower:
        """Add up, part by part."""
        one = self.simulation
        netlist = one.netlist
        sample = np.stack([self.samples[at] for at in self.windows.ravel().tolist()], axis=1)
        sample = sample.reshape(netlist.nets, *self.windows.shape)
        costs = cell_costs(netlist, sample, conditions, voltage)
        toggles = Toggles(one.toggles, drive.cycles * LANES)
        settled, real, unit = (
            Toggles(counted, one.settling)
            for counted in (one.settled, one.real_delays, one.unit_delay)
        )
        delayed = [with_glitches(toggles, settled, each) for each in (real, unit) if one.settling]
        power, with_real, with_unit = map(costs.power, (toggles, *(delayed or [toggles] * 2)))
        each = power.switching + power.internal + power.clock
        of_parts = {}
        for part in ARRAY_PARTS:
            within = np.array([one == part for one in parts])
            of_parts[part] = float(each[within].sum()), float(power.leakage[within].sum())
        cells = zip(netlist.instances, parts, power.clock.tolist(), strict=True)
        return ArrayPower(
            switching=float(power.switching.sum()),
            internal=float(power.internal.sum()),
            clock=float(power.clock.sum()),
            leakage=float(power.leakage.sum()),
            glitches=with_real.dynamic - power.dynamic,
            unit_glitches=with_unit.dynamic - power.dynamic,
            ports=sum(port_energy(netlist, toggles, conditions, voltage).values()),
            parts=of_parts,
            registers=[
                (cell.cell.name, energy)
                for cell, part, energy in cells
                if part == "PEs" and cell.cell.is_flipflop
            ],
            shape=drive.shape,
            cycles=drive.cycles,
        )


def _windows(cycles: int, most: int) -> Ints:
    """Cycles to take shares of states from, in windows of some that follow each other.

    Shape (windows, cycles of each); the first cycle is 1. Spread evenly over all cycles, no more
    than ``most`` in all, or one window.
    """
    length = min(cycles, _WINDOW)
    count = max(1, min(cycles, most) // length)
    middles = (np.arange(count) + 0.5) * cycles / count
    return (middles - length / 2).astype(int)[:, None] + 1 + np.arange(length)
