"""Corrections to a sum of mantissas, chosen by their top bits: what kinds between L-Mul and the
exact product add.

With mantissas x and y in [0, 1) the code sum stands for 1 + x + y. The exact product's code is
higher by x y below 2, and by (1 - x) (1 - y) / 2 from there on. A table of that, addressed by the
operands' top bits, is a published idea (MBM, TCAD 2018; REALM, DAC 2020; UniCore, ISCA 2026).
These tables are this project's own: a search found them together with their gates
(:mod:`lmul.synth.optimise`).
"""

from dataclasses import dataclass

from lmul.hdl.numbers.formats import FloatFormat

__all__ = ["LMUL_COARSE", "LMUL_FINE", "Correction"]


Table = tuple[tuple[int, ...], ...]
"""A row for each value of x's top bits, in it an entry for each of y's."""


@dataclass(frozen=True)
class Correction:
    """Tables of corrections, addressed by the top bits of both mantissas.

    Attributes
    ----------
    tables : tuple of Table
        In steps of ``2**-places``. Symmetric, and 0 wherever a sum of mantissas would reach 2.
        One; or two, the first where the bits below the top ones send no carry into them, the
        second where they send one.
    places : int
        The last place of a correction, behind the point.
    summed : int
        The last place of the mantissas that is added. Beyond it the sum has a one where either
        operand has one: what both have is lost (as in the lower-part-OR adder of Mahdiani and
        others, TCAS-I 2010).
    """

    tables: tuple[Table, ...]
    places: int
    summed: int

    @property
    def top_bits(self) -> int:
        """Bits of each mantissa that choose."""
        return (len(self.tables[0]) - 1).bit_length()

    @property
    def by_carry(self) -> bool:
        """Whether the carry into the top bits chooses, too."""
        return len(self.tables) > 1

    @property
    def least_mantissa_bits(self) -> int:
        """The narrowest mantissa that has all the places."""
        return max(self.top_bits + self.by_carry, self.places, self.summed)

    def lost(self, x: int, y: int, bits: int) -> int:
        """The ones that are lost of two mantissas of ``bits`` bits, in units of ``2**-bits``."""
        return x & y & ((1 << (bits - self.summed)) - 1)

    def steps(self, x: int, y: int, bits: int) -> int:
        """The correction of two mantissas of ``bits`` bits, in units of ``2**-places``."""
        top = bits - self.top_bits
        below = (1 << top) - 1
        carry = ((x & below) + (y & below) - self.lost(x, y, bits)) >> top
        return self.tables[carry * self.by_carry][x >> top][y >> top]

    def code_sum(self, x: int, y: int, bits: int) -> int:
        """The corrected sum of two mantissas of ``bits`` bits, in units of ``2**-bits``."""
        step = 1 << (bits - self.places)
        return x + y - self.lost(x, y, bits) + step * self.steps(x, y, bits)

    def square(self, mantissa: int, bits: int) -> tuple[int, int]:
        """The square of 1 and a mantissa of ``bits`` bits, and how many bits of it are fraction."""
        one = 1 << bits
        carry, low = divmod(self.code_sum(mantissa, mantissa, bits), one)
        return (one + low) << carry, bits

    def say(self, name: str, fmt: FloatFormat) -> str:
        """The product in a sentence; the kind that has these tables is called ``name``."""
        lost = fmt.mantissa_bits - self.summed
        less = f", less the ones that both have in their last {lost} bits" if lost else ""
        carry = " and by the carry into these" if self.by_carry else ""
        return (
            "L-Mul's adder with a correction in place of the constant: the product's magnitude "
            f"code is the integer sum X + Y - {fmt.bias << fmt.mantissa_bits} + c of the operands' "
            "magnitude codes (exponent and mantissa read as one integer; the constant is the bias "
            f"at its place){less}; c is a multiple of 2**-{self.places} from the table {name}, "
            f"chosen by the top {self.top_bits} bits of both mantissas{carry}"
        )

    def lowest_place(self) -> int:
        """How far below the product of the two smallest subnormals a product's last bit can lie.

        Normalised, subnormals whose mantissas are left with j and k bits are ``2**(j + k)`` times
        as large; where these short mantissas are corrected, the correction's last bit counts.
        """
        lowest = 0
        for carry, table in enumerate(self.tables):
            for x, row in enumerate(table):
                for y, steps in enumerate(row):
                    last = self.places + 1 - (steps & -steps).bit_length() if steps else 0
                    lowest = max(lowest, last - self._bits(x, carry) - self._bits(y, carry))
        return lowest

    def _bits(self, top: int, carry: int) -> int:
        """Bits of the shortest mantissa that has these top bits, and one below for a carry."""
        if carry:
            return self.top_bits + 1
        return self.top_bits + 1 - (top & -top).bit_length() if top else 0


def _steps(*rows: str) -> Table:
    """A table of steps, each a hexadecimal digit."""
    return tuple(tuple(int(entry, 16) for entry in row) for row in rows)


LMUL_COARSE = Correction(
    (
        _steps(
            "22222222",
            "23256762",
            "22886633",
            "2589a632",
            "266a7531",
            "27665410",
            "26333111",
            "22321010",
        ),
        _steps(
            "22242223",
            "23456732",
            "24886733",
            "45897632",
            "26677531",
            "27765410",
            "23333111",
            "32321010",
        ),
    ),
    places=6,
    summed=6,
)
LMUL_FINE = Correction(
    (
        _steps(
            "00112231",
            "01446762",
            "14889842",
            "148a9642",
            "26997532",
            "27865421",
            "36443211",
            "12222110",
        ),
        _steps(
            "01122332",
            "11467742",
            "14899642",
            "269a6642",
            "27965421",
            "37664411",
            "34442110",
            "22221100",
        ),
    ),
    places=6,
    summed=6,
)
