"""The parts of an exact sum's register: what is written in each cycle, and what only on change."""

from collections.abc import Mapping
from dataclasses import dataclass

from lmul.hdl.numbers.accumulator import Accumulator
from lmul.hdl.numbers.formats import INT8
from lmul.hdl.numbers.product_range import ProductRange

__all__ = ["SUM_BITS", "SumParts"]


SUM_BITS = 32
"""Of an int8 design's sum."""


@dataclass(frozen=True)
class SumParts:
    """Where a sum's register is cut.

    Attributes
    ----------
    width : int
        Of the whole sum.
    start, stop : int
        The bits from ``start`` to below ``stop`` are written in each cycle.
    """

    width: int
    start: int
    stop: int

    @classmethod
    def of(cls, accumulator: Accumulator, products: ProductRange, width: int) -> "SumParts":
        """Those of a sum of products; all of it is one part but in a ``dualW``.

        Raises
        ------
        ValueError
            When the narrow part of a ``dualW`` is not among the bits of the products.
        """
        if accumulator.narrow is None:
            return cls(width, 0, width)
        bits, place = accumulator.narrow
        start = 0 if place is None else place - products.lsb
        most = products.magnitude_bits
        if start < 0 or start + bits > most:
            raise ValueError(
                f"The narrow part of {accumulator} must be among the {most} bits of the largest "
                f"product, of which the last one is worth 2^{products.lsb}"
            )
        return cls(width, start, start + bits)

    @classmethod
    def of_integers(cls, accumulator: Accumulator, width: int) -> "SumParts":
        """Those of a sum of int8's products, whose own bits are all in the narrow part.

        Raises
        ------
        ValueError
            When they are not, or when nothing is left above it.
        """
        if accumulator.narrow is None:
            return cls(width, 0, width)
        bits, place = accumulator.narrow
        if place is not None or not 2 * INT8.width <= bits < width:
            raise ValueError(
                f"The narrow part of an int8 sum is dual{2 * INT8.width} to dual{width - 1}, not "
                f"{accumulator}"
            )
        return cls(width, 0, bits)

    @property
    def all(self) -> Mapping[str, slice]:
        """Each part's bits by name, the lowest first; ``narrow`` is written in each cycle."""
        found = {
            "below": slice(0, self.start),
            "narrow": slice(self.start, self.stop),
            "above": slice(self.stop, self.width),
        }
        return {name: part for name, part in found.items() if part.start < part.stop}

    @property
    def rare(self) -> Mapping[str, slice]:
        """The parts that are written on change only: ``above``, ``below``, both, or none."""
        return {name: part for name, part in self.all.items() if name != "narrow"}
