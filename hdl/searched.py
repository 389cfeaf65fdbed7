"""A significand array found by search: 4 by 4 bits, the exact twin of e4m3.

No array of adders comes near it. The search (a random walk over netlists, in which a change is
kept if all 64 products stay right and the gates don't become more) started from 52 gates, those
that ABC leaves of full adders. Walks of 3e8 steps ended at 43 gates, the longest at 42, so there
may be little left to find. ABC changes what it is given: of a hundred such netlists this one, of
43 gates, is counted smallest over the product unit and the multipliers together; alone it is 45.
"""

from amaranth import Cat, Module, Value

from lmul.hdl.gate_list import build_gates

__all__ = ["SEARCHED_BITS", "searched_significands"]

SEARCHED_BITS = 3
"""Mantissa bits of the one array that is here."""

_GATES = (
    ("nand", 4, 0),
    ("nand", 5, 2),
    ("and", 2, 3),
    ("xnor", 1, 4),
    ("and", 1, 5),
    ("nand", 2, 4),
    ("nand", 1, 3),
    ("xor", 5, 2),
    ("or", 0, 3),
    ("nand", 1, 4),
    ("xnor", 11, 10),
    ("and", 3, 0),
    ("and", 5, 0),
    ("xor", 6, 12),
    ("nand", 15, 17),
    ("or", 17, 15),
    ("xnor", 7, 17),
    ("and", 9, 5),
    ("xnor", 21, 8),
    ("nand", 18, 24),
    ("and", 14, 20),
    ("or", 21, 24),
    ("and", 21, 22),
    ("xor", 25, 27),
    ("or", 20, 22),
    ("nand", 29, 19),
    ("xnor", 30, 13),
    ("and", 9, 31),
    ("xor", 26, 29),
    ("nand", 16, 34),
    ("xor", 28, 35),
    ("or", 33, 36),
    ("nor", 32, 23),
    ("nand", 22, 36),
    ("xnor", 32, 39),
    ("xnor", 37, 15),
    ("or", 41, 38),
    ("nand", 7, 42),
    ("xnor", 7, 42),
    ("xnor", 41, 40),
    ("xor", 33, 36),
    ("xor", 34, 16),
    ("xor", 24, 18),
)
"""0 to 2 are the bits of x, 3 to 5 those of y."""

_PRODUCT = (17, 19, 48, 47, 46, 45, 44, 43)
"""Which signals are the product's bits, the last place first."""


def searched_significands(m: Module, x: Value, y: Value) -> Value:
    """``(8 + x) * (8 + y)`` of two 3-bit mantissas, 8 bits.

    Parameters
    ----------
    m : Module
        Where the gates' signals are driven.
    x, y : Value
    """
    signals = build_gates(m, _GATES, [*x, *y])
    return Cat(signals[place] for place in _PRODUCT)
