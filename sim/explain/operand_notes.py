"""What a policy makes of operands that look like something else, in words."""

from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.numbers.formats import IntegerFormat

__all__ = ["operand_notes"]


def operand_notes(codes: npt.NDArray[Any], design: MacDesign) -> list[str]:
    """A sentence for each kind of code that is not multiplied as what it stands for.

    Parameters
    ----------
    codes : array of codes of the design's format
    design : MacDesign
        Its policy says what becomes of zeros, subnormals, NaN and Inf. ``int8`` has none of them.
    """
    fmt, policy = design.format, design.policy
    if isinstance(fmt, IntegerFormat):
        return []
    magnitude = codes.astype(np.int64) & fmt.magnitude_mask
    special = magnitude > fmt.max_code
    if fmt.specials == "fnuz":
        special = codes == fmt.nan_code
        magnitude = np.where(special, 1 << fmt.mantissa_bits, magnitude)
    zeros = np.count_nonzero(magnitude == 0)
    subnormals = np.count_nonzero((magnitude > 0) & (magnitude < fmt.min_normal_code))
    notes = []
    if zeros and policy.zero == "wrap":
        notes.append(
            f"policy {policy.name} has no zero: {zeros} zeros are multiplied as "
            f"{2.0**-fmt.bias:g}, so a K filled up with zeros gives wrong sums"
        )
    if subnormals and policy.subnormals == "flush":
        notes.append(f"policy {policy.name} reads {subnormals} subnormal codes as 0")
    if special.any() and policy.specials == "ignore":
        notes.append(
            f"policy {policy.name} reads {np.count_nonzero(special)} codes of NaN or Inf as the "
            "numbers that their fields spell"
        )
    return notes
