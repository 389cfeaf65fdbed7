"""The output-stationary systolic array: sums stay in the PEs, operands flow, results shift out."""

from amaranth import Cat, Module, Signal, Value
from amaranth.lib import data, wiring
from amaranth.lib.fifo import SyncFIFO
from amaranth.lib.wiring import In, Member, Out

from lmul.hdl.arithmetic.delay import delay, delay_struct
from lmul.hdl.array.os_entry import ArrayEntry
from lmul.hdl.array.os_grid import ArrayRow
from lmul.hdl.array.streams import a_payload, b_payload, out_payload, signature
from lmul.hdl.array.systolic import SystolicArray

__all__ = ["OutputStationaryArray"]


class OutputStationaryArray(SystolicArray):
    """Multiply matrices, a tile of R rows by C columns at a time, over any K.

    Beat k of ``a`` and of ``b`` brings column k of the left tile and row k of the right one. They
    are unpacked and set apart so that PE (i, j) meets a[i, k] and b[k, j] in the same cycle. The
    pair marked ``last`` ends a sum; results then shift to the column's end, where one rounder
    serves them all, while the PEs work on the next tile. Where PEs keep carries, these shift along,
    and sums are made whole there, in the same cycle. Where PEs take T pairs a cycle, a beat brings
    T columns and T rows, and a tile has K/T beats, rounded up.

    Timing, from the first beat of operands to the last of results, counting both, without stalls:
    ``2 R + C + B - 2 + latency`` cycles for one tile of B beats and ``max(B, R)`` for each further
    one.
    ``latency`` is the pipeline's own: the ports of operands, operand registers, ``stages``, the
    port of results, which is the rounder's register, and ``rounder`` more in it.

    Nothing is lost or repeated whatever stream waits. Without operands the grid moves on with
    zeros. A result that nobody takes stops the drain, and the grid only while it captures results.

    Beats of ``a`` and ``b`` are paired in their order, whatever is marked. A tile ends with the
    pair of which either is ``last``: where one mark is missing, the results are right nevertheless.
    Where both are, two tiles become one; where one comes too early, the tile is cut in two. From
    the next pair marked alike on, tiles are right again. A beat too few or too many in one stream
    leaves it out of step until reset. ``bad_last`` tells of all but a pair without any mark.

    After reset there are no tiles: one that has begun is forgotten.

    Parameters are those of :class:`~lmul.hdl.array.systolic.SystolicArray`.

    Members
    -------
    a : In(stream)
        Payload :func:`~lmul.hdl.array.streams.a_payload`: R lanes, ``keep`` for each, ``last``.
    b : In(stream)
        Payload :func:`~lmul.hdl.array.streams.b_payload`: C lanes, ``keep`` for each, ``last``.
    out : Out(stream)
        Payload :func:`~lmul.hdl.array.streams.out_payload`: C lanes; R beats a tile, row 0
        first, ``last`` with row R - 1. Rows and columns without ``keep`` are there, to be
        ignored: zero, or NaN where the other operands are.
    held : Out(1)
        The grid is held in this cycle.
    bubble : Out(1)
        The grid moves on without operands in this cycle.
    waits : Out(1)
        The drain stands in this cycle, since a result was not taken in the one before.
    too_long : Out(1)
        Sticky until reset: a tile had beats of more than K_max products. Its results may be
        wrong.
    bad_last : Out(1)
        Sticky until reset: one stream marked a pair as ``last`` and the other did not.
    """

    flow = "os"

    def _ports(self) -> dict[str, Member]:
        path = self.datapath
        return {
            "a": In(signature(a_payload(path, self.rows))),
            "b": In(signature(b_payload(path, self.columns))),
            "out": Out(signature(out_payload(path, self.columns, self.result_format))),
            **self._counting(),
        }

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        step = Signal()
        advances = Signal()
        out, waited = self._leave(m, "out")
        m.submodules.entry = entry = ArrayEntry(self.datapath, self.rows, self.columns, self.parts)
        wiring.connect(m, self._enter(m, "a"), entry.a)
        wiring.connect(m, self._enter(m, "b"), entry.b)
        m.d.comb += [
            # Every wait costs the drain one cycle, whether a result or none follows.
            step.eq(~waited),
            entry.advances.eq(advances),
            self.held.eq(~advances),
            self.bubble.eq(advances & ~entry.beat),
            self.waits.eq(waited),
            self.too_long.eq(entry.too_long),
            self.bad_last.eq(entry.bad_last),
        ]
        rows = self._grid(m, entry, advances, step)
        # While results are captured, drain and grid move together or not at all: then a result
        # from above has always passed a cell before that captures its next one.
        m.d.comb += advances.eq(step | ~self._capturing(m, rows[0].captures, advances))
        drains = self._drain(m, rows, advances, step)
        self._give(m, out, rows[-1], drains, entry, step)
        return m

    def _grid(self, m: Module, entry: ArrayEntry, advances: Value, step: Value) -> list[ArrayRow]:
        """The rows, from the one that gets its operands first to row 0, which drains first."""
        resets = self.datapath.operand_reset
        rows: list[ArrayRow] = []
        for place in range(self.rows):
            number = self.rows - 1 - place
            row = self.parts("row", lambda: ArrayRow(self.datapath, self.columns, self.parts))
            m.submodules[f"row_{number}"] = row
            operand = delay_struct(
                m, entry.row_operands[number], place, advances, f"skew_a_{number}", resets
            )
            last = delay(m, entry.last, place, advances, f"skew_last_{number}", 0)
            m.d.comb += [
                row.en.eq(advances),
                row.step.eq(step),
                *(row.a[name].eq(value) for name, value in operand.items()),
                row.last.eq(last),
            ]
            if place:
                m.d.comb += [row.b.eq(rows[-1].b_next), row.above.eq(rows[-1].result)]
            for column in range(0 if place else self.columns):
                operand = delay_struct(
                    m, entry.column_operands[column], column, advances, f"skew_b_{column}", resets
                )
                layout = self.datapath.operand_layout
                lane = data.View(layout, row.b.word_select(column, layout.size))
                m.d.comb += [lane[name].eq(value) for name, value in operand.items()]
            rows.append(row)
        return rows

    def _capturing(self, m: Module, first: Value, advances: Value) -> Value:
        """Whether a wave of captures is on its way from the first cell to the last."""
        remaining = Signal(range(self.rows + self.columns))
        with m.If(advances):
            with m.If(first):
                m.d.sync += remaining.eq(self.rows + self.columns - 2)
            with m.Elif(remaining.any()):
                m.d.sync += remaining.eq(remaining - 1)
        return first | remaining.any()

    def _drain(self, m: Module, rows: list[ArrayRow], advances: Value, step: Value) -> list[Value]:
        """Start each column's drain when its last row has captured; whether columns drain."""
        # Row r takes from above r times: the ones of a thermometer code, longest at the end.
        shifts = Signal(self.rows)
        starts = Signal()
        m.d.comb += starts.eq(advances & rows[-1].captures)
        with m.If(starts):
            m.d.sync += shifts.eq(-1)
        with m.Elif(step):
            m.d.sync += shifts.eq(shifts << 1)
        for place, row in enumerate(rows):
            m.d.comb += row.shift.eq(shifts[place - 1] if place else 0)
        drains: list[Value] = [shifts[-1]]
        for column in range(1, self.columns):
            drains.append(delay(m, drains[-1], 1, step, f"drains_{column}", 0))
        return drains

    def _give(
        self,
        m: Module,
        out,
        end: ArrayRow,
        drains: list[Value],
        entry: ArrayEntry,
        step: Value,
    ) -> None:
        """Round each column's results, bring them together again, and give them out."""
        lanes: list[dict[str, Value]] = []
        for column in range(self.columns):
            result = self._whole(m, end.result, column)
            lane = self._lane(m, result, column, step)
            depth = self.columns - 1 - column
            lanes.append(
                {n: delay(m, v, depth, step, f"deskew_{column}_{n}") for n, v in lane.items()}
            )
        gives = Signal()
        rounded = delay(m, drains[-1], self.rounder, step, "rounded", 0)
        row = Signal(self.rows, init=1)  # one-hot
        payload = out.payload
        m.d.comb += [
            gives.eq(rounded & step),
            out.valid.eq(gives),
            payload.last.eq(row[-1]),
        ]
        with m.If(gives):
            m.d.sync += row.eq(row.rotate_left(1))
        nans = self._nans(m, entry, row, gives & row[-1])
        for column, lane in enumerate(lanes):
            self._finish(m, payload, column, lane, nans[column] if nans is not None else None)

    def _nans(self, m: Module, entry: ArrayEntry, row: Value, ends: Value) -> Value | None:
        """Which lanes of this beat are NaN because an operand in their row or column was.

        The edge knows that when a tile ends; it waits here until the tile's results come.
        """
        if not self.datapath.has_nan:
            m.d.comb += entry.room.eq(1)
            return None
        # Tiles whose last operands are in and whose last results are not out, at one each R cycles
        cycles = 2 * self.rows + self.columns + self.datapath.stages + self.rounder + 1
        depth = cycles // self.rows + 2
        fifo = SyncFIFO(width=self.rows + self.columns, depth=depth)
        m.submodules.nan_marks = fifo
        m.d.comb += [
            entry.room.eq(fifo.w_rdy),
            fifo.w_en.eq(entry.last),
            fifo.w_data.eq(Cat(entry.row_nan, entry.column_nan)),
            fifo.r_en.eq(ends),
        ]
        of_row = Signal(name="row_is_nan")
        nans = Signal(self.columns, name="lane_is_nan")
        m.d.comb += [
            of_row.eq((fifo.r_data[: self.rows] & row).any()),
            nans.eq(fifo.r_data[self.rows :] | of_row.replicate(self.columns)),
        ]
        return nans
