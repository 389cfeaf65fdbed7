"""Verilog of designs."""

from amaranth.lib import wiring

from lmul.hdl.array import SystolicArray
from lmul.hdl.array_verilog import array_verilog
from lmul.hdl.axi import AxiStreams
from lmul.hdl.convert import convert
from lmul.hdl.design import Design
from lmul.hdl.flat_ports import FlatPorts
from lmul.hdl.int8 import Int8Product
from lmul.hdl.mac_design import MacDesign
from lmul.hdl.multiplier import Multiplier
from lmul.hdl.pe import PE
from lmul.hdl.product import product_unit
from lmul.hdl.unit_design import UnitDesign
from lmul.hdl.written import Form, written_as

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
        case _:
            raise TypeError(f"A design must be a Design, not {design!r}")


def emit(design: Design, form: Form = "gates") -> str:
    """Verilog of a design; the top module is called ``design.module_name``.

    A multiplier has ports ``x``, ``y``, ``p``, and ``clk``, ``rst``, ``en``, ``i_valid``,
    ``o_valid`` where it has registers; a product unit and a PE those of
    :class:`~lmul.hdl.flat_ports.FlatPorts`; an array those of :class:`~lmul.hdl.axi.AxiStreams`,
    its results being codes of fp32 (integers are raw sums).

    Parameters
    ----------
    design : Design
    form : str
        How arithmetic is written: as gates, or as operators for FPGAs.

    Raises
    ------
    TypeError, ValueError
        When it is no design; for an unknown form.
    """
    with written_as(form):
        if isinstance(design, MacDesign) and design.level == "array":
            return array_verilog(design)
        return convert(component(design), design.module_name)
