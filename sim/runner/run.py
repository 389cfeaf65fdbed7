"""Runs a cocotb bench on a simulator.

cocotb's runner returns normally when tests fail: an outcome is read from the results file, a
skipped test counts as failed, and no tests at all is an error.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from lmul.sim.runner.build import Simulation, build
from lmul.sim.runner.plan import PLAN_VARIABLE
from lmul.sim.runner.simulators import check_simulator, environment
from lmul.tools import process
from lmul.tools.errors import ToolFailed

__all__ = ["Failure", "Outcome", "run"]


@dataclass(frozen=True)
class Failure:
    """A cocotb test that failed: its name, the exception's class, its message."""

    test: str
    error: str
    message: str


@dataclass(frozen=True)
class Outcome:
    """What a bench reported."""

    tests: int
    failures: tuple[Failure, ...]
    junit: Path
    waves: Path | None


def run(
    simulation: Simulation,
    folder: Path,
    simulator: str = "verilator",
    waves: bool = False,
    timeout: float = process.TIMEOUT,
    tests: Sequence[str] = (),
) -> Outcome:
    """Build and run a simulation; its files are left in ``folder``, which is emptied first.

    Parameters
    ----------
    simulation : Simulation
    folder : Path
        Held by the caller (:func:`lmul.sim.runner.build.locked`) when others may use it too.
    simulator : str
        ``"verilator"`` or ``"icarus"``.
    waves : bool
        Record all signals: a VCD file from Verilator, FST from Icarus.
    timeout : float
        Seconds after which building and running are each given up.
    tests : sequence of str
        The bench's tests to run, by name; all of them if there are none.

    Raises
    ------
    ValueError, ToolNotFound
        See :func:`lmul.sim.runner.simulators.check_simulator`.
    ToolFailed
        When the build fails, the simulation ends without results, or no test ran.
    """
    chosen = check_simulator(simulator)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    built = build(simulation, chosen, waves, timeout)
    plan = folder / "plan.json"
    simulation.plan.save(plan)
    recording = folder / ("waves.vcd" if chosen == "verilator" else "waves.fst") if waves else None
    job = {
        "step": "run",
        "simulator": chosen,
        "top": simulation.top,
        "bench": simulation.bench,
        "seed": simulation.plan.seed,
        "build": str(built),
        "run": str(folder.absolute()),
        "waves": str(recording.absolute()) if recording else None,
        "tests": rf"\.({'|'.join(tests)})$" if tests else None,
    }
    variables = environment(chosen) | {PLAN_VARIABLE: str(plan.absolute())}
    status = process.start(job, folder, variables, timeout)
    return _outcome(simulation, folder, status, recording)


def _outcome(simulation: Simulation, folder: Path, status: int, recording: Path | None) -> Outcome:
    junit = folder / "results.xml"
    if not junit.exists():
        log = folder / "simulation.log"
        raise ToolFailed(f"The simulation of {simulation.top!r} left no results; see {log}")
    cases = list(ElementTree.parse(junit).getroot().iter("testcase"))
    failures = []
    for case in cases:
        for outcome in ("failure", "error", "skipped"):
            # A bench has no test that may be skipped.
            if (element := case.find(outcome)) is not None:
                failures.append(
                    Failure(
                        f"{case.get('classname')}.{case.get('name')}",
                        element.get("type", outcome),
                        element.get("message", ""),
                    )
                )
    if not cases:
        raise ToolFailed(f"The bench {simulation.bench!r} ran no test on {simulation.top!r}")
    if status and not failures:
        log = folder / "simulation.log"
        raise ToolFailed(
            f"The simulation of {simulation.top!r} ended with exit status {status}; see {log}"
        )
    return Outcome(len(cases), tuple(failures), junit, recording)
