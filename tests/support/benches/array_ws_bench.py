"""Weight-stationary arrays in a simulator: every stream stalled at random.

The bench is Verilog; jobs and beats are read from files, so that one build runs many shapes.
Partial sums wait in a memory of the bench: one that is delivered can be taken in the next cycle.
It also sees that what an array offers stays there until it is taken.
"""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from array_bench import joined, simulated

from lmul.hdl.array.streams import activation_payload, b_payload, out_payload, sums_payload
from lmul.hdl.array.ws_array import WeightStationaryArray
from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.verilog.convert import convert
from lmul.hdl.verilog.shared_modules import SharedModules

BENCH = """
`timescale 1ns/1ps
module bench;
  reg clk = 0, rst = 0, av = 0, bv = 0, sv = 0, pr = 0, ready = 0;
  reg a_taken = 0, b_taken = 0, s_taken = 0;
  reg [{aw}-1:0] a;
  reg [{bw}-1:0] b;
  reg [{sw}-1:0] s;
  wire [{sw}-1:0] p;
  wire [{ow}-1:0] out;
  wire ar, br, sr, pv, valid, held, bubble, waits, too_long, bad_last;
  reg [{aw}-1:0] as [0:{na}];
  reg [{bw}-1:0] bs [0:{nb}];
  reg [{sw}-1:0] sums [0:{na}];
  reg op_ = 0, oo = 0;
  reg [{sw}-1:0] p_before;
  reg [{ow}-1:0] out_before;
  integer f, got, ok, fa, na, fb, nb, want, sa, sb, ss, sp, so, wipe;
  integer ai, bi, si, pi, cycle, begun, holds, after, extra, grid, entered;
  {top} dut (.clk(clk), .rst(rst), .a__payload(a), .a__valid(av), .a__ready(ar),
    .b__payload(b), .b__valid(bv), .b__ready(br), .sums__payload(s), .sums__valid(sv),
    .sums__ready(sr), .partials__payload(p), .partials__valid(pv), .partials__ready(pr),
    .out__payload(out), .out__valid(valid), .out__ready(ready),
    .held(held), .bubble(bubble), .waits(waits), .too_long(too_long), .bad_last(bad_last));
  always #5 clk = ~clk;
  task offer;
    begin
      @(posedge clk); #1;
      if (a_taken) av = 0;
      if (b_taken) bv = 0;
      if (s_taken) sv = 0;
      if (!av && ai < na && ($urandom & 1023) >= sa) av = 1;
      if (!bv && bi < nb && ($urandom & 1023) >= sb) bv = 1;
      if (!sv && si < pi && ($urandom & 1023) >= ss) sv = 1;
      a = as[fa + ai]; b = bs[fb + bi]; s = sums[si];
      pr = ($urandom & 1023) >= sp;
      ready = ($urandom & 1023) >= so;
      #3;
      if (op_ && !(pv && p === p_before)) $display("changed");
      if (oo && !(valid && out === out_before)) $display("changed");
      op_ = pv && !pr; p_before = p;
      oo = valid && !ready; out_before = out;
    end
  endtask
  task take;
    begin
      if (begun < 0 && ((av && ar) || (bv && br))) begun = cycle;
      if (pv && pr) begin sums[pi] = p; pi = pi + 1; end
      a_taken = av && ar; b_taken = bv && br; s_taken = sv && sr;
      if (a_taken) ai = ai + 1;
      if (b_taken) bi = bi + 1;
      if (s_taken) si = si + 1;
      cycle = cycle + 1;
    end
  endtask
  task clear;
    begin
      ai = 0; bi = 0; si = 0; pi = 0; cycle = 0; begun = -1;
      holds = 0; after = 0; got = 0; extra = 0; grid = 0; entered = 0;
    end
  endtask
  initial begin
    $readmemh("a.hex", as);
    $readmemh("b.hex", bs);
    f = $fopen("jobs.txt", "r");
    rst = 1; repeat (2) @(posedge clk); #1; rst = 0;
    ok = $fscanf(f, "%d %d %d %d %d %d %d %d %d %d %d\\n",
                 fa, na, fb, nb, want, sa, sb, ss, sp, so, wipe);
    while (ok == 11) begin
      clear;
      if (wipe > 0) begin
        repeat (wipe) begin offer; take; end
        @(posedge clk); #1; rst = 1; @(posedge clk); #1; rst = 0;
        av = 0; bv = 0; sv = 0; op_ = 0; oo = 0;
        clear;
      end
      while (got < want && cycle < 20000) begin
        offer;
        if (held) holds = holds + 1;
        else if (entered == na) grid = grid + 1;
        else if (!bubble) entered = entered + 1;
        if (waits && grid > {wave}) after = after + 1;
        if (valid && ready) begin $display("out %h", out); got = got + 1; end
        take;
      end
      ok = cycle;
      so = 0;
      repeat ({flush}) begin offer; if (valid || pv) extra = extra + 1; take; end
      if (ai != na || bi != nb || si != pi) extra = extra + 1;
      $display("done %0d %0d %0d %0d %0d %0d %0d", got, ok - begun, holds, after, too_long,
               bad_last, extra);
      ok = $fscanf(f, "%d %d %d %d %d %d %d %d %d %d %d\\n",
                   fa, na, fb, nb, want, sa, sb, ss, sp, so, wipe);
    end
    $finish;
  end
endmodule
"""


@dataclass
class Job:
    """A product of two matrices of codes, in tiles.

    ``stalls`` are the chances, of 1024, that ``a``, ``b``, ``sums``, ``partials`` or ``out``
    waits. With ``wipe``, the job is started, and after that many cycles wiped out by a reset; then
    it is run. Lanes beyond the matrices have random codes, and no ``keep``.
    """

    a: np.ndarray  # (M, K)
    b: np.ndarray  # (K, N)
    stalls: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    wipe: int = 0
    # what came out
    result: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), object))  # (M, N) of lanes
    overflows: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), int))
    cycles: int = 0  # from the first beat accepted to the last delivered
    held: int = 0
    after: int = 0  # waits of the output since the grid gave the last result
    too_long: bool = False
    bad_last: bool = False


def beats(datapath, rows, columns, job, rng):
    """The beats of ``a`` and ``b``: all tiles along N for the first R of K, and so on."""
    width = datapath.code_width
    depth, wide = job.b.shape
    a_words, b_words = [], []
    for k in range(0, depth, rows):
        some = min(rows, depth - k)
        marks = (k == 0) << 1 | (k + rows >= depth) << 2
        for n in range(0, wide, columns):
            lanes = min(columns, wide - n)
            for line in np.arange(k, k + rows):
                codes = rng.integers(0, 1 << width, columns)
                if line < depth:
                    codes[:lanes] = job.b[line, n : n + lanes]
                keep = (1 << lanes) - 1 if line < depth else 0
                keep |= (line == k + rows - 1) << columns
                b_words.append(joined(codes, width) | int(keep) << width * columns)
            for i, line in enumerate(job.a):
                codes = rng.integers(0, 1 << width, rows)
                codes[:some] = line[k : k + some]
                flags = marks | (i == len(job.a) - 1) | (i == 0) << 3
                keep = (1 << some) - 1 | flags << rows
                a_words.append(joined(codes, width) | keep << width * rows)
    return a_words, b_words


def run_jobs(datapath, rows, columns, jobs, out: str | None = "fp32", seed=1, fifo=0) -> None:
    """Run jobs on one array and fill in what came out of it."""
    rng = np.random.default_rng(seed)
    shape = out_payload(datapath, columns, None if out is None else FORMATS[out])
    a_hex, b_hex, texts = [], [], []
    for job in jobs:
        a_words, b_words = beats(datapath, rows, columns, job, rng)
        tiles = -(-job.b.shape[1] // columns)
        want = tiles * len(job.a)
        numbers = (len(a_hex), len(a_words), len(b_hex), len(b_words), want)
        texts.append(" ".join(map(str, (*numbers, *job.stalls, job.wipe))))
        a_hex += [f"{word:x}" for word in a_words]
        b_hex += [f"{word:x}" for word in b_words]
    bench = BENCH.format(
        aw=activation_payload(datapath, rows).size,
        bw=b_payload(datapath, columns).size,
        sw=sums_payload(datapath, columns).size,
        ow=shape.size,
        na=len(a_hex),
        nb=len(b_hex),
        top="array",
        flush=2 * rows + columns + 9,
        wave=datapath.stages + rows + columns,  # from the last operands to the last sums
    )
    files = {"a.hex": a_hex, "b.hex": b_hex, "jobs.txt": texts}
    parts = SharedModules("array")
    core = convert(WeightStationaryArray(datapath, rows, columns, out, parts, fifo), "array")
    with tempfile.TemporaryDirectory() as folder:
        for name, lines in files.items():
            (Path(folder) / name).write_text("\n".join(lines) + "\n")
        (Path(folder) / "all.v").write_text("\n".join([core, *parts.texts.values(), bench]))
        lines = iter(simulated(Path(folder)))
    for job in jobs:
        outs, rest = [], []
        for line in lines:
            word, *rest = line.split()
            assert word != "changed", "what was offered changed before it was taken"
            if word == "out":
                outs.append(rest[0])
            elif word == "done":
                break
        got, job.cycles, job.held, job.after, too_long, bad, extra = map(int, rest)
        assert got == len(job.a) * -(-job.b.shape[1] // columns), f"only {got} beats came out"
        assert extra == 0, "sums that nobody asked for, or beats that nobody took"
        job.too_long, job.bad_last = bool(too_long), bool(bad)
        read_results(job, outs, shape, columns)


def read_results(job, outs, shape, columns):
    """The lanes of each tile; every one ends with ``last`` and no beat else has it."""
    depth, wide = len(job.a), job.b.shape[1]
    lane = shape["lanes"].shape.size // columns
    job.result = np.zeros((depth, wide), object)
    job.overflows = np.zeros((depth, wide), int)
    for place, text in enumerate(outs):
        tile, i = divmod(place, depth)
        assert "x" not in text.lower(), "a simulator's unknown"
        word = int(text, 16)
        assert word >> shape["last"].offset & 1 == (i == depth - 1)
        for j in range(tile * columns, min(wide, (tile + 1) * columns)):
            job.result[i, j] = word >> (lane * (j % columns)) & ((1 << lane) - 1)
            if "overflow" in shape.members:
                job.overflows[i, j] = word >> (shape["overflow"].offset + j % columns) & 1
