"""Operands as a PE gets them: what the edge of an array makes of codes, told independently."""

from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.datapath import Datapath
from lmul.hdl.float_datapath import FloatDatapath
from lmul.sim.arithmetic import unpack

__all__ = ["edge_operands", "zero_operand"]

Codes = npt.NDArray[np.unsignedinteger[Any]]
Operand = dict[str, int]


def edge_operands(
    path: Datapath, codes: Codes, second: bool, rng: np.random.Generator
) -> list[Operand]:
    """The members of the operand of each code; what means nothing in them is random.

    Exponents count from the smallest that the policy admits, subnormals are normalised, and
    L-Mul's offset is added to the ``second`` operand of a product. There must be no NaN.
    """
    if not isinstance(path, FloatDatapath):
        return [{"value": int(code)} for code in codes]
    fmt, layout = path.fmt, path.operand_layout
    specials = path.policy.specials == "propagate"
    given = unpack(codes.astype(np.int64), fmt, path.policy.subnormals, specials)
    words = given.code - (layout.lowest << fmt.mantissa_bits)
    words += path.folded if second else 0
    operands = []
    for place, word in enumerate(words.tolist()):
        zero = given.zero is not None and bool(given.zero[place])
        infinite = given.inf is not None and bool(given.inf[place])
        if zero or infinite:
            word = int(rng.integers(0, 1 << (layout.exponent_bits + fmt.mantissa_bits)))
        operand = {
            "neg": int(given.negative[place]),
            "zero": int(zero),
            "exp": word >> fmt.mantissa_bits,
            "man": word & fmt.mantissa_mask,
        }
        if layout.has_inf:
            operand["inf"] = int(infinite)
        operands.append(operand)
    return operands


def zero_operand(path: Datapath, rng: np.random.Generator) -> Operand:
    """An operand that is zero; what means nothing in it is random."""
    if not isinstance(path, FloatDatapath):
        return {"value": 0}
    layout = path.operand_layout
    operand = {
        "neg": int(rng.integers(0, 2)),
        "zero": 1,
        "exp": int(rng.integers(0, 1 << layout.exponent_bits)),
        "man": int(rng.integers(0, 1 << layout.mantissa_bits)),
    }
    if layout.has_inf:
        operand["inf"] = 0
    return operand
