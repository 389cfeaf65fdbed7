"""The self-checking bench of an array, in plain Verilog: beats in, beats of results out."""

from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.mac.datapath import datapath_of
from lmul.sim.export.bench.array_stream import BenchStream
from lmul.sim.export.bench.array_vectors import ArrayVectors
from lmul.sim.export.bench.pieces import HEAD, STEP_NOISE, connections, fill, indent

__all__ = ["bench_text"]


_MODULE = """\
module @MODULE@_tb;
  localparam RESULTS = @RESULTS@;  // beats; all products are computed twice
  localparam FLUSH = @FLUSH@;  // cycles after which nothing more can come out
  localparam PATIENCE = @PATIENCE@;  // cycles without any beat, after which something hangs
  localparam SHOWN = 10;  // wrong results printed, at most

@MEMORIES@

  integer cycles, idle, checked, errors;
@COUNTERS@
  reg clk, rst, stalls, begun;
  wire too_long, bad_last;
  reg [15:0] noise;  // decides on stalls
@DECLARATIONS@

  @MODULE@ dut (
@CONNECTIONS@
  );

  // One cycle: streams are offered, beats that are taken are counted, results are compared.
  task step;
    begin
      @STEP_NOISE@
      idle = idle + 1;
@OFFERS@
      #4;
@CHECKS@
      if (begun) cycles = cycles + 1;
      #1 clk = 1;
      #5 clk = 0;
@ADVANCES@
    end
  endtask

  // Nothing is known of what comes in.
  task unknown;
    begin
@UNKNOWNS@
    end
  endtask

  // Forgets what has been sent and what is in the array: one edge with rst is enough, whatever
  // comes in meanwhile.
  task reset;
    begin
      rst = 1;
      unknown;
      #5 clk = 1;
      #5 clk = 0;
      rst = 0;
@ZEROS@
      idle = 0;
    end
  endtask

  // One matrix product, or several: beats up to these, in so many cycles (0: never mind).
  task product(@UPTO_INPUTS@, input integer wanted);
    begin
      begun = 0;
      cycles = 0;
@ENDS@
      while (out_count < out_end && idle < PATIENCE) step;
      if (out_count < out_end) begin
        errors = errors + 1;
        $display("@MODULE@: nothing has moved for %0d cycles; beats: @COUNT_FORMAT@",
                 idle, @COUNT_VALUES@);
        finish_with_verdict;
      end
      if (wanted != 0 && cycles != wanted) begin
        errors = errors + 1;
        $display("@MODULE@: %0d cycles up to result %0d, not %0d", cycles, out_count, wanted);
      end
    end
  endtask

@ENDLESS@  task finish_with_verdict;
    begin
      if (errors == 0 && checked == 2 * RESULTS) begin
        $display("PASS: @MODULE@: %0d of %0d beats of results", checked, 2 * RESULTS);
        $finish;
      end else begin
        $display("FAIL: @MODULE@: %0d errors, %0d of %0d beats of results", errors, checked,
                 2 * RESULTS);
        $fatal(1);
      end
    end
  endtask

  initial begin
    errors = 0;
    checked = 0;
    clk = 0;
    stalls = 0;
    noise = 16'hace1;
@READS@
    // Every register may hold anything, as after power-up.
    rst = 1'bx;
    unknown;
@ALL_VALID@
    repeat (@CUT@) begin
      #5 clk = 1;
      #5 clk = 0;
    end
    reset;
    // A tile that a reset cuts off must leave nothing behind.
@ALL_ENDS@
    repeat (@CUT@) step;
    checked = 0;
    reset;
    // Each product by itself, without stalls.
@JOBS@
    // All again, one behind the other, while every stream waits now and then.
    reset;
    stalls = 1;
    product(@ALL@, 0);
    stalls = 0;
    repeat (FLUSH) step;
    if (too_long !== 1'b0 || bad_last !== 1'b0) begin
      errors = errors + 1;
      $display("@MODULE@: too_long is %b, bad_last %b", too_long, bad_last);
    end
@LIMIT@
    finish_with_verdict;
  end
endmodule
"""

# Beats are zeros here, so that only their number matters.
_OFFER = """\
  // Beats without an end, up to so many since the reset; until all are in the grid.
  task endless(input integer upto);
    begin
      idle = 0;
@CLEAR@
      while ((a_count < upto || idle < 8) && idle < PATIENCE) begin
        {s_axis_a_tvalid, s_axis_b_tvalid} = {2{a_count < upto}};
        #4;
        idle = idle + 1;
        if (s_axis_a_tvalid && s_axis_a_tready && s_axis_b_tready) begin
          a_count = a_count + 1;
          idle = 0;
        end
        #1 clk = 1;
        #5 clk = 0;
      end
    end
  endtask

"""
_LIMIT = """\
    // One beat more than those of K_max without an end is noticed, and forgotten by a reset.
    reset;
    endless(@MOST@);
    if (a_count != @MOST@ || too_long !== 1'b0) begin
      errors = errors + 1;
      $display("@MODULE@: too_long is %b after %0d beats", too_long, a_count);
    end
    endless(@MOST@ + 1);
    if (too_long !== 1'b1) begin
      errors = errors + 1;
      $display("@MODULE@: no too_long after %0d beats", a_count);
    end
    reset;
    #1;
    if (too_long !== 1'b0) begin
      errors = errors + 1;
      $display("@MODULE@: too_long is %b after a reset", too_long);
    end"""


def bench_text(design: MacDesign, vectors: ArrayVectors) -> str:
    """The bench of an array; it reads each stream's beats from the file ``MODULE_STREAM.hex``."""
    streams = [BenchStream(layout, vectors) for layout in vectors.layouts.values()]
    rows, columns = design.rows, design.columns
    read = [stream for stream in streams if stream.beats]  # from files
    sent = [stream for stream in read if stream.layout.incoming]
    jobs = []
    for job in vectors.jobs:
        upto = ", ".join(str(job.upto[stream.name]) for stream in read)
        jobs.append(f"product({upto}, {job.cycles});  // {job.m} x {job.k} by {job.k} x {job.n}")
    path = datapath_of(design)
    limit = endless = ""
    if path.limits_k and design.flow == "os":
        clear = [
            f"{stream.port(port)} = {{{width}{{1'b0}}}};"
            for stream in sent
            for port, (_, width) in stream.fields.items()
        ]
        endless = fill(_OFFER, {"CLEAR": indent(clear, 6)})
        limit = fill(_LIMIT, {"MOST": str(path.k_max // path.terms)})
    ready = [stream for stream in streams if not stream.layout.incoming]
    takes = [f"{stream.name}_takes" for stream in streams]
    return fill(
        HEAD + _MODULE,
        {
            "ABOUT": f"{len(jobs)} matrix products, without and with stalls",
            "MEMORIES": indent((line for s in streams for line in s.memory), 2),
            "COUNTERS": indent(
                [
                    f"integer {', '.join(f'{s.name}_count' for s in streams)};",
                    f"integer {', '.join(f'{s.name}_end' for s in read)};",
                ],
                2,
            ),
            "DECLARATIONS": indent((line for s in streams for line in s.declarations), 2),
            "CONNECTIONS": connections(
                {"clk": "clk", "rst": "rst"}
                | {port: port for s in streams for port in s.ports}
                | {"held": "", "bubble": "", "waits": ""}
                | {flag: flag for flag in ("too_long", "bad_last")}
            ),
            "OFFERS": "\n".join(s.offers for s in streams),
            "CHECKS": "\n".join(
                [
                    *(s.checks for s in ready),
                    *(
                        f"      {s.name}_takes = {s.prefix}_tvalid && {s.prefix}_tready;"
                        for s in streams
                    ),
                    f"      if ({' || '.join(f'{s.name}_takes' for s in sent)}) begun = 1;",
                    f"      if ({' || '.join(takes)}) idle = 0;",
                ]
            ),
            "ADVANCES": "\n".join(s.advances for s in streams),
            "ZEROS": indent((line for s in streams for line in s.zeros), 6),
            "UNKNOWNS": indent((line for s in streams for line in s.unknowns), 6),
            "UPTO_INPUTS": ", ".join(f"input integer {s.name}_upto" for s in read),
            "ENDS": indent((f"{s.name}_end = {s.name}_upto;" for s in read), 6),
            "ALL_ENDS": indent((f"{s.name}_end = {len(s.beats)};" for s in read), 4),
            "ALL_VALID": indent((f"{s.handshake} = 1;" for s in streams), 4),
            "ALL": ", ".join(str(len(s.beats)) for s in read),
            "COUNT_FORMAT": ", ".join(f"{s.name} %0d" for s in streams),
            "COUNT_VALUES": ", ".join(f"{s.name}_count" for s in streams),
            "READS": "\n".join(s.reads for s in read),
            "JOBS": indent(jobs, 4),
            "ENDLESS": endless,
            "LIMIT": limit,
            "CUT": str(2 * rows + columns + 8),
            "FLUSH": str(2 * rows + columns + 14),
            "PATIENCE": str(10 * (rows + columns) + 200),
            "RESULTS": str(len(vectors.beats["out"])),
            "STEP_NOISE": STEP_NOISE,
            "MODULE": design.module_name,
        },
    )
