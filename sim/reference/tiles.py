"""Matrices as the beats of an array's streams, and results as matrices again.

An output-stationary array takes a tile of R rows of the left matrix and C columns of the right one
at a time: K beats of both give R beats of results. Tiles go row by row.

Where PEs take T pairs a cycle, a beat has T codes of each row or column side by side, neighbours
along K: K is T times as short, and what sticks out at its end is not kept either.

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
"""A beat's stream, the codes of its first rows or columns, and the bits beside them.

Codes have the shape (rows or columns, T), or fewer than T at the end of K.
"""


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
        # Of a weight-stationary array's activations, neighbours along K are rows' neighbours, too.
        terms = 1 if name == "a" and design.flow == "ws" else design.terms
        beats[name].append(_beat(layouts[name], codes, rng, marks, terms))
    return beats


def _output_stationary(design: MacDesign, a: Codes, b: Codes) -> Iterator[_Operand]:
    depth = a.shape[1]
    for rows in blocks(a.shape[0], design.rows):
        for columns in blocks(b.shape[1], design.columns):
            for ks in blocks(depth, design.terms):
                last = ks.stop == depth
                yield "a", a[rows, ks], {"last": last}
                yield "b", b[ks, columns].T, {"last": last}


def _weight_stationary(design: MacDesign, a: Codes, b: Codes) -> Iterator[_Operand]:
    m, depth = a.shape
    for terms in blocks(depth, design.rows * design.terms):
        for columns in blocks(b.shape[1], design.columns):
            for place in range(design.rows):
                low = terms.start + place * design.terms
                ks = slice(low, low + design.terms)  # beyond K: nothing
                yield "b", b[ks, columns].T, {"last": place == design.rows - 1}
            for row in range(m):
                marks = {
                    "last": row == m - 1,
                    "start": row == 0,
                    "first": terms.start == 0,
                    "final": terms.stop == depth,
                }
                yield "a", a[row, terms, None], marks


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
    stream: AxiLayout,
    codes: Codes,
    rng: np.random.Generator,
    marks: Mapping[str, bool],
    terms: int,
) -> Beat:
    """A beat that has ``codes``, so many lanes to a row of them; others are not kept."""
    size, keep = stream.lane_bytes, 0
    data = int.from_bytes(rng.bytes(size * stream.lanes), "little")
    mask = (1 << stream.lane_width) - 1
    for row, neighbours in enumerate(codes.tolist()):
        for place, code in enumerate(neighbours):
            lane = row * terms + place
            low = 8 * size * lane
            data = data & ~(mask << low) | code << low
            keep |= ((1 << size) - 1) << size * lane
    beat = {"tdata": data, "tkeep": keep}
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
