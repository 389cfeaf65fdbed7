"""What the PEs of one array have in common: operands, product, accumulator, result."""

from lmul.hdl.float_datapath import FloatDatapath
from lmul.hdl.int_datapath import IntDatapath
from lmul.hdl.mac_design import MacDesign

__all__ = ["Datapath", "datapath_of"]

Datapath = FloatDatapath | IntDatapath
"""What a PE and an array are built from: layouts, resets, and makers of their parts."""


def datapath_of(design: MacDesign) -> Datapath:
    """The datapath of a PE's or an array's design."""
    if design.kind == "int8" or design.format is None:
        return IntDatapath(design.k_max, design.stages)
    return FloatDatapath(
        design.format,
        design.kind,
        design.policy,
        design.accumulator,
        design.k_max,
        design.stages,
    )
