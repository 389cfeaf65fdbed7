"""Many bits of several places added up place by place, in as few adders as there can be.

:mod:`lmul.hdl.arithmetic.compress` is the form for short clocks.
"""

from collections.abc import Sequence

from amaranth import Module, Value

from lmul.hdl.arithmetic.adders import full_adder, half_adder

__all__ = ["add_columns"]


def add_columns(m: Module, columns: Sequence[Sequence[Value]]) -> tuple[list[Value], list[Value]]:
    """The sum of bits by their place: one for each place, and the carries out of the last."""
    total: list[Value] = []
    carries: list[Value] = []
    for column in columns:
        bits, carries = [*column, *carries], []
        while len(bits) > 1:
            if len(bits) > 2:
                one, carry = full_adder(m, *bits[:3])
            else:
                one, carry = half_adder(m, *bits)
            bits = [one, *bits[3:]]
            carries.append(carry)
        total += bits
    return total, carries
