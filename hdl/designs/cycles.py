"""Cycles of a matrix product on an array, in closed form.

From the first beat accepted to the last result delivered, counting both, while no stream waits:
operands are there when they can be taken, and results are taken when they are there.
"""

from typing import Literal

__all__ = ["FIFO_LATENCY", "Flow", "array_cycles", "pipeline_latency"]


Flow = Literal["os", "ws"]
"""Output-stationary: sums stay in the array; weight-stationary: one operand stays."""

FIFO_LATENCY = 2
"""Cycles that a beat of operands takes through a FIFO behind the port."""


def pipeline_latency(flow: Flow, stages: int, fifo: int = 0, rounder: int = 0) -> int:
    """P: the cycles that registers take which every operand or result passes once.

    Of ``os``: the port of operands and its FIFO where it has one (``fifo`` is not 0), operands,
    the registers between them and accumulation (``stages``), those in the ``rounder``, the port
    of results, which is the rounder's last. Of ``ws`` one more: a tile begins in the cycle after
    its last weights.
    """
    return stages + (3 if flow == "os" else 4) + (FIFO_LATENCY if fifo else 0) + rounder


def array_cycles(
    flow: Flow,
    rows: int,
    columns: int,
    stages: int,
    m: int,
    k: int,
    n: int,
    fifo: int = 0,
    rounder: int = 0,
    terms: int = 1,
) -> int:
    """Cycles for a product of an M x K by a K x N matrix.

    Where PEs take T pairs a cycle, K below is K/T, rounded up.

    ``os``: tiles of R x C results, in any order, each over all of K: the first takes
    ``2 R + C + K - 2 + P`` cycles, each further one ``max(K, R)``, as long as a column drains.

    ``ws``: tiles of R x C weights, each with M beats of activations. All tiles along N for the
    first R of K, then all for the next R, and so on: a partial sum has as many tiles' time to
    return as there are along N. One that is delivered in a cycle can be taken again in the next.
    A tile takes ``max(M, R)`` cycles, as long as the next one's weights; the tiles along N take
    no less than the ``R + C + P - 1 - rounder`` cycles that a sum takes to return: the rounder is
    for results alone.

    Parameters
    ----------
    flow : str
    rows, columns : int
        R and C.
    stages : int
        Registers between operands and accumulation.
    m, k, n : int
    fifo : int
        Beats of the FIFO behind each port of operands; 0: there is none.
    rounder : int
        Registers in each column's rounder.
    terms : int
        T.

    Raises
    ------
    TypeError, ValueError
        For a dimension that is no integer, or below 1.
    """
    for name, size in (("M", m), ("K", k), ("N", n)):
        if not isinstance(size, int) or isinstance(size, bool):
            raise TypeError(f"{name} must be an integer, not {size!r}")
        if size < 1:
            raise ValueError(f"{name} must be at least 1, not {size!r}")
    k = -(-k // terms)
    latency = pipeline_latency(flow, stages, fifo, rounder)
    along_n = -(-n // columns)
    if flow == "os":
        tiles = -(-m // rows) * along_n
        return 2 * rows + columns + k - 2 + latency + (tiles - 1) * max(k, rows)
    along_k = -(-k // rows)
    tile = max(m, rows)
    returns = rows + columns + latency - 1 - rounder
    first = 2 * rows + columns + m - 2 + latency
    return first + (along_k - 1) * max(along_n * tile, returns) + (along_n - 1) * tile
