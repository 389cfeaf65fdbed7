"""A square array of any size, composed of the parts of one that was counted.

Its modules are the same; only their number differs. What is in no module is skew, whose length is
known, and control. That and the streams' ports grow a little slower than the side.
"""

from collections.abc import Iterable

from lmul.synth.gates.breakdown import PartCount, Split

__all__ = ["composed", "composed_area", "total"]


_BY_AREA = ("PEs", "drain registers")


def composed(
    counted: Split, side: int, wanted: int, operand_bits: int, result_bits: int
) -> list[PartCount]:
    """The parts of an output-stationary array of ``wanted`` rows and columns.

    PEs and drain registers go with the square of the side; edges and rounders with the side; all
    four are exact, and so is skew. Control and the streams' ports are taken as proportional to the
    side, which is a little too much: for 64 by 64 from 8 by 8, less than 0.1 % of the array.

    Parameters
    ----------
    counted : Split
        Of an array of ``side`` rows and columns.
    side, wanted : int
    operand_bits, result_bits : int
        Of an operand behind the edge, and of a result behind the rounder.
    """
    times = wanted / side
    parts = []
    for part in counted.parts:
        factor = times**2 if part.part in _BY_AREA else times
        flipflops = round(part.flipflops * factor)
        if part.part == "skew registers":
            flipflops = skew(wanted, operand_bits, result_bits)
        parts.append(PartCount(part.part, round(part.gates * factor), flipflops))
    return parts


def skew(side: int, operand_bits: int, result_bits: int) -> int:
    """Flip-flops that set operands apart and bring results together.

    Lane i of either operand waits i cycles, and so does the mark of a tile's end, of which all
    rows share one chain. Column j of the results waits for the last one.
    """
    apart = side * (side - 1) // 2
    return (2 * operand_bits + result_bits) * apart + (side - 1)


def total(parts: Iterable[PartCount]) -> PartCount:
    """All parts together."""
    parts = list(parts)
    return PartCount(
        "all", sum(part.gates for part in parts), sum(part.flipflops for part in parts)
    )


def composed_area(sides: tuple[int, int], areas: tuple[float, float], wanted: int) -> float:
    """The area of an array of ``wanted`` rows and columns, of the same modules.

    PEs and drain registers go with the square of the side, edges, rounders and ports with the side,
    and skew registers with both: an area is ``a·side² + b·side``, and two of them say a and b. What
    is left is control, which grows more slowly than the side: 32 by 32 from 8 and 16 is 0.04 % off.

    Parameters
    ----------
    sides : (int, int)
        Of the arrays that were mapped, unlike each other.
    areas : (float, float)
        Theirs.
    wanted : int
        Rows and columns.
    """
    (one, other), (first, second) = sides, areas
    square = (second / other - first / one) / (other - one)
    linear = first / one - square * one
    return square * wanted**2 + linear * wanted
