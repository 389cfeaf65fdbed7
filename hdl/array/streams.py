"""The streams of an array: operands in, results out."""

from amaranth.lib import data, stream

from lmul.hdl.mac.datapath import Datapath
from lmul.hdl.numbers.formats import FloatFormat

__all__ = [
    "a_payload",
    "activation_payload",
    "b_payload",
    "mark_layout",
    "out_payload",
    "raw_lane",
    "signature",
    "sums_payload",
]


def a_payload(datapath: Datapath, rows: int) -> data.StructLayout:
    """A column of the left matrix: ``lanes[i]`` is a[i, k]; beats have k ascending.

    Where PEs take T pairs, T columns: ``lanes[T i + t]`` is a[i, k + t], and k ascends by T.

    ``keep[i] = 0`` makes lane i a zero operand, whatever its code; ``last`` marks the beat that
    has k = K - 1.
    """
    count = rows * datapath.terms
    codes = data.ArrayLayout(datapath.code_width, count)
    return data.StructLayout({"lanes": codes, "keep": count, "last": 1})


def b_payload(datapath: Datapath, columns: int) -> data.StructLayout:
    """A row of the right matrix: ``lanes[j]`` is b[k, j]; beats have k ascending.

    Where PEs take T pairs, T rows: ``lanes[T j + t]`` is b[k + t, j]. ``keep`` as in
    :func:`a_payload`; ``last`` marks a tile's last beat.
    """
    return a_payload(datapath, columns)


def out_payload(datapath: Datapath, columns: int, out: FloatFormat | None) -> data.StructLayout:
    """A row of the result: ``lanes[j]`` is out[i, j]; beats have i ascending, ``last`` ends a tile.

    A lane is a code of ``out``, or without it the raw result: the PE's sum with its marks, and
    ``nan`` where an operand can be NaN.
    """
    lane = raw_lane(datapath) if out is None else out.width
    members = {"lanes": data.ArrayLayout(lane, columns), "last": 1}
    if out is not None and "overflow" in datapath.result_layout.members:
        members["overflow"] = columns
    return data.StructLayout(members)


def raw_lane(datapath: Datapath) -> data.StructLayout:
    """A sum that is not rounded: the PE's, with its marks, and ``nan``."""
    marks = {name: field.shape for name, field in datapath.result_layout}
    return data.StructLayout(marks | ({"nan": 1} if datapath.has_nan else {}))


def signature(payload: data.StructLayout) -> stream.Signature:
    """The stream of a payload: stable until taken, its valid never waits for ready."""
    return stream.Signature(payload)


def activation_payload(datapath: Datapath, rows: int) -> data.StructLayout:
    """R neighbours of a row of the left matrix: ``lanes[i]`` is a[m, k + i]; m ascends.

    Where PEs take T pairs, R T neighbours.

    ``keep[i] = 0`` makes lane i a zero operand, whatever its code; ``last`` marks m = M - 1, the
    tile's last beat, ``start`` m = 0, its first one. ``first`` and ``final`` are the same in all
    beats of a tile: its sums start from zero, and its sums are results.
    """
    members = dict(a_payload(datapath, rows).members)
    return data.StructLayout(members | {"first": 1, "final": 1, "start": 1})


def sums_payload(datapath: Datapath, columns: int) -> data.StructLayout:
    """A row of partial sums: ``lanes[j]`` is of out[m, n + j]; ``last`` ends a tile.

    A lane is the PE's sum with its marks, and ``nan`` where an operand can be NaN. ``terms``
    (where K is limited) counts the products in each sum, up to K_max.
    """
    lanes = data.ArrayLayout(raw_lane(datapath), columns)
    return data.StructLayout({"lanes": lanes, "last": 1} | _terms(datapath))


def mark_layout(datapath: Datapath, columns: int) -> data.StructLayout:
    """What passes beside the grid: ``last`` and ``final``, ``nan`` of each column, ``terms``."""
    members = {"last": 1, "final": 1} | ({"nan": columns} if datapath.has_nan else {})
    return data.StructLayout(members | _terms(datapath))


def _terms(datapath: Datapath) -> dict[str, int]:
    return {"terms": datapath.k_max.bit_length()} if datapath.limits_k else {}
