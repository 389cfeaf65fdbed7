"""Simulates one design: its per-cycle bench, then the bulk bench of units, into one JUnit file."""

import ast
import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from importlib.util import find_spec
from pathlib import Path
from typing import TypeGuard
from xml.etree import ElementTree

from lmul.hdl.arithmetic.form import Form
from lmul.hdl.designs.design import Design
from lmul.hdl.designs.dot import DotDesign
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.verilog.cache import verilog_of
from lmul.sim.reference.circuit import Circuit, MacCircuit
from lmul.sim.reference.vectors import SEED, WIDE_PAIRS
from lmul.sim.runner.build import Simulation
from lmul.sim.runner.plan import Plan
from lmul.sim.runner.run import Failure, Outcome, run
from lmul.sim.runner.simulators import check_simulator
from lmul.sim.runner.verify import bulk_simulation
from lmul.tools.cache import locked
from lmul.tools.files import write_whole
from lmul.tools.sources import syntax_tree

__all__ = [
    "SimulationResult",
    "mac_simulation",
    "per_cycle_simulation",
    "simulate",
    "write_junit",
]


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

    @property
    def passed(self) -> bool:
        """Whether tests ran and none failed."""
        return self.tests > 0 and not self.failed


def simulate(
    design: Design,
    simulator: str = "verilator",
    waves: bool = False,
    out: Path = Path("build/sim"),
    on_progress: Callable[[int, int, str], None] | None = None,
    verilog: str | None = None,
    count: int = WIDE_PAIRS,
    seed: int = SEED,
    tests: Sequence[str] = (),
    form: Form = "gates",
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
        Pairs for formats of more than 8 bits, and the seed of all that is random; narrower
        formats are exhausted.
    tests : sequence of str
        Only tests that are called so, with ``*`` and ``?`` as in a shell; all if there are none.
    form : str
        How the arithmetic of the design's own Verilog is written:
        see :mod:`lmul.hdl.arithmetic.form`.

    Raises
    ------
    ValueError
        For an unknown simulator; for Verilog that lacks the design's module or ports; for tests
        that the design's benches don't have.
    ToolNotFound, ToolFailed
        When the simulator is not installed; when it fails, or no test ran.
    """
    start = time.monotonic()
    check_simulator(simulator)
    report = on_progress or (lambda done, total, label: None)
    chosen = _chosen_tests(design, tests)
    steps = len(chosen) + 1
    report(0, steps, f"{design.name}: Verilog")
    text = verilog_of(design, form=form) if verilog is None else verilog
    benches = _benches(design, text, count, seed)
    if verilog is not None:
        benches = {name: replace(bench, strict=False) for name, bench in benches.items()}
    outcomes: dict[str, Outcome] = {}
    vectors = 0
    with locked(Path(out) / f"{design.name}-{simulator}") as folder:
        for done, (name, names) in enumerate(chosen.items(), 1):
            report(done, steps, f"{design.name}: {name} bench")
            record = waves and name == _WATCHED
            outcomes[name] = run(
                benches[name], folder / name, simulator, record, tests=names if tests else ()
            )
        junit = _merge(design, outcomes, folder / "results.xml")
        # The last bench of a design says how much was compared.
        comparison = folder / list(benches)[-1] / "comparison.json"
        if list(benches)[-1] in outcomes and comparison.exists():
            vectors = json.loads(comparison.read_text())[design.name]["results"]
    report(steps, steps, f"{design.name}: done")
    failed = tuple(failure for outcome in outcomes.values() for failure in outcome.failures)
    return SimulationResult(
        sum(outcome.tests for outcome in outcomes.values()),
        len(failed),
        junit,
        outcomes[_WATCHED].waves if _WATCHED in outcomes else None,
        vectors,
        time.monotonic() - start,
        failed,
    )


def _accumulates(design: Design) -> TypeGuard[MacDesign]:
    """Whether it is a PE or an array, not a unit that multiplies."""
    return isinstance(design, MacDesign) and design.level != "product"


def _bench_modules(design: Design) -> dict[str, str]:
    """The module of each bench of a design."""
    if _accumulates(design):
        return {_WATCHED: f"lmul.sim.benches.{design.level}"}
    watching = "pipelined" if design.stages else "combinational"
    found = {_WATCHED: f"lmul.sim.benches.{watching}"}
    return found if isinstance(design, DotDesign) else found | {"bulk": "lmul.sim.benches.bulk"}


def _chosen_tests(design: Design, patterns: Sequence[str]) -> dict[str, list[str]]:
    """The tests of each bench that are called like one of the patterns; benches without are out."""
    every = {name: _tests_of(module) for name, module in _bench_modules(design).items()}
    if not patterns:
        return every
    known = [test for tests in every.values() for test in tests]
    for pattern in patterns:
        if not any(fnmatchcase(test, pattern) for test in known):
            raise ValueError(
                f"No test of {design.name!r} is called {pattern!r}: it has {', '.join(known)}"
            )
    found = {
        name: [test for test in tests if any(fnmatchcase(test, pattern) for pattern in patterns)]
        for name, tests in every.items()
    }
    return {name: tests for name, tests in found.items() if tests}


def _tests_of(module: str) -> list[str]:
    """The names of a bench's tests, read from its source: importing it would load cocotb."""
    spec = find_spec(module)
    assert spec is not None and spec.origin is not None
    return [
        node.name
        for node in syntax_tree(Path(spec.origin).read_text()).body
        if isinstance(node, ast.AsyncFunctionDef) and node.decorator_list
    ]


def _benches(design: Design, verilog: str, count: int, seed: int) -> dict[str, Simulation]:
    """The benches of a design; the last one says how much was compared."""
    if _accumulates(design):
        return {_WATCHED: mac_simulation(MacCircuit.of(design, verilog), seed)}
    circuit = Circuit.of(design, verilog)
    found = {_WATCHED: per_cycle_simulation(circuit, seed)}
    if isinstance(design, DotDesign):
        return found
    return found | {"bulk": bulk_simulation([circuit], count, seed)}


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
        _bench_modules(circuit.design)[_WATCHED],
        Plan((), cycles, seed, circuit),
    )


def per_cycle_simulation(circuit: Circuit, seed: int = SEED) -> Simulation:
    """The simulation of a circuit that is driven and watched in every cycle."""
    ports = [port.name for side in (*circuit.operands, circuit.p) for port in side]
    if circuit.design.stages:
        ports += ["clk", "rst", "en", "i_valid", "o_valid"]
    module = circuit.design.module_name
    return Simulation(
        {f"{module}.v": circuit.verilog},
        module,
        tuple(ports),
        _bench_modules(circuit.design)[_WATCHED],
        Plan((circuit,), seed=seed),
    )


def _merge(design: Design, outcomes: dict[str, Outcome], target: Path) -> Path:
    """All benches' test suites in one file; the design's name is in each test's class."""
    suites: list[ElementTree.Element] = []
    for name, outcome in outcomes.items():
        for suite in ElementTree.parse(outcome.junit).getroot().iter("testsuite"):
            suite.set("name", f"{design.name}.{name}")
            for case in suite.iter("testcase"):
                case.set("classname", f"{design.name}.{name}")
            suites.append(suite)
    return write_junit(suites, target)


def write_junit(suites: Iterable[ElementTree.Element], target: Path) -> Path:
    """Test suites as one file of JUnit's, their totals on top."""
    merged = ElementTree.Element("testsuites", name="lmul")
    merged.extend(suites)
    for total in ("tests", "failures", "errors", "skipped"):
        merged.set(total, str(sum(int(suite.get(total, 0)) for suite in merged)))
    text = ElementTree.tostring(merged, encoding="unicode", xml_declaration=True)
    [written] = write_whole(target.parent, {target.name: text})
    return written
