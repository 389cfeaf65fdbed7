"""Round a significand with its exponent to a code: nearest even, gradual underflow, once."""

from amaranth import Cat, Const, Module, Mux, Value

from lmul.hdl.formats import FloatFormat
from lmul.hdl.policy import Overflow
from lmul.hdl.ripple import add_constant, at_least, bit_signal

__all__ = ["leading_zeros", "round_code"]


def leading_zeros(m: Module, word: Value) -> Value:
    """How many bits above the highest set one are 0, by halves; the width's bound where all are.

    Returns
    -------
    Value
        ``len(word) - 1`` fits it. For a word of zeros it is all ones.
    """
    bits = list(word)
    full = 1 << (len(bits) - 1).bit_length()
    bits = [Const(0, 1)] * (full - len(bits)) + bits
    # (any bit set, count of zeros) of pieces from the lowest up, each time twice as long
    pieces: list[tuple[Value, list[Value]]] = [(bit, []) for bit in bits]
    while len(pieces) > 1:
        joined = []
        for (low_any, low), (high_any, high) in zip(pieces[::2], pieces[1::2], strict=True):
            count = [bit_signal(m, Mux(high_any, h, lo)) for lo, h in zip(low, high, strict=True)]
            joined.append((bit_signal(m, low_any | high_any), [*count, bit_signal(m, ~high_any)]))
        pieces = joined
    return Cat(*pieces[0][1])


def round_code(
    m: Module, fmt: FloatFormat, overflow: Overflow, exponent: Value, word: Value
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
        The exponent field of the word's highest bit, at least 1.
    word : Value
        The significand. Its highest bit is set, or the exponent is 1 (a subnormal). At least
        ``m + 2`` bits.
    """
    bits = fmt.mantissa_bits
    hidden, kept = word[-1], word[-1 - bits : -1]
    guard, rest = word[-2 - bits], word[: -2 - bits]
    field = Cat(exponent[0] & hidden, exponent[1:], Const(0, 1))
    if len(field) < fmt.exponent_bits:
        field = Cat(field, Const(0, fmt.exponent_bits - len(field)))
    up = bit_signal(m, guard & (kept[0] | rest.any()))
    code = add_constant(m, Cat(kept, field), 0, up)
    magnitude = code[: fmt.magnitude_bits]
    if overflow == "wrap":
        return magnitude
    beyond = bit_signal(m, at_least(m, code, fmt.max_code + 1))
    limit = fmt.max_code
    if overflow == "nonsaturating":
        limit = fmt.inf_code if fmt.has_inf else fmt.nan_code if fmt.has_nan else fmt.max_code
    assert limit is not None
    return Mux(beyond, limit & fmt.magnitude_mask, magnitude)
