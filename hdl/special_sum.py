"""Infinite products, which a sum never forgets."""

from amaranth import Module, Value

from lmul.hdl.ripple import bit_signal

__all__ = ["special_product"]


def special_product(m: Module, x: dict[str, Value], y: dict[str, Value]) -> dict[str, Value]:
    """What a product does to the marks of its sum, by the members of two operands.

    Returns
    -------
    dict
        ``pos``: the product is Inf, ``neg``: it is -Inf, both: it is NaN (Inf times 0).
    """
    infinite = bit_signal(m, x["inf"] | y["inf"])
    zero = bit_signal(m, x["zero"] | y["zero"])
    neg = bit_signal(m, x["neg"] ^ y["neg"])
    return {
        "pos": bit_signal(m, infinite & (zero | ~neg)),
        "neg": bit_signal(m, infinite & (zero | neg)),
    }
