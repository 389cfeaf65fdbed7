"""Skew: lanes that come together are set apart, one cycle more for each lane."""

from amaranth import Cat, Module, Signal, Value
from amaranth.lib.data import StructLayout, View

__all__ = ["delay", "delay_struct"]


def delay(
    m: Module, value: Value, cycles: int, en: Value, name: str, reset: int | None = None
) -> Value:
    """``value`` so many enabled cycles ago.

    One register holds them all, the latest lowest: a long delay is not many lines of Verilog.

    Parameters
    ----------
    m : Module
        Where the register is driven.
    value : Value
    cycles : int
        0 gives ``value`` itself.
    en : Value
        While it is 0, the register holds.
    name : str
        Of the register.
    reset : int or None
        What it gives after reset; None leaves it as it is.
    """
    if cycles == 0:
        return value
    width = len(value)
    init = sum((reset or 0) << (width * place) for place in range(cycles))
    register = Signal(width * cycles, name=name, init=init, reset_less=reset is None)
    with m.If(en):
        m.d.sync += register.eq(Cat(value, register[:-width]))
    return register[-width:]


def delay_struct(
    m: Module, struct, cycles: int, en: Value, name: str, reset: dict[str, int]
) -> dict[str, Value]:
    """The members of a struct so many enabled cycles ago; ``reset`` is what reset makes of them."""
    layout: StructLayout = struct.shape()
    init = layout.const(reset).as_value().value
    late = View(layout, delay(m, Value.cast(struct), cycles, en, name, init))
    return {member: late[member] for member, _ in layout}
