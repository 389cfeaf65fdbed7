"""Verilog text of components and designs, the same bytes for the same input."""

import os
import re

from amaranth import Module
from amaranth.back import verilog
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.multiplier import Multiplier
from lmul.hdl.product import ProductUnit, product_unit
from lmul.hdl.unit_design import UnitDesign
from lmul.hdl.verilog_text import tidy

__all__ = ["FlatProduct", "component", "convert", "emit"]


class FlatProduct(wiring.Component):
    """A product unit with one port for each member of its operands and product.

    Parameters
    ----------
    unit : component
        From :func:`lmul.hdl.product.product_unit`.

    Members
    -------
    x_neg, x_zero, x_exp, x_man, y_neg, y_zero, y_exp, y_man : In
        The operands.
    p_neg, p_exp, p_sig : Out
        The product.
    """

    def __init__(self, unit: ProductUnit) -> None:
        self.unit = unit
        ports = {}
        for name in ("x", "y"):
            for member, field in unit.operand_layout:
                ports[f"{name}_{member}"] = In(field.shape)
        for member, field in unit.product_layout:
            ports[f"p_{member}"] = Out(field.shape)
        super().__init__(ports)

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        m.submodules.unit = unit = self.unit
        for name, operand in (("x", unit.x), ("y", unit.y)):
            for member, _ in unit.operand_layout:
                m.d.comb += operand[member].eq(getattr(self, f"{name}_{member}"))
        for member, _ in unit.product_layout:
            m.d.comb += getattr(self, f"p_{member}").eq(unit.p[member])
        return m


def component(design: UnitDesign) -> Multiplier | FlatProduct:
    """The component of a design, with the ports that its Verilog has."""
    if design.level == "multiplier":
        return Multiplier.from_design(design)
    return FlatProduct(product_unit(design.kind, design.format, design.offset))


def convert(component: wiring.Component, name: str) -> str:
    """Verilog of a component, without source paths, with plain names and ports in order.

    Parameters
    ----------
    component : wiring.Component
        Not yet elaborated anywhere else.
    name : str
        Of the top module; those below it are called ``name_…``.
    """
    # A system Yosys may be too old for Amaranth; its own package is pinned with it.
    before = os.environ.get("AMARANTH_USE_YOSYS")
    os.environ["AMARANTH_USE_YOSYS"] = "builtin"
    try:
        text = verilog.convert(component, name=name, emit_src=False, strip_internal_attrs=True)
    finally:
        if before is None:
            del os.environ["AMARANTH_USE_YOSYS"]
        else:
            os.environ["AMARANTH_USE_YOSYS"] = before
    # Amaranth calls submodules "top.sub", which Verilog must write as an escaped identifier.
    text = re.sub(
        rf"\\({re.escape(name)}(?:\.\w+)+) ", lambda match: match[1].replace(".", "_") + " ", text
    )
    return tidy(text)


def emit(design: UnitDesign) -> str:
    """Verilog of a design; the top module is called ``design.module_name``.

    A multiplier has ports ``x``, ``y``, ``p``, and ``clk``, ``rst``, ``en``, ``i_valid``,
    ``o_valid`` where it has registers; a product unit those of :class:`FlatProduct`.
    """
    return convert(component(design), design.module_name)
