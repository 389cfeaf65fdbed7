"""The AXI4-Stream ports of an array, stream by stream."""

from amaranth.lib import data

from lmul.hdl.array.streams import (
    a_payload,
    activation_payload,
    b_payload,
    out_payload,
    sums_payload,
)
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.mac.datapath import datapath_of
from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.hdl.verilog.axi_layout import AxiLayout
from lmul.sim.reference.matrices import OUT

__all__ = ["array_layouts", "result_format", "word_fields"]


def result_format(design: MacDesign) -> FloatFormat | None:
    """What sums are rounded to; None for integers, which are not rounded."""
    return None if design.kind == "int8" else FORMATS[OUT]


def array_layouts(design: MacDesign) -> dict[str, AxiLayout]:
    """The streams by name, those that come in first."""
    path = datapath_of(design)
    coming: dict[str, data.StructLayout] = {"b": b_payload(path, design.columns)}
    going = {"out": out_payload(path, design.columns, result_format(design))}
    if design.flow == "os":
        coming = {"a": a_payload(path, design.rows)} | coming
    else:
        sums = sums_payload(path, design.columns)
        coming = {"a": activation_payload(path, design.rows)} | coming | {"sums": sums}
        going = {"partials": sums} | going
    return {
        name: AxiLayout.of(name, name in coming, payload)
        for name, payload in (coming | going).items()
    }


def word_fields(layout: AxiLayout) -> dict[str, tuple[int, int]]:
    """Lowest bit and width of each port in a bench's word for a beat, each at a hex digit."""
    found: dict[str, tuple[int, int]] = {}
    low = 0
    for port, width in layout.ports.items():
        if port not in ("tvalid", "tready"):
            found[port] = (low, width)
            low += 4 * -(-width // 4)
    return found
