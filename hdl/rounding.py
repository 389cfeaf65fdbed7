"""Rounding of an unrounded significand, to nearest even, on two grids: normal and subnormal."""

from amaranth import Cat, Const, Module, Mux, Signal, Value

__all__ = ["round_normal", "round_subnormal"]


def _nearest_even(last: Value, guard: Value, rest: Value | None) -> Value:
    """Whether to round up, from the last kept bit, the first dropped one and the others."""
    return guard & (last | rest.any()) if rest is not None and len(rest) else guard & last


def round_normal(
    m: Module, exp: Value, sig: Value, fraction_bits: int, mantissa_bits: int
) -> Value:
    """The magnitude code of a product, exponent field unbounded and still biased by the product.

    ``sig`` has one or two bits left of its binary point. With two, it is shifted until one is
    left; then the fraction is rounded to ``mantissa_bits``; a carry runs into the exponent.

    Returns
    -------
    Value
        ``exp`` above ``mantissa_bits`` of fraction, one or two bits wider than that.
    """
    fraction, exponent = sig[:fraction_bits], exp
    if len(sig) == fraction_bits + 2:
        doubled = sig[-1]
        fraction = Mux(doubled, sig[:-1], Cat(Const(0, 1), sig[:-2]))
        exponent = exp + doubled
    dropped = len(fraction) - mantissa_bits
    if dropped == 0:
        return Cat(fraction, exponent)
    kept = fraction[dropped:]
    up = _nearest_even(kept[0], fraction[dropped - 1], fraction[: dropped - 1])
    return Cat(kept, exponent) + up


def round_subnormal(
    m: Module, below: Value, sig: Value, fraction_bits: int, mantissa_bits: int
) -> Value:
    """The magnitude code of a product smaller than the smallest normal.

    Parameters
    ----------
    m : Module
        Where intermediate signals are driven.
    below : Value
        Unsigned; 1 when sig's binary point is one place below the smallest normal, and so on.
    sig : Value
        The unrounded significand.
    fraction_bits, mantissa_bits : int
        Of ``sig``, and of the result.
    """
    width = len(sig)
    least = fraction_bits - mantissa_bits
    # From width + 1 places on, everything is below half a unit: further shifts change nothing.
    limit = width + 1
    places = Signal(range(limit + 1))
    m.d.comb += places.eq(Mux(below > limit - least, limit, below + least))
    shifted = Signal(limit + width)
    m.d.comb += shifted.eq(Cat(Const(0, limit), sig) >> places)
    kept = shifted[limit : limit + mantissa_bits + 1]
    return kept + _nearest_even(kept[0], shifted[limit - 1], shifted[: limit - 1])
