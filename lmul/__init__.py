"""L-Mul multipliers and their exact twins: golden model, RTL, gate counts.

    >>> import lmul
    >>> x, y = lmul.encode([1.5, -2.0], "e4m3"), lmul.encode([2.25, 0.75], "e4m3")
    >>> lmul.decode(lmul.multiply(x, y, "e4m3", kind="lmul"), "e4m3")
    array([ 3.5  , -1.625], dtype=float32)

The Amaranth components are in :mod:`lmul.hdl` (``from lmul.hdl import Multiplier``); importing
``lmul`` alone does not load Amaranth.
"""

from lmul.hdl.designs.design import Design
from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.hdl.numbers.kinds import KINDS
from lmul.hdl.numbers.policy import POLICIES, Policy
from lmul.sim.compiled.backend import matmul
from lmul.sim.golden.codec import decode, encode
from lmul.sim.golden.multiply import multiply, product
from lmul.tools.errors import LmulError, ToolFailed, ToolNotFound

__version__ = "0.1.0"

E4M3 = FORMATS["e4m3"]
E5M2 = FORMATS["e5m2"]
E3M4 = FORMATS["e3m4"]
E4M3FNUZ = FORMATS["e4m3fnuz"]
E5M2FNUZ = FORMATS["e5m2fnuz"]
E2M3 = FORMATS["e2m3"]
E3M2 = FORMATS["e3m2"]
E2M1 = FORMATS["e2m1"]
BF16 = FORMATS["bf16"]
FP16 = FORMATS["fp16"]
FP32 = FORMATS["fp32"]

__all__ = [
    "BF16",
    "E2M1",
    "E2M3",
    "E3M2",
    "E3M4",
    "E4M3",
    "E4M3FNUZ",
    "E5M2",
    "E5M2FNUZ",
    "FORMATS",
    "FP16",
    "FP32",
    "KINDS",
    "POLICIES",
    "Design",
    "FloatFormat",
    "LmulError",
    "Policy",
    "ToolFailed",
    "ToolNotFound",
    "decode",
    "encode",
    "matmul",
    "multiply",
    "product",
]
