"""Matrix products cut into the beats of an array's streams: what a driver of the array does."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lmul.hdl.designs.mac import MacDesign

__all__ = ["Beat", "beats_of"]


Matrix = npt.NDArray[np.int64]
Lanes = list[int | None]


@dataclass(frozen=True)
class Beat:
    """One beat of a stream.

    Attributes
    ----------
    stream : str
    lanes : list of int or None
        Codes; None where there is nothing, which the stream has no keep for.
    last : bool
    user : int
        ``tuser``, where the stream has it.
    """

    stream: str
    lanes: Lanes
    last: bool = False
    user: int = 0


def beats_of(
    design: MacDesign, a: Matrix, b: Matrix, results: Matrix, overflows: Matrix
) -> Iterator[Beat]:
    """The beats of all tiles in order, ``a`` and ``b`` and then the results of each.

    Parameters
    ----------
    design : MacDesign
        An array.
    a, b : arrays of codes, shapes (M, K) and (K, N)
    results, overflows : arrays of at least that shape (M, N)
        Codes of results, flags of windows; as large as the tiles are.
    """
    if design.flow == "os":
        yield from _output_stationary(design, a, b, results, overflows)
    else:
        yield from _weight_stationary(design, a, b, results, overflows)


def _output_stationary(
    design: MacDesign, a: Matrix, b: Matrix, results: Matrix, overflows: Matrix
) -> Iterator[Beat]:
    rows, columns, depth, terms = design.rows, design.columns, a.shape[1], design.terms
    for top in range(0, a.shape[0], rows):
        for left in range(0, b.shape[1], columns):
            for k in range(0, depth, terms):
                last = k + terms >= depth
                yield Beat("a", _side_by_side(a, top, rows, k, terms), last)
                yield Beat("b", _side_by_side(b.T, left, columns, k, terms), last)
            for row in range(top, top + rows):
                yield _result(results, overflows, row, left, columns, last=row == top + rows - 1)


def _weight_stationary(
    design: MacDesign, a: Matrix, b: Matrix, results: Matrix, overflows: Matrix
) -> Iterator[Beat]:
    rows, columns, depth, terms = design.rows, design.columns, a.shape[1], design.terms
    for low in range(0, depth, rows * terms):
        high = low + rows * terms
        first, final = low == 0, high >= depth
        for left in range(0, b.shape[1], columns):
            for k in range(low, high, terms):
                weights = _side_by_side(b.T, left, columns, k, terms)
                yield Beat("b", weights, last=k + terms == high)
            for m in range(a.shape[0]):
                last = m == a.shape[0] - 1
                user = first | final << 1 | (m == 0) << 2
                yield Beat("a", _lanes(a[m], low, high - low), last, user)
                if final:
                    yield _result(results, overflows, m, left, columns, last)


def _side_by_side(matrix: Matrix, top: int, rows: int, k: int, terms: int) -> Lanes:
    """So many neighbours of so many rows; None where the matrix has no more."""
    found: Lanes = []
    for row in range(top, top + rows):
        inside = matrix[row] if row < len(matrix) else matrix[0, :0]
        found += _lanes(inside, k, terms)
    return found


def _lanes(line: Matrix, low: int, count: int) -> Lanes:
    """So many elements from ``low`` on; None where the matrix has no more."""
    found: Lanes = line[low : low + count].tolist()
    return found + [None] * (count - len(found))


def _result(
    results: Matrix, overflows: Matrix, row: int, left: int, columns: int, last: bool
) -> Beat:
    """A row of a tile."""
    flags = overflows[row, left : left + columns].tolist()
    user = sum(flag << place for place, flag in enumerate(flags))
    return Beat("out", results[row, left : left + columns].tolist(), last, user)
