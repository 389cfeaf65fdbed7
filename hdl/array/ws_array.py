"""The weight-stationary systolic array: weights stay in the PEs, activations and sums pass."""

from amaranth import Module, Signal, Value
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Member, Out

from lmul.hdl.arithmetic.delay import delay
from lmul.hdl.array.streams import (
    activation_payload,
    b_payload,
    out_payload,
    signature,
    sums_payload,
)
from lmul.hdl.array.systolic import SystolicArray
from lmul.hdl.array.ws_entry import WeightStationaryEntry
from lmul.hdl.array.ws_grid import WeightStationaryRow

__all__ = ["WeightStationaryArray"]


class WeightStationaryArray(SystolicArray):
    """Multiply matrices of any M rows, a tile of R by C weights at a time, over any K and N.

    K runs down the rows and N along the columns. A tile is R beats of ``b``, the weights, then M
    beats of ``a``: each beat is R neighbours of one row of the left matrix, and meets all R x C
    weights. Where K > R, the sums of a tile leave by ``partials`` and come back by ``sums`` with
    the activations of the next R rows of weights; those of the last R leave by ``out``, rounded
    once, C to a beat. The sums may wait anywhere in between, in their order. Products are added
    with k ascending, as in the other flow, so that both give the same bits.

    The next tile's weights are taken while the present one computes: from the cycle of its first
    activations on. The activations of a tile begin when all its weights have been taken.

    Without stalls, :func:`lmul.hdl.designs.cycles.array_cycles` says when the last result
    leaves. A result leaves ``R + C + latency - 2`` cycles after the cycle that took its
    activations, and a partial sum ``rounder`` cycles sooner.

    Nothing is lost or repeated whatever stream waits. Without operands the grid moves on with
    beats that are none. A partial sum that nobody takes holds the grid. So does a result, once the
    port of results is full and another one comes. A memory between ``partials`` and ``sums`` must
    hold all sums that wait: what leaves does not depend on what comes.

    A tile of activations begins with the beat marked ``start``: a ``last`` that is missing or too
    early only leaves its results without their ``last``, or with one more. A tile of weights has R
    beats, whether or not the last of them is marked; where ``last`` comes earlier, the tile ends
    there and its results are wrong; where it comes later, but before another R beats, those between
    are dropped. The next tile is right. A beat of ``sums`` must be marked as the activations are
    that it is taken with. Of a tile with a beat of activations too few or too many, or of weights
    without any mark, streams stay out of step until reset. ``bad_last`` tells of every mark that is
    missing or one too many.

    After reset there are no tiles: activations and weights that were taken are forgotten.

    Parameters are those of :class:`~lmul.hdl.array.systolic.SystolicArray`.

    Members
    -------
    a : In(stream)
        Payload :func:`~lmul.hdl.array.streams.activation_payload`: R lanes, ``keep`` for each,
        ``last`` and ``start`` of M, ``first`` and ``final`` of the tiles that a sum passes through.
    b : In(stream)
        Payload :func:`~lmul.hdl.array.streams.b_payload`: C lanes, ``keep`` for each, ``last``;
        always R beats a tile, k ascending. Rows beyond K have no ``keep``, here and in ``a``.
    sums : In(stream)
        Payload :func:`~lmul.hdl.array.streams.sums_payload`: C lanes. A beat is taken with each
        beat of ``a`` that is not ``first``; both are ``last`` or none.
    partials : Out(stream)
        The same payload, of tiles that are not ``final``.
    out : Out(stream)
        Payload :func:`~lmul.hdl.array.streams.out_payload`: C lanes, of tiles that are ``final``;
        M beats a tile, in order, ``last`` with the last. Columns without ``keep`` are there, to be
        ignored: zero, or NaN where the other operands are.
    held : Out(1)
        The grid is held in this cycle.
    bubble : Out(1)
        The grid moves on without activations in this cycle.
    waits : Out(1)
        A result or a partial sum was not taken in the cycle before this one.
    too_long : Out(1)
        Sticky until reset: a sum had more than K_max products, so it may have wrapped. Products
        are counted by the lanes of ``a`` that are kept; the count travels with partial sums.
    bad_last : Out(1)
        Sticky until reset: a mark of a tile's start or end is missing, or one too many.
    """

    flow = "ws"

    def _ports(self) -> dict[str, Member]:
        path = self.datapath
        sums = signature(sums_payload(path, self.columns))
        return {
            "a": In(signature(activation_payload(path, self.rows))),
            "b": In(signature(b_payload(path, self.columns))),
            "sums": In(sums),
            "partials": Out(sums),
            "out": Out(signature(out_payload(path, self.columns, self.result_format))),
            **self._counting(),
        }

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        advances = Signal()
        m.submodules.entry = entry = WeightStationaryEntry(
            self.datapath, self.rows, self.columns, self.parts
        )
        for name, end in (("a", entry.a), ("b", entry.b), ("sums", entry.sums)):
            wiring.connect(m, self._enter(m, name), end)
        m.d.comb += [
            entry.advances.eq(advances),
            self.held.eq(~advances),
            self.bubble.eq(advances & ~entry.beat),
            self.bad_last.eq(entry.bad_last),
            self.too_long.eq(entry.too_long),
        ]
        below = self._grid(m, entry, advances)
        valid, mark = self._mark(m, entry, advances)
        lanes = [
            data.View(self.datapath.result_layout, self._deskewed(m, below, column, advances))
            for column in range(self.columns)
        ]
        self._give(m, advances, valid, mark, lanes)
        return m

    def _grid(self, m: Module, entry: WeightStationaryEntry, advances: Value) -> Value:
        """The rows, the first of K on top; the sums below the last one."""
        path = self.datapath
        width, size = path.operand_layout.size, path.kept_layout.size
        weights = Signal(width * self.columns)
        above: Value = Signal(size * self.columns)
        for column in range(self.columns):
            operand, lane = entry.column_operands[column], entry.above[column]
            weight = weights.word_select(column, width)
            # A sum meets the first product, which its activation needs 1 + stages cycles for.
            wait = 1 + path.stages + column
            name = f"skew_sum_{column}"
            m.d.comb += [
                weight.eq(delay(m, Value.cast(operand), column, advances, f"skew_b_{column}")),
                above.word_select(column, size).eq(
                    delay(m, Value.cast(lane), wait, advances, name)
                ),
            ]
        for number in range(self.rows):
            row = self.parts("row", lambda: WeightStationaryRow(path, self.columns, self.parts))
            m.submodules[f"row_{number}"] = row
            operand = Value.cast(entry.row_operands[number])
            late = delay(m, operand, number, advances, f"skew_a_{number}")
            swaps = delay(m, entry.starts, number, advances, f"skew_swaps_{number}", 0)
            m.d.comb += [
                row.en.eq(advances),
                Value.cast(row.a).eq(late),
                row.loads.eq(entry.loads[number]),
                row.swaps.eq(swaps),
                row.b.eq(weights),
                row.above.eq(above),
            ]
            above = row.below
        return above

    def _deskewed(self, m: Module, below: Value, column: int, advances: Value) -> Value:
        """A column's sums when the last column has its own."""
        lane = Value.cast(self._whole(m, below, column))
        return delay(m, lane, self.columns - 1 - column, advances, f"deskew_{column}")

    def _mark(
        self, m: Module, entry: WeightStationaryEntry, advances: Value
    ) -> tuple[Value, data.View]:
        """Whether sums leave the grid, and the mark of their beat."""
        cycles = self.rows + self.columns + self.datapath.stages
        valid = delay(m, entry.beat, cycles, advances, "valid", 0)
        mark = delay(m, Value.cast(entry.mark), cycles, advances, "mark")
        return valid, data.View(entry.mark_layout, mark)

    def _give(
        self, m: Module, advances: Value, valid: Value, mark: data.View, lanes: list[data.View]
    ) -> None:
        """Send the sums out, or back for more products."""
        out, out_waited = self._leave(m, "out")
        rounded = delay(m, valid, self.rounder, advances, "rounded", 0)
        final = delay(m, mark.final, self.rounder, advances, "rounded_final")
        back, back_waited = self._leave(m, "partials")
        m.d.comb += [
            # Every wait of a partial sum costs one cycle: it is that much later back.
            advances.eq(~back_waited & (out.ready | ~(rounded & final))),
            back.valid.eq(advances & valid & ~mark.final),
            out.valid.eq(advances & rounded & final),
            self.waits.eq(out_waited | back_waited),
        ]
        partials, result = back.payload, out.payload
        last = delay(m, mark.last, self.rounder, advances, "rounded_last")
        m.d.comb += [partials.last.eq(mark.last), result.last.eq(last)]
        if self.datapath.limits_k:
            m.d.comb += partials.terms.eq(mark.terms)
        for column, lane in enumerate(lanes):
            nan = mark.nan[column] if self.datapath.has_nan else None
            m.d.comb += [
                partials.lanes[column][name].eq(lane[name])
                for name, _ in self.datapath.result_layout
            ]
            if nan is not None:
                m.d.comb += partials.lanes[column].nan.eq(nan)
            if nan is not None:
                nan = delay(m, nan, self.rounder, advances, f"rounded_nan_{column}")
            self._finish(m, result, column, self._lane(m, lane, column, advances), nan)
