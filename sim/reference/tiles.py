"""Matrices as the beats of an array's streams, and results as matrices again.

An output-stationary array takes a tile of R rows of the left matrix and C columns of the right one
at a time: K beats of both give R beats of results. Tiles go row by row.

A weight-stationary one takes R beats of weights, then M beats with R columns of the left matrix.
All tiles along N go for the first R of K, then for the next R, with the partial sums of the tiles
before; M beats of each of the last ones are results. What sticks out at the edges is not kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.verilog.axi_layout import AxiLayout

__all__ = ["Beat", "beats_of", "blocks", "lanes_of", "result_beats", "results_of"]


Codes = npt.NDArray[np.unsignedinteger[Any]]
Beat = dict[str, int]
"""The value of each payload port: ``tdata``, and ``tkeep``, ``tlast``, ``tuser`` where present."""


_Operand = tuple[str, Codes, dict[str, bool]]
"""A beat's stream, its first lanes, and the bits beside them."""


def blocks(total: int, side: int) -> Iterator[slice]:
    """``total`` rows or columns, ``side`` at a time."""
    for start in range(0, total, side):
        yield slice(start, min(start + side, total))


def beats_of(
    design: MacDesign,
    streams: Sequence[AxiLayout],
    a: Codes,
    b: Codes,
    rng: np.random.Generator,
) -> dict[str, list[Beat]]:
    """The beats of each stream of operands that multiply ``a``, (M, K), by ``b``, (K, N).

    Lanes that are not kept carry random codes.
    """
    layouts = {stream.name: stream for stream in streams}
    make = _output_stationary if design.flow == "os" else _weight_stationary
    beats: dict[str, list[Beat]] = {"a": [], "b": []}
    for name, codes, marks in make(design, a, b):
        beats[name].append(_beat(layouts[name], codes, rng, marks))
    return beats


def _output_stationary(design: MacDesign, a: Codes, b: Codes) -> Iterator[_Operand]:
    depth = a.shape[1]
    for rows in blocks(a.shape[0], design.rows):
        for columns in blocks(b.shape[1], design.columns):
            for k in range(depth):
                last = k == depth - 1
                yield "a", a[rows, k], {"last": last}
                yield "b", b[k, columns], {"last": last}


def _weight_stationary(design: MacDesign, a: Codes, b: Codes) -> Iterator[_Operand]:
    (m, depth), nothing = a.shape, b[0, :0]
    for terms in blocks(depth, design.rows):
        for columns in blocks(b.shape[1], design.columns):
            for k in range(terms.start, terms.start + design.rows):
                last = k == terms.start + design.rows - 1
                yield "b", b[k, columns] if k < depth else nothing, {"last": last}
            for row in range(m):
                marks = {
                    "last": row == m - 1,
                    "start": row == 0,
                    "first": terms.start == 0,
                    "final": terms.stop == depth,
                }
                yield "a", a[row, terms], marks


def result_beats(design: MacDesign, m: int, n: int) -> int:
    """The beats of results that an (m, n) product takes."""
    return sum(1 for _ in _results(design, m, n))


def results_of(
    design: MacDesign, out: AxiLayout, beats: Sequence[Beat], m: int, n: int
) -> tuple[list[list[int]], list[list[dict[str, int]]]]:
    """The (m, n) lanes of the results, and what else the beats say of each lane.

    Raises
    ------
    ValueError
        When there are too many beats or too few, or ``tlast`` is not with each tile's last one.
    """
    lanes: list[list[int]] = [[0] * n for _ in range(m)]
    marks: list[list[dict[str, int]]] = [[{} for _ in range(n)] for _ in range(m)]
    due = list(_results(design, m, n))
    if len(beats) != len(due):
        raise ValueError(f"{len(beats)} beats of results came, not {len(due)}")
    for beat, (row, columns, last) in zip(beats, due, strict=True):
        if beat["tlast"] != last:
            raise ValueError(f"tlast is {beat['tlast']} with row {row}, not {int(last)}")
        found = lanes_of(out, beat)
        if row < m:
            kept = columns.stop - columns.start
            lanes[row][columns] = found[:kept]
            marks[row][columns] = _marks(out, beat)[:kept]
    return lanes, marks


def _results(design: MacDesign, m: int, n: int) -> Iterator[tuple[int, slice, bool]]:
    """Row, columns and ``last`` of each beat of results; rows from m on are no results."""
    if design.flow == "ws":
        for columns in blocks(n, design.columns):
            for row in range(m):
                yield row, columns, row == m - 1
        return
    for rows in blocks(m, design.rows):
        for columns in blocks(n, design.columns):
            for place in range(design.rows):
                yield rows.start + place, columns, place == design.rows - 1


def lanes_of(stream: AxiLayout, beat: Beat) -> list[int]:
    """The lanes of a beat.

    Raises
    ------
    ValueError
        When a lane is not filled up with zeros.
    """
    width, mask = 8 * stream.lane_bytes, (1 << stream.lane_width) - 1
    found = [beat["tdata"] >> (width * lane) & ((1 << width) - 1) for lane in range(stream.lanes)]
    if any(lane > mask for lane in found):
        raise ValueError("a lane is not filled up with zeros")
    return found


def _beat(
    stream: AxiLayout, codes: Codes, rng: np.random.Generator, marks: Mapping[str, bool]
) -> Beat:
    """A beat whose first lanes are ``codes`` and whose others are not kept."""
    size, kept = stream.lane_bytes, len(codes)
    data = int.from_bytes(rng.bytes(size * stream.lanes), "little")
    mask = (1 << stream.lane_width) - 1
    for lane, code in enumerate(codes.tolist()):
        low = 8 * size * lane
        data = data & ~(mask << low) | code << low
    beat = {"tdata": data, "tkeep": (1 << (size * kept)) - 1}
    if stream.ends:
        beat["tlast"] = int(marks["last"])
    if stream.user:
        beat["tuser"] = sum(marks[name] << place for place, (name, _) in enumerate(stream.user))
    return beat


def _marks(stream: AxiLayout, beat: Mapping[str, int]) -> list[dict[str, int]]:
    """What ``tuser`` says of each lane: one bit a lane for each of its members."""
    marks: list[dict[str, int]] = [{} for _ in range(stream.lanes)]
    low = 0
    for name, width in stream.user:
        for lane in range(stream.lanes):
            marks[lane][name] = beat["tuser"] >> (low + lane) & 1
        low += width
    return marks
