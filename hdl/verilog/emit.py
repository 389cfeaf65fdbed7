"""Verilog of designs."""

from amaranth.lib import wiring

from lmul.hdl.arithmetic.form import Form, written_as
from lmul.hdl.array.systolic import SystolicArray
from lmul.hdl.designs.design import Design
from lmul.hdl.designs.dot import DotDesign
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.dot.unit import dot_unit
from lmul.hdl.mac.pe import PE
from lmul.hdl.multiplier.multiplier import Multiplier
from lmul.hdl.products.int8 import Int8Product
from lmul.hdl.products.registry import product_unit
from lmul.hdl.verilog.axi import AxiStreams
from lmul.hdl.verilog.convert import convert
from lmul.hdl.verilog.shared_modules import SharedModules
from lmul.hdl.verilog.wrappers import FlatPorts

__all__ = ["component", "emit"]


def component(design: Design) -> wiring.Component:
    """The component of a design, with the ports that its Verilog has.

    Raises
    ------
    TypeError
        When it is no design.
    """
    match design:
        case UnitDesign(level="multiplier"):
            return Multiplier.from_design(design)
        case UnitDesign():
            return FlatPorts(product_unit(design.kind, design.format, design.offset))
        case MacDesign(level="array"):
            return AxiStreams(SystolicArray.from_design(design))
        case MacDesign(level="pe"):
            return FlatPorts(PE.from_design(design))
        case MacDesign():
            return FlatPorts(Int8Product())
        case DotDesign():
            return dot_unit(design)
        case _:
            raise TypeError(f"A design must be a Design, not {design!r}")


def emit(design: Design, form: Form = "gates", out: str | None = "fp32") -> str:
    """Verilog of a design; the top module is called ``design.module_name``.

    A multiplier has ports ``x``, ``y``, ``p``, and ``clk``, ``rst``, ``en``, ``i_valid``,
    ``o_valid`` where it has registers; a product unit and a PE those of
    :class:`~lmul.hdl.verilog.wrappers.FlatPorts`; an array those of
    :class:`~lmul.hdl.verilog.axi.AxiStreams`; a dot-product unit ``x``, ``y``, ``acc`` and ``p``,
    the codes of ``x`` and ``y`` side by side, the first in the lowest bits. The modules below an
    array are called after it and ``_core``, ``_row``, ``_cell``, ``_pe``, ``_row_edge``,
    ``_column_edge``, ``_round``, or after the one of these that they are part of.

    Parameters
    ----------
    design : Design
    form : str
        How arithmetic is written: as gates, or as operators for FPGAs.
    out : str or None
        Format of an array's results; None for raw sums, which integers always are.

    Raises
    ------
    TypeError, ValueError
        When it is no design; for an unknown form.
    """
    with written_as(form):
        if not (isinstance(design, MacDesign) and design.level == "array"):
            return convert(component(design), design.module_name)
        name = design.module_name
        parts = SharedModules(name)
        core = parts("core", lambda: SystolicArray.from_design(design, out, parts))
        return "\n".join([convert(AxiStreams(core), name), *parts.texts.values()])
