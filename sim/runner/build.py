"""Programs of cocotb simulations, each built once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lmul.sim.runner.plan import Plan
from lmul.sim.runner.simulators import Simulator, environment, version
from lmul.tools import process
from lmul.tools.cache import kept, object_cache
from lmul.tools.errors import ToolFailed
from lmul.tools.folders import without_blanks

__all__ = ["Simulation", "build"]


_SCHEME = "3"  # of the cache: raise it when builds change for reasons the key can't see


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
    strict : bool
        Whether a warning of Verilator's is an error: of our own Verilog, not of anyone else's.
    """

    sources: Mapping[str, str]
    top: str
    ports: tuple[str, ...]
    bench: str
    plan: Plan
    strict: bool = True


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
    arguments = [] if simulation.strict or simulator == "icarus" else ["-Wno-fatal"]
    facts = [_SCHEME, version(simulator), simulation.top, waves, sources, arguments]
    kind = f"sim/{simulator}"

    def make(folder: Path) -> None:
        for name, text in sources.items():
            (folder / name).write_text(text)
        job = {
            "step": "build",
            "simulator": simulator,
            "top": simulation.top,
            "sources": list(sources),
            "build": str(without_blanks(folder)),
            "waves": waves,
            "arguments": arguments,
        }
        variables = environment(simulator) | object_cache(folder, kind, version(simulator))
        status = process.start(job, folder, variables, timeout)
        if status:
            log = folder / ("build.log" if status == process.BUILD_FAILED else "launch.log")
            raise ToolFailed(
                f"{simulator} can't build {simulation.top!r}: {process.first_error(log)}"
            )
        for path in folder.iterdir():
            # What it was made from is 5 MB a build, and all in the key.
            if path.name not in (simulation.top, "sim.vvp") and not path.is_dir():
                path.unlink()

    return kept(kind, facts, make)


def _visible(simulation: Simulation) -> str:
    """A Verilator control file: the ports that the bench sees, and the one warning waived."""
    lines = ["`verilator_config", "lint_off -rule WIDTHEXPAND"]
    lines += [
        f'public_flat_rw -module "{simulation.top}" -var "{port}"' for port in simulation.ports
    ]
    return "\n".join(lines) + "\n"
