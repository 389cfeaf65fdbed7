"""Simulates one design: its per-cycle bench, then the bulk bench of units, into one JUnit file."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard
from xml.etree import ElementTree

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.mac import MacDesign
from lmul.sim.reference.circuit import Circuit, MacCircuit
from lmul.sim.reference.vectors import SEED, WIDE_PAIRS
from lmul.sim.runner.build import Simulation
from lmul.sim.runner.plan import Plan
from lmul.sim.runner.run import Failure, Outcome, run
from lmul.sim.runner.simulators import check_simulator
from lmul.sim.runner.verify import bulk_simulation
from lmul.tools.cache import locked

__all__ = ["SimulationResult", "mac_simulation", "per_cycle_simulation", "simulate"]


SHAPES_CYCLES = 2500
_WATCHED = "per-cycle"  # the bench whose signals are recorded


@dataclass(frozen=True)
class SimulationResult:
    """What the benches of a design reported.

    Attributes
    ----------
    tests, failures : int
        Tests run, at least one; tests failed.
    junit : Path
        The results file, in JUnit's format.
    waves : Path or None
        The recorded signals of the per-cycle bench.
    vectors : int
        Results compared: of a multiplier or product unit those of the bulk bench.
    seconds : float
    failed : tuple of Failure
        Each failed test with its message.
    """

    tests: int
    failures: int
    junit: Path
    waves: Path | None
    vectors: int
    seconds: float
    failed: tuple[Failure, ...] = ()


def simulate(
    design: Design,
    simulator: str = "verilator",
    waves: bool = False,
    out: Path = Path("build/sim"),
    on_progress: Callable[[int, int, str], None] | None = None,
    verilog: str | None = None,
    count: int = WIDE_PAIRS,
    seed: int = SEED,
) -> SimulationResult:
    """Simulate a design with cocotb and compare every result with the golden model.

    Parameters
    ----------
    design : Design
    simulator : str
        ``"verilator"`` or ``"icarus"``.
    waves : bool
        Record all signals of the per-cycle bench.
    out : Path
        A folder ``DESIGN-SIMULATOR`` is made in it, or emptied.
    on_progress : callable, optional
        Called with (done, total, label).
    verilog : str, optional
        Text to simulate in place of the design's own, such as a netlist.
    count, seed : int
        Pairs for formats of more than 8 bits, and their seed; narrower ones are exhausted.

    Raises
    ------
    ValueError
        For an unknown simulator; for Verilog that lacks the design's module or ports.
    ToolNotFound, ToolFailed
        When the simulator is not installed; when it fails, or no test ran.
    """
    start = time.monotonic()
    check_simulator(simulator)
    report = on_progress or (lambda done, total, label: None)
    steps = 2 if _accumulates(design) else 3
    report(0, steps, f"{design.name}: Verilog")
    benches = _benches(design, verilog, count, seed)
    outcomes: dict[str, Outcome] = {}
    with locked(Path(out) / f"{design.name}-{simulator}") as folder:
        for done, (name, simulation) in enumerate(benches.items(), 1):
            report(done, steps, f"{design.name}: {name} bench")
            record = waves and name == _WATCHED
            outcomes[name] = run(simulation, folder / name, simulator, record)
        junit = _merge(outcomes, folder / "results.xml")
        comparison = folder / list(benches)[-1] / "comparison.json"
        vectors = 0
        if comparison.exists():
            vectors = json.loads(comparison.read_text())[design.name]["results"]
    report(steps, steps, f"{design.name}: done")
    failed = tuple(failure for outcome in outcomes.values() for failure in outcome.failures)
    return SimulationResult(
        sum(outcome.tests for outcome in outcomes.values()),
        len(failed),
        junit,
        outcomes[_WATCHED].waves,
        vectors,
        time.monotonic() - start,
        failed,
    )


def _accumulates(design: Design) -> TypeGuard[MacDesign]:
    """Whether it is a PE or an array, not a unit that multiplies."""
    return isinstance(design, MacDesign) and design.level != "product"


def _benches(design: Design, verilog: str | None, count: int, seed: int) -> dict[str, Simulation]:
    """The benches of a design; the last one says how much was compared."""
    if _accumulates(design):
        return {_WATCHED: mac_simulation(MacCircuit.of(design, verilog), seed)}
    circuit = Circuit.of(design, verilog)
    return {
        _WATCHED: per_cycle_simulation(circuit, seed),
        "bulk": bulk_simulation([circuit], count, seed),
    }


def mac_simulation(
    circuit: MacCircuit, seed: int = SEED, cycles: int = SHAPES_CYCLES
) -> Simulation:
    """The simulation of a PE or of an array, which is watched in every cycle.

    ``cycles`` is how long an array's bench goes on with shapes of matrices.
    """
    module = circuit.design.module_name
    return Simulation(
        {f"{module}.v": circuit.verilog},
        module,
        circuit.ports,
        f"lmul.sim.benches.{circuit.design.level}",
        Plan((), cycles, seed, circuit),
    )


def per_cycle_simulation(circuit: Circuit, seed: int = SEED) -> Simulation:
    """The simulation of a circuit that is driven and watched in every cycle."""
    ports = [port.name for side in (circuit.x, circuit.y, circuit.p) for port in side]
    bench = "combinational"
    if circuit.design.stages:
        ports += ["clk", "rst", "en", "i_valid", "o_valid"]
        bench = "pipelined"
    module = circuit.design.module_name
    return Simulation(
        {f"{module}.v": circuit.verilog},
        module,
        tuple(ports),
        f"lmul.sim.benches.{bench}",
        Plan((circuit,), seed=seed),
    )


def _merge(outcomes: dict[str, Outcome], target: Path) -> Path:
    """All benches' test suites in one file, their totals on top."""
    merged = ElementTree.Element("testsuites", name="lmul")
    for outcome in outcomes.values():
        merged.extend(ElementTree.parse(outcome.junit).getroot().iter("testsuite"))
    for total in ("tests", "failures", "errors", "skipped"):
        merged.set(total, str(sum(int(suite.get(total, 0)) for suite in merged)))
    ElementTree.ElementTree(merged).write(target, encoding="utf-8", xml_declaration=True)
    return target
