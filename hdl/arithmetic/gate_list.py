"""Circuits given as a list of gates: how those that a search has found are written down."""

from collections.abc import Sequence

from amaranth import Module, Value

from lmul.hdl.arithmetic.adders import bit_signal

__all__ = ["Gate", "build_gates"]


Gate = tuple[str, int, int]
"""(gate, input, input). Signals are numbered: the inputs first, then the gates in order.

The gate is one of and, or, xor, nand, nor, xnor; a nand of a signal with itself is an inverter.
"""


def build_gates(m: Module, gates: Sequence[Gate], inputs: Sequence[Value]) -> list[Value]:
    """All signals of a list of gates, its inputs first.

    Parameters
    ----------
    m : Module
        Where the gates' signals are driven.
    gates : sequence of Gate
    inputs : sequence of Value
        One bit each.
    """
    signals = list(inputs)
    for gate, first, second in gates:
        a, b = signals[first], signals[second]
        match gate:
            case "and" | "nand":
                value = a & b
            case "or" | "nor":
                value = a | b
            case _:
                value = a ^ b
        signals.append(bit_signal(m, ~value if gate in ("nand", "nor", "xnor") else value))
    return signals
