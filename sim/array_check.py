"""An array's results beside the golden model's."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.mac_design import MacDesign
from lmul.sim.array_run import ArrayRun, operands
from lmul.sim.matmul import dot_products

__all__ = ["Comparison", "compare", "golden_results"]


@dataclass(frozen=True)
class Comparison:
    """How many results are right in every bit, their flags of overflow included.

    ``first`` says where the first wrong one is; None when all are right.
    """

    equal: int
    results: int
    first: str | None

    @property
    def bit_exact(self) -> bool:
        """Whether all of them are."""
        return self.equal == self.results


def golden_results(
    design: MacDesign, a: npt.ArrayLike, b: npt.ArrayLike, out: str = "fp32"
) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """What a design must give: its results and their overflow flags, both of shape (M, N).

    Raises
    ------
    TypeError, ValueError
        As :func:`lmul.sim.array_run.operands` does.
    """
    x, y = operands(design, a, b)
    if design.format is None or design.kind == "int8":
        sums = (x.astype(np.int64) @ y.astype(np.int64)).astype(np.int32)
        return sums, np.zeros(sums.shape, np.bool_)
    found = dot_products(x, y, design.format, design.kind, design.policy, design.accumulator, out)
    return found.codes, found.overflowed


def compare(run: ArrayRun, codes: npt.NDArray[Any], overflowed: npt.NDArray[Any]) -> Comparison:
    """Results of an array against those that are right."""
    right = (run.codes == codes) & (run.overflowed == overflowed)
    first = None
    if not right.all():
        i, j = (int(place) for place in np.argwhere(~right)[0])
        digits = 2 * codes.dtype.itemsize
        mask = (1 << 4 * digits) - 1
        found, wanted = (int(c[i, j]) & mask for c in (run.codes, codes))
        first = f"at [{i}, {j}] {found:#0{digits + 2}x}, golden {wanted:#0{digits + 2}x}"
        if found == wanted:
            first += ", the overflow flag is wrong"
    return Comparison(int(right.sum()), right.size, first)
