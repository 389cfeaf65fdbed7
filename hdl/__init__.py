"""Formats, policies, design names, and the Amaranth components built from them.

``from lmul.hdl import Multiplier`` loads Amaranth; the names and formats alone do not.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lmul.hdl.array.os_array import OutputStationaryArray
    from lmul.hdl.array.systolic import SystolicArray
    from lmul.hdl.array.ws_array import WeightStationaryArray
    from lmul.hdl.mac.pe import PE
    from lmul.hdl.multiplier.multiplier import Multiplier
    from lmul.hdl.products.registry import product_unit

__all__ = [
    "PE",
    "Multiplier",
    "OutputStationaryArray",
    "SystolicArray",
    "WeightStationaryArray",
    "product_unit",
]

_MODULE_OF = {
    "Multiplier": "lmul.hdl.multiplier.multiplier",
    "OutputStationaryArray": "lmul.hdl.array.os_array",
    "PE": "lmul.hdl.mac.pe",
    "SystolicArray": "lmul.hdl.array.systolic",
    "WeightStationaryArray": "lmul.hdl.array.ws_array",
    "product_unit": "lmul.hdl.products.registry",
}


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        return getattr(import_module(_MODULE_OF[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
