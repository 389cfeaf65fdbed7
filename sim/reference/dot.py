"""What a dot-product unit must answer: the golden model's words."""

from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.designs.dot import DotDesign
from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.sim.golden.codec import code_dtype
from lmul.sim.golden.dot import dot, int_dot
from lmul.sim.reference.operands import draw_codes, operand_corners

__all__ = ["DotOperands", "draw_dots", "expected_words", "lane_codes", "lane_words"]


Codes = npt.NDArray[np.unsignedinteger[Any]]
DotOperands = tuple[Codes, Codes, npt.NDArray[np.uint32]]
"""Codes of both sides, (count, N), and accumulators, (count,)."""

_SPECIAL = (0.0, 0.05, 0.0, 0.5)  # shares of corners in a draw: all over again in this order


def expected_words(design: DotDesign, x: Codes, y: Codes, acc: Codes) -> npt.NDArray[np.uint32]:
    """The results, (count,), for codes (count, N) and accumulators (count,)."""
    if not isinstance(design.format, FloatFormat) or design.kind == "int8":
        return int_dot(x, y, acc)
    return dot(
        x,
        y,
        acc,
        design.format,
        design.kind,
        design.policy,
        design.window,
        design.sticky,
    )


def lane_words(design: DotDesign, codes: Codes) -> list[int]:
    """Codes (count, N) as they stand side by side at a port, the first in the lowest bits."""
    width = design.format.width
    return [sum(code << width * lane for lane, code in enumerate(row)) for row in codes.tolist()]


def lane_codes(design: DotDesign, words: npt.NDArray[Any]) -> Codes:
    """The codes (count, N) of :func:`lane_words`."""
    width, mask = design.format.width, (1 << design.format.width) - 1
    codes = [[word >> width * lane & mask for lane in range(design.terms)] for word in words]
    return np.array(codes, code_dtype(design.format)).reshape(-1, design.terms)


def draw_dots(design: DotDesign, count: int, rng: np.random.Generator) -> DotOperands:
    """Random operands: of all sizes and of like size, corners among them, sums that cancel.

    The first ones are the same corner in all lanes, with zeros to add to.
    """
    corners = operand_corners(design.format)
    same = np.repeat(corners[:, None], design.terms, axis=1)
    sides = []
    for turn in (1, 2):
        drawn = [np.roll(same, turn, axis=0)]
        while sum(map(len, drawn)) < count:
            special = _SPECIAL[len(drawn) % len(_SPECIAL)]
            drawn.append(draw_codes(rng, design.format, (16, design.terms), special))
        sides.append(np.concatenate(drawn)[:count].astype(code_dtype(design.format)))
    x, y = sides
    single = FORMATS["fp32"]
    if design.kind == "int8":
        acc = rng.integers(0, 1 << single.width, count).astype(np.uint32)
    else:
        acc = draw_codes(rng, single, (count,), 0.1).astype(np.uint32)
        # Half of the accumulators cancel most of their group.
        near = expected_words(design, x, y, np.zeros(count, np.uint32)) ^ np.uint32(
            single.sign_mask
        )
        near ^= (rng.integers(0, 1 << 16, count) << rng.integers(0, 9, count)).astype(np.uint32)
        acc = np.where(rng.random(count) < 0.5, near, acc)
    acc[: len(corners)] = 0
    return x, y, acc
