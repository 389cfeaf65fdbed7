"""The entry of an array: two streams become one wave of operand pairs."""

from amaranth import Const, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.array.parts import Parts, Submodules
from lmul.hdl.array.streams import a_payload, b_payload, signature
from lmul.hdl.group.lanes import any_of_each, lanes
from lmul.hdl.mac.datapath import Datapath

__all__ = ["ArrayEntry"]


class ArrayEntry(wiring.Component):
    """Join a beat of ``a`` with a beat of ``b``; without both, the grid gets a bubble of zeros.

    A pair of which either is marked ``last`` ends a tile.

    Bubbles let results of earlier tiles move on while no operands come, so that an array never
    waits for the next tile to give the last one out.

    The ends of two tiles are taken at least ``rows`` grid cycles apart: so long a column takes
    to drain. With K >= rows that is no restriction.

    Parameters
    ----------
    datapath : FloatDatapath or IntDatapath
    rows, columns : int
    parts : Parts or None
        How edges are built; None: as submodules.

    Members
    -------
    a, b : In(stream)
        As :func:`~lmul.hdl.array.streams.a_payload` and ``b_payload`` have them. Both are taken
        in the same cycle.
    advances : In(1)
        The grid moves on.
    room : In(1)
        The end of a tile can be remembered.
    row_operands, column_operands : Out(array of datapath.operand_layout)
    beat : Out(1)
        There are operands; 0 in a bubble.
    last : Out(1)
        Of this beat; 0 in a bubble.
    row_nan, column_nan : Out(rows), Out(columns)
        Valid with ``last``: the lanes that were NaN in any beat of the tile.
    too_long : Out(1)
        Sticky until reset: a tile had beats of more than K_max products, so its sums may have
        wrapped.
    bad_last : Out(1)
        Sticky until reset: of a pair only one was marked ``last``.
    """

    def __init__(
        self, datapath: Datapath, rows: int, columns: int, parts: Parts | None = None
    ) -> None:
        self.datapath = datapath
        self.rows = rows
        self.columns = columns
        self.parts = parts or Submodules()
        layout = datapath.operand_layout
        super().__init__(
            {
                "a": In(signature(a_payload(datapath, rows))),
                "b": In(signature(b_payload(datapath, columns))),
                "advances": In(1),
                "room": In(1),
                "row_operands": Out(layout).array(rows),
                "column_operands": Out(layout).array(columns),
                "beat": Out(1),
                "last": Out(1),
                "row_nan": Out(rows),
                "column_nan": Out(columns),
                "too_long": Out(1),
                "bad_last": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        beat = self.beat
        both, ends, open_ = Signal(), Signal(), Signal()
        lasts = self.a.payload.last, self.b.payload.last
        m.d.comb += [
            both.eq(self.a.valid & self.b.valid),
            # Without valid a payload is nothing: unknown, it must not make ready unknown.
            ends.eq(both & (lasts[0] | lasts[1])),
            open_.eq(self.advances & ~(ends & (self._spaces(m) | ~self.room))),
            beat.eq(both & open_),
            self.a.ready.eq(self.b.valid & open_),
            self.b.ready.eq(self.a.valid & open_),
            self.last.eq(beat & ends),
        ]
        with m.If(beat & (lasts[0] ^ lasts[1])):
            m.d.sync += self.bad_last.eq(1)
        sides = (
            ("row", self.a.payload, self.row_operands, self.row_nan, False),
            ("column", self.b.payload, self.column_operands, self.column_nan, True),
        )
        for side, payload, operands, nan, second in sides:
            nans = []
            each = [lane for operand in operands for lane in lanes(operand)]
            for number, operand in enumerate(each):
                edge = self.parts(f"{side}_edge", lambda second=second: self.datapath.edge(second))
                m.submodules[f"{side}_edge_{number}"] = edge
                m.d.comb += [
                    edge.code.eq(payload.lanes[number]),
                    edge.keep.eq(payload.keep[number] & beat),
                    operand.eq(edge.operand),
                ]
                nans.append(edge.nan)
            if self.datapath.has_nan:
                sticky = Signal(len(nan), name=f"{side}_nan_before")
                m.d.comb += nan.eq(sticky | any_of_each(nans, self.datapath.terms))
                with m.If(self.advances):
                    m.d.sync += sticky.eq(nan & ~self.last.replicate(len(nan)))
        if self.datapath.limits_k:
            self._count(m, beat)
        return m

    def _spaces(self, m: Module) -> Value:
        """Whether the latest ``last`` is fewer than ``rows`` cycles ago."""
        if self.rows == 1:
            return Const(0, 1)
        waits = Signal(range(self.rows))
        with m.If(self.last):
            m.d.sync += waits.eq(self.rows - 1)
        with m.Elif(self.advances & waits.any()):
            m.d.sync += waits.eq(waits - 1)
        return waits.any()

    def _count(self, m: Module, beat: Value) -> None:
        """Beats of the tile so far, up to those of K_max."""
        most = self.datapath.k_max // self.datapath.terms
        taken = Signal(range(most + 1))
        with m.If(beat):
            with m.If(taken == most):
                m.d.sync += self.too_long.eq(1)
            with m.Else():
                m.d.sync += taken.eq(taken + 1)
            with m.If(self.last):
                m.d.sync += taken.eq(0)
