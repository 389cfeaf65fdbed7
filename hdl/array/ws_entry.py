"""The entry of a weight-stationary array: a beat of activations, with its sums and its weights."""

from functools import partial

from amaranth import C, Cat, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.array.parts import Parts, Submodules
from lmul.hdl.array.streams import (
    activation_payload,
    b_payload,
    mark_layout,
    signature,
    sums_payload,
)
from lmul.hdl.group.lanes import any_of_each, lanes
from lmul.hdl.mac.datapath import Datapath

__all__ = ["WeightStationaryEntry"]


class WeightStationaryEntry(wiring.Component):
    """Join a beat of ``a`` with a beat of ``sums``, and see that its tile has its weights.

    Weights are taken as soon as there is room: a tile's are complete before its first activations
    are taken, and from that cycle on there is room for the next tile's.

    A tile of activations begins with the beat marked ``start``, and with the first after reset. One
    of weights has R beats, or fewer where ``last`` comes earlier; beats between R and a later
    ``last`` are dropped where that comes before another R of them.

    Parameters
    ----------
    datapath : FloatDatapath or IntDatapath
    rows, columns : int
    parts : Parts or None
        How edges are built; None: as submodules.

    Members
    -------
    a, b, sums : In(stream)
        As the array has them.
    advances : In(1)
        The grid moves on; while it is 0 nothing is taken.
    row_operands, column_operands : Out(array of datapath.operand_layout)
        Activations, valid with ``beat``, and weights, valid with ``loads``.
    loads : Out(rows)
        Which row takes the weights.
    starts, beat : Out(1)
        A tile begins; a beat of activations is taken.
    above : Out(array of datapath.kept_layout)
        The sums to begin with, which keep no carries.
    mark : Out(mark_layout)
        What belongs to the beat and passes beside the grid.
    too_long : Out(1)
        Sticky until reset: a sum had more than K_max products.
    bad_last : Out(1)
        Sticky until reset: a mark of a tile's end or start is missing, or one too many.

    Attributes
    ----------
    datapath, rows, columns
    mark_layout : StructLayout
        ``last``, ``final``; ``nan`` for each column; ``terms``.
    """

    def __init__(
        self, datapath: Datapath, rows: int, columns: int, parts: Parts | None = None
    ) -> None:
        self.datapath = datapath
        self.rows = rows
        self.columns = columns
        self.parts = parts or Submodules()
        operand = datapath.operand_layout
        self.mark_layout = mark_layout(datapath, columns)
        super().__init__(
            {
                "a": In(signature(activation_payload(datapath, rows))),
                "b": In(signature(b_payload(datapath, columns))),
                "sums": In(signature(sums_payload(datapath, columns))),
                "advances": In(1),
                "row_operands": Out(operand).array(rows),
                "column_operands": Out(operand).array(columns),
                "loads": Out(rows),
                "starts": Out(1),
                "beat": Out(1),
                "above": Out(datapath.kept_layout).array(columns),
                "mark": Out(self.mark_layout),
                "too_long": Out(1),
                "bad_last": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        # Without valid a payload is nothing: unknown, it must not make ready unknown.
        first = self.a.valid & self.a.payload.first
        fresh = Signal(init=1)  # no activations since reset
        ended = Signal(init=1)  # the last ones were a tile's last
        opening = Signal()  # these are a tile's first ones
        takes = Signal()  # a row of weights
        full, bad_weights, forgets = self._places(m, takes)
        open_ = Signal()
        m.d.comb += [
            opening.eq(fresh | (self.a.valid & self.a.payload.start)),
            open_.eq(self.advances & (full | ~opening)),
            self.a.ready.eq(open_ & (first | self.sums.valid)),
            self.sums.ready.eq(open_ & ~first & self.a.valid),
            self.beat.eq(self.a.valid & self.a.ready),
            self.starts.eq(self.beat & opening),
            self.b.ready.eq(self.advances & (~full | self.starts)),
            takes.eq(self.b.valid & self.b.ready),
            self.mark.last.eq(self.a.payload.last),
            self.mark.final.eq(self.a.payload.final),
        ]
        with m.If(self.beat):
            m.d.sync += [fresh.eq(0), ended.eq(self.a.payload.last)]
        bad_start = self.a.payload.start ^ ended
        bad_sums = ~first & (self.sums.payload.last ^ self.a.payload.last)
        with m.If((self.beat & (bad_start | bad_sums)) | bad_weights):
            m.d.sync += self.bad_last.eq(1)
        row_nans = self._edges(m, "row", self.a.payload, self.row_operands)
        column_nans = self._edges(m, "column", self.b.payload, self.column_operands)
        for lane, above in zip(self.sums.payload.lanes, self.above, strict=True):
            for name, _ in self.datapath.result_layout:
                m.d.comb += above[name].eq(Mux(first, 0, Value.cast(lane[name]).as_unsigned()))
        if self.datapath.has_nan:
            weight_nans = self._weight_nans(m, column_nans, takes, opening, forgets)
            sum_nans = Cat(lane.nan & ~first for lane in self.sums.payload.lanes)
            some = row_nans.any().replicate(self.columns)
            m.d.comb += self.mark.nan.eq(weight_nans | sum_nans | some)
        if self.datapath.limits_k:
            self._count(m)
        return m

    def _places(self, m: Module, takes: Value) -> tuple[Value, Value, Value]:
        """Say which row gets the next weights.

        Whether a whole tile of them waits; whether these are marked wrongly; whether they are the
        end of a tile that was too long, and to be forgotten with what came since its R beats.
        """
        place = Signal(self.rows + 1, init=1)  # one-hot; the last one is "none"
        overlong = Signal()  # the last tile had R beats and no end
        full, last = place[-1], self.b.payload.last
        rows = Cat(place[0] | full, place[1:-1])
        ends = takes & (rows[-1] | last)
        forgets = ends & overlong & ~rows[-1]
        m.d.comb += self.loads.eq(rows & takes.replicate(self.rows))
        with m.If(ends):
            m.d.sync += [place.eq(Mux(forgets, 1, 1 << self.rows)), overlong.eq(~last)]
        with m.Elif(takes):
            m.d.sync += place.eq(Cat(C(0, 1), rows))
        with m.Elif(self.starts):
            m.d.sync += place.eq(1)
        return full, takes & (rows[-1] ^ last), forgets

    def _edges(self, m: Module, side: str, payload, operands) -> Value:
        """Unpack the lanes of one side; which operands have a NaN."""
        nans = []
        make = partial(self.datapath.edge, side == "column")
        for number, operand in enumerate(lane for each in operands for lane in lanes(each)):
            edge = self.parts(f"{side}_edge", make)
            m.submodules[f"{side}_edge_{number}"] = edge
            m.d.comb += [
                edge.code.eq(payload.lanes[number]),
                edge.keep.eq(payload.keep[number]),
                operand.eq(edge.operand),
            ]
            nans.append(edge.nan)
        return any_of_each(nans, self.datapath.terms)

    def _weight_nans(
        self, m: Module, coming: Value, takes: Value, opening: Value, forgets: Value
    ) -> Value:
        """The columns with a NaN among the weights of the tile that this beat belongs to."""
        waiting = Signal(self.columns, name="waiting_nan")
        present = Signal(self.columns, name="weight_nan")
        of_tile = Signal(self.columns, name="tile_nan")
        m.d.comb += of_tile.eq(Mux(opening, waiting, present))
        with m.If(self.starts):
            m.d.sync += present.eq(waiting)
        with m.If(takes | self.starts):
            before = waiting & ~self.starts.replicate(self.columns)
            now = takes & ~forgets
            m.d.sync += waiting.eq(
                (before & ~forgets.replicate(self.columns)) | (coming & now.replicate(self.columns))
            )
        return of_tile

    def _count(self, m: Module) -> None:
        """Count the products in each sum up to K_max: earlier tiles' and the kept lanes of this."""
        before = self.sums.payload.terms
        terms = Signal(len(before) + len(self.a.payload.keep).bit_length())
        beyond = Signal()
        m.d.comb += [
            terms.eq(Mux(self.a.payload.first, 0, before) + _ones(self.a.payload.keep)),
            beyond.eq(terms > self.datapath.k_max),
            self.mark.terms.eq(Mux(beyond, self.datapath.k_max, terms)),
        ]
        with m.If(self.beat & beyond):
            m.d.sync += self.too_long.eq(1)


def _ones(bits: Value) -> Value:
    """How many of the bits are 1."""
    if len(bits) == 1:
        return bits
    half = len(bits) // 2
    return _ones(bits[:half]) + _ones(bits[half:])
