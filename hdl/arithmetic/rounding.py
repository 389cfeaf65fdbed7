"""Round a significand with its exponent to a code: nearest even, gradual underflow, once."""

from amaranth import Cat, Const, Module, Mux, Signal, Value

from lmul.hdl.arithmetic.adders import add, add_constant, at_least, bit_signal, choose, half_adder
from lmul.hdl.arithmetic.delay import UNCUT, Cuts
from lmul.hdl.arithmetic.shifters import Kept, shift_to_top
from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.policy import Overflow

__all__ = ["overflow_code", "round_code", "round_to_even", "round_word"]


def round_word(
    m: Module,
    fmt: FloatFormat,
    overflow: Overflow,
    exponent: Value,
    word: Value,
    special: Value | None = None,
    cuts: Cuts = UNCUT,
) -> Value:
    """The magnitude code nearest to ``word``, wherever its highest set bit is.

    Parameters
    ----------
    m, fmt, overflow, special
        As for :func:`round_code`.
    exponent : Value
        The exponent field of the word's highest bit, less 1; unsigned.
    word : Value
        The significand, at least ``m + 2`` bits.
    cuts : Cuts
        Registers at ``"shifting"``, half way through the shift, ``"shifted"``, behind it, and
        ``"rounded"``, before the exponent is added to the rounded mantissa. ``special`` is that of
        the code: it passes none of them.
    """
    shifted, places = shift_to_top(m, word, exponent, cuts)
    (exponent,) = cuts.at(m, "shifting", exponent=exponent)
    shifted, places, exponent = cuts.at(
        m, "shifted", word=shifted, places=places, exponent=exponent
    )
    width = max(len(exponent), len(places))
    exponent = Cat(exponent, Const(0, width - len(exponent)))
    places = Cat(places, Const(0, width - len(places)))
    exponent = add(m, exponent, ~places, Const(1, 1))[:width]
    return round_code(m, fmt, overflow, exponent, shifted, special, cuts)


def round_code(
    m: Module,
    fmt: FloatFormat,
    overflow: Overflow,
    exponent: Value,
    word: Value,
    special: Value | None = None,
    cuts: Cuts = UNCUT,
) -> Value:
    """The magnitude code nearest to ``word``, ties to even.

    Parameters
    ----------
    m : Module
        Where intermediate signals are driven.
    fmt : FloatFormat
        Of the code.
    overflow : str
        What becomes of a value beyond the largest finite one, judged after rounding: as the
        policy's knob. ``wrap`` keeps the code modulo ``2**(e + m)``.
    exponent : Value
        The exponent field of the word's highest bit, less 1. It means nothing where that bit is 0,
        in a subnormal or a zero.
    word : Value
        The significand, at least ``m + 2`` bits.
    special : Value or None
        Where it is 1, exponent and word are those of Inf or NaN, and become its code.
    cuts : Cuts
        Registers at ``"rounded"``, which ``special`` does not pass.
    """
    bits = fmt.mantissa_bits
    hidden, kept = word[-1], word[-1 - bits : -1]
    guard, rest = word[-2 - bits], word[: -2 - bits]
    up = bit_signal(m, guard & (kept[0] | rest.any()))
    kept = Cat(kept, Const(0, 1))
    if "rounded" in cuts:  # no carry waits for what decides
        rounded = choose(m, up, add_constant(m, kept, 1), kept)
    else:
        rounded = add_constant(m, kept, 0, up)
    rounded, exponent, hidden = cuts.at(
        m, "rounded", mantissa=rounded, exponent=exponent, hidden=hidden
    )
    room = max(fmt.exponent_bits, len(exponent)) + 1
    field = [bit_signal(m, bit & hidden) for bit in exponent]
    field += [Const(0, 1)] * (room - len(field))
    # The leading one, shifted in place, makes up for the exponent's missing 1.
    field = add(m, field, [hidden, *[Const(0, 1)] * (room - 1)], rounded[bits])[:room]
    code = Cat(rounded[:bits], field)
    magnitude = code[: fmt.magnitude_bits]
    if overflow == "wrap":
        return magnitude
    beyond = at_least(m, code, fmt.max_code + 1)
    if special is not None:
        beyond = beyond & ~special
    return Mux(bit_signal(m, beyond), overflow_code(fmt, overflow), magnitude)


def overflow_code(fmt: FloatFormat, overflow: Overflow) -> int:
    """The magnitude code that stands for all values beyond the largest finite one."""
    limit = fmt.max_code
    if overflow == "nonsaturating":
        limit = fmt.inf_code if fmt.has_inf else fmt.nan_code if fmt.has_nan else fmt.max_code
    assert limit is not None
    return limit & fmt.magnitude_mask


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
