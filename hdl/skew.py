"""Skew: lanes that come together are set apart, one cycle more for each lane."""

from amaranth import Module, Signal, Value
from amaranth.lib.data import StructLayout

__all__ = ["delay", "delay_struct"]


def delay(
    m: Module, value: Value, cycles: int, en: Value, name: str, reset: int | None = None
) -> Value:
    """``value`` so many enabled cycles ago.

    Parameters
    ----------
    m : Module
        Where the registers are driven.
    value : Value
    cycles : int
        0 gives ``value`` itself.
    en : Value
        While it is 0, all registers hold.
    name : str
        Of the registers; they are numbered.
    reset : int or None
        What they hold after reset; None leaves them as they are.
    """
    for number in range(cycles):
        register = Signal(
            value.shape(), name=f"{name}_{number}", init=reset or 0, reset_less=reset is None
        )
        with m.If(en):
            m.d.sync += register.eq(value)
        value = register
    return value


def delay_struct(
    m: Module, struct, cycles: int, en: Value, name: str, reset: dict[str, int]
) -> dict[str, Value]:
    """The members of a struct so many enabled cycles ago; those in ``reset`` are reset."""
    layout: StructLayout = struct.shape()
    return {
        member: delay(
            m, Value.cast(struct[member]), cycles, en, f"{name}_{member}", reset.get(member)
        )
        for member, _ in layout
    }
