"""AXI4-Stream ports for a component that has streams."""

from typing import Any

from amaranth import Cat, Const, Module, Value
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.verilog.axi_layout import AxiLayout

__all__ = ["AxiStreams", "axi_layouts"]


class AxiStreams(wiring.Component):
    """A component with AXI4-Stream ports in place of its streams; the circuit is the same.

    The stream ``a`` that comes in has ports ``s_axis_a_tdata`` and so on, the stream ``out`` that
    goes out ``m_axis_out_tdata``; see :class:`~lmul.hdl.verilog.axi_layout.AxiLayout`. As the
    protocol demands, a payload is stable until it is taken and ``tvalid`` never waits for
    ``tready``. Reset is synchronous, and active high as in the component itself.

    Parameters
    ----------
    core : wiring.Component
        Not yet elaborated anywhere else.

    Members
    -------
    s_axis_NAME_tdata, s_axis_NAME_tkeep, … : In; s_axis_NAME_tready : Out(1)
        For each stream that comes in.
    m_axis_NAME_tdata, m_axis_NAME_tkeep, … : Out; m_axis_NAME_tready : In(1)
        For each stream that goes out.
    others
        As the component has them.

    Attributes
    ----------
    core
    streams : tuple of AxiLayout

    Raises
    ------
    TypeError, ValueError
        When a stream's payload has no lanes.
    """

    def __init__(self, core: wiring.Component) -> None:
        self.core = core
        self.streams = axi_layouts(core.signature)
        replaced = {layout.name for layout in self.streams}
        ports = {n: member for n, member in core.signature.members.items() if n not in replaced}
        for layout in self.streams:
            for port, width in layout.ports.items():
                towards = In if layout.incoming == (port != "tready") else Out
                ports[f"{layout.prefix}_{port}"] = towards(width)
        super().__init__(ports)

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        m.submodules.core = core = self.core
        replaced = {layout.name for layout in self.streams}
        for name, member in core.signature.members.items():
            if name in replaced:
                continue
            inside, outside = getattr(core, name), getattr(self, name)
            if not member.is_port:
                wiring.connect(m, wiring.flipped(outside), inside)
            elif member.flow == In:
                m.d.comb += inside.eq(outside)
            else:
                m.d.comb += outside.eq(inside)
        for layout in self.streams:
            ports = {port: getattr(self, f"{layout.prefix}_{port}") for port in layout.ports}
            if layout.incoming:
                _receive(m, layout, ports, getattr(core, layout.name))
            else:
                _send(m, layout, ports, getattr(core, layout.name))
        return m


def axi_layouts(signature: wiring.Signature) -> tuple[AxiLayout, ...]:
    """The ports of each stream of a component.

    Raises
    ------
    TypeError, ValueError
        When a stream's payload has no lanes.
    """
    return tuple(
        AxiLayout.of(name, member.flow == In, member.signature.members["payload"].shape)
        for name, member in signature.members.items()
        if _is_stream(member)
    )


def _is_stream(member: wiring.Member) -> bool:
    if member.is_port:
        return False
    signature = member.signature if member.flow == Out else member.signature.flip()
    return isinstance(signature, stream.Signature)


def _receive(m: Module, layout: AxiLayout, ports: dict[str, Any], taken: Any) -> None:
    payload, size = taken.payload, layout.lane_bytes
    lanes = [
        ports["tdata"].word_select(lane, 8 * size)[: layout.lane_width]
        for lane in range(layout.lanes)
    ]
    m.d.comb += [
        Value.cast(payload.lanes).eq(Cat(lanes)),
        taken.valid.eq(ports["tvalid"]),
        ports["tready"].eq(taken.ready),
    ]
    if layout.keeps:
        bits = ports["tkeep"]
        if size > 1:
            bits = Cat(bits.word_select(lane, size).all() for lane in range(layout.lanes))
        m.d.comb += payload.keep.eq(bits)
    if layout.ends:
        m.d.comb += payload.last.eq(ports["tlast"])
    low = 0
    for member, width in layout.user:
        m.d.comb += Value.cast(payload[member]).eq(ports["tuser"][low : low + width])
        low += width


def _send(m: Module, layout: AxiLayout, ports: dict[str, Any], given: Any) -> None:
    payload, size = given.payload, layout.lane_bytes
    bits = Value.cast(payload.lanes)
    lanes = [
        Cat(
            bits.word_select(lane, layout.lane_width),
            Const(0, 8 * size - layout.lane_width),
        )
        for lane in range(layout.lanes)
    ]
    m.d.comb += [
        ports["tdata"].eq(Cat(lanes)),
        ports["tvalid"].eq(given.valid),
        given.ready.eq(ports["tready"]),
    ]
    if layout.keeps:
        m.d.comb += ports["tkeep"].eq(
            Cat(payload.keep[lane].replicate(size) for lane in range(layout.lanes))
        )
    if layout.ends:
        m.d.comb += ports["tlast"].eq(payload.last)
    if layout.user:
        m.d.comb += ports["tuser"].eq(Cat(payload[member] for member, _ in layout.user))
