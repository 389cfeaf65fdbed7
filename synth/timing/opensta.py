"""The same paths by a tool from outside: OpenSTA, where ``sta`` is on PATH."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from lmul.synth.layout.spef import spef
from lmul.synth.layout.wires import NONE
from lmul.synth.liberty.conditions import Conditions
from lmul.synth.mapping.mapping import Mapped
from lmul.synth.mapping.verilog import port_bits, structural_verilog
from lmul.synth.timing.timing import placed, timed
from lmul.synth.timing.tool_library import tool_library
from lmul.tools.errors import ToolFailed
from lmul.tools.garbage import uncollected

__all__ = ["opensta_delay", "opensta_hold_slack"]


# The clock is ideal and as steep as the inputs.
_SCRIPT = """\
{libraries}
read_verilog netlist.v
link_design {top}
{clock}
{input_delay}
{output_delay}
set_input_transition {slew} {inputs}
set_load {load} [all_outputs]
{wires}
report_checks -path_delay {path} -digits 6
exit
"""
# So long a period that no path misses it; the slack is what is left of it.
_PERIOD_NS = 1000.0
_SLACK = re.compile(r"(-?[\d.]+)\s+slack \(")
_SECONDS = 600


def opensta_delay(
    mapped: Mapped, conditions: Conditions | None = None, wires: str = NONE
) -> float | None:
    """The longest path as OpenSTA sees it, ps, under the conditions of our own; None without it.

    Parameters
    ----------
    mapped, conditions, wires
        As for :func:`lmul.synth.timing.timing.analyse`.

    Raises
    ------
    ToolFailed
        When OpenSTA reports no path, or can't read the library.
    """
    slack = _slack(mapped, conditions, wires, "max")
    return None if slack is None else _PERIOD_NS * 1e3 - slack


def opensta_hold_slack(
    mapped: Mapped, conditions: Conditions | None = None, wires: str = NONE
) -> float | None:
    """The tightest hold between registers as OpenSTA sees it, ps; as :func:`opensta_delay`."""
    return _slack(mapped, conditions, wires, "min")


@uncollected()
def _slack(mapped: Mapped, conditions: Conditions | None, wires: str, path: str) -> float | None:
    """ps, of the longest path or of the shortest one between registers."""
    program = shutil.which("sta")
    if program is None:
        return None
    conditions = conditions or Conditions.of(mapped.library)
    netlist = timed(mapped, conditions).netlist
    unit_ns = mapped.library.time_unit / 1e-9
    period = _PERIOD_NS / unit_ns
    clock = f"create_clock -name clock -period {period:g}"
    inputs = "[all_inputs]"
    if netlist.clock is not None:
        clock_port = next(name for name, nets in netlist.inputs.items() if netlist.clock in nets)
        slew = conditions.input_slew_ps / 1e3 / unit_ns
        clock += f" [get_ports {clock_port}]\nset_clock_transition {slew:.9g} clock"
        data = [name for name, net in port_bits(netlist.inputs) if net != netlist.clock]
        inputs = "[get_ports {" + " ".join(data) + "}]"
    libraries = [f"cells{i}.lib" for i in range(len(mapped.library.texts))]
    files = dict(zip(libraries, tool_library(mapped.library), strict=True))
    files["netlist.v"] = "\n".join([*structural_verilog(netlist, mapped.circuit.top), ""])
    lines = placed(mapped, netlist, wires)
    if lines:
        found = spef(netlist, mapped.circuit.top, lines)
        files["wires.spef"] = "\n".join([*found, ""])
    script = _SCRIPT.format(
        libraries="\n".join(f"read_liberty {file}" for file in libraries),
        top=mapped.circuit.top,
        clock=clock,
        # Without delays no path begins or ends at a port.
        input_delay=f"set_input_delay 0 -clock clock {inputs}" if path == "max" else "",
        output_delay="set_output_delay 0 -clock clock [all_outputs]" if path == "max" else "",
        wires="read_spef wires.spef" if lines else "",
        path=path,
        inputs=inputs,
        slew=f"{conditions.input_slew_ps / 1e3 / unit_ns:.9g}",
        load=f"{conditions.output_load_ff * 1e-15 / mapped.library.capacitance_unit:.9g}",
    )
    with tempfile.TemporaryDirectory(prefix="lmul-sta-") as name:
        folder = Path(name)
        for file, text in files.items():
            (folder / file).write_text(text)
        (folder / "run.tcl").write_text(script)
        done = subprocess.run(
            [program, "-no_splash", "-exit", "run.tcl"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    told = _SLACK.search(done.stdout)
    if not told:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise ToolFailed(f"OpenSTA reports no path: {said[-1] if said else 'it says nothing'}")
    return float(told[1]) * unit_ns * 1e3
