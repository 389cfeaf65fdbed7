"""What an array must give: golden's results, and the lanes beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.array_streams import raw_lane
from lmul.hdl.datapath import datapath_of
from lmul.sim.mac_circuit import MacCircuit
from lmul.sim.matmul import dot_products
from lmul.sim.raw_results import RawResult, expected_results, read_result

__all__ = ["Expected", "expected", "wrong_results"]

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
    if circuit.out is None or design.kind == "int8" or design.format is None:
        return Expected(raw=expected_results(design, a, b))
    golden = dot_products(
        a,
        b,
        design.format,
        design.kind,
        design.policy,
        design.resolved_accumulator,
        circuit.out,
    )
    window = design.resolved_accumulator.window
    return Expected(
        codes=golden.codes.tolist(), overflowed=golden.overflowed.tolist() if window else None
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
