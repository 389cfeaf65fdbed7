"""What a sum in a PE can hold, and how many products are certain to fit into it.

An array's sums are its PEs': one PE adds up all K products of a result, or hands the sum down its
column to others of the same width. So the range of an array is that of its PE, whatever its size.
"""

from dataclasses import dataclass
from fractions import Fraction

from lmul.hdl.designs.mac import INT8_MAX_K, MacDesign
from lmul.hdl.numbers.formats import INT8, FloatFormat
from lmul.hdl.numbers.product_range import ProductRange, product_range
from lmul.hdl.numbers.sum_parts import SUM_BITS

__all__ = ["SumRange", "sum_range"]


_MOST_FLOAT = Fraction(2) ** 1023
_INT8 = ProductRange(0, 1 << 14)  # (-128)²; the register's bits hold INT8_MAX_K of them


@dataclass(frozen=True)
class SumRange:
    """The range of a PE's sum.

    Attributes
    ----------
    low, high : Fraction
        The least and the greatest value that it can hold.
    step : Fraction or None
        What its last bit is worth; None in floating point.
    width : int
        Bits of the register.
    largest : Fraction
        The magnitude of the largest product, before anything is cut.
    safe_k : int or None
        The most products that fit for certain, whatever the operands; of NaN and Inf nothing is
        said. None: any number, since a sum so large that it grows no more is still in range.
    k_max : int or None
        The longest dot product that the circuit takes without a warning; None: any.
    """

    low: Fraction
    high: Fraction
    step: Fraction | None
    width: int
    largest: Fraction
    safe_k: int | None
    k_max: int | None

    def facts(self) -> dict[str, float | int | None]:
        """For JSON: its ends, the largest product, and how many of them fit for certain."""
        return {
            "low": float(self.low),
            "high": float(self.high),
            "largest_product": float(self.largest) if self.largest < _MOST_FLOAT else None,
            "safe_k": self.safe_k,
        }


def sum_range(design: MacDesign) -> SumRange:
    """The range of the sums of a PE or an array.

    Raises
    ------
    ValueError
        When the design is a product unit.
    """
    if design.level == "product":
        raise ValueError(f"Design {design.name!r} has no sum; a PE or an array has")
    if not isinstance(design.format, FloatFormat):
        assert design.kind == "int8" and design.format == INT8
        return _fixed(_INT8, SUM_BITS, 0, design.k_max, INT8_MAX_K)
    assert design.kind != "int8"
    products = product_range(design.format, design.kind, design.policy)
    accumulator = design.resolved_accumulator
    if accumulator.format is not None:
        return _floating(products, accumulator.format, design.terms)
    if accumulator.window is not None:
        width, lsb = accumulator.window
        return _fixed(products, width, lsb, None, _fitting(products, width, lsb))
    width = products.accumulator_bits(design.k_max)
    most = ((1 << (width - 1)) - 1) // products.largest
    return _fixed(products, width, products.lsb, design.k_max, most)


def _fixed(
    products: ProductRange, width: int, lsb: int, k_max: int | None, safe_k: int | None
) -> SumRange:
    step = Fraction(2) ** lsb
    half = 1 << (width - 1)
    largest = products.largest * Fraction(2) ** products.lsb
    return SumRange(-half * step, (half - 1) * step, step, width, largest, safe_k, k_max)


def _fitting(products: ProductRange, width: int, lsb: int) -> int:
    """The most products, cut toward minus infinity, that no window of this width overflows with."""
    largest = products.largest * Fraction(2) ** (products.lsb - lsb)
    half = 1 << (width - 1)
    up, down = largest.__floor__(), largest.__ceil__()
    return min((half - 1) // up, half // down) if up else half // down


def _floating(products: ProductRange, fmt: FloatFormat, terms: int) -> SumRange:
    largest = products.largest * Fraction(2) ** products.lsb
    greatest = Fraction(fmt.max)
    # So many at once are no more than their exact sum, whatever the window cuts.
    groups = _additions(terms * largest, fmt, greatest)
    safe_k = None if groups is None else terms * groups
    return SumRange(-greatest, greatest, None, fmt.width, largest, safe_k, None)


def _additions(product: Fraction, fmt: FloatFormat, greatest: Fraction) -> int | None:
    """How often the largest addend can be added, each sum rounded; None: it stops growing.

    Rounding keeps order, so no other operands reach a larger sum in as many additions.
    """
    if product * (1 << (fmt.mantissa_bits + 2)) < greatest:
        return None  # less than half of a last bit, long before the greatest value
    total, count = Fraction(0), 0
    while (after := _nearest(total + product, fmt)) <= greatest:
        if after == total:
            return None
        total, count = after, count + 1
    return count


def _nearest(value: Fraction, fmt: FloatFormat) -> Fraction:
    """Rounded to nearest even, the exponent unbounded above."""
    whole = value.numerator.bit_length() - value.denominator.bit_length()
    exponent = whole if Fraction(2) ** whole <= value else whole - 1
    ulp = Fraction(2) ** (max(exponent, 1 - fmt.bias) - fmt.mantissa_bits)
    return round(value / ulp) * ulp
