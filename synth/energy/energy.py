"""Energy of an operation: a mapped netlist, switched by real operands.

The netlist is the one that areas are measured on; an array's has the buffers with which it is
timed. It is simulated 64 streams a word, its outputs compared with the golden model's in the same
run, and what its cells take is added up as :mod:`lmul.synth.energy.power` says. Nothing stands
behind the outputs; wires, transition and frequency as stated in the result.
"""

from collections.abc import Mapping

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.mac import MacDesign
from lmul.sim.golden.sums.part_writes import matrix_writes, stream_writes
from lmul.synth.energy.figures import Energy
from lmul.synth.energy.power import CellPower
from lmul.synth.energy.run import check_frequency, check_library, simulated_power, streams
from lmul.synth.gates.circuit import Circuit
from lmul.synth.gates.core import core_circuit
from lmul.synth.gatesim.bit_parallel import LANES
from lmul.synth.layout.clock_gates import gates_of
from lmul.synth.layout.clock_leaves import ClockLeaves, clock_leaves
from lmul.synth.layout.wires import NONE, check_wires
from lmul.synth.liberty.conditions import Conditions
from lmul.synth.liberty.default import default_library
from lmul.synth.liberty.file import Paths
from lmul.synth.liberty.library import load
from lmul.synth.mapping.breakdown import PARTED_LEVELS, apart_by_part, array_parts, by_part
from lmul.synth.mapping.cell_netlist import CellNetlist, map_to_cells
from lmul.synth.mapping.mapping import Mapped, map_cells
from lmul.synth.stimuli.stimulus import matrices, stimuli
from lmul.synth.timing.arcs import check_arcs
from lmul.synth.timing.arrivals import electrical
from lmul.synth.timing.timing import timed
from lmul.tools.garbage import uncollected

__all__ = ["FREQUENCY", "PAIRS", "measure"]


FREQUENCY = 100e6
"""Hz: the leakage of one period is counted to an operation."""

PAIRS = 1 << 17
"""Operand pairs of a stimulus that is drawn."""

_GATED = 4
"""Products of an array of which all sums' writes are counted."""


@uncollected()
def measure(
    design: Design | str,
    stimulus: str = "gaussian",
    *,
    liberty: Paths | None = None,
    stationary: bool = False,
    pairs: int = PAIRS,
    frequency: float = FREQUENCY,
    parts: bool = True,
    restructuring: str | None = None,
    core: bool = False,
    mapped: Mapped | None = None,
    wires: str = NONE,
    glitches: bool = True,
) -> list[Energy]:
    """The energy of a design's operation, for each stimulus of a name.

    A dot-product unit takes N consecutive pairs of a dot product a cycle, and the sum of those
    before. What keeps that sum and the operands is none of its registers and is not counted.

    Parameters
    ----------
    design : Design or str
    stimulus, stationary, pairs
        As for :func:`lmul.synth.stimuli.stimulus.stimuli`; ``pairs`` is nothing to an array, whose
        products are :func:`lmul.synth.energy.array.product_shape`, and neither is ``parts``.
    liberty : Paths or None
        An NLDM library with delays and energies, a file or several; None is
        :func:`lmul.synth.liberty.default.default_library`.
    frequency : float
        Hz; of the clock, or at which operands come.
    parts : bool
        Split multipliers, PEs and dot-product units by part.
    restructuring : str, optional
        As for :func:`lmul.synth.mapping.mapping.map_cells`.
    core : bool
        Of a dot-product unit its core alone (:mod:`lmul.synth.gates.core`), as one part.
    mapped : Mapped, optional
        The design's netlist, in place of one mapped for the least area in ``liberty``.
    wires : str
        One of :data:`lmul.synth.layout.wires.SETTINGS`; none for an array.
    glitches : bool
        Simulate with delays, too; else both figures of glitches are 0.

    Raises
    ------
    TypeError, ValueError, OSError
        For a wrong name, a stimulus or library that can't be used.
    ToolNotFound, ToolFailed
        When Yosys is missing or rejects the circuit; when the netlist's results are not the
        golden model's.
    """
    design = Design.parse(design)
    check_frequency(frequency)
    if design.level == "array" and stationary:
        raise ValueError("An array's flow says what is stationary: leave --stationary out")
    if design.level == "dot" and stationary:
        raise ValueError(
            "A dot-product unit's pairs are all of one dot product: leave --stationary out"
        )
    library = mapped.library if mapped else load(liberty or default_library())
    check_library(library)
    check_wires(wires, library, design)
    conditions = Conditions.of(library)
    transition = conditions.input_slew_ps
    if isinstance(design, MacDesign) and design.level == "array":
        mapped = mapped or map_cells(design, library, restructuring=restructuring)
        return _measure_array(design, stimulus, mapped, conditions, frequency, glitches)
    found = stimuli(stimulus, design, pairs, stationary)
    circuit = core_circuit(design) if core else Circuit.of(design)
    mapped = mapped or map_cells(circuit, library, restructuring=restructuring)
    whole = timed(mapped, conditions).netlist
    leaves = clock_leaves(mapped.cells, library, wires)
    gated = design if isinstance(design, MacDesign) and design.is_dual else None
    apart = None
    if parts and circuit.level in PARTED_LEVELS:
        apart = map_to_cells(apart_by_part(circuit), library)
    results = []
    for one in found:
        driven = streams(design, one, bool(whole.flipflops), core)
        run = simulated_power(circuit.name, whole, driven, library, glitches, wires=wires)
        power = run.without_glitches
        share = driven.share
        leakage = float(power.leakage.sum()) * 1e6 / frequency * share  # nW over a period, in fJ
        split: dict[str, float] = {}
        if apart is not None:
            by_cell = simulated_power(
                circuit.name, apart, driven, library, glitches=False, wires=wires
            )
            split = _by_part(apart, by_cell.without_glitches, circuit.level, frequency)
            split = {part: value * share for part, value in split.items()}
        writes: Mapping[str, float] = {}
        gates = None
        if gated:
            writes = stream_writes(gated, one.x, one.y, one.length)
            pins = zip(whole.instances, power.clock.tolist(), strict=True)
            registers = [(i.cell.name, fj) for i, fj in pins if i.cell.is_flipflop]
            gates = gates_of(gated, library, registers, writes, 1)
        results.append(
            Energy(
                design=circuit.name,
                level=circuit.level,
                library=library.name,
                stimulus=one.label,
                switching=float(power.switching.sum()) * share,
                internal=float(power.internal.sum()) * share,
                clock=float(power.clock.sum()) * share,
                leakage=leakage,
                glitches=(run.real_delays.dynamic - power.dynamic) * share,
                unit_glitches=(run.unit_delay.dynamic - power.dynamic) * share,
                ports=sum(run.ports.values()) * share,
                parts=split,
                operations=driven.pairs,
                transition=transition,
                frequency=frequency,
                restructuring=mapped.restructuring,
                wires=wires,
                leaves=leaves,
                leaves_fj=_leaves_fj(leaves, frequency, share),
                gates=gates,
                writes=writes,
            )
        )
    return results


def _leaves_fj(leaves: ClockLeaves | None, frequency: float, share: float) -> float:
    """fJ an operation of a clock tree's last stage, what leaks in a period included."""
    return (leaves.energy + leaves.leakage * 1e6 / frequency) * share if leaves else 0.0


def _measure_array(
    design: MacDesign,
    stimulus: str,
    mapped: Mapped,
    conditions: Conditions,
    frequency: float,
    glitches: bool,
) -> list[Energy]:
    # Imported here: an array's streams pull in all of Amaranth, which other levels never need.
    from lmul.synth.energy.array import array_power, product_shape

    given = matrices(stimulus, design, *product_shape(design))
    library = mapped.library
    netlist = timed(mapped, conditions).netlist
    check_arcs(netlist, library, setup=False)
    found = electrical(netlist, conditions.input_slew_ps)
    places = array_parts(netlist, mapped)
    voltage = check_library(library)
    leaves = clock_leaves(mapped.cells, library, NONE)
    results = []
    for label, a, b in given:
        power = array_power(design, netlist, places, found, a, b, voltage, glitches)
        (m, k, n), cycles = power.shape, power.cycles
        share = cycles / power.macs  # of a cycle's energy, to an operation
        writes: Mapping[str, float] = {}
        gates = None
        if design.is_dual:
            writes = matrix_writes(design, a[:_GATED], b[:_GATED])
            gates = gates_of(design, library, power.registers, writes, share)
        leaked = 1e6 / frequency  # nW over a period, in fJ
        results.append(
            Energy(
                design=design.name,
                level=design.level,
                library=library.name,
                stimulus=label,
                switching=power.switching * share,
                internal=power.internal * share,
                clock=power.clock * share,
                leakage=power.leakage * leaked * share,
                glitches=power.glitches * share,
                unit_glitches=power.unit_glitches * share,
                ports=power.ports * share,
                parts={
                    part: (dynamic + leakage * leaked) * share
                    for part, (dynamic, leakage) in power.parts.items()
                    if dynamic or leakage
                },
                operations=LANES * power.macs,
                transition=conditions.input_slew_ps,
                frequency=frequency,
                restructuring=mapped.restructuring,
                wires=NONE,
                leaves=leaves,
                leaves_fj=_leaves_fj(leaves, frequency, share),
                gates=gates,
                writes=writes,
                shape=(m, k, n),
                cycles=cycles,
            )
        )
    return results


def _by_part(
    netlist: CellNetlist, power: CellPower, level: str, frequency: float
) -> dict[str, float]:
    """fJ an operation by part; flip-flops with their clock are a part of their own."""
    each = power.switching + power.internal + power.clock + power.leakage * 1e6 / frequency
    return by_part(netlist, each, level)
