"""One stream in an array's plain-Verilog bench: its beats offered, taken, compared."""

from lmul.hdl.verilog.axi_layout import AxiLayout
from lmul.sim.export.bench.array_vectors import ArrayVectors
from lmul.sim.export.bench.layouts import word_fields
from lmul.sim.export.bench.pieces import fill, indent, vector_range

__all__ = ["BenchStream"]


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

# Which bits of the noise make a stream wait.
_WAITS = {
    "a": "noise[1:0] == 0",
    "b": "noise[3:2] == 0",
    "sums": "noise[5:4] == 0",
    "partials": "noise[7:6] == 0",
    "out": "noise[8]",
}


class BenchStream:
    """What the bench has for one stream.

    Parameters
    ----------
    layout : AxiLayout
        Of the stream's ports.
    vectors : ArrayVectors
        Its beats, where they are known: partial sums come back as they left.
    """

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
        """Drives an incoming stream's valid and payload, or an outgoing one's ready."""
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
        """Checks of an outgoing stream: it stays until taken, and results are as expected."""
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
    def unknowns(self) -> list[str]:
        """All of it that the bench drives, unknown."""
        payload = self.fields if self.layout.incoming else {}
        return [
            f"{self.handshake} = 1'bx;",
            *(f"{self.port(port)} = {width}'bx;" for port, (_, width) in payload.items()),
        ]

    @property
    def handshake(self) -> str:
        """Its valid where it comes in, else its ready."""
        return self.port("tvalid" if self.layout.incoming else "tready")

    @property
    def zeros(self) -> list[str]:
        """What a reset does."""
        mine = self.handshake if self.layout.incoming else f"{self.name}_held"
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
