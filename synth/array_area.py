"""The area of a square array of any size, from two that were mapped."""

__all__ = ["composed_area"]


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
