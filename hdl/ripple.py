"""Ripple-carry adders, one gate-level form for every kind of product and for pack.

Yosys turns a wide ``+`` into a parallel-prefix adder: 170 gates for 32 bits, where a chain of full
adders takes 157. Every circuit here is small rather than fast, so all of them get the chain.
For FPGAs, which have chains of their own, sums are written as ``+`` (:mod:`lmul.hdl.written`).
"""

from collections.abc import Sequence

from amaranth import Cat, Const, Module, Signal, Value

from lmul.hdl.written import form

__all__ = ["add", "add_constant", "at_least", "bit_signal", "full_adder", "half_adder"]


def bit_signal(m: Module, value: Value) -> Value:
    """``value`` as a signal, so that a use of it is not a copy of its expression.

    It is called as the variable that the caller puts it into.
    """
    if isinstance(value, Const | Signal):
        return value
    signal = Signal(src_loc_at=1)
    m.d.comb += signal.eq(value)
    return signal


def full_adder(m: Module, a: Value, b: Value, c: Value) -> tuple[Value, Value]:
    """Sum and carry of three bits: 5 gates, or 2 where one is constant. ``c`` is the late one."""
    for known, first, second in ((a, b, c), (b, a, c), (c, a, b)):
        if isinstance(known, Const):
            if known.value:
                return bit_signal(m, ~(first ^ second)), bit_signal(m, first | second)
            return half_adder(m, first, second)
    differ = bit_signal(m, a ^ b)
    return bit_signal(m, differ ^ c), bit_signal(m, a & b | differ & c)


def half_adder(m: Module, a: Value, b: Value) -> tuple[Value, Value]:
    """Sum and carry of two bits: 2 gates."""
    return bit_signal(m, a ^ b), bit_signal(m, a & b)


def add(
    m: Module, a: Value | Sequence[Value], b: Value | Sequence[Value], carry: Value | None = None
) -> Value:
    """The sum of two unsigned words of one width, one bit wider.

    Parameters
    ----------
    m : Module
        Where the adder's signals are driven.
    a, b : Value or sequence of bits, the last place first
    carry : Value or None
        Added in the last place.
    """
    if len(a) != len(b):
        raise ValueError(f"Words must have one width, not {len(a)!r} and {len(b)!r}")
    if form() != "gates":
        words = [Cat(*a), Cat(*b)]
        return _sum(m, [*words, carry] if carry is not None else words, len(a) + 1)
    total = []
    for left, right in zip(a, b, strict=True):
        bit, carry = (
            half_adder(m, left, right) if carry is None else full_adder(m, left, right, carry)
        )
        total.append(bit)
    return Cat(*total, carry)


def add_constant(m: Module, word: Value, constant: int, carry: Value | None = None) -> Value:
    """The low bits of ``word + constant + carry``, as many as ``word`` has.

    Two gates a bit, whatever the constant: where it is 1, XNOR and OR. So a carry-in is free
    beside a constant, and a subtracted bias takes up an increment.
    """
    carry = Const(0, 1) if carry is None else carry
    if form() != "gates":
        width = len(word)
        return _sum(m, [word, Const(constant % (1 << width), width), carry], width)
    total = []
    for place, bit in enumerate(word):
        if constant >> place & 1:
            total.append(bit_signal(m, ~(bit ^ carry)))
            carry = bit_signal(m, bit | carry)
        else:
            total.append(bit_signal(m, bit ^ carry))
            carry = bit_signal(m, bit & carry)
    return Cat(*total)


def _sum(m: Module, words: Sequence[Value], width: int) -> Value:
    total = Signal(width)
    first, *others = words
    for word in others:
        first = first + word
    m.d.comb += total.eq(first)
    return total


def at_least(m: Module, word: Value, threshold: int, carry: Value | None = None) -> Value:
    """Whether ``word + carry >= threshold``: a carry chain without sums, at most one gate a bit.

    Where ``threshold`` ends in zeros, so many low bits cost nothing unless there is a carry. As
    gates in every form: of a few bits, LUTs make less than a carry chain would take.
    """
    if threshold <= 0:
        return Const(1, 1)
    if threshold > 1 << len(word):
        return Const(0, 1)
    carry = Const(0, 1) if carry is None else carry
    complement = (1 << len(word)) - threshold
    for place, bit in enumerate(word):
        carry = bit_signal(m, bit | carry if complement >> place & 1 else bit & carry)
    return carry
