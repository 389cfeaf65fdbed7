"""What a PE or an array must give: golden's results, and the lanes beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.array.streams import raw_lane
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.mac.datapath import datapath_of
from lmul.hdl.numbers.formats import IntegerFormat
from lmul.sim.golden.array_input import plain_array
from lmul.sim.golden.codec import as_codes
from lmul.sim.golden.matmul import DotProducts, check_shapes, dot_products
from lmul.sim.reference.circuit import MacCircuit
from lmul.sim.reference.pe import RawResult, expected_results, read_result

__all__ = [
    "OUT",
    "Expected",
    "array_design",
    "expected",
    "golden",
    "operands",
    "wrong_results",
]


Codes = npt.NDArray[np.unsignedinteger[Any]]


@dataclass(frozen=True)
class Expected:
    """The results of one matrix product.

    Attributes
    ----------
    raw : (M, N) list or None
        Where results are not rounded.
    codes : (M, N) list or None
        Of the circuit's result format, else.
    overflowed : (M, N) list or None
        The flags that travel beside codes, where the accumulator is a window.
    """

    raw: list[list[RawResult]] | None = None
    codes: list[list[int]] | None = None
    overflowed: list[list[bool]] | None = None


def expected(circuit: MacCircuit, a: Codes, b: Codes) -> Expected:
    """What golden gives for ``a``, (M, K), times ``b``, (K, N)."""
    design = circuit.design
    if circuit.out is None:
        return Expected(raw=expected_results(design, a, b))
    found = golden(design, a, b, circuit.out)
    window = design.resolved_accumulator.window
    return Expected(
        codes=found.codes.tolist(), overflowed=found.overflowed.tolist() if window else None
    )


def wrong_results(
    circuit: MacCircuit,
    want: Expected,
    lanes: Sequence[Sequence[int]],
    marks: Sequence[Sequence[Mapping[str, int]]],
) -> list[str]:
    """A line for each result that is not as golden has it."""
    wrong = []
    for row, found in enumerate(lanes):
        for column, lane in enumerate(found):
            place = f"row {row} column {column} got={lane:#x}"
            if want.raw is not None:
                result = read_result(circuit.design, _fields(circuit, lane))
                if not want.raw[row][column].agrees(result):
                    wrong.append(f"{place}, which is {result}, want={want.raw[row][column]}")
            elif want.codes is not None and lane != want.codes[row][column]:
                wrong.append(f"{place} want={want.codes[row][column]:#x}")
            elif want.overflowed is not None:
                flag = marks[row][column]["overflow"]
                if flag != want.overflowed[row][column]:
                    wrong.append(f"{place} overflow={flag}")
    return wrong


def _fields(circuit: MacCircuit, lane: int) -> dict[str, int]:
    """The members of a raw lane."""
    return {
        name: lane >> field.offset & ((1 << field.width) - 1)
        for name, field in raw_lane(datapath_of(circuit.design))
    }


OUT = "fp32"
"""The format of results; integers are as they are."""


def golden(
    design: MacDesign, a: npt.NDArray[Any], b: npt.NDArray[Any], out: str = OUT
) -> DotProducts:
    """What a PE or an array must give: the golden model's dot products.

    Parameters
    ----------
    design : MacDesign
    a, b : arrays of codes, shapes (M, K) and (K, N)
        Of the design's format; for ``int8`` the numbers themselves will do, too.
    out : str
        Format of the results; sums of ``int8`` are as they are, int32.

    Raises
    ------
    TypeError, ValueError
        As :func:`lmul.sim.golden.matmul.dot_products`.
    """
    if design.kind == "int8" or isinstance(design.format, IntegerFormat):
        x, y = (side.astype(np.uint8).view(np.int8).astype(np.int64) for side in (a, b))
        sums = (x @ y).astype(np.int32)
        return DotProducts(sums, np.zeros(sums.shape, np.bool_))
    return dot_products(
        *(a, b, design.format, design.kind, design.policy, design.accumulator, out),
        *(design.terms, design.window),
    )


def array_design(design: MacDesign | str) -> MacDesign:
    """The array of a name.

    Raises
    ------
    TypeError, ValueError
        When it is no design, or one of something else.
    """
    found = MacDesign.parse(design)
    if found.level != "array":
        raise ValueError(f"Design {found.name!r} is no array; one is array-lmul-e4m3-8x8-os")
    return found


def operands(
    design: MacDesign, a: npt.ArrayLike, b: npt.ArrayLike
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """The matrices as codes of the design's format, or as integers of 8 bits, checked.

    Raises
    ------
    TypeError, ValueError
        For wrong dtypes and shapes; a dimension of 0; K beyond the design's ``k_max``.
    """
    if isinstance(design.format, IntegerFormat):
        x, y = (_integers(name, matrix) for name, matrix in (("a", a), ("b", b)))
    else:
        x, y = as_codes(a, design.format), as_codes(b, design.format)
    check_shapes(x, y)
    design.check_depth(x.shape[1])
    return x, y


def _integers(name: str, matrix: npt.ArrayLike) -> npt.NDArray[np.int8]:
    given = plain_array(matrix)
    if given.dtype.kind not in "iu":
        raise TypeError(f"Operand {name} of int8 must be integers, not {given.dtype}")
    if given.size and not (given.min() >= -128 and given.max() <= 127):
        raise ValueError(f"Operand {name} of int8 must be from -128 to 127")
    return given.astype(np.int8)
