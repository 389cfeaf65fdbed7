"""What a circuit must answer: the golden model's words beside the simulator's.

A multiplier's result is compared as a code, an integer as it is. A product unit may carry its
product as it likes, so its ports are read as (-1)**neg * sig * 2**(exp - exp_bias) and the values
are compared.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.dot import DotDesign
from lmul.hdl.designs.unit import UnitDesign
from lmul.sim.golden.multiply import multiply, product
from lmul.sim.reference.circuit import Circuit, word_width
from lmul.sim.reference.dot import draw_dots, expected_words, lane_codes, lane_words
from lmul.sim.reference.vectors import SEED, WIDE_PAIRS, corner_pairs, pairs

__all__ = ["Comparison", "Stimulus", "compare", "stimulus"]


_SHOWN = 5
_GROUPS = 1500
_SAMPLED = 11  # prime to the named formats' numbers of corners: every corner is in the sample

Words = npt.NDArray[np.unsignedinteger[Any]]


@dataclass(frozen=True)
class Stimulus:
    """Operand words, flat arrays of equal length; ``acc`` of dot-product units alone.

    Words of more than 64 bits are Python's integers.
    """

    x: Words
    y: Words
    acc: Words | None = None

    def __len__(self) -> int:
        return len(self.x)

    def words(self) -> list[tuple[int, ...]]:
        """The words of each operation."""
        sides = [self.x, self.y] if self.acc is None else [self.x, self.y, self.acc]
        return list(zip(*(side.tolist() for side in sides), strict=True))


@dataclass(frozen=True)
class Comparison:
    """The outcome of comparing ``results`` words: how many are wrong, and the first of them."""

    results: int
    mismatches: int
    examples: tuple[str, ...]


def stimulus(
    design: Design, corners: bool = False, count: int = WIDE_PAIRS, seed: int = SEED
) -> Stimulus:
    """Operand words of a design: :func:`~lmul.sim.reference.vectors.pairs`, or corners.

    A product unit gets each finite code as an operand, E = 0 like any other field (NaN and Inf
    travel beside Operands, not in them), and after them a sample of the corners with either and
    both zero flags set, when exponent and mantissa mean nothing. A dot-product unit gets
    :func:`~lmul.sim.reference.dot.draw_dots`, a fixed number for a bench of corners.
    """
    if isinstance(design, DotDesign):
        drawn = draw_dots(design, _GROUPS if corners else count, np.random.default_rng(seed))
        x, y = (np.array(lane_words(design, side), object) for side in drawn[:2])
        return Stimulus(x, y, drawn[2])
    if not isinstance(design, UnitDesign):
        return _int8_stimulus(corners)
    fmt = design.format
    codes = corner_pairs(fmt) if corners else pairs(fmt, count, seed)
    if design.level == "multiplier":
        return Stimulus(*codes)
    x, y = _finite_operands(codes, design)
    sample = (side[::_SAMPLED] for side in corner_pairs(fmt))
    x_corner, y_corner = _finite_operands(sample, design)
    zero = np.uint64(1 << fmt.magnitude_bits)
    return Stimulus(
        np.concatenate([x, x_corner | zero, x_corner, x_corner | zero]),
        np.concatenate([y, y_corner, y_corner | zero, y_corner | zero]),
    )


def compare(circuit: Circuit, given: Stimulus, got: Words) -> Comparison:
    """Hold the words ``got`` at the result ports against the golden model."""
    design = circuit.design
    if isinstance(design, DotDesign):
        x, y = (lane_codes(design, side) for side in (given.x, given.y))
        assert given.acc is not None
        want = expected_words(design, x, y, given.acc.astype(np.uint32))
        wrong = got != want
    elif not isinstance(design, UnitDesign):
        want = _integers(given.x) * _integers(given.y) & 0xFFFF
        wrong = got != want
    elif design.level == "multiplier":
        want = _codes(design, given)
        wrong = got != want
    else:
        want = _values(design, given)
        value = _read_product(circuit, got)
        # A zero has a sign too.
        wrong = (value != want) | (np.signbit(value) != np.signbit(want))
    indices = np.flatnonzero(wrong)
    examples = tuple(
        _describe(circuit, given, i, int(got[i]), want[i].item()) for i in indices[:_SHOWN]
    )
    return Comparison(len(given), len(indices), examples)


def _int8_stimulus(corners: bool) -> Stimulus:
    """All pairs of 8-bit integers, or of those at the ends of their range."""
    values = np.array([0x00, 0x01, 0x7F, 0x80, 0x81, 0xFF]) if corners else np.arange(256)
    words = values.astype(np.uint64)
    return Stimulus(np.repeat(words, len(words)), np.tile(words, len(words)))


def _integers(words: Words) -> npt.NDArray[np.int64]:
    return words.astype(np.uint8).view(np.int8).astype(np.int64)


def _codes(design: UnitDesign, given: Stimulus) -> Words:
    return multiply(
        given.x, given.y, design.format, design.kind, design.policy, offset=design.offset
    )


def _values(design: UnitDesign, given: Stimulus) -> npt.NDArray[np.float64]:
    """The product of Operands: "raw" reads every exponent field as a normal number's."""
    fmt = design.format
    x, y = _operand_code(given.x, design), _operand_code(given.y, design)
    value = product(x, y, fmt, design.kind, subnormals="raw", offset=design.offset)
    zero = ((given.x | given.y) >> np.uint64(fmt.magnitude_bits) & np.uint64(1)).astype(np.bool_)
    return np.where(zero, np.copysign(0.0, value), value)


def _read_product(circuit: Circuit, words: Words) -> npt.NDArray[np.float64]:
    fields = {}
    low = 0
    for port in circuit.p:
        mask = np.uint64((1 << port.width) - 1)
        fields[port.name] = (words.astype(np.uint64) >> np.uint64(low)) & mask
        low += port.width
    exponent = fields["p_exp"].astype(np.int64) - circuit.exp_bias
    magnitude = np.ldexp(fields["p_sig"].astype(np.float64), exponent)
    return np.where(fields["p_neg"].astype(np.bool_), -magnitude, magnitude)


def _finite_operands(codes: Iterable[Words], design: UnitDesign) -> tuple[Words, Words]:
    fmt = design.format
    x, y = codes
    finite = np.maximum(x & fmt.magnitude_mask, y & fmt.magnitude_mask) <= fmt.max_code
    return _operand_words(x[finite], design), _operand_words(y[finite], design)


def _operand_words(codes: Words, design: UnitDesign) -> Words:
    """Codes with the zero flag, 0, put between magnitude and sign."""
    fmt = design.format
    wide = codes.astype(np.uint64)
    return wide & np.uint64(fmt.magnitude_mask) | (wide & np.uint64(fmt.sign_mask)) << np.uint64(1)


def _operand_code(words: Words, design: UnitDesign) -> Words:
    fmt = design.format
    return words & np.uint64(fmt.magnitude_mask) | words >> np.uint64(1) & np.uint64(fmt.sign_mask)


def _is_value(design: Design) -> bool:
    """Whether values are compared, not words."""
    return isinstance(design, UnitDesign) and design.level == "product"


def _describe(circuit: Circuit, given: Stimulus, index: int, got: int, want: float) -> str:
    words = zip(("x", "y", "acc"), (given.x, given.y, given.acc), circuit.operands, strict=False)
    asked = " ".join(
        f"{name}=0x{int(side[index]):0{-(-word_width(ports) // 4)}x}"
        for name, side, ports in words
        if side is not None
    )
    answer = -(-word_width(circuit.p) // 4)
    expected = float(want).hex() if _is_value(circuit.design) else f"0x{int(want):0{answer}x}"
    return f"{asked} got=0x{got:0{answer}x} want={expected}"
