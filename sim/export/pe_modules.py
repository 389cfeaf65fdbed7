"""What a PE needs around it: edges that make operands of codes, a rounder of its sums."""

from amaranth.lib import wiring

from lmul.hdl.convert import convert
from lmul.hdl.datapath import datapath_of
from lmul.hdl.flat_ports import FlatPorts
from lmul.hdl.float_datapath import FloatDatapath
from lmul.hdl.formats import FORMATS
from lmul.hdl.mac_design import MacDesign
from lmul.hdl.written import Form, written_as
from lmul.sim.export.golden_matrix import OUT

__all__ = ["companions"]


def companions(design: MacDesign, form: Form) -> dict[str, str]:
    """The Verilog of the modules that go out with a PE, by their names without the PE's.

    They are those of an array: one edge serves a row or a column of PEs, one rounder a column.
    """
    path = datapath_of(design)
    parts: dict[str, wiring.Component] = {
        "edge_a": path.edge(second=False),
        "edge_b": path.edge(second=True),
    }
    if isinstance(path, FloatDatapath):
        parts["round"] = path.rounder(FORMATS[OUT])
    name = design.module_name
    with written_as(form):
        return {part: convert(FlatPorts(made), f"{name}_{part}") for part, made in parts.items()}
