"""A significand array found by search: 4 by 4 bits, the exact twin of e4m3.

No array of adders comes near it. The search (a random walk over netlists, in which a change is
kept if all 64 products stay right and the gates don't become more) started from 52 gates, those
that ABC leaves of full adders; three walks of 3e8 steps ended at 43 each, so there may be little
left to find. ABC changes some of it: 45 gates are counted.
"""

from amaranth import Cat, Module, Value

from lmul.hdl.gate_list import build_gates

__all__ = ["SEARCHED_BITS", "searched_significands"]

SEARCHED_BITS = 3
"""Mantissa bits of the one array that is here."""

_GATES = (
    ("xor", 2, 5),
    ("nand", 5, 2),
    ("nand", 0, 5),
    ("and", 5, 1),
    ("and", 3, 2),
    ("xnor", 3, 0),
    ("and", 3, 1),
    ("xnor", 10, 8),
    ("nand", 4, 0),
    ("nand", 4, 1),
    ("xnor", 12, 14),
    ("and", 0, 3),
    ("or", 14, 16),
    ("xor", 11, 18),
    ("xnor", 18, 15),
    ("nand", 4, 2),
    ("nor", 13, 8),
    ("xnor", 13, 20),
    ("xor", 7, 17),
    ("nor", 23, 20),
    ("xnor", 25, 22),
    ("xnor", 21, 9),
    ("xnor", 19, 27),
    ("nor", 15, 26),
    ("or", 9, 27),
    ("xor", 24, 29),
    ("xnor", 1, 4),
    ("xnor", 26, 28),
    ("and", 33, 30),
    ("xor", 32, 31),
    ("or", 22, 6),
    ("or", 24, 35),
    ("xor", 36, 37),
    ("nand", 34, 35),
    ("xor", 39, 38),
    ("nand", 40, 15),
    ("nand", 33, 33),
    ("or", 36, 30),
    ("nand", 43, 41),
    ("nand", 44, 7),
    ("xor", 35, 34),
    ("xnor", 40, 15),
    ("xnor", 44, 7),
)
"""0 to 2 are the bits of x, 3 to 5 those of y."""

_PRODUCT = (17, 16, 23, 42, 46, 47, 48, 45)
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
