"""A product and a float sum beside each other: what both paths of a fast sum begin with."""

from dataclasses import dataclass

from amaranth import Cat, Const, Module, Value

from lmul.hdl.arithmetic.adders import add, add_constant, bit_signal, choose
from lmul.hdl.arithmetic.fields import FloatWord
from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.products.operand import ProductLayout

__all__ = ["PathSum", "Sides", "at_top", "beside"]


@dataclass(frozen=True)
class Sides:
    """A product and a sum, their significands of one width with the hidden bits on top.

    Exponents are fields of the sum's format in two's complement, of one width.
    """

    neg: Value
    sig: Value
    field: Value
    acc_neg: Value
    acc_sig: Value
    acc_field: Value
    distance: Value
    """``field - acc_field``."""
    leads: Value
    """The product's field is not the smaller one, and it is none of ``stays``."""
    stays: Value
    """The product is zero or the sum special: the sum stays as it is."""
    differ: Value
    """The signs differ, and the sum does not stay."""
    tiny: Value
    """The sum is subnormal or zero, and the product below all normal numbers: either may be the
    larger one, at any distance."""


@dataclass(frozen=True)
class PathSum:
    """What a path found."""

    code: Value
    """Of the magnitude, as long as it is not ``beyond``."""
    neg: Value
    beyond: Value
    """The exponent is not one of a finite number."""


def beside(m: Module, layout: ProductLayout, fmt: FloatFormat, p, acc: FloatWord) -> Sides:
    """Put a product, whose layout marks zeros, beside a sum."""
    sig, top = p.sig, Const(1, 1)
    highest = layout.significand_bits - 1 - layout.exp_bias + fmt.bias
    if layout.integer_bits == 2:
        top = sig[-1]
        sig = choose(m, top, sig, Cat(Const(0, 1), sig[:-1]))
    # The exponent field of the highest bit, less 1.
    bits = max(len(p.exp), fmt.exponent_bits, abs(highest).bit_length()) + 2
    base = add_constant(m, _widened(p.exp, bits), highest - 1)
    field = add_constant(m, base, 0, top)
    acc_field = _widened(acc.exp, bits)
    distance = add(m, field, ~acc_field, Const(1, 1))[:bits]
    stays = bit_signal(m, acc.special | p.zero)
    width = max(len(sig), len(acc.sig))
    return Sides(
        neg=p.neg,
        sig=at_top(sig, width),
        field=field,
        acc_neg=acc.neg,
        acc_sig=at_top(acc.sig, width),
        acc_field=acc_field,
        distance=distance,
        leads=bit_signal(m, ~(distance[-1] | stays)),
        stays=stays,
        differ=bit_signal(m, (acc.neg ^ p.neg) & ~stays),
        tiny=bit_signal(m, ~acc.sig[-1] & (field[-1] | ~field.any())),
    )


def at_top(word: Value, width: int) -> Value:
    """A word with zeros below it."""
    return Cat(Const(0, width - len(word)), word)


def _widened(word: Value, width: int) -> Value:
    return Cat(word, Const(0, width - len(word)))
