"""Builds or runs one simulation in a process of its own.

``python -m lmul.sim.runner.launch JOB.json``

cocotb's runner changes its process's environment, exits where it should raise, and never times
out. In a process of its own, which :mod:`lmul.sim.runner.run` starts, it does no harm.
"""

import json
import sys
from pathlib import Path
from typing import Any

from cocotb_tools import config, runner
from cocotb_tools.runner import get_runner

from lmul.tools.folders import without_blanks
from lmul.tools.process import BUILD_FAILED

_TIMESCALE = ("1ns", "1ps")
_VERILATOR = (
    # Only the ports named are visible to the bench: making all public slows the build down.
    "--no-public-flat-rw",
    # The bench's own Python takes the time of a run: what is optimised or compiled in pieces, each
    # with Verilator's headers once more, takes two to three times as long to build.
    *("--output-split", "200000", "-CFLAGS", "-O0"),
)


def _avoid_blanks() -> None:
    """Have cocotb name its folders and ours to make and the linker by paths without blanks."""
    config.libs_dir = without_blanks(config.libs_dir)
    config.share_dir = without_blanks(config.share_dir)
    runner.get_abs_path = lambda path: Path(path).absolute()  # its own follows links


def build(job: dict[str, Any]) -> None:
    """Compile the job's sources."""
    folder = Path(job["build"])
    arguments = list(_VERILATOR) if job["simulator"] == "verilator" else []
    get_runner(job["simulator"]).build(
        sources=[folder / name for name in job["sources"]],
        hdl_toplevel=job["top"],
        build_dir=folder,
        build_args=[*arguments, *job["arguments"]],
        timescale=_TIMESCALE,
        waves=job["waves"],
        log_file=folder / "build.log",
    )


def simulate(job: dict[str, Any]) -> None:
    """Run the job's bench on what was built."""
    folder = Path(job["run"])
    waves = job["waves"]
    verilator = job["simulator"] == "verilator"
    get_runner(job["simulator"]).test(
        test_module=job["bench"],
        hdl_toplevel=job["top"],
        hdl_toplevel_lang="verilog",
        build_dir=job["build"],
        test_dir=folder,
        results_xml=str(folder / "results.xml"),
        log_file=folder / "simulation.log",
        seed=job["seed"],
        test_filter=job["tests"],
        waves=waves is not None,
        test_args=["--trace-file", waves] if waves and verilator else [],
        plusargs=[f"+dumpfile_path={waves}"] if waves and not verilator else [],
    )


def main() -> None:
    """Do one job."""
    job = json.loads(Path(sys.argv[1]).read_text())
    _avoid_blanks()
    if job["step"] == "run":
        simulate(job)
        return
    try:
        build(job)
    except RuntimeError as error:
        print(error, file=sys.stderr)
        sys.exit(BUILD_FAILED)


if __name__ == "__main__":
    main()
