"""Arrays in Icarus, or Verilator where that is missing: every stream stalled at random.

The bench is Verilog; jobs and beats are read from files, so that one build runs many shapes.
It has no `<= #delay`: Verilator 5.49 may wait for that long after one, and edges are lost.
"""

import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from exported import build_binary

from lmul.hdl.array.os_array import OutputStationaryArray
from lmul.hdl.array.streams import a_payload, b_payload, out_payload
from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.verilog.convert import convert
from lmul.hdl.verilog.shared_modules import SharedModules

SIMULATOR = "icarus" if shutil.which("iverilog") else "verilator"

BENCH = """
`timescale 1ns/1ps
module bench;
  reg clk = 0, rst = 0, av = 0, bv = 0, ready = 0, a_taken = 0, b_taken = 0;
  reg [{aw}-1:0] a;
  reg [{bw}-1:0] b;
  wire [{ow}-1:0] out;
  wire ar, br, valid, held, bubble, waits, too_long, bad_last;
  reg [{aw}-1:0] as [0:{n}];
  reg [{bw}-1:0] bs [0:{n}];
  integer f, got, ok, first, beats, rows, sa, sb, so, wipe;
  integer ai, bi, cycle, begun, holds, after, extra, grid, entered;
  {top} dut (.clk(clk), .rst(rst), .a__payload(a), .a__valid(av), .a__ready(ar),
    .b__payload(b), .b__valid(bv), .b__ready(br), .out__payload(out), .out__valid(valid),
    .out__ready(ready), .held(held), .bubble(bubble), .waits(waits),
    .too_long(too_long), .bad_last(bad_last));
  always #5 clk = ~clk;
  task offer;
    begin
      @(posedge clk); #1;
      if (a_taken) av = 0;
      if (b_taken) bv = 0;
      if (!av && ai < beats && ($urandom & 1023) >= sa) av = 1;
      if (!bv && bi < beats && ($urandom & 1023) >= sb) bv = 1;
      a = as[first + ai]; b = bs[first + bi];
      ready = ($urandom & 1023) >= so;
      #3;
    end
  endtask
  task take;
    begin
      a_taken = av && ar; b_taken = bv && br;
      if (begun < 0 && a_taken) begun = cycle;
      if (a_taken) ai = ai + 1;
      if (b_taken) bi = bi + 1;
      cycle = cycle + 1;
    end
  endtask
  initial begin
    $readmemh("a.hex", as);
    $readmemh("b.hex", bs);
    f = $fopen("jobs.txt", "r");
    rst = 1; repeat (2) @(posedge clk); #1; rst = 0;
    ok = $fscanf(f, "%d %d %d %d %d %d %d\\n", first, beats, rows, sa, sb, so, wipe);
    while (ok == 7) begin
      ai = 0; bi = 0; cycle = 0; begun = -1; holds = 0; after = 0; got = 0; extra = 0; grid = 0;
      entered = 0;
      if (wipe > 0) begin
        repeat (wipe) begin offer; take; end
        @(posedge clk); #1; rst = 1; @(posedge clk); #1; rst = 0;
        av = 0; bv = 0; ai = 0; bi = 0; begun = -1; cycle = 0; entered = 0;
      end
      while (got < rows && cycle < 100000) begin
        offer;
        if (held) holds = holds + 1;
        else if (entered == beats) grid = grid + 1;
        else if (!bubble) entered = entered + 1;
        if (waits && grid > {wave}) after = after + 1;
        if (valid && ready) begin $display("out %h", out); got = got + 1; end
        take;
      end
      ok = cycle;
      so = 0;
      repeat ({flush}) begin offer; if (valid) extra = extra + 1; take; end
      $display("done %0d %0d %0d %0d %0d %0d %0d", got, ok - begun, holds, after, too_long,
               bad_last, extra);
      ok = $fscanf(f, "%d %d %d %d %d %d %d\\n", first, beats, rows, sa, sb, so, wipe);
    end
    $finish;
  end
endmodule
"""


@dataclass
class Job:
    """Tiles through an array, one after the other.

    ``stalls`` are the chances, of 1024, that ``a``, ``b`` or ``out`` waits. With ``wipe``, the job
    is started, and after that many cycles wiped out by a reset; then it is run.
    """

    tiles: list  # (a of shape (R, K), b of shape (K, C))
    keep: tuple[int, int] = (-1, -1)
    stalls: tuple[int, int, int] = (0, 0, 0)
    wipe: int = 0
    # what came out
    results: list = field(default_factory=list)  # arrays (R, C) of lanes
    overflows: list = field(default_factory=list)  # arrays (R, C) of flags, where there are any
    cycles: int = 0  # from the first beat accepted to the last delivered
    held: int = 0
    after: int = 0  # waits of the output since the grid captured the last result
    too_long: bool = False
    bad_last: bool = False


def run_jobs(datapath, rows, columns, jobs, out: str | None = "fp32", fifo=0) -> None:
    """Run jobs on one array and fill in what came out of it."""
    a_shape, b_shape = a_payload(datapath, rows), b_payload(datapath, columns)
    o_shape = out_payload(datapath, columns, None if out is None else FORMATS[out])
    texts = {"a.hex": [], "b.hex": [], "jobs.txt": []}
    for job in jobs:
        first = len(texts["a.hex"])
        keep_a, keep_b = job.keep[0] & ((1 << rows) - 1), job.keep[1] & ((1 << columns) - 1)
        for a, b in job.tiles:
            width, k_total = datapath.code_width, a.shape[1]
            for k in range(k_total):
                last = int(k == k_total - 1)
                word = joined(a[:, k], width) | (keep_a | last << rows) << (width * rows)
                texts["a.hex"].append(f"{word:x}")
                word = joined(b[k], width) | (keep_b | last << columns) << (width * columns)
                texts["b.hex"].append(f"{word:x}")
        beats = len(texts["a.hex"]) - first
        numbers = (first, beats, rows * len(job.tiles), *job.stalls, job.wipe)
        texts["jobs.txt"].append(" ".join(map(str, numbers)))
    bench = BENCH.format(
        aw=a_shape.size,
        bw=b_shape.size,
        ow=o_shape.size,
        n=len(texts["a.hex"]),
        top="array",
        flush=2 * rows + columns + 9,
        wave=1 + datapath.stages + rows + columns - 2,  # from the last operands to the last capture
    )
    parts = SharedModules("array")
    core = convert(OutputStationaryArray(datapath, rows, columns, out, parts, fifo), "array")
    design = "\n".join([core, *parts.texts.values()])
    with tempfile.TemporaryDirectory() as folder:
        for name, lines in texts.items():
            (Path(folder) / name).write_text("\n".join(lines) + "\n")
        (Path(folder) / "all.v").write_text(design + bench)
        lines = iter(simulated(Path(folder)))
    for job in jobs:
        outs, rest = [], []
        for line in lines:
            word, *rest = line.split()
            if word == "out":
                outs.append(rest[0])
            elif word == "done":
                break
        got, job.cycles, job.held, job.after, too_long, bad, extra = map(int, rest)
        assert extra == 0, "results that nobody asked for"
        assert got == rows * len(job.tiles), f"only {got} rows came out"
        job.too_long, job.bad_last = bool(too_long), bool(bad)
        job.results = tiles_of(outs, o_shape, rows, columns)
        if "overflow" in o_shape.members:
            flags = o_shape["overflow"].offset
            job.overflows = [
                np.array([[int(o, 16) >> (flags + j) & 1 for j in range(columns)] for o in tile])
                for tile in (outs[i : i + rows] for i in range(0, len(outs), rows))
            ]


def joined(codes, width):
    return sum(
        (int(code) & ((1 << width) - 1)) << (place * width) for place, code in enumerate(codes)
    )


def tiles_of(outs, shape, rows, columns):
    """The lanes of each tile; every one ends with ``last`` and no beat else has it."""
    lane = shape["lanes"].shape.size // columns
    tiles = []
    for start in range(0, len(outs), rows):
        tile = np.zeros((rows, columns), object)
        for i, text in enumerate(outs[start : start + rows]):
            word = int(text, 16)
            assert word >> shape["last"].offset & 1 == (i == rows - 1)
            for j in range(columns):
                tile[i, j] = word >> (lane * j) & ((1 << lane) - 1)
        tiles.append(tile)
    return tiles


def simulated(folder):
    """The bench's lines."""
    if SIMULATOR == "icarus":
        built = _run(folder, "iverilog", "-g2012", "-o", "bench", "-s", "bench", "all.v")
    else:
        built = build_binary(folder, "-Wno-fatal", "--top", "bench", "all.v")
    assert built.returncode == 0, built.stdout + built.stderr
    done = _run(folder, *(["vvp", "bench"] if SIMULATOR == "icarus" else ["./obj_dir/bench"]))
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def _run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
