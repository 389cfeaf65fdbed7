"""The streams of an array, in words and as facts."""

from dataclasses import dataclass
from typing import Any

from lmul.hdl.array.streams import raw_lane
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.mac.datapath import datapath_of
from lmul.hdl.numbers.formats import IntegerFormat
from lmul.hdl.verilog.axi_layout import AxiLayout
from lmul.sim.export.bench.layouts import result_format
from lmul.sim.export.description import PortText
from lmul.sim.export.wording import sum_lsb

__all__ = [
    "StreamWords",
    "beats_words",
    "code_words",
    "fifo_words",
    "order_words",
    "result_words",
    "rounder_words",
    "stream_facts",
    "stream_ports",
    "sum_words",
]


@dataclass(frozen=True)
class StreamWords:
    """What a stream carries.

    Attributes
    ----------
    lane : str
        Lane i or j of ``tdata``.
    order : str
        Which beats, and in which order.
    last : str
        When ``tlast`` is 1; empty where there is none.
    keep : str
        What a lane without ``tkeep`` is; empty where there is none.
    user : dict of str to str
        The meaning of each field of ``tuser``.
    """

    lane: str
    order: str
    last: str = ""
    keep: str = ""
    user: dict[str, str] | None = None

    def words(self, layout: AxiLayout) -> dict[str, str]:
        """What each port of the stream carries, in words."""
        size = 8 * layout.lane_bytes
        lanes = (
            f"{layout.lanes} lane{'s' if layout.lanes > 1 else ''} of {size} bits, lane 0 lowest"
        )
        unused = size - layout.lane_width
        filled = f"; its upper {unused} bits are {'ignored' if layout.incoming else '0'}"
        found = {"tdata": f"{lanes}; {self.lane}{filled if unused else ''}"}
        if self.keep:
            each = f"{layout.lane_bytes} bits a lane, one a byte; a lane is kept when all are 1"
            found["tkeep"] = f"{'a bit a lane' if layout.lane_bytes == 1 else each}. {self.keep}"
        if self.last:
            found["tlast"] = self.last
        low = 0
        fields = []
        for name, width in layout.user:
            bits = f"[{low + width - 1}:{low}]" if width > 1 else f"[{low}]"
            fields.append(f"{bits} {name}: {(self.user or {})[name]}")
            low += width
        if fields:
            found["tuser"] = "; ".join(fields)
        return found | {"order": self.order}


def code_words(design: MacDesign) -> str:
    """What an operand's code is."""
    fmt = design.format
    if isinstance(fmt, IntegerFormat):
        return f"a signed {fmt.width}-bit integer"
    return (
        f"a code of {fmt.name}: sign, {fmt.exponent_bits} exponent bits (bias {fmt.bias}), "
        f"{fmt.mantissa_bits} mantissa bits"
    )


def beats_words(design: MacDesign) -> str:
    """The beats of a tile over all of K."""
    return "K" if design.terms == 1 else f"ceil(K/{design.terms})"


def fifo_words(design: MacDesign) -> str:
    """What stands behind the ports of operands, besides their registers."""
    return " and their FIFOs" if design.fifo else ""


def rounder_words(design: MacDesign) -> str:
    """The registers in a column's rounder, before the port of results."""
    return f"the rounder's {design.rounder}, " if design.rounder else ""


def order_words(design: MacDesign, streams: str, beats: str) -> str:
    """How far a sender may be ahead with one stream.

    ``streams`` are those that come in, ``beats`` the length of a tile in them.
    """
    ahead = design.fifo or 2
    where = f"a FIFO of {ahead} beats" if design.fifo else "two registers"
    more = "another N" if design.fifo else "-fN in the design's name puts a FIFO of N beats there"
    return (
        f"behind the port of each of {streams} are {where}. A tile whose {beats} {_are(beats)} at "
        f"most {ahead} may be sent in any order, one stream wholly before the others. Of a longer "
        f"one, no stream may be sent further ahead than {ahead} beats before the sender goes on "
        f"with the others: it would wait for ever ({more})"
    )


def _are(beats: str) -> str:
    return "are" if " and " in beats else "is"


def result_words(design: MacDesign) -> str:
    """What a result is."""
    out = result_format(design)
    if out is None:
        return "a signed 32-bit integer, the sum itself"
    return (
        f"a code of {out.name}: the sum rounded once, to nearest even, underflow gradual, overflow "
        "as the policy says; a sum of 0 is +0"
    )


def sum_words(design: MacDesign) -> str:
    """The bits of a sum that has not been rounded."""
    path = datapath_of(design)
    lsb = sum_lsb(path)
    unit = f", in units of 2**{lsb}" if lsb else ""
    marked = "; this and sum mean nothing beside a mark that follows" * path.has_nan
    meanings = {
        "sum": "the sum, a code of the accumulator's format"
        if lsb is None
        else f"the sum, signed{unit}",
        "overflow": "it has left its window" + marked,
        "pos": "it is Inf",
        "neg": "it is -Inf (both: NaN)",
        "nan": "an operand was NaN",
    }
    fields = []
    for name, field in raw_lane(path):
        low, width = field.offset, field.width
        bits = f"[{low + width - 1}:{low}]" if width > 1 else f"[{low}]"
        fields.append(f"{bits} {meanings[name]}")
    return "; ".join(fields)


def stream_ports(layout: AxiLayout, what: str) -> list[PortText]:
    """The ports of a stream."""
    meanings = {
        "tdata": f"{layout.lanes} x {8 * layout.lane_bytes} bits: {what}",
        "tkeep": "which lanes count",
        "tlast": "the last beat of a tile",
        "tuser": ", ".join(name for name, _ in layout.user),
        "tvalid": "there is a beat; it stays until it is taken",
        "tready": "it is taken at the rising edge",
    }
    return [
        PortText(
            f"{layout.prefix}_{port}",
            "input" if layout.incoming == (port != "tready") else "output",
            width,
            meanings[port],
        )
        for port, width in layout.ports.items()
    ]


def stream_facts(layout: AxiLayout, words: StreamWords) -> dict[str, Any]:
    """A stream for the manifest."""
    return {
        "direction": "slave" if layout.incoming else "master",
        "prefix": layout.prefix,
        "lanes": layout.lanes,
        "lane_bits": layout.lane_width,
        "lane_bytes": layout.lane_bytes,
        "user": [{"name": name, "width": width} for name, width in layout.user],
        "meaning": words.words(layout),
    }
