"""The sum of two mantissas that is their product rounded: x + y + c, c a function of both.

Over all pairs of mantissas of up to three bits, the product (1 + x)(1 + y), rounded to nearest
even, is a code that exceeds x + y by 0 or 1 (ARITHMETIC, section 5, third trick).
"""

from amaranth import Cat, Module, Value

from lmul.hdl.gate_list import Gate, build_gates
from lmul.hdl.ripple import add

__all__ = ["rounded_sum"]


def rounded_sum(m: Module, x: Value, y: Value) -> Value:
    """``x + y + c``, one bit wider than ``x``.

    Parameters
    ----------
    m : Module
        Where the sum's signals are driven.
    x, y : Value
        Mantissas of one width, 1 to 3 bits.
    """
    match len(x):
        case 1:  # c is always 0
            return add(m, x, y)
        case 2:  # c is 1 for 1 and 2, either way round: 1.25 * 1.5 = 1.875, a tie, to 2
            return add(m, x, y, (x[0] ^ y[0]) & (x[1] ^ y[1]) & (x[0] ^ x[1]))
        case 3:
            signals = build_gates(m, _GATES, [*x, *y])
            return Cat(signals[place] for place in _SUM)
        case bits:
            raise ValueError(f"Mantissas must have 1 to 3 bits, not {bits!r}")


# Three full adders and c take 34 gates by synth and ABC. A random walk over netlists (a change is
# kept if all 64 sums stay right and the gates don't become more) found this. It computes c, at
# first wrong for a few pairs with x[0] = y[0] = 0, and mends those sums where it adds.
_GATES: tuple[Gate, ...] = (
    ("xnor", 1, 4),
    ("xnor", 0, 2),
    ("nor", 5, 2),
    ("xnor", 5, 2),
    ("and", 1, 6),
    ("xnor", 1, 0),
    ("nor", 3, 0),
    ("nand", 8, 12),
    ("xor", 4, 5),
    ("nand", 6, 14),
    ("nand", 15, 9),
    ("and", 7, 11),
    ("xnor", 3, 2),
    ("or", 14, 18),
    ("nand", 19, 16),
    ("or", 17, 20),
    ("xor", 7, 18),
    ("xnor", 21, 22),
    ("and", 23, 13),
    ("nand", 22, 21),
    ("xnor", 25, 12),
    ("nor", 6, 26),
    ("xor", 26, 6),
    ("nor", 10, 27),
    ("xor", 29, 9),
    ("and", 29, 30),
    ("xnor", 8, 31),
)
"""0 to 2 are the bits of x, 3 to 5 those of y."""

_SUM = (24, 28, 30, 32)
"""Which signals are the sum's bits, the last place first."""
