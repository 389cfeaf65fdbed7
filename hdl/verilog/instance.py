"""A design inside somebody's Amaranth design, as an instance of its finished Verilog."""

from typing import Any

from amaranth import Module
from amaranth.lib import wiring

from lmul.hdl.array.systolic import SystolicArray
from lmul.hdl.designs.design import Design
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.mac.pe import PE
from lmul.hdl.multiplier.multiplier import Multiplier
from lmul.hdl.verilog.shared_modules import SharedModules

__all__ = ["VerilogInstance"]


class VerilogInstance(wiring.Component):
    """A multiplier, PE or array with the ports of its component, written once as Verilog.

    An array elaborated as a component has a module for each PE, which takes seconds to convert and
    makes a netlist of a megabyte. This has one module for each distinct part. Amaranth's simulator
    can't look into it.

    It is clocked and reset by the domain ``sync``, as the component is.

    Parameters
    ----------
    design : Design or str
        A multiplier, a PE or an array.
    out : str or None
        Format of an array's results; None for raw sums.

    Attributes
    ----------
    design
    verilog : str
        The modules that the instance needs, their names beginning with ``design.module_name``. On
        a platform they are added to its files; else they belong beside the converted text, once
        for all instances of a design.

    Raises
    ------
    ValueError
        For a wrong name; for a product unit.
    """

    def __init__(self, design: Design | str, out: str | None = "fp32") -> None:
        self.design = chosen = Design.parse(design)
        parts = SharedModules(chosen.module_name)
        self._part = parts("core", lambda: _component(chosen, out, parts))
        self.verilog = "\n".join(parts.texts.values())
        super().__init__(self._part.signature)

    def elaborate(self, platform: Any) -> Module:
        """Build the instance."""
        m = Module()
        if hasattr(platform, "add_file"):
            platform.add_file(f"{self.design.module_name}_core.v", self.verilog)
        m.submodules.core = self._part
        wiring.connect(m, wiring.flipped(self), self._part)
        return m


def _component(design: Design, out: str | None, parts: SharedModules) -> wiring.Component:
    if isinstance(design, MacDesign) and design.level == "array":
        return SystolicArray.from_design(design, out, parts)
    if isinstance(design, MacDesign) and design.level == "pe":
        return PE(design)
    if design.level in ("product", "dot"):
        raise ValueError(f"Design {design.name!r} is no multiplier, PE or array")
    return Multiplier.from_design(design.name)
