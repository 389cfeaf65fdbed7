"""Many bits of several places added up by a tree of full adders, for short clocks.

Rows of an array add up one after another; here each full adder takes the three bits of its place
that are there first (the three-greedy approach of Stelling, Martel, Oklobdzija and Ravi, *Optimal
Circuits for Parallel Multipliers*, 1998), so that the longest path grows with the logarithm of the
rows. What is left is two words, which one adder adds: no carry is propagated before.
"""

import heapq
from collections.abc import Sequence
from itertools import count

from amaranth import Cat, Const, Module, Value

from lmul.hdl.arithmetic.adders import full_adder

__all__ = ["compress", "settled"]


# An XOR of standard cells takes twice as long as a NAND; what comes last of three bits passes one
# XOR to the sum, one complex gate to the carry, the other two one XOR more.
_XOR = 2.0
_CARRY = 1.5


def compress(m: Module, columns: Sequence[Sequence[Value]], width: int) -> tuple[Value, Value]:
    """Two words whose sum, but for what is beyond ``width``, is that of bits by their place.

    Parameters
    ----------
    m : Module
        Where the full adders' signals are driven.
    columns : sequence of sequence of bits
        For each place, the last first; all of them are there at one time.
    width : int
        Of both words, at least one for each column.
    """
    order = count()  # of bits that are there at one time, the one made first is taken first
    late: list[tuple[float, int, Value]] = []
    rows: tuple[list[Value], list[Value]] = ([], [])
    for place in range(width):
        column = columns[place] if place < len(columns) else ()
        bits = [(0.0, next(order), bit) for bit in column] + late
        heapq.heapify(bits)
        late = []
        while len(bits) > 2:
            (_, _, a), (second, _, b), (third, _, c) = (heapq.heappop(bits) for _ in range(3))
            total, carry = full_adder(m, a, b, c)
            last = max(second + _XOR, third)
            heapq.heappush(bits, (last + _XOR, next(order), total))
            late.append((last + _CARRY, next(order), carry))
        for row, (_, _, bit) in zip(rows, [*bits, *[(0.0, 0, Const(0, 1))] * 2], strict=False):
            row.append(bit)
    return Cat(*rows[0]), Cat(*rows[1])


def settled(heights: Sequence[int]) -> int:
    """How many of the lowest places :func:`compress` leaves one bit: no carry is left to add there.

    Parameters
    ----------
    heights : sequence of int
        Bits of each place, the lowest first.
    """
    carries = 0
    for place, height in enumerate(heights):
        bits = height + carries
        carries = max(0, bits - 1) // 2  # a full adder leaves one bit of three
        if bits - 2 * carries > 1:
            return place
    return len(heights)
