"""Programs of simulations, kept under ``build/cache`` by the hash of all that goes into them.

A lock stands before each, so that parallel runs share builds and never meet in one folder.
"""

import fcntl
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lmul.hdl.errors import ToolFailed
from lmul.sim import process
from lmul.sim.launch import BUILD_FAILED
from lmul.sim.paths import build_root
from lmul.sim.plan import Plan
from lmul.sim.simulators import Simulator, environment, version

__all__ = ["Simulation", "build", "locked"]

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


@contextmanager
def locked(folder: Path) -> Iterator[Path]:
    """Hold ``folder``, made if need be, against other processes and threads of this project."""
    folder.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def build(simulation: Simulation, simulator: Simulator, waves: bool, timeout: float) -> Path:
    """The folder with the simulation's program, built if there is none yet.

    Raises
    ------
    ToolFailed
        When the simulator rejects the Verilog, with its first error; when it takes too long.
    """
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
    if simulator == "verilator" and any(character.isspace() for character in str(cache)):
        raise ToolFailed(
            f"Verilator can't build in a folder with blanks in its path, {str(cache)!r}: "
            "set LMUL_BUILD to another"
        )
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
        status = process.start(job, folder, variables | {"LMUL_OBJECTS": str(objects)}, timeout)
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


def _first_error(log: Path) -> str:
    """The first line of a log that reports an error, with the log's path."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    for line in lines:
        if "error" in line.lower() and not line.startswith(("c++", "g++")):
            return f"{line.strip()} (log: {log})"
    return f"see {log}"
