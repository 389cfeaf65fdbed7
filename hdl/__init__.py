"""Formats, policies, design names, and the Amaranth components built from them.

``from lmul.hdl import Multiplier`` loads Amaranth; the names and formats alone do not.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lmul.hdl.array.os_array import OutputStationaryArray
    from lmul.hdl.array.systolic import SystolicArray
    from lmul.hdl.array.ws_array import WeightStationaryArray
    from lmul.hdl.mac.edge import Edge
    from lmul.hdl.mac.pe import PE
    from lmul.hdl.multiplier.multiplier import Multiplier
    from lmul.hdl.products.registry import product_unit
    from lmul.hdl.verilog.instance import VerilogInstance

__all__ = [
    "PE",
    "Edge",
    "Multiplier",
    "OutputStationaryArray",
    "SystolicArray",
    "VerilogInstance",
    "WeightStationaryArray",
    "product_unit",
]

_MODULE_OF = {
    "Edge": "lmul.hdl.mac.edge",
    "Multiplier": "lmul.hdl.multiplier.multiplier",
    "OutputStationaryArray": "lmul.hdl.array.os_array",
    "PE": "lmul.hdl.mac.pe",
    "SystolicArray": "lmul.hdl.array.systolic",
    "VerilogInstance": "lmul.hdl.verilog.instance",
    "WeightStationaryArray": "lmul.hdl.array.ws_array",
    "product_unit": "lmul.hdl.products.registry",
}


def __dir__() -> list[str]:
    return list(__all__)


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        return getattr(import_module(_MODULE_OF[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
