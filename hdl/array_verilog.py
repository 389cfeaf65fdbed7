"""Verilog of an array: one module for each distinct thing, instantiated as often as needed."""

from lmul.hdl.array_os import OutputStationaryArray
from lmul.hdl.datapath import Datapath
from lmul.hdl.parts import SharedModules
from lmul.hdl.verilog import convert

__all__ = ["array_verilog"]


def array_verilog(
    datapath: Datapath, rows: int, columns: int, name: str, out: str | None = "fp32"
) -> str:
    """The Verilog of a :class:`~lmul.hdl.array_os.OutputStationaryArray` with those parameters.

    Its modules are ``name``, ``name_row``, ``name_cell``, ``name_row_edge``, ``name_column_edge``,
    ``name_round``, and what each of them is made of.
    """
    parts = SharedModules(name)
    top = convert(OutputStationaryArray(datapath, rows, columns, out, parts), name)
    return "\n".join([top, *parts.texts.values()])
