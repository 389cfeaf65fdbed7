"""Runs a cocotb bench on a simulator: build, simulate, read what the bench reported.

A build is kept under ``build/cache`` by the hash of all that goes into it, behind a lock, so a
second run is quick and parallel ones share it. cocotb's runner returns normally when tests fail:
an outcome here is read from the results file, and no tests at all is an error.
"""

import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from lmul.hdl.errors import ToolFailed
from lmul.sim.launch import BUILD_FAILED
from lmul.sim.paths import build_root
from lmul.sim.plan import PLAN_VARIABLE, Plan
from lmul.sim.simulators import Simulator, check_simulator, environment, version

__all__ = ["TIMEOUT", "Failure", "Outcome", "Simulation", "locked", "run"]

TIMEOUT = 900.0
_SCHEME = "1"  # of the cache: raise it when builds change for reasons the key can't see
_OBJCACHE = """\
#!/bin/sh
# Keeps objects that many builds share and that take longer to compile than a circuit: Verilator's
# own library, and cocotb's main program, which depends on the circuit's ports alone.
object=
previous=
for word in "$@"; do
  [ "$previous" = -o ] && object=$word
  previous=$word
done
case $object in
  verilated*.o) header=/dev/null ;;
  verilator.o) header=Vtop.h ;;
  *) exec "$@" ;;
esac
key=$( (printf '%s ' "$@"; cat "$header") | sha256sum | cut -c -24)
kept=$LMUL_OBJECTS/$key-$object
if [ -f "$kept" ]; then
  exec cp "$kept" "$object"
fi
"$@" || exit
cp "$object" "$kept.$$" && mv "$kept.$$" "$kept"
"""


@dataclass(frozen=True)
class Simulation:
    """One bench on one module.

    Parameters
    ----------
    sources : mapping
        File name to Verilog text.
    top : str
        The module that the bench drives.
    ports : tuple of str
        Signals of ``top`` that the bench sees.
    bench : str
        The module with the cocotb tests.
    plan : Plan
        What the bench is told.
    """

    sources: Mapping[str, str]
    top: str
    ports: tuple[str, ...]
    bench: str
    plan: Plan


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


@contextmanager
def locked(folder: Path) -> Iterator[Path]:
    """Hold ``folder``, made if need be, against other processes and threads of this project."""
    folder.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def run(
    simulation: Simulation,
    folder: Path,
    simulator: str = "verilator",
    waves: bool = False,
    timeout: float = TIMEOUT,
) -> Outcome:
    """Build and run a simulation; its files are left in ``folder``, which is emptied first.

    Parameters
    ----------
    simulation : Simulation
    folder : Path
        Held by the caller (:func:`locked`) when others may use it too.
    simulator : str
        ``"verilator"`` or ``"icarus"``.
    waves : bool
        Record all signals: a VCD file from Verilator, FST from Icarus.
    timeout : float
        Seconds after which building and running are each given up.

    Raises
    ------
    ValueError, ToolNotFound
        See :func:`lmul.sim.simulators.check_simulator`.
    ToolFailed
        When the build fails, the simulation ends without results, or no test ran.
    """
    chosen = check_simulator(simulator)
    folder = folder.absolute()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    built = _build(simulation, chosen, waves, timeout)
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
        "run": str(folder),
        "waves": str(recording) if recording else None,
    }
    variables = environment(chosen) | {PLAN_VARIABLE: str(plan)}
    status = _launch(job, folder, variables, timeout)
    return _outcome(simulation, folder, status, recording)


def _build(simulation: Simulation, simulator: Simulator, waves: bool, timeout: float) -> Path:
    """The folder with the simulation's program, built if there is none yet."""
    sources = dict(simulation.sources)
    if simulator == "verilator":
        sources["bench.vlt"] = _visible(simulation)
    variables = environment(simulator)
    facts = [
        _SCHEME,
        version(simulator),
        variables.get("MAKEFLAGS"),
        simulation.top,
        waves,
        sources,
    ]
    key = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:24]
    cache = build_root() / "cache" / "sim" / simulator
    stamp = cache / key / "built"
    with locked(cache / key) as folder:
        if stamp.exists():
            return folder
        shutil.rmtree(folder)
        folder.mkdir()
        for name, text in sources.items():
            (folder / name).write_text(text)
        objects = cache / "objects" / hashlib.sha256(version(simulator).encode()).hexdigest()[:24]
        objects.mkdir(parents=True, exist_ok=True)
        (folder / "objcache").write_text(_OBJCACHE)
        (folder / "objcache").chmod(0o755)
        job = {
            "step": "build",
            "simulator": simulator,
            "top": simulation.top,
            "sources": list(sources),
            "build": str(folder),
            "waves": waves,
        }
        status = _launch(job, folder, variables | {"LMUL_OBJECTS": str(objects)}, timeout)
        if status:
            log = folder / ("build.log" if status == BUILD_FAILED else "launch.log")
            raise ToolFailed(f"{simulator} can't build {simulation.top!r}: {_first_error(log)}")
        for path in folder.iterdir():
            # What it was made from is 5 MB a build, and all in the key.
            if path.name not in (simulation.top, "sim.vvp") and not path.is_dir():
                path.unlink()
        stamp.touch()
        return folder


def _visible(simulation: Simulation) -> str:
    """A Verilator control file: the ports that the bench sees, and the one warning waived."""
    lines = ["`verilator_config", "lint_off -rule WIDTHEXPAND"]
    lines += [
        f'public_flat_rw -module "{simulation.top}" -var "{port}"' for port in simulation.ports
    ]
    return "\n".join(lines) + "\n"


def _launch(job: dict[str, object], folder: Path, variables: dict[str, str], timeout: float) -> int:
    """Do a job in a process of its own; returns its exit status."""
    path = folder / f"{job['step']}.json"
    path.write_text(json.dumps(job))
    command = [sys.executable, "-m", "lmul.sim.launch", str(path)]
    with (folder / "launch.log").open("ab") as log:
        process = subprocess.Popen(
            command, env=variables, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            return process.wait(timeout)
        except BaseException as error:
            # The simulator and the compiler are in its session: none of them may outlive it.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if isinstance(error, subprocess.TimeoutExpired):
                raise ToolFailed(
                    f"{job['simulator']} did not finish to {job['step']} {job['top']!r} "
                    f"in {timeout:.0f} seconds; see {folder}"
                ) from None
            raise


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


def _first_error(log: Path) -> str:
    """The first line of a log that reports an error, with the log's path."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    for line in lines:
        if "error" in line.lower() and not line.startswith(("c++", "g++")):
            return f"{line.strip()} (log: {log})"
    return f"see {log}"
