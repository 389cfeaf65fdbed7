"""Sums of a wide word and a narrower signed one: no gate is spent on extending a sign."""

from amaranth import Cat, Module, Signal, Value

from lmul.hdl.ripple import bit_signal, full_adder
from lmul.hdl.written import form

__all__ = ["add_signed", "pass_on"]


def add_signed(
    m: Module, acc: Value, magnitude: Value, neg: Value, carry: Value | None = None
) -> Value:
    """``acc - magnitude`` where ``neg``, else ``acc + magnitude``; as wide as ``acc``.

    With ``carry`` given in place of ``neg``, ``acc + ~magnitude + carry`` where ``neg``.

    Parameters
    ----------
    m : Module
        Where the adder's signals are driven.
    acc, magnitude : Value
        ``acc`` is the wider one, in two's complement; ``magnitude`` is unsigned.
    neg, carry : Value
    """
    low = len(magnitude)
    carry = neg if carry is None else carry
    if form() != "gates":
        whole = Signal(len(acc))
        addend = Cat(magnitude ^ neg.replicate(low), neg.replicate(len(acc) - low))
        m.d.comb += whole.eq(Cat(acc) + addend + carry)
        return whole
    total = []
    for bit, addend in zip(acc[:low], magnitude, strict=True):
        one, carry = full_adder(m, bit, bit_signal(m, addend ^ neg), carry)
        total.append(one)
    return Cat(*total, pass_on(m, acc[low:], bit_signal(m, carry ^ neg), neg))


def pass_on(m: Module, word: Value, goes: Value, neg: Value) -> Value:
    """``word - goes`` where ``neg``, else ``word + goes``; as wide as ``word``: 3 gates a bit.

    A carry goes on where a bit was 1, a borrow where it was 0: where the bit differs from
    ``neg``. A bit two places lower says as much once it is changed, since it is ``neg`` then.
    That form is here because ABC leaves it alone; a chain of ``goes & (bit ^ neg)`` it would split
    into one of carries and one of borrows, for 5 gates a bit.
    """
    total: list[Value] = []
    for place, bit in enumerate(word):
        changed = bit_signal(m, bit ^ goes)
        sign = total[place - 2] if place >= 2 else neg
        goes = bit_signal(m, goes & (bit ^ sign))
        total.append(changed)
    return Cat(*total)
