"""The streams of an array: operands in, results out."""

from amaranth.lib import data, stream

from lmul.hdl.datapath import Datapath
from lmul.hdl.formats import FloatFormat

__all__ = ["a_payload", "b_payload", "out_payload", "raw_lane", "signature"]


def a_payload(datapath: Datapath, rows: int) -> data.StructLayout:
    """A column of the left matrix: ``lanes[i]`` is a[i, k]; beats have k ascending.

    ``keep[i] = 0`` makes lane i a zero operand, whatever its code; ``last`` marks k = K - 1.
    """
    codes = data.ArrayLayout(datapath.code_width, rows)
    return data.StructLayout({"lanes": codes, "keep": rows, "last": 1})


def b_payload(datapath: Datapath, columns: int) -> data.StructLayout:
    """A row of the right matrix: ``lanes[j]`` is b[k, j]; beats have k ascending.

    ``keep`` as in :func:`a_payload`; ``last`` marks a tile's last beat.
    """
    codes = data.ArrayLayout(datapath.code_width, columns)
    return data.StructLayout({"lanes": codes, "keep": columns, "last": 1})


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
