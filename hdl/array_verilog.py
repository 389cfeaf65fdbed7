"""Verilog of an array: one module for each distinct thing, instantiated as often as needed."""

from lmul.hdl.array import SystolicArray
from lmul.hdl.axi import AxiStreams
from lmul.hdl.convert import convert
from lmul.hdl.mac_design import MacDesign
from lmul.hdl.parts import SharedModules

__all__ = ["array_verilog"]


def array_verilog(design: MacDesign, out: str | None = "fp32") -> str:
    """The Verilog of an array with AXI4-Stream ports; its top module is ``design.module_name``.

    The others are called that and ``_core``, ``_row``, ``_cell``, ``_pe``, ``_row_edge``,
    ``_column_edge``, ``_round``, or after the one of these that they are part of.

    Parameters
    ----------
    design : MacDesign
    out : str or None
        Format of the results, as :class:`~lmul.hdl.array.SystolicArray` has it.

    Raises
    ------
    ValueError
        When the design is no array.
    """
    name = design.module_name
    parts = SharedModules(name)
    core = parts("core", lambda: SystolicArray.from_design(design, out, parts))
    return "\n".join([convert(AxiStreams(core), name), *parts.texts.values()])
