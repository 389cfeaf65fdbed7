"""How sums of products are computed in float64, so that they are the golden model's.

A recipe follows from the arithmetic and from where the operands' exponents lie. The compiled
kernel and the GPU's follow the same one, and so give the same bits.
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from lmul.hdl.numbers.corrections import Correction
from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.hdl.numbers.kinds import KINDS, Kind
from lmul.sim.golden.arithmetic import product_significands, unpack
from lmul.torch.arithmetic import Arithmetic

__all__ = [
    "BAND",
    "EXACT",
    "FLOAT32",
    "FORMAT",
    "FULL_BITS",
    "PRODUCTS",
    "WINDOWED",
    "Exponents",
    "Recipe",
]


_MANTISSA = 52  # of float64
_BIAS = 1023
FULL_BITS = _MANTISSA + 1
_SINGLE = 24  # bits of a float32
_LEAST_SINGLE, _LARGEST_SINGLE = -149, 127  # exponents of float32's numbers
_TOP_BITS = 3  # of a mantissa, that choose its correction
_WINDOW = 50  # the widest that is counted in float64

PRODUCTS = {"lmul": 0, "mitchell": 0, "exact": 1, "lmul_formula": 2, "lmul_rne": 3}
PRODUCTS |= {"lmul_coarse": 4, "lmul_fine": 4}
PRODUCTS |= {"lmul_rne1": 5, "trunc4": 5, "trunc6": 5, "trunc8": 5}
EXACT, BAND, FLOAT32, FORMAT, WINDOWED = range(5)

Table = npt.NDArray[np.float32]

Exponents = tuple[tuple[int, int], tuple[int, int]]
"""Of the smallest and of the largest magnitude but 0, of both operands."""


@dataclass
class Recipe:
    """What a kernel needs; sums.cpp says how each number is used.

    Attributes
    ----------
    product, sum : int
        Of :data:`PRODUCTS`, and one of the names beside it.
    bands : tuple of pairs of float
        Each gives ``high`` and ``low`` of a sum that is exact in float64; their sum, rounded to
        odd, is the result. One pair where a single sum will do.
    plain : bool
        The products are exact ones and any order of sums is exact: a float64 matrix product.
    lowest, top, growth : int
        No product has bits below ``2**lowest`` or reaches ``2**top``; K of them sum to less than
        ``2**(top + growth)``.
    base, peak : int
        The least and the greatest exponent of an operand that is not 0.
    table : float32 array, shape (2**m, 2**m), or None
        Of products that are looked up: those of numbers from 1 to below 2, by their mantissas.
    """

    product: int
    lowest: int
    top: int
    growth: int
    base: int
    peak: int
    sum: int = EXACT
    plain: bool = False
    bands: tuple[tuple[float, float], ...] = ((0.0, 0.0),)
    constant: int = 0
    zero: float = 0.0
    offset_less_one: float = 0.0
    product_cut: int = 0
    sum_cut: int = 0
    min_normal: float = 0.0
    subnormal: float = 0.0
    max: float = 0.0
    overflow: float = 0.0
    scale: float = 1.0
    limit: float = 0.0
    greatest: float = 0.0
    least: float = 0.0
    lost: int = 0
    corrected_at: int = 0
    corrections: tuple[int, ...] = (0,) * (1 << _TOP_BITS)
    table: Table | None = None

    @classmethod
    def of(
        cls, exponents: Exponents, depth: int, arithmetic: Arithmetic, offset: int
    ) -> "Recipe | None":
        """The recipe of sums of ``depth`` products; None where only the golden model can.

        ``offset`` is the kind's constant, in units of ``2**-m``.
        """
        fmt, accumulator = arithmetic.format, arithmetic.accumulator
        if arithmetic.kind not in PRODUCTS:
            return None
        assert isinstance(fmt, FloatFormat)
        (x_low, x_high), (y_low, y_high) = exponents
        m = fmt.mantissa_bits
        fraction, table = m, None
        if PRODUCTS[arithmetic.kind] == PRODUCTS["trunc8"]:
            table, fraction = _looked_up(arithmetic.kind, fmt)
        elif arithmetic.kind == "exact":
            fraction = 2 * m
        made = cls(
            PRODUCTS[arithmetic.kind],
            lowest=x_low + y_low - fraction,
            top=x_high + y_high + 3,
            growth=max(2, (depth - 1).bit_length()),
            base=min(x_low, y_low),
            peak=max(x_high, y_high),
            constant=(offset << (_MANTISSA - m)) - (_BIAS << _MANTISSA),
            offset_less_one=offset / (1 << m) - 1,
            product_cut=_MANTISSA - m,
            table=table,
        )
        if (correction := KINDS[arithmetic.kind].correction) is not None:
            made._correct(correction, m)
        lost = made.lowest - 2  # products of zeros must stay below this power of two
        if accumulator.is_exact:
            if made.top + made.growth - made.lowest > FULL_BITS:
                made.sum, made.bands = BAND, _bands(made.top, made.lowest, made.growth)
            else:
                made.plain = arithmetic.kind == "exact"
                lost = made.lowest - FULL_BITS - 3 - made.growth
                made.least = math.ldexp(1, made.lowest - 1)
        elif accumulator.window is not None:
            width, lsb = accumulator.window
            if width > _WINDOW:
                return None
            made.sum, made.scale, made.limit = WINDOWED, math.ldexp(1, -lsb), float(1 << width)
            made.greatest = float((1 << (width - 1)) - 1)
            lost = min(made.lowest, lsb) - 2
            made.least = math.ldexp(1, min(made.lowest, lsb) - 1 - lsb)
        else:
            assert accumulator.format is not None
            overflow = arithmetic.policy.overflow
            # Two numbers of 24 bits at most: their float64 sum rounds as their sum itself would.
            if fraction + 2 > _SINGLE or overflow == "wrap":
                return None
            lost = min(lost, _LEAST_SINGLE - 3)
            within = made.top + made.growth <= _LARGEST_SINGLE  # then nothing overflows
            if accumulator.format == FORMATS["fp32"] and (within or overflow == "nonsaturating"):
                made.sum = FLOAT32
            else:
                made.sum = FORMAT
                made._round_in(accumulator.format, overflow)
        # So far down that both zeros' product is a normal double still.
        made.zero = math.ldexp(1, lost - 3 - made.peak)
        return made

    def _correct(self, correction: Correction, bits: int) -> None:
        assert correction.top_bits == _TOP_BITS, "the kernels' words are for so many"
        self.lost = (1 << _MANTISSA - correction.summed) - (1 << _MANTISSA - bits)
        self.corrected_at = _MANTISSA - correction.places
        self.corrections = tuple(_word(correction, x) for x in range(1 << _TOP_BITS))

    def _round_in(self, fmt: FloatFormat, overflow: str) -> None:
        self.sum_cut = _MANTISSA - fmt.mantissa_bits
        self.min_normal, self.max = fmt.min_normal, fmt.max
        self.subnormal = _grid(int(math.log2(fmt.min_subnormal)))
        beyond = math.inf if fmt.has_inf else math.nan if fmt.has_nan else fmt.max
        self.overflow = fmt.max if overflow == "saturate" else beyond


def _word(correction: Correction, x: int) -> int:
    """A correction for x's top bits: four bits each, at y's top bits and the sum's last of them."""
    word = 0
    for last in range(2):
        for y in range(1 << _TOP_BITS):
            carry = (last ^ x ^ y) & 1
            steps = correction.tables[carry * correction.by_carry][x][y]
            assert steps < 16
            word |= steps << 4 * (last << _TOP_BITS | y)
    return word


@cache
def _looked_up(kind: Kind, fmt: FloatFormat) -> tuple[Table, int]:
    """Products by the operands' mantissas, of numbers from 1 to below 2; and bits of a fraction."""
    codes = np.arange(1 << fmt.mantissa_bits) + (fmt.bias << fmt.mantissa_bits)
    x, y = (unpack(side, fmt, "raw", False) for side in np.meshgrid(codes, codes, indexing="ij"))
    found = product_significands(x, y, fmt, kind, 0)
    table = np.ldexp(found.sig.astype(np.float32), found.exp - found.fraction - fmt.bias)
    return table, found.fraction


def _bands(top: int, lowest: int, growth: int) -> tuple[tuple[float, float], ...]:
    """Bands of a product's bits, each summed exactly in a float64: what rounds to them."""
    lows: list[int] = []
    high = top
    while not lows or lows[-1] > lowest:
        lows.append(max(lowest, high - FULL_BITS + growth))
        high = lows[-1] - 1
    highs = [top + 2, *lows]
    return tuple((_grid(high), _grid(low)) for high, low in zip(highs, lows, strict=False))


def _grid(last: int) -> float:
    """What a float64 is rounded by to multiples of ``2**last``, when added and taken away."""
    return math.ldexp(1.5, _MANTISSA + last)
