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
# kept if all 64 sums stay right and the gates don't become more) found many of 27 gates and none
# smaller; ABC restructures them into 27 to 38, and this is one of those that it leaves alone.
_GATES: tuple[Gate, ...] = (
    ("xnor", 4, 1),
    ("xnor", 2, 1),
    ("xor", 0, 3),
    ("nor", 2, 5),
    ("xnor", 2, 3),
    ("xnor", 2, 5),
    ("xor", 0, 5),
    ("and", 6, 4),
    ("nor", 3, 0),
    ("and", 7, 12),
    ("xor", 5, 4),
    ("or", 10, 16),
    ("nand", 14, 9),
    ("nand", 16, 6),
    ("nand", 19, 11),
    ("nand", 17, 20),
    ("or", 15, 21),
    ("xnor", 22, 8),
    ("nand", 8, 22),
    ("xnor", 14, 24),
    ("nor", 25, 6),
    ("xor", 13, 26),
    ("xor", 25, 6),
    ("xnor", 11, 27),
    ("and", 29, 20),
    ("and", 23, 18),
    ("nor", 9, 30),
)
"""0 to 2 are the bits of x, 3 to 5 those of y."""

_SUM = (31, 28, 29, 32)
"""Which signals are the sum's bits, the last place first."""
