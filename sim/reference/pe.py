"""Operands as a PE gets them: what the edge of an array makes of codes, told independently."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.mac.datapath import Datapath, FloatDatapath, datapath_of
from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.sum_parts import SUM_BITS
from lmul.sim.golden.arithmetic import unpack
from lmul.sim.golden.codec import decode
from lmul.sim.golden.matmul import dot_products
from lmul.sim.golden.multiply import product
from lmul.sim.golden.sums.sequential import windowed

__all__ = [
    "RawResult",
    "edge_fields",
    "edge_operands",
    "expected_results",
    "read_result",
    "reset_operand",
    "zero_operand",
]


Codes = npt.NDArray[np.unsignedinteger[Any]]
Operand = dict[str, int]


def edge_operands(
    path: Datapath, codes: Codes, second: bool, rng: np.random.Generator
) -> list[Operand]:
    """The operands of codes in a row; members without a meaning are random.

    Exponents count from the smallest that the policy admits, subnormals are normalised, and
    L-Mul's offset is added to the ``second`` operand of a product. There must be no NaN. A PE that
    takes N pairs has an operand of N codes, side by side in each member, the first in the lowest
    bits; where the last one has too few, zeros fill it up.
    """
    fields = {name: values.tolist() for name, values in edge_fields(path, codes, second).items()}
    operands = [
        dict(zip(fields, values, strict=True)) for values in zip(*fields.values(), strict=True)
    ]
    for operand in operands:
        if operand.get("zero") or operand.get("inf"):
            junk = _zero_lane(path, rng)
            operand |= {name: junk[name] for name in ("exp", "man")}
    operands += [_zero_lane(path, rng) for _ in range(-len(operands) % path.terms)]
    return [
        _side_by_side(path, operands[low : low + path.terms])
        for low in range(0, len(operands), path.terms)
    ]


def edge_fields(
    path: Datapath, codes: npt.NDArray[np.integer[Any]], second: bool
) -> dict[str, npt.NDArray[np.int64]]:
    """The members of the operands of codes, in the order of the layout, each of the codes' shape.

    Exponent and mantissa of a zero or an Inf mean nothing.
    """
    if not isinstance(path, FloatDatapath):
        return {"value": codes.astype(np.int64)}
    fmt, layout = path.fmt, path.edge_layout
    specials = path.policy.specials == "propagate"
    given = unpack(codes.astype(np.int64), fmt, path.policy.subnormals, specials)
    word = given.code - (layout.lowest << fmt.mantissa_bits) + (path.folded if second else 0)
    none = np.zeros(word.shape, np.bool_)
    fields = {
        "neg": given.negative,
        "zero": none if given.zero is None else given.zero,
        "exp": word >> fmt.mantissa_bits,
        "man": word & fmt.mantissa_mask,
        "inf": none if given.inf is None else given.inf,
    }
    return {name: fields[name].astype(np.int64) for name, _ in layout}


def zero_operand(path: Datapath, rng: np.random.Generator) -> Operand:
    """An operand that is zero; what means nothing in it is random."""
    return _side_by_side(path, [_zero_lane(path, rng) for _ in range(path.terms)])


def reset_operand(path: Datapath) -> Operand:
    """What the operand registers hold after a reset: zeros, no bit of them unknown."""
    zero = {name: int(name == "zero") for name, _ in path.edge_layout}
    return _side_by_side(path, [zero] * path.terms)


def _side_by_side(path: Datapath, lanes: Sequence[Operand]) -> Operand:
    """The members of several operands of a code as those of one that has them all."""
    return {
        name: sum(
            (lane[name] & (1 << field.width) - 1) << field.width * place
            for place, lane in enumerate(lanes)
        )
        for name, field in path.edge_layout
    }


def _zero_lane(path: Datapath, rng: np.random.Generator) -> Operand:
    if not isinstance(path, FloatDatapath):
        return {"value": 0}
    layout = path.edge_layout
    operand = {
        "neg": int(rng.integers(0, 2)),
        "zero": 1,
        "exp": int(rng.integers(0, 1 << layout.exponent_bits)),
        "man": int(rng.integers(0, 1 << layout.mantissa_bits)),
    }
    if layout.has_inf:
        operand["inf"] = 0
    return operand


@dataclass(frozen=True)
class RawResult:
    """A sum, and whether it ever left its window."""

    value: int | float
    overflow: bool = False

    def agrees(self, other: "RawResult") -> bool:
        """Whether both are one result; of one that is not finite, the flag means nothing."""
        if isinstance(self.value, float) and not math.isfinite(self.value):
            return self.value == other.value or (math.isnan(self.value) and math.isnan(other.value))
        return self == other

    def __str__(self) -> str:
        return f"{self.value}{' overflowed' if self.overflow else ''}"


def expected_results(design: MacDesign, a: Codes, b: Codes) -> list[list[RawResult]]:
    """What golden gives for each row of ``a``, (M, K), against each column of ``b``, (K, N)."""
    path = datapath_of(design)
    if not isinstance(path, FloatDatapath):
        left, right = (side.astype(np.uint8).view(np.int8).astype(np.int64) for side in (a, b))
        return [[RawResult(total) for total in row] for row in (left @ right).tolist()]
    accumulator = path.resolved_accumulator
    if accumulator.format is not None:
        found = dot_products(
            *(a, b, path.fmt, path.kind, path.policy, accumulator, "fp32"),
            *(path.terms, path.window),
        )
        codes = found.codes
        return [[RawResult(v) for v in row] for row in decode(codes, "fp32", np.float64).tolist()]
    products = _products(path, a, b)
    if accumulator.window:
        # A product that is not finite decides its sum alone, so what counts instead of it is free.
        finite = np.where(np.isfinite(products), products, 0.0)
        *_, (sums, flags) = windowed(finite.swapaxes(0, 1), accumulator.window, path.terms)
        rows = zip(sums.tolist(), flags.tolist(), strict=True)
        found = [list(map(RawResult, *row)) for row in rows]
    else:
        lsb = path.range.lsb
        found = [
            [
                RawResult(sum(_units(term, lsb) for term in terms if math.isfinite(term)))
                for terms in row.T.tolist()
            ]
            for row in products
        ]
    for i, j in np.argwhere(~np.isfinite(products).all(axis=1)).tolist():
        found[i][j] = RawResult(sum(t for t in products[i, :, j].tolist() if not math.isfinite(t)))
    return found


def read_result(design: MacDesign, fields: Mapping[str, int]) -> RawResult:
    """What a result's members say: ``sum`` as an unsigned word, and the marks if any."""
    path = datapath_of(design)
    pos, neg = fields.get("pos", 0), fields.get("neg", 0)
    if fields.get("nan", 0) or (pos and neg):
        return RawResult(math.nan)
    if pos or neg:
        return RawResult(math.inf if pos else -math.inf)
    word, width = fields["sum"], SUM_BITS
    if isinstance(path, FloatDatapath):
        fmt, width = path.resolved_accumulator.format, path.sum_shape.width
        if fmt is not None:
            return RawResult(float(decode(np.array([word]), fmt, np.float64)[0]))
    return RawResult(word - (word >> (width - 1) << width), bool(fields.get("overflow", 0)))


def _products(path: FloatDatapath, a: Codes, b: Codes) -> npt.NDArray[np.float64]:
    """The unrounded products, (M, K, N)."""
    fmt = path.fmt
    if path.policy.specials == "ignore":
        # Each code is the number that its fields spell, as in a format that has only such.
        fmt = FloatFormat("spelt", fmt.exponent_bits, fmt.mantissa_bits, fmt.bias, "finite")
    return product(
        a[:, :, None], b[None], fmt, path.kind, path.policy.subnormals, offset=path.offset
    )


def _units(term: float, lsb: int) -> int:
    """``term`` in units of ``2**lsb``, cut toward minus infinity."""
    numerator, denominator = term.as_integer_ratio()
    return (numerator << -lsb) // denominator if lsb < 0 else numerator // (denominator << lsb)
