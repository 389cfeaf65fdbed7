"""The package of the integer twin's product unit."""

import numpy as np

from lmul.hdl.int8 import INT8_BITS
from lmul.hdl.mac_design import MacDesign
from lmul.hdl.written import Form
from lmul.sim.circuit import Port
from lmul.sim.elaboration import verilog_of
from lmul.sim.export.contents import Bench, Contents, PortText, Section
from lmul.sim.export.unit_bench import bench_text
from lmul.sim.export.vectors import Vectors

__all__ = ["int_product_contents"]

_LATENCY = "combinational: p_value follows x_value and y_value in the same cycle"


def int_product_contents(design: MacDesign, form: Form) -> Contents:
    """All of it but the files' names."""
    vectors = _vectors()
    texts = [PortText(port.name, "input", port.width, "an operand, signed") for port in _INPUTS]
    return Contents(
        verilog_of(design, form=form),
        "the exact product of two signed 8-bit integers. Nothing is left to round.",
        (*texts, PortText("p_value", "output", 2 * INT8_BITS, "the product, signed")),
        (
            Section(
                "latency",
                "Latency",
                _LATENCY,
                {"cycles": 0, "meaning": _LATENCY, "initiation_interval": 0},
            ),
        ),
        {"level": design.level, "kind": design.kind, "stages": 0},
        Bench(
            bench_text(design, vectors),
            {f"{design.module_name}.hex": vectors.hex()},
            {"vectors": len(vectors), "exhaustive": vectors.exhaustive},
        ),
    )


_INPUTS = (Port("x_value", INT8_BITS), Port("y_value", INT8_BITS))


def _vectors() -> Vectors:
    """All pairs, and their products."""
    codes = np.arange(1 << INT8_BITS, dtype=np.int64)
    x, y = np.repeat(codes, len(codes)), np.tile(codes, len(codes))
    signed = (np.where(side > 127, side - 256, side) for side in (x, y))
    product = np.multiply(*signed) & ((1 << 2 * INT8_BITS) - 1)
    columns = {"x_value": x, "y_value": y, "p_value": product}
    return Vectors(_INPUTS, (Port("p_value", 2 * INT8_BITS),), columns, True)
