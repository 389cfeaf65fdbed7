"""The streams that only a weight-stationary array has: activations, and sums in and out."""

from amaranth.lib import data

from lmul.hdl.array_streams import a_payload, raw_lane
from lmul.hdl.datapath import Datapath

__all__ = ["activation_payload", "mark_layout", "sums_payload"]


def activation_payload(datapath: Datapath, rows: int) -> data.StructLayout:
    """R neighbours of a row of the left matrix: ``lanes[i]`` is a[m, k + i]; m ascends.

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
