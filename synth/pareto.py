"""Which of several things no other one beats."""

from collections.abc import Sequence

__all__ = ["front"]


def front(points: Sequence[tuple[float, float]]) -> list[int]:
    """Indices of the points that no other beats, both coordinates the lower the better.

    Another beats a point when it is no worse in both coordinates and better in one; of equal
    points none beats another. From the smallest first coordinate to the largest.
    """
    kept: list[int] = []
    for index in sorted(range(len(points)), key=lambda i: points[i]):
        if kept and points[index] != points[kept[-1]] and points[index][1] >= points[kept[-1]][1]:
            continue
        kept.append(index)
    return kept
