"""Toggles of every net as Icarus Verilog counts them, from its VCD."""

import re
import subprocess
from collections import Counter
from pathlib import Path

from cell_verilog import cell_model, netlist_verilog, timed_models

from lmul.synth.mapping.cell_netlist import CellNetlist
from lmul.synth.timing.pin_delays import NetDelays

PERIOD = 1_000_000  # with delays of 100 fs, twice the slowest netlist; without, long enough

BENCH = """
`timescale 1ns/1ns
module bench;
  reg [{top}:0] memory [0:{last}];
  reg [{top}:0] i;
  reg clk = 0;
  integer k;
  dut dut(clk, i);
  initial begin
    $readmemb("stimulus.txt", memory);
    i = memory[0];
    $dumpfile("dump.vcd");
    $dumpvars(1, dut);
    for (k = 1; k <= {last}; k = k + 1) begin
      #{half} clk = 0;
      // inputs change as flip-flops do
      #{half} clk = 1;
      i <= memory[k];
    end
    #{half} $finish;
  end
endmodule
"""


def icarus_toggles(
    netlist: CellNetlist,
    rows: list[dict[str, int]],
    folder: Path,
    delay: int = 0,
    delays: NetDelays | None = None,
) -> dict[int, int]:
    """Changes of each net but the clock between cycles, from the first row on.

    ``rows`` are the ports' values, cycle by cycle. Cells take the units of ``delay``, or their own
    ``delays``.
    """
    ports = [(name, len(nets)) for name, nets in netlist.inputs.items() if nets != (netlist.clock,)]
    width = sum(bits for _, bits in ports)
    lines = ["".join(f"{row[name]:0{bits}b}" for name, bits in reversed(ports)) for row in rows]
    folder.joinpath("stimulus.txt").write_text("\n".join(lines) + "\n")
    cells = {one.cell.name: one.cell for one in netlist.instances}
    text = "`timescale 1ns/1ns\n"
    if delays is None:
        text += "".join(cell_model(c, delay) for c in cells.values())
    else:
        text += "".join(timed_models(netlist, delays))
    text += netlist_verilog(netlist, "dut", apart=delays is not None)
    text += BENCH.format(top=width - 1, last=len(rows) - 1, half=PERIOD // 2)
    folder.joinpath("bench.v").write_text(text)
    for command in (
        ["iverilog", "-g2005", "-gspecify", "-o", "sim.vvp", "bench.v"],
        ["vvp", "-n", "sim.vvp"],
    ):
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
    return _changes((folder / "dump.vcd").read_text(), netlist.nets)


def _changes(vcd: str, nets: int) -> dict[int, int]:
    names = {code: int(net) for code, net in re.findall(r"\$var wire 1 (\S+) n(\d+) \$end", vcd)}
    assert len(set(names.values())) == nets
    counts: Counter[int] = Counter()
    time = 0
    last: dict[str, str] = {}
    for line in vcd[vcd.index("$enddefinitions") :].splitlines():
        if line.startswith("#"):
            time = int(line[1:])
        elif line[:1] in ("0", "1") and line[1:] in names:
            # Icarus also writes a net that changed and changed back within one instant.
            if time >= PERIOD and last[line[1:]] != line[0]:
                counts[names[line[1:]]] += 1
            last[line[1:]] = line[0]
    return counts
