"""One row of cells of an output-stationary array, all rows alike."""

from amaranth import Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.array.parts import Parts, Submodules
from lmul.hdl.group.lanes import members
from lmul.hdl.mac.datapath import Datapath
from lmul.hdl.mac.pe import PE

__all__ = ["ArrayCell", "ArrayRow"]


class ArrayCell(wiring.Component):
    """A PE whose results shift down the column while it computes the next one.

    Parameters
    ----------
    datapath : FloatDatapath or IntDatapath
    parts : Parts or None
        How the PE is built; None: as a submodule.

    Members
    -------
    en, a, b, last, a_next, b_next, last_next, captures
        The PE's.
    step : In(1)
        The drain moves; while it is 0, ``shift_next`` holds and nothing shifts.
    shift : In(1)
        Take the result of the cell above.
    shift_next : Out(1)
        ``shift`` one step later, for the next column.
    above : In(datapath.kept_layout)
    result : Out(datapath.kept_layout)
        The PE's latest result, or one from above, with the carries that a sum keeps.
    """

    def __init__(self, datapath: Datapath, parts: Parts | None = None) -> None:
        self.datapath = datapath
        self.parts = parts or Submodules()
        operand, result = datapath.operand_layout, datapath.kept_layout
        super().__init__(
            {
                "en": In(1),
                "a": In(operand),
                "b": In(operand),
                "last": In(1),
                "a_next": Out(operand),
                "b_next": Out(operand),
                "last_next": Out(1),
                "captures": Out(1),
                "step": In(1),
                "shift": In(1),
                "shift_next": Out(1),
                "above": In(result),
                "result": Out(result),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        m.submodules.pe = pe = self.parts("pe", lambda: PE(self.datapath, whole=False))
        m.d.comb += [
            pe.en.eq(self.en),
            pe.a.eq(self.a),
            pe.b.eq(self.b),
            pe.last.eq(self.last),
            self.a_next.eq(pe.a_next),
            self.b_next.eq(pe.b_next),
            self.last_next.eq(pe.last_next),
            self.captures.eq(pe.captures),
        ]
        passed = Signal(name="shift_passed")
        m.d.comb += self.shift_next.eq(passed)
        with m.If(self.step):
            m.d.sync += passed.eq(self.shift)
        for name, field in self.datapath.kept_layout:
            drained = Signal(field.shape, name=f"drained_{name}", reset_less=True)
            m.d.comb += members(self.result)[name].eq(drained)
            # Never both: a result from above has passed before the next one is captured.
            with m.If(self.step & self.shift):
                m.d.sync += drained.eq(self.above[name])
            with m.Elif(self.en & pe.captures):
                m.d.sync += drained.eq(pe.total[name])
        return m


class ArrayRow(wiring.Component):
    """Cells side by side: ``a`` and the control pass from one to the next.

    Parameters
    ----------
    datapath : FloatDatapath or IntDatapath
    columns : int
    parts : Parts or None
        How cells and PEs are built; None: as submodules.

    Members
    -------
    en, step : In(1)
        The grid and the drain move.
    a, last, shift : In
        Into the first cell.
    captures : Out(1)
        The first cell captures.
    b, above : In(unsigned)
        From the row before, a lane of operand or result for each cell, the first lowest.
    b_next, result : Out(unsigned)
        To the row after.
    """

    def __init__(self, datapath: Datapath, columns: int, parts: Parts | None = None) -> None:
        self.datapath = datapath
        self.columns = columns
        self.parts = parts or Submodules()
        operand = datapath.operand_layout
        # Plain bits, for the length of the Verilog: of an array, each lane and member is written.
        operands = operand.size * columns
        results = datapath.kept_layout.size * columns
        super().__init__(
            {
                "en": In(1),
                "step": In(1),
                "a": In(operand),
                "last": In(1),
                "shift": In(1),
                "captures": Out(1),
                "b": In(operands),
                "b_next": Out(operands),
                "above": In(results),
                "result": Out(results),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        path = self.datapath
        width, size = path.operand_layout.size, path.kept_layout.size
        a, last, shift = self.a, self.last, self.shift
        for column in range(self.columns):
            cell = self.parts("cell", lambda: ArrayCell(path, self.parts))
            m.submodules[f"cell_{column}"] = cell
            m.d.comb += [
                cell.en.eq(self.en),
                cell.step.eq(self.step),
                cell.a.eq(a),
                cell.last.eq(last),
                cell.shift.eq(shift),
                Value.cast(cell.b).eq(self.b.word_select(column, width)),
                Value.cast(cell.above).eq(self.above.word_select(column, size)),
                self.b_next.word_select(column, width).eq(cell.b_next),
                self.result.word_select(column, size).eq(cell.result),
            ]
            if not column:
                m.d.comb += self.captures.eq(cell.captures)
            a, last, shift = cell.a_next, cell.last_next, cell.shift_next
        return m
