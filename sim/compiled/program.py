"""The program that simulates an array: Verilog and a C++ driver, compiled once by Verilator."""

from importlib import resources
from pathlib import Path

from lmul.hdl.designs.cycles import FIFO_LATENCY
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.verilog.cache import verilog_of
from lmul.hdl.verilog.ports import read_ports
from lmul.sim.compiled.lanes import lane_parallel
from lmul.sim.runner.simulators import check_simulator, environment, version
from lmul.tools import process
from lmul.tools.cache import kept, object_cache
from lmul.tools.errors import ToolFailed

__all__ = ["array_program"]


_KIND = "sim/array"  # of the cache
_SCHEME = "2"  # of the cache: raise it when builds change for reasons the key can't see
_DRIVER = ("array_driver.cpp", "array_streams.h")
_REWRITES = ("lanes.py", "lane_module.py")  # what they make of the Verilog depends on their text
_SHAPE = "array_shape.h"
_PROGRAM = "array"
_ARGUMENTS = (
    *("verilator", "--cc", "--exe", "--build", "-O3", "--x-assign", "fast", "--x-initial", "fast"),
    *(
        "--noassert",
        "-Wno-fatal",
        "--build-jobs",
        "2",
        # Each piece is compiled with Verilator's headers: only large arrays gain by having several.
        "--output-split",
        "200000",
        "--prefix",
        "Varray",
        "--Mdir",
        ".",
        "-o",
        _PROGRAM,
    ),
)


def array_program(
    design: MacDesign,
    out: str = "fp32",
    waves: bool = False,
    verilog: str | None = None,
    timeout: float = process.TIMEOUT,
) -> Path:
    """The program of an array, built if there is none yet; :mod:`lmul.sim.compiled.job` feeds it.

    Parameters
    ----------
    design : MacDesign
        An array.
    out : str
        Format of its results.
    waves : bool
        Whether it can record its signals.
    verilog : str, optional
        Text to simulate in place of the design's own.
    timeout : float
        Seconds after which building is given up.

    Raises
    ------
    ToolNotFound
        When Verilator or Yosys is not installed.
    ToolFailed
        When one of them rejects the Verilog, with its first error; when it takes too long.
    """
    simulator = check_simulator("verilator")
    text = verilog_of(design, out) if verilog is None else verilog
    here = resources.files("lmul.sim.compiled")
    sources = {name: (here / name).read_text() for name in _DRIVER}
    sources[_SHAPE] = _shape(design, text)
    arguments = [*_ARGUMENTS, "--top-module", design.module_name, *(["--trace"] if waves else [])]
    rewrites = [(here / name).read_text() for name in _REWRITES]
    tools = version(simulator)
    facts = [_SCHEME, tools, arguments, text, sources, rewrites]

    def make(folder: Path) -> None:
        files = sources | {"array.v": lane_parallel(text, design.module_name)}
        for name, content in files.items():
            (folder / name).write_text(content)
        log = folder / "build.log"
        variables = environment(simulator) | object_cache(folder, _KIND, tools)
        late = f"Verilator did not finish to build {design.name!r}"
        command = [*arguments, "array.v", _DRIVER[0]]
        if process.run(command, log, variables, timeout, late, folder):
            raise ToolFailed(f"Verilator can't build {design.name!r}: {process.first_error(log)}")
        for path in folder.iterdir():
            # What it was made from is megabytes a build, and all in the key.
            if path.name != _PROGRAM:
                path.unlink()

    return kept(_KIND, facts, make) / _PROGRAM


def _shape(design: MacDesign, verilog: str) -> str:
    """What the driver has to know of the array when it is compiled."""
    ports = {name: port.width for name, port in read_ports(verilog, design.module_name).items()}
    rows, columns = design.rows, design.columns
    facts = {
        "FLOW_WS": int(design.flow == "ws"),
        "ROWS": rows,
        "COLUMNS": columns,
        # Cycles from an operand's port to the grid, and of the grid from there to the end of the
        # last column: of os the drain rounds, of ws the grid.
        "PORT": 1 + FIFO_LATENCY * bool(design.fifo),
        "GRID": rows + columns + design.stages + (design.rounder if design.flow == "ws" else -1),
        "TERMS": design.terms,
        "CODE_BYTES": ports["s_axis_a_tkeep"] // (rows * design.terms),
        "RESULT_BYTES": ports["m_axis_out_tdata"] // 8 // columns,
        "OUT_USER": ports.get("m_axis_out_tuser", 0),
        "SUM_BYTES": ports.get("s_axis_sums_tdata", 0) // 8 // columns,
        "SUMS_USER": ports.get("s_axis_sums_tuser", 0),
    }
    return "".join(f"#define {name} {value}\n" for name, value in facts.items())
