"""Matrices as the beats of an array's streams, and results as matrices again.

An output-stationary array takes a tile of R rows of the left matrix and C columns of the right one
at a time: K beats of both give R beats of results. Tiles go row by row; what sticks out at the
edges is not kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.axi_layout import AxiLayout
from lmul.hdl.mac_design import MacDesign

__all__ = ["Beat", "beats_of", "blocks", "lanes_of", "result_beats", "results_of"]

Codes = npt.NDArray[np.unsignedinteger[Any]]
Beat = dict[str, int]
"""The value of each payload port: ``tdata``, and ``tkeep``, ``tlast``, ``tuser`` where present."""


@dataclass(frozen=True)
class Block:
    """A range of rows or of columns, not longer than the array's side."""

    start: int
    stop: int

    @property
    def indices(self) -> slice:
        """Of the matrix."""
        return slice(self.start, self.stop)

    @property
    def size(self) -> int:
        """How many there are."""
        return self.stop - self.start


def blocks(total: int, side: int) -> Iterator[Block]:
    """``total`` rows or columns, ``side`` at a time."""
    for start in range(0, total, side):
        yield Block(start, min(start + side, total))


def beats_of(
    design: MacDesign,
    streams: Sequence[AxiLayout],
    a: Codes,
    b: Codes,
    rng: np.random.Generator,
) -> dict[str, list[Beat]]:
    """The beats of each stream into an array that multiply ``a``, (M, K), by ``b``, (K, N).

    Lanes that are not kept carry random codes.
    """
    layouts = {stream.name: stream for stream in streams}
    beats: dict[str, list[Beat]] = {"a": [], "b": []}
    depth = a.shape[1]
    for rows in blocks(a.shape[0], design.rows):
        for columns in blocks(b.shape[1], design.columns):
            for k in range(depth):
                ends = {"last": int(k == depth - 1)}
                beats["a"].append(_beat(layouts["a"], a[rows.indices, k], rng, **ends))
                beats["b"].append(_beat(layouts["b"], b[k, columns.indices], rng))
    return beats


def result_beats(design: MacDesign, m: int, n: int) -> int:
    """The beats of results that an (m, n) product takes."""
    return -(-m // design.rows) * -(-n // design.columns) * design.rows


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
    coming = iter(beats)
    for rows in blocks(m, design.rows):
        for columns in blocks(n, design.columns):
            for place in range(design.rows):
                beat = next(coming, None)
                if beat is None:
                    raise ValueError(f"only {len(beats)} beats of results came")
                if beat["tlast"] != (place == design.rows - 1):
                    raise ValueError(f"tlast is {beat['tlast']} with row {place} of a tile")
                if place >= rows.size:
                    continue
                row, found = rows.start + place, lanes_of(out, beat)
                lanes[row][columns.indices] = found[: columns.size]
                marks[row][columns.indices] = _marks(out, beat)[: columns.size]
    if next(coming, None) is not None:
        raise ValueError("more beats of results came than were due")
    return lanes, marks


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


def _beat(stream: AxiLayout, codes: Codes, rng: np.random.Generator, last: int = 0) -> Beat:
    """A beat whose first lanes are ``codes`` and whose others are not kept."""
    size, kept = stream.lane_bytes, len(codes)
    data = int.from_bytes(rng.bytes(size * stream.lanes), "little")
    mask = (1 << stream.lane_width) - 1
    for lane, code in enumerate(codes.tolist()):
        low = 8 * size * lane
        data = data & ~(mask << low) | code << low
    beat = {"tdata": data, "tkeep": (1 << (size * kept)) - 1}
    if stream.ends:
        beat["tlast"] = last
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
