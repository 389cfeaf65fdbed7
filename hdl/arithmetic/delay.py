"""Registers: skew, which sets lanes apart, and cuts, which part a path into several cycles."""

from collections.abc import Sequence

from amaranth import Cat, Const, Module, Signal, Value
from amaranth.lib.data import StructLayout, View
from amaranth.lib.wiring import Component, In, Member

__all__ = ["UNCUT", "Cuts", "delay", "delay_struct"]


class Cuts:
    """Registers in a pipelined unit, at those of its places that are chosen.

    Parameters
    ----------
    places : sequence of str
        Where registers stand; a unit passes its values through all its places.
    en : Value
        While it is 0, the registers hold. They have no reset: what is in them at first is nothing
        that anyone takes.
    """

    def __init__(self, places: Sequence[str] = (), en: Value | None = None) -> None:
        self._places = places
        self._en = Const(1, 1) if en is None else en

    @classmethod
    def of(cls, component: Component, places: Sequence[str]) -> "Cuts":
        """Registers in a component that has :meth:`ports` of the same places."""
        return cls(places, component.en) if places else UNCUT

    @staticmethod
    def ports(places: Sequence[str]) -> dict[str, Member]:
        """The enable that registers at these places need."""
        return {"en": In(1)} if places else {}

    def __contains__(self, place: str) -> bool:
        return place in self._places

    def at(self, m: Module, place: str, **values: Value) -> tuple[Value, ...]:
        """The values, an enabled cycle later if there is a cut here; constants stay as they are."""
        if place not in self:
            return tuple(values.values())
        return tuple(
            value if isinstance(value, Const) else delay(m, value, 1, self._en, f"{place}_{name}")
            for name, value in values.items()
        )


UNCUT = Cuts()
"""None at all."""


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
