"""Formats, policies, design names, and the Amaranth components built from them.

``from lmul.hdl import Multiplier`` loads Amaranth; the names and formats alone do not.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lmul.hdl.array import SystolicArray
    from lmul.hdl.array_os import OutputStationaryArray
    from lmul.hdl.array_ws import WeightStationaryArray
    from lmul.hdl.multiplier import Multiplier
    from lmul.hdl.pe import PE
    from lmul.hdl.product import product_unit

__all__ = [
    "PE",
    "Multiplier",
    "OutputStationaryArray",
    "SystolicArray",
    "WeightStationaryArray",
    "product_unit",
]

_MODULE_OF = {
    "Multiplier": "lmul.hdl.multiplier",
    "OutputStationaryArray": "lmul.hdl.array_os",
    "PE": "lmul.hdl.pe",
    "SystolicArray": "lmul.hdl.array",
    "WeightStationaryArray": "lmul.hdl.array_ws",
    "product_unit": "lmul.hdl.product",
}


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        return getattr(import_module(_MODULE_OF[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
