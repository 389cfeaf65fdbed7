"""Normalise, denormalise and round a significand: one shift to the right, one rounding."""

from dataclasses import dataclass

from amaranth import Cat, Const, Module, Mux, Signal, Value

from lmul.hdl.ripple import half_adder

__all__ = ["Kept", "round_to_even", "shift_right"]


@dataclass(frozen=True)
class Kept:
    """What is left of a significand after its shift."""

    bits: Value
    """The kept bits."""
    guard: Value
    """The first bit shifted out."""
    sticky: Value
    """Whether any later one is set."""


def shift_right(m: Module, word: Value, dropped: int, places: Value) -> Kept:
    """``word >> (dropped + places)`` with what rounding needs of the rest.

    A stage for each bit of ``places``, the longest first; what leaves the word by then is
    gathered into the sticky bit.

    Parameters
    ----------
    m : Module
        Where intermediate signals are driven.
    word : Value
    dropped : int
        Bits that are always shifted out, at least 0.
    places : Value
        Further places, unsigned.
    """
    if dropped == 0:  # the guard needs a place below the word
        word, dropped = Cat(Const(0, 1), word), 1
    lost = [word[: dropped - 1].any()] if dropped > 1 else []
    word = word[dropped - 1 :]
    for stage in reversed(range(len(places))):
        distance, by = 1 << stage, places[stage]
        lost.append(by & word[:distance].any())
        shifted = Signal(len(word), name=f"shifted_{distance}")
        m.d.comb += [
            shifted[place].eq(
                Mux(by, word[place + distance], word[place])
                if place + distance < len(word)
                else word[place] & ~by
            )
            for place in range(len(word))
        ]
        word = shifted
    return Kept(word[1:], word[0], Cat(*lost).any() if lost else Const(0, 1))


def round_to_even(m: Module, kept: Kept, mantissa_bits: int) -> tuple[Value, Value]:
    """The mantissa rounded to nearest even, and the carry out of it.

    The carry and the bits of ``kept`` above the mantissa are the caller's to add to the exponent.
    """
    up: Value = Signal(name="round_up")
    m.d.comb += up.eq(kept.guard & (kept.bits[0] | kept.sticky))
    mantissa = []
    for bit in kept.bits[:mantissa_bits]:
        rounded, up = half_adder(m, bit, up)
        mantissa.append(rounded)
    return Cat(*mantissa), up
