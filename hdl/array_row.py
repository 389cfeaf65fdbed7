"""One row of cells of an output-stationary array, all rows alike."""

from amaranth import Module, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.array_cell import ArrayCell
from lmul.hdl.datapath import Datapath
from lmul.hdl.parts import Parts, Submodules

__all__ = ["ArrayRow"]


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
        results = datapath.result_layout.size * columns
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
        width, size = path.operand_layout.size, path.result_layout.size
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
