"""The bulk wrapper: one Verilog module that feeds many circuits from one file of operands.

A build a circuit would take half an hour for all; a wrapper a format takes a minute. Operands
stream from ``stimulus.bin``, one pair a clock; the results of all circuits go to ``results.bin``.
The words of both files have fixed places, which :func:`stimulus_dtype` and :func:`results_dtype`
describe to numpy.
"""

from collections.abc import Sequence

import numpy as np

from lmul.sim.reference.circuit import Circuit, Port, word_width

__all__ = ["WRAPPER", "results_dtype", "stimulus_dtype", "wrapper"]


WRAPPER = "bulk"
_LANES = (8, 16, 32, 64)
_CHUNK = 32  # $fwrite("%u") writes whole 32-bit words


def stimulus_dtype(circuits: Sequence[Circuit]) -> np.dtype:
    """A record of ``stimulus.bin``: x and y. $fread fills a vector from its top byte on."""
    lane = _lane(word_width(circuits[0].x))
    return np.dtype([(side, f">u{lane // 8}") for side in ("x", "y")])


def results_dtype(circuits: Sequence[Circuit]) -> np.dtype:
    """A record of ``results.bin``: one little-endian word a circuit, by its module's name."""
    lanes = [_lane(word_width(circuit.p)) for circuit in circuits]
    offsets = np.cumsum([0, *lanes[:-1]]) // 8
    return np.dtype(
        {
            "names": [circuit.design.module_name for circuit in circuits],
            "formats": [f"<u{lane // 8}" for lane in lanes],
            "offsets": offsets.tolist(),
            "itemsize": _record_bits(lanes) // 8,
        }
    )


def wrapper(circuits: Sequence[Circuit]) -> str:
    """Verilog of the module ``bulk`` around ``circuits``.

    They must take the same operands, and have the same number of stages. ``done`` rises when the
    last result is written; ``unknown`` counts the records with an x or z bit, which the file
    can't show.
    """
    first = circuits[0].design
    if any((c.design.stages, c.design.format) != (first.stages, first.format) for c in circuits):
        raise ValueError("Circuits under one wrapper must have one format and as many stages")
    lane = _lane(word_width(circuits[0].x))
    lanes = [_lane(word_width(circuit.p)) for circuit in circuits]
    bits = _record_bits(lanes)
    low = 0
    instances = []
    for index, (circuit, width) in enumerate(zip(circuits, lanes, strict=True)):
        instances.append(_instance(circuit, index, low, lane))
        if width > word_width(circuit.p):
            instances.append(_zeros(low + width - 1, low + word_width(circuit.p)))
        low += width
    if bits > low:
        instances.append(_zeros(bits - 1, low))
    return _TEMPLATE.format(
        name=WRAPPER,
        bits=2 * lane,
        size=2 * lane // 8,
        top=bits - 1,
        valids=len(circuits) - 1,
        answered="&o_valid" if first.stages else "i_valid",
        unused="" if first.stages else "  assign o_valid = 0;\n",
        instances="\n".join(instances),
    )


_TEMPLATE = """\
module {name}(input wire clk, output reg done, output reg [31:0] unknown);
  integer source, sink, size;
  reg [31:0] asked, answered;
  reg [{bits}-1:0] record, operands;
  reg i_valid, ended;
  reg [1:0] started;
  wire rst = ~started[1];
  wire [{top}:0] results;
  wire [{valids}:0] o_valid;
{unused}{instances}
  initial begin
    done = 0;
    unknown = 0;
    asked = 0;
    answered = 0;
    operands = 0;
    i_valid = 0;
    ended = 0;
    started = 0;
    source = 0;
    sink = 0;
  end
  always @(posedge clk)
    if (rst) begin
      started <= started + 1;
      if (started == 0) begin
        source <= $fopen("stimulus.bin", "rb");
        sink <= $fopen("results.bin", "wb");
      end
    end else if (!done) begin
      if ({answered}) begin
        $fwrite(sink, "%u", results);
        answered <= answered + 1;
        if (^results === 1'bx) unknown <= unknown + 1;
      end
      if (!ended) begin
        size = $fread(record, source);
        if (size == {size}) begin
          operands <= record;
          asked <= asked + 1;
        end else ended <= 1;
        i_valid <= size == {size};
      end else begin
        i_valid <= 0;
        if (answered == asked) begin
          $fclose(sink);
          done <= 1;
        end
      end
    end
endmodule
"""


def _instance(circuit: Circuit, index: int, low: int, lane: int) -> str:
    """The circuit of that index, its result at bit ``low`` of the results."""
    module = circuit.design.module_name
    connections = [
        *_connect(circuit.x, "operands", lane),
        *_connect(circuit.y, "operands", 0),
        *_connect(circuit.p, "results", low),
    ]
    if circuit.design.stages:
        connections += [".clk(clk)", ".rst(rst)", ".en(1'b1)", ".i_valid(i_valid)"]
        connections.append(f".o_valid(o_valid[{index}])")
    return f"  {module} u_{module}({', '.join(connections)});"


def _connect(ports: tuple[Port, ...], vector: str, low: int) -> list[str]:
    connections = []
    for port in ports:
        connections.append(f".{port.name}({vector}[{low + port.width - 1}:{low}])")
        low += port.width
    return connections


def _zeros(high: int, low: int) -> str:
    return f"  assign results[{high}:{low}] = 0;"


def _lane(width: int) -> int:
    """The bits of a file's word that holds ``width`` bits."""
    return next(lane for lane in _LANES if lane >= width)


def _record_bits(lanes: Sequence[int]) -> int:
    return -(-sum(lanes) // _CHUNK) * _CHUNK
