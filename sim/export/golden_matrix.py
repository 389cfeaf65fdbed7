"""What must come out of PEs and arrays: the golden matrix product of either kind of datapath."""

import numpy as np
import numpy.typing as npt

from lmul.hdl.mac_design import MacDesign
from lmul.sim.matmul import DotProducts, dot_products

__all__ = ["OUT", "golden_matrix"]

OUT = "fp32"
"""The format of results; integers are as they are."""


def golden_matrix(
    design: MacDesign, a: npt.NDArray[np.int64], b: npt.NDArray[np.int64]
) -> DotProducts:
    """The matrix product of codes as a design computes it, in 32 bits each."""
    if design.kind == "int8" or design.format is None:
        x, y = (np.where(side > 127, side - 256, side) for side in (a, b))
        sums = (x @ y & 0xFFFFFFFF).astype(np.uint32)
        return DotProducts(sums, np.zeros(sums.shape, np.bool_))
    return dot_products(
        a.astype(np.uint32),
        b.astype(np.uint32),
        design.format,
        design.kind,
        design.policy,
        design.accumulator,
        OUT,
    )
