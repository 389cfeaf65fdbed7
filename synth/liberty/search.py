"""Cells found by what they compute: a library's NAND2, inverter and full adder."""

from dataclasses import dataclass

from lmul.synth.liberty.cells import Cell
from lmul.synth.liberty.function import CellFunction
from lmul.synth.liberty.library import Library

__all__ = ["FullAdder", "buffers_of", "cell_of", "full_adder"]


_IDENTITY = CellFunction("a").truth_table()
_SUM = CellFunction("a ^ b ^ c").truth_table()
_CARRY = CellFunction("a b | a c | b c").truth_table()


@dataclass(frozen=True)
class FullAdder:
    """A cell with a full adder's two outputs.

    Attributes
    ----------
    cell : str
        Its name.
    inputs : tuple of str
        Its three inputs; which is which does not matter.
    sum, carry : str
        Its outputs.
    """

    cell: str
    inputs: tuple[str, ...]
    sum: str
    carry: str

    @property
    def techmap(self) -> str:
        """Verilog by which Yosys's ``techmap`` puts this cell for each bit of a ``$fa``."""
        a, b, c = self.inputs
        return f"""\
(* techmap_celltype = "$fa" *)
module _full_adder (A, B, C, X, Y);
  parameter WIDTH = 1;  // extract_fa makes no other
  input A, B, C;
  output X, Y;
  {self.cell} _TECHMAP_REPLACE_ (.{a}(A), .{b}(B), .{c}(C), .{self.carry}(X), .{self.sum}(Y));
endmodule
"""


def cell_of(library: Library, function: str) -> str | None:
    """The smallest usable cell of one output that computes a function, or None.

    Parameters
    ----------
    library : Library
        Where to look.
    function : str
        In Liberty's syntax, symmetric in its inputs (no order of pins is tried), such as
        ``"!(a b)"``.
    """
    wanted = CellFunction(function).truth_table()
    found = (
        name
        for name, outputs in _functions(library).items()
        if [table for _, _, table in outputs] == [wanted]
    )
    return min(found, key=lambda name: _size(library[name]), default=None)


def buffers_of(library: Library) -> list[str]:
    """All usable buffers, in the library's order."""
    return [
        name
        for name, outputs in _functions(library).items()
        if [table for _, _, table in outputs] == [_IDENTITY]
    ]


def full_adder(library: Library) -> FullAdder | None:
    """The smallest usable full adder, or None: many libraries have none."""
    found = {}
    for name, outputs in _functions(library).items():
        if len(outputs) == 2:
            by_table = {table: (output, inputs) for output, inputs, table in outputs}
            if by_table.keys() == {_SUM, _CARRY}:
                (total, inputs), (carry, _) = by_table[_SUM], by_table[_CARRY]
                found[name] = FullAdder(name, inputs, total, carry)
    return min(found.values(), key=lambda adder: _size(library[adder.cell]), default=None)


def _size(cell: Cell) -> tuple[float, float]:
    return cell.area, sum(pin.capacitance for pin in cell.inputs)


def _functions(library: Library) -> dict[str, list[tuple[str, tuple[str, ...], tuple[int, ...]]]]:
    """Of each usable cell without state: its outputs, each with its inputs and truth table."""
    return {
        name: [
            (output, function.inputs, function.truth_table())
            for output, function in functions.items()
        ]
        for name, functions in library.functions.items()
        if max((len(f.inputs) for f in functions.values()), default=9) <= 3
    }
