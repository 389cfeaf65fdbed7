"""Ripple-carry adders, one gate-level form for every kind of product and for pack.

Yosys turns a wide ``+`` into a parallel-prefix adder: 170 gates for 32 bits, where a chain of full
adders takes 157. Every circuit here is small rather than fast, so all of them get the chain.
For FPGAs, which have chains of their own, sums are written as ``+``
(:mod:`lmul.hdl.arithmetic.form`).
"""

from collections.abc import Sequence

from amaranth import Cat, Const, Module, Mux, Signal, Value

from lmul.hdl.arithmetic.form import form, is_fast

__all__ = [
    "add",
    "add_constant",
    "add_signed",
    "at_least",
    "bit_signal",
    "choose",
    "full_adder",
    "half_adder",
    "pass_on",
    "step",
]


def bit_signal(m: Module, value: Value) -> Value:
    """``value`` as a signal, so that a use of it is not a copy of its expression.

    It is called as the variable that the caller puts it into.
    """
    if isinstance(value, Const | Signal):
        return value
    signal = Signal(src_loc_at=1)
    m.d.comb += signal.eq(value)
    return signal


def choose(m: Module, condition: Value, one: Value, other: Value) -> Value:
    """``one`` where ``condition``, else ``other``, of one width.

    Bit by bit, so that constants among them need no multiplexer.
    """
    return Cat(bit_signal(m, Mux(condition, a, b)) for a, b in zip(one, other, strict=True))


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
        addend = magnitude ^ neg.replicate(low)
        if is_fast():
            *total, carry = add(m, acc[:low], addend, carry)
            return Cat(*total, pass_on(m, acc[low:], bit_signal(m, carry ^ neg), neg))
        whole = Signal(len(acc))
        m.d.comb += whole.eq(Cat(acc) + Cat(addend, neg.replicate(len(acc) - low)) + carry)
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
    if is_fast():
        return step(m, word, bit_signal(m, goes & ~neg), bit_signal(m, goes & neg))
    total: list[Value] = []
    for place, bit in enumerate(word):
        changed = bit_signal(m, bit ^ goes)
        sign = total[place - 2] if place >= 2 else neg
        goes = bit_signal(m, goes & (bit ^ sign))
        total.append(changed)
    return Cat(*total)


def step(m: Module, word: Value, up: Value, down: Value) -> Value:
    """``word + 1`` where ``up``, ``word - 1`` where ``down``, else ``word``; never both.

    6 gates a bit, two of them behind ``up`` and ``down``: which bits would change is known before.
    """
    ones, noughts = Const(1, 1), Const(1, 1)
    total: list[Value] = []
    for bit in word:
        total.append(bit_signal(m, bit ^ (up & ones | down & noughts)))
        ones, noughts = bit_signal(m, ones & bit), bit_signal(m, noughts & ~bit)
    return Cat(*total)
