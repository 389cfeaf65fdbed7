"""What stands at the ports of an array's streams: register slices, and FIFOs for operands."""

from amaranth import Module, Mux, Signal, Value
from amaranth.hdl import ShapeLike
from amaranth.lib import stream, wiring
from amaranth.lib.fifo import SyncFIFOBuffered
from amaranth.lib.wiring import In, Out

__all__ = ["RegisterSlice", "StreamFifo"]


class RegisterSlice(wiring.Component):
    """Two registers in a stream, so that no path runs through it from either end to the other.

    ``i.ready``, ``o.valid`` and ``o.payload`` are registers. A beat a cycle passes, each one cycle
    after it was taken; while ``o`` waits, two beats are held.

    In reset, and in the cycle after it, nothing is taken and nothing offered.

    Parameters
    ----------
    payload : ShapeLike

    Members
    -------
    i : In(stream)
    o : Out(stream)
    """

    def __init__(self, payload: ShapeLike) -> None:
        ends = stream.Signature(payload)
        super().__init__({"i": In(ends), "o": Out(ends)})

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        coming = Value.cast(self.i.payload)
        payload = Signal(len(coming), reset_less=True)
        later = Signal(len(coming), reset_less=True)  # what came while `payload` waited
        # Both: one beat; valid alone: two; ready alone: none; neither: none, after a reset.
        valid, ready = Signal(), Signal()
        moves, has = Signal(), Signal()
        m.d.comb += [
            Value.cast(self.o.payload).eq(payload),
            self.o.valid.eq(valid),
            self.i.ready.eq(ready),
            moves.eq(~valid | self.o.ready),
            has.eq(Mux(ready, self.i.valid, valid)),  # a beat for `payload`
        ]
        m.d.sync += [ready.eq(moves | (ready & ~self.i.valid)), valid.eq(~moves | has)]
        with m.If(moves & has):
            m.d.sync += payload.eq(Mux(ready, coming, later))
        with m.If(~moves & ready):
            m.d.sync += later.eq(coming)
        return m


class StreamFifo(wiring.Component):
    """A queue of beats in a memory, with registered reads; a beat passes in two cycles.

    Parameters
    ----------
    payload : ShapeLike
    depth : int
        Beats in the memory, at least 2; one more is in the register behind it.

    Members
    -------
    i : In(stream)
    o : Out(stream)
    """

    def __init__(self, payload: ShapeLike, depth: int) -> None:
        self.depth = depth
        ends = stream.Signature(payload)
        super().__init__({"i": In(ends), "o": Out(ends)})

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        coming = Value.cast(self.i.payload)
        m.submodules.queue = queue = SyncFIFOBuffered(width=len(coming), depth=self.depth + 1)
        m.d.comb += [
            queue.w_data.eq(coming),
            queue.w_en.eq(self.i.valid),
            self.i.ready.eq(queue.w_rdy),
            Value.cast(self.o.payload).eq(queue.r_data),
            self.o.valid.eq(queue.r_rdy),
            queue.r_en.eq(self.o.ready),
        ]
        return m
