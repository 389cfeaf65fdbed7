"""The self-checking bench of an array, in plain Verilog: beats in, beats of results out."""

from lmul.hdl.axi_layout import AxiLayout
from lmul.hdl.datapath import datapath_of
from lmul.hdl.mac_design import MacDesign
from lmul.sim.export.array_layouts import word_fields
from lmul.sim.export.array_vectors import ArrayVectors
from lmul.sim.export.bench_pieces import (
    HEAD,
    STEP_NOISE,
    connections,
    fill,
    indent,
    vector_range,
)

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
  wire too_long;
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

  // Forgets what has been sent and what is in the array.
  task reset;
    begin
@ZEROS@
      idle = 0;
      rst = 1;
      #5 clk = 1;
      #5 clk = 0;
      rst = 0;
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

  task finish_with_verdict;
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
    reset;
    // A tile that a reset cuts off must leave nothing behind.
@ALL_ENDS@
    repeat (@CUT@) step;
    errors = 0;
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
    if (too_long !== 1'b0) begin
      errors = errors + 1;
      $display("@MODULE@: too_long is %b", too_long);
    end
@LIMIT@
    finish_with_verdict;
  end
endmodule
"""

_READ = """\
    $readmemh("@MODULE@_@S@.hex", @S@_beats);
    // Unwritten words are x: the file was missing or too short.
    if (^@S@_beats[0] === 1'bx || ^@S@_beats[@LAST@] === 1'bx) begin
      $display("FAIL: @MODULE@: can't read @BEATS@ beats from @MODULE@_@S@.hex");
      $fatal(1);
    end"""

# A beat stays offered until it is taken; what is not valid is unknown.
_OFFER = """\
      if (!@P@_tvalid) @P@_tvalid = @AVAILABLE@ && !(stalls && @WAITS@);
      @S@_word = @P@_tvalid ? @MEMORY@[@S@_count] : {@WIDTH@{1'bx}};
@PORTS@"""

# What is offered stays so until it is taken.
_STAYS = """\
      if (@S@_held && (@P@_tvalid !== 1'b1 || @S@_word !== @S@_before)) begin
        errors = errors + 1;
        $display("@MODULE@: @S@ beat %0d changes while it waits", @S@_count);
      end
      @S@_before = @S@_word;
      @S@_held = @P@_tvalid && !@P@_tready;"""

_COMPARE = """\
      if (m_axis_out_tvalid !== 1'b0 && m_axis_out_tready) begin
        if (out_count >= out_end || out_word !== out_beats[out_count]) begin
          errors = errors + 1;
          if (errors <= SHOWN)
            $display("@MODULE@: out beat %0d: %h, expected %h", out_count, out_word,
                     out_count < out_end ? out_beats[out_count] : {@WIDTH@{1'bx}});
        end
        checked = checked + 1;
      end"""

# Beats are zeros here, so that only their number matters.
_LIMIT = """\
    // One beat more than K_max without an end is noticed, and forgotten by a reset.
    for (checked = 0; checked <= @K_MAX@; checked = checked + 1) begin
@CLEAR@
      {s_axis_a_tvalid, s_axis_b_tvalid} = 2'b11;
      #4;
      if (too_long !== 1'b0) begin
        errors = errors + 1;
        $display("@MODULE@: too_long after %0d beats", checked);
      end
      #1 clk = 1;
      #5 clk = 0;
    end
    #1;
    if (too_long !== 1'b1) begin
      errors = errors + 1;
      $display("@MODULE@: no too_long after %0d beats", checked);
    end
    reset;
    #1;
    if (too_long !== 1'b0) errors = errors + 1;
    checked = 2 * RESULTS;"""


# Which bits of the noise make a stream wait.
_WAITS = {
    "a": "noise[1:0] == 0",
    "b": "noise[3:2] == 0",
    "sums": "noise[5:4] == 0",
    "partials": "noise[7:6] == 0",
    "out": "noise[8]",
}


def bench_text(design: MacDesign, vectors: ArrayVectors) -> str:
    """The bench of an array; it reads each stream's beats from the file ``MODULE_STREAM.hex``."""
    streams = [_Stream(layout, vectors) for layout in vectors.layouts.values()]
    rows, columns = design.rows, design.columns
    read = [stream for stream in streams if stream.beats]  # from files
    sent = [stream for stream in read if stream.layout.incoming]
    jobs = []
    for job in vectors.jobs:
        upto = ", ".join(str(job.upto[stream.name]) for stream in read)
        jobs.append(f"product({upto}, {job.cycles});  // {job.m} x {job.k} by {job.k} x {job.n}")
    path = datapath_of(design)
    limit = ""
    if path.limits_k and design.flow == "os":
        clear = [
            f"{stream.port(port)} = {{{width}{{1'b0}}}};"
            for stream in sent
            for port, (_, width) in stream.fields.items()
        ]
        limit = fill(_LIMIT, {"CLEAR": indent(clear, 6), "K_MAX": str(path.k_max)})
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
                | {"held": "", "waits": "", "too_long": "too_long"}
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
            "UPTO_INPUTS": ", ".join(f"input integer {s.name}_upto" for s in read),
            "ENDS": indent((f"{s.name}_end = {s.name}_upto;" for s in read), 6),
            "ALL_ENDS": indent((f"{s.name}_end = {len(s.beats)};" for s in read), 4),
            "ALL": ", ".join(str(len(s.beats)) for s in read),
            "COUNT_FORMAT": ", ".join(f"{s.name} %0d" for s in streams),
            "COUNT_VALUES": ", ".join(f"{s.name}_count" for s in streams),
            "READS": "\n".join(s.reads for s in read),
            "JOBS": indent(jobs, 4),
            "LIMIT": limit,
            "CUT": str(2 * rows + columns + 5),
            "FLUSH": str(2 * rows + columns + 10),
            "PATIENCE": str(10 * (rows + columns) + 200),
            "RESULTS": str(len(vectors.beats["out"])),
            "STEP_NOISE": STEP_NOISE,
            "MODULE": design.module_name,
        },
    )


class _Stream:
    """What the bench has for one stream."""

    def __init__(self, layout: AxiLayout, vectors: ArrayVectors) -> None:
        self.layout = layout
        self.name, self.prefix = layout.name, layout.prefix
        self.beats = vectors.beats.get(self.name, [])
        self.fields = word_fields(layout)
        self.ports = {self.port(port): width for port, width in layout.ports.items()}
        self.width = max(low + 4 * -(-width // 4) for low, width in self.fields.values())
        # Partial sums that have come out and not gone in again, in their order.
        self.loop = len(vectors.beats["a"]) if self.name == "partials" else 0

    def port(self, port: str) -> str:
        """Its name in Verilog."""
        return f"{self.prefix}_{port}"

    @property
    def memory(self) -> list[str]:
        """Where its beats are."""
        count = len(self.beats) or self.loop
        if not count:
            return []
        return [f"reg {vector_range(self.width)}{self.name}_beats[0:{count - 1}];"]

    @property
    def declarations(self) -> list[str]:
        """Its ports and registers."""
        drives = "reg" if self.layout.incoming else "wire"
        lines = [
            f"{drives if not port.endswith('tready') else _other(drives)} "
            f"{vector_range(width)}{port};"
            for port, width in self.ports.items()
        ]
        name = self.name
        if self.layout.incoming:
            return [*lines, f"reg {vector_range(self.width)}{name}_word;", f"reg {name}_takes;"]
        word, top = [], self.width
        for port, (low, width) in reversed(self.fields.items()):
            gap = top - low - width
            word += [f"{gap}'b0"] if gap else []
            word.append(self.port(port))
            top = low
        return [
            *lines,
            f"wire {vector_range(self.width)}{name}_word = {{{', '.join(word)}}};",
            f"reg {vector_range(self.width)}{name}_before;",
            f"reg {name}_held, {name}_takes;",
        ]

    @property
    def offers(self) -> str:
        """Valid and payload of what goes in, ready of what comes out."""
        if not self.layout.incoming:
            return f"      {self.prefix}_tready = !(stalls && {_WAITS[self.name]});"
        ports = [
            f"{self.port(port)} = {self.name}_word[{low + width - 1}:{low}];"
            for port, (low, width) in self.fields.items()
        ]
        looped = self.name == "sums"
        return fill(
            _OFFER,
            {
                "AVAILABLE": "@S@_count < " + ("partials_count" if looped else "@S@_end"),
                "MEMORY": "partials_beats" if looped else "@S@_beats",
                "WAITS": _WAITS[self.name],
                "WIDTH": str(self.width),
                "PORTS": indent(ports, 6),
                "P": self.prefix,
                "S": self.name,
            },
        )

    @property
    def checks(self) -> str:
        """Of what comes out."""
        text = _STAYS + ("\n" + _COMPARE if self.name == "out" else "")
        return fill(text, {"P": self.prefix, "S": self.name, "WIDTH": str(self.width)})

    @property
    def advances(self) -> str:
        """The next beat, when one has been taken."""
        name = self.name
        lines = [f"{name}_count = {name}_count + 1;"]
        if self.layout.incoming:
            lines.insert(0, f"{self.prefix}_tvalid = 0;")
        if self.loop:
            lines.insert(0, f"{name}_beats[{name}_count] = {name}_before;")
        return f"      if ({name}_takes) begin\n{indent(lines, 8)}\n      end"

    @property
    def zeros(self) -> list[str]:
        """What a reset does."""
        mine = f"{self.prefix}_tvalid" if self.layout.incoming else f"{self.name}_held"
        return [f"{self.name}_count = 0;", f"{mine} = 0;"]

    @property
    def reads(self) -> str:
        """Its file."""
        return fill(
            _READ,
            {"S": self.name, "LAST": str(len(self.beats) - 1), "BEATS": str(len(self.beats))},
        )


def _other(drives: str) -> str:
    return "wire" if drives == "reg" else "reg"
